//! The files of the repository, as texts.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use codegen::files::has_extension;

/// The folders with a schema of their own: the repository, and the example.
pub const ROOTS: [&str; 2] = ["", "examples/library"];
/// The folders of generated files. A test compares them with `[generate]` in the schemas of the [`ROOTS`].
pub const GENERATED: [&str; 6] = [
    "model/src/generated",
    "review/src/generated",
    "schema/generated",
    "web/src/generated",
    "examples/library/schema/generated",
    "examples/library/src/generated",
];

/// Folders without text of this repository: build results, and data of tools.
const SKIPPED: [&str; 4] = ["target", "node_modules", ".git", ".codesensei"];

/// A file of the repository.
#[derive(Debug)]
pub struct File {
    /// The path from the root, with `/` between folders.
    pub path: String,
    pub text: String,
}

/// The repository: all of its text files.
#[derive(Debug, Default)]
pub struct Tree {
    pub(super) files: Vec<File>,
    /// The folder from which the tree was read; empty for a tree of a test.
    pub(super) root: Option<PathBuf>,
}

impl Tree {
    /// Reads the repository.
    pub fn read(root: &Path) -> io::Result<Tree> {
        let mut tree = Tree { files: Vec::new(), root: Some(root.to_owned()) };
        tree.read_folder(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn read_folder(&mut self, root: &Path, folder: &str) -> io::Result<()> {
        for entry in fs::read_dir(root.join(folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let kind = entry.file_type()?;
            if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
                self.read_folder(root, &path)?;
            } else if kind.is_file()
                && let Ok(text) = String::from_utf8(fs::read(entry.path())?)
            {
                self.files.push(File { path, text });
            }
        }
        Ok(())
    }

    /// A tree of these files, for tests.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Tree {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        Tree { files: files.iter().map(file).collect(), root: None }
    }

    /// The text of a file, if it exists.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// The hand-written Rust files.
    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust() && !file.is_generated() && !file.is_testdata())
    }
}

impl File {
    pub(super) fn is_rust(&self) -> bool {
        has_extension(&self.path, "rs")
    }

    pub(super) fn is_generated(&self) -> bool {
        GENERATED.iter().any(|folder| self.path.starts_with(&format!("{folder}/")))
    }

    /// Whether the file is input of a test, for which no rule applies.
    pub(super) fn is_testdata(&self) -> bool {
        self.path.split('/').any(|folder| folder == "testdata")
    }

    /// `path:line`, counted from 1.
    pub(super) fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }
}
