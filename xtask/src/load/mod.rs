//! From documents to a design: every file is read, every word resolved, every problem kept.

mod action;
mod entity;
mod markdown;
mod pattern;
mod raw;
mod table;

use std::fs;
use std::io;
use std::path::Path;

use crate::design::{Design, LockedKey};
use crate::problem::Problems;
use crate::source::Sources;

pub const SCHEMA: &str = "schema";
pub const PATTERNS: &str = "access-patterns.md";
pub const LOCK: &str = "schema/keys.lock";

/// What came of reading the documents. The design is whole only when there are no problems.
pub struct Loaded {
    pub sources: Sources,
    pub problems: Problems,
    pub design: Option<Design>,
}

/// Reads the documents under `root`.
pub fn load(root: &Path) -> io::Result<Loaded> {
    let mut sources = Sources::default();
    let mut problems = Problems::default();
    let table_text = read(root, "schema/table.toml")?;
    let at = sources.add("schema/table.toml", &table_text);
    let table = table::load(&table_text, at, &mut problems);
    let mut texts = Vec::new();
    for name in entity_files(root)? {
        let path = format!("{SCHEMA}/{name}.toml");
        let text = read(root, &path)?;
        texts.push((name, sources.add(&path, &text), text));
    }
    let document = read(root, PATTERNS)?;
    let document_at = sources.add(PATTERNS, &document);
    let design = table.map(|table| {
        let load_one = |(name, at, text): &(String, _, String)| {
            entity::load(&table, name, text, *at, &mut problems)
        };
        let entities: Vec<_> = texts.iter().filter_map(load_one).collect();
        let patterns = pattern::load_all(&table, &entities, &document, document_at, &mut problems);
        Design {
            table,
            entities,
            patterns,
            lock: read_lock(root),
            document: document.clone(),
        }
    });
    Ok(Loaded {
        sources,
        problems,
        design,
    })
}

fn read(root: &Path, path: &str) -> io::Result<String> {
    fs::read_to_string(root.join(path))
        .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))
}

fn entity_files(root: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join(SCHEMA))? {
        let path = entry?.path();
        if let (Some(stem), Some("toml")) = (
            path.file_stem().and_then(|s| s.to_str()),
            path.extension().and_then(|s| s.to_str()),
        ) && stem != "table"
        {
            names.push(stem.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// `entity<TAB>pk<TAB>sk`, a line each; no file is no lock yet.
fn read_lock(root: &Path) -> Vec<LockedKey> {
    let text = fs::read_to_string(root.join(LOCK)).unwrap_or_default();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            Some(LockedKey {
                entity: words.next()?,
                pk: words.next()?,
                sk: words.next()?,
            })
        })
        .collect()
}

/// The place and the words of a TOML error.
fn toml_problem(error: &toml::de::Error, at: crate::source::At, problems: &mut Problems) {
    let offset = error.span().map_or(0, |span| span.start);
    let message = error.message().trim_end().to_owned();
    let hint = unknown_word(&message)
        .map(|(word, known)| crate::problem::suggestion(&word, known.iter().map(String::as_str)));
    problems.push(
        "toml",
        at.plus(offset),
        format!("{message}{}", hint.unwrap_or_default()),
    );
}

/// Serde lists the known words in its message: "unknown field `x`, expected one of `a`, `b`".
fn unknown_word(message: &str) -> Option<(String, Vec<String>)> {
    let (_, rest) = message.split_once("unknown ")?;
    let mut words = rest.split('`').skip(1).step_by(2).map(str::to_owned);
    Some((words.next()?, words.collect()))
}
