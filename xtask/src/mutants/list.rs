//! The mutants that `cargo mutants --list --json` finds.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

/// A change of the source, as cargo-mutants lists it.
#[derive(Debug, Clone, Deserialize)]
pub struct Mutant {
    /// The crate.
    pub package: String,
    /// The path of the source file, relative to the root.
    pub file: String,
    /// Where it is and what it changes: `review/src/lines.rs:30:9: replace > with == in split`.
    pub name: String,
    /// The kind of the change.
    pub genre: Genre,
    /// The text that replaces the span.
    pub replacement: String,
    /// The replaced text. That of [`Genre::FnValue`] is the body.
    pub span: Span,
}

/// The kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Genre {
    /// The function returns a value at once.
    FnValue,
    /// Another operator between two operands, or before `=`.
    BinaryOperator,
    /// No operator before an operand.
    UnaryOperator,
    /// No such arm of a `match`.
    MatchArm,
    /// An arm's guard that is always true, or always false.
    MatchArmGuard,
    /// A struct's field that has the value of the base.
    StructField,
}

/// A part of a source file.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Span {
    /// The first character.
    pub start: Position,
}

/// A character of a source file. Both numbers begin with 1.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Position {
    line: usize,
    column: usize,
}

impl Position {
    /// The offset in bytes, if the text has this position.
    pub fn offset_in(self, text: &str) -> Option<usize> {
        let mut lines = text.split_inclusive('\n');
        let before: usize = lines.by_ref().take(self.line.checked_sub(1)?).map(str::len).sum();
        let line = lines.next().unwrap_or_default();
        let column = self.column.checked_sub(1)?;
        let ends = line.char_indices().map(|(offset, _)| offset).chain([line.len()]);
        Some(before + ends.take(column + 1).nth(column)?)
    }
}

/// Asks cargo-mutants for the mutants of these crates. `.cargo/mutants.toml` excludes the explained ones.
pub fn list(root: &Path, packages: &[String]) -> io::Result<Vec<Mutant>> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["mutants", "--list", "--json"]).current_dir(root).stderr(Stdio::inherit());
    for package in packages {
        command.args(["--package", package]);
    }
    let listed = command.output()?;
    if !listed.status.success() {
        return Err(io::Error::other("`cargo mutants` failed. To install it: cargo install cargo-mutants --locked"));
    }
    serde_json::from_slice(&listed.stdout).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_lines_and_characters_from_one() {
        let at = |line, column| Position { line, column }.offset_in("aé\nb\n");
        assert_eq!([at(1, 1), at(1, 2), at(1, 3), at(2, 1), at(2, 2)], [Some(0), Some(1), Some(3), Some(4), Some(5)]);
        assert_eq!([at(0, 1), at(1, 9)], [None, None]);
    }
}
