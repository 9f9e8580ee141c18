//! The documents as plain texts, before parsing.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::files::has_extension;
use crate::load::generate;

pub const SCHEMA: &str = "schema";
/// The table, its indexes and types, and the paths of the output.
pub const TABLE: &str = "schema/table.toml";
/// The limits.
pub const LIMITS: &str = "schema/limits.toml";
/// The access patterns.
pub const PATTERNS: &str = "access-patterns.md";
/// The lock; it exists only after `--lock`.
pub const LOCK: &str = "schema/schema.lock";

/// The text of every document, by its path from the root folder.
#[derive(Debug, Clone, Default)]
pub struct Documents(BTreeMap<String, String>);

impl Documents {
    /// Reads the existing documents under `root`.
    pub fn read(root: &Path) -> io::Result<Documents> {
        let mut documents = Documents::default();
        for path in paths(root)? {
            let text = fs::read_to_string(root.join(&path))
                .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))?;
            documents.insert(&path, text);
        }
        Ok(documents)
    }

    /// Adds a document, or replaces it.
    pub fn insert(&mut self, path: &str, text: impl Into<String>) {
        self.0.insert(path.to_owned(), text.into());
    }

    /// Removes a document.
    pub fn remove(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// The text of a document, if it exists.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The path and the text of every document.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// These documents, plus those of `base` that are missing here.
    #[must_use]
    pub fn over(mut self, base: &Documents) -> Documents {
        for (path, text) in base.iter() {
            self.0.entry(path.to_owned()).or_insert_with(|| text.to_owned());
        }
        self
    }

    /// The documents of the entities: the name, path and text of each.
    pub fn entities(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.iter().filter(|(path, _)| ![TABLE, LIMITS].contains(path)).filter_map(|(path, text)| {
            let name = path.strip_prefix("schema/")?.strip_suffix(".toml")?;
            Some((name, path, text))
        })
    }
}

fn paths(root: &Path) -> io::Result<Vec<String>> {
    // `[generate]` in the table names further input files. A missing or invalid table is reported later.
    let table = fs::read_to_string(root.join(TABLE)).unwrap_or_default();
    let own = [PATTERNS, LOCK].map(str::to_owned).into_iter();
    let mut paths: Vec<String> = own.chain(generate::inputs(&table)).filter(|path| root.join(path).is_file()).collect();
    let entries = match fs::read_dir(root.join(SCHEMA)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(paths),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if has_extension(&name, "toml") {
            paths.push(format!("{SCHEMA}/{name}"));
        }
    }
    Ok(paths)
}
