//! Loads the documents into a design: parses every file, resolves every reference and collects every problem.

mod action;
mod documents;
mod entity;
mod generate;
mod limits;
mod lock;
mod markdown;
mod markers;
mod pattern;
mod query;
mod raw;
mod sample;
mod scope;
mod stacks;
mod table;
mod value;
mod words;

pub use documents::{Documents, LIMITS, LOCK, PATTERNS, TABLE};
pub use markers::{INDEX_BEGIN, INDEX_END};
pub use value::literal_fits;

use crate::design::{Design, Limits};
use crate::problem::Problems;
use crate::source::{At, Sources};
use crate::suggestion::suggestion;

/// The result of loading the documents.
pub struct Loaded {
    pub sources: Sources,
    pub problems: Problems,
    /// The resolved parts of the design; `None` without a table.
    pub design: Option<Design>,
    /// Whether the design is complete. Parts with a problem may be missing.
    pub complete: bool,
}

/// Loads each document, then resolves the references between them.
pub fn load(documents: &Documents) -> Loaded {
    let mut sources = Sources::default();
    let mut problems = Problems::default();

    let (text, at) = document(documents, TABLE, &mut sources, &mut problems);
    let table = text.and_then(|text| table::load(text, at, &mut problems));
    let limits = limits::load(documents, &mut sources, &mut problems);
    if let Some(table) = &table {
        limits::check_packages(&limits, &table.generate, &mut problems);
    }
    let files: Vec<_> = documents
        .entities()
        .map(|(name, path, text)| {
            let at = sources.add(path, text);
            (name, entity::read(text, at, &mut problems), at)
        })
        .collect();
    let lock = lock::load(documents, &mut sources, &mut problems);
    let routes = table.as_ref().map(|table| stacks::routes(documents, table, &mut sources, &mut problems));
    let routes = routes.unwrap_or_default();
    let (text, at) = document(documents, PATTERNS, &mut sources, &mut problems);
    let document = text.unwrap_or_default();
    markers::check(document, at, &mut problems);
    let sections = markdown::sections(document, at, &mut problems);
    let has_all_sections = sections.complete;
    let blocks: Vec<_> = sections.found.into_iter().map(|section| pattern::read(section, &mut problems)).collect();

    let (entity_count, pattern_count) = (files.len(), blocks.len());
    let design = table.map(|table| {
        let (mut entities, mut broken) = (Vec::new(), Vec::new());
        for (name, raw, at) in files {
            let loaded = raw.and_then(|raw| entity::load(&table, &limits, name, raw, at, &mut problems));
            match loaded {
                Some(entity) => entities.push(entity),
                None => broken.push(name.to_owned()),
            }
        }
        let known = scope::Known { table: &table, limits: &limits, entities: &entities, broken: &broken };
        let blocks = blocks.into_iter().flatten();
        let patterns = blocks.filter_map(|block| pattern::load(known, block, &mut problems)).collect();
        let stacks = stacks::load(documents, &table, &routes, &mut sources, &mut problems);
        Design { table, limits, entities, patterns, lock, document: document.to_owned(), routes, stacks }
    });
    let has_all_parts =
        |design: &Design| (design.entities.len(), design.patterns.len()) == (entity_count, pattern_count);
    let complete = has_all_sections && design.as_ref().is_some_and(has_all_parts);
    Loaded { sources, problems, design, complete }
}

/// Fills the limits into a text that begins at `at`. An unknown limit is reported and stays as it is written.
fn fill(limits: &Limits, text: &str, at: At, problems: &mut Problems) -> String {
    limits.fill(text).unwrap_or_else(|(offset, message)| {
        if let Some(message) = message {
            problems.push("limits-exist", at.plus(offset), message);
        }
        text.to_owned()
    })
}

/// The text of a required document.
fn document<'d>(
    documents: &'d Documents,
    path: &str,
    sources: &mut Sources,
    problems: &mut Problems,
) -> (Option<&'d str>, At) {
    let text = documents.get(path);
    let at = sources.add(path, text.unwrap_or_default());
    if text.is_none() {
        problems.push("documents-exist", at, "the document does not exist; `codegen --help` describes its content");
    }
    (text, at)
}

/// Reports a TOML error with its position.
fn toml_problem(error: &toml::de::Error, at: At, problems: &mut Problems) {
    let offset = error.span().map_or(0, |span| span.start);
    // Some syntax errors have two lines: the error, and the expected syntax.
    let message = error.message().trim_end().replace('\n', "; ");
    // The parser reports a word without quotes as an invalid number.
    let unquoted = message.starts_with("invalid float, expected");
    let message = if unquoted { "a text must be in quotes".to_owned() } else { message };
    let hint = unknown_word(&message).map(|(word, known)| suggestion(&word, known.iter().map(String::as_str)));
    problems.push("toml", at.plus(offset), format!("{message}{}", hint.unwrap_or_default()));
}

/// Extracts the words from a message of serde: "unknown field `x`, expected one of `a`, `b`".
fn unknown_word(message: &str) -> Option<(String, Vec<String>)> {
    let (_, rest) = message.split_once("unknown ")?;
    let mut words = rest.split('`').skip(1).step_by(2).map(str::to_owned);
    Some((words.next()?, words.collect()))
}

/// All values, or `None` if one is missing. It evaluates every part, so that each can report its problem.
fn all<T>(parts: impl IntoIterator<Item = Option<T>>) -> Option<Vec<T>> {
    let parts: Vec<Option<T>> = parts.into_iter().collect();
    parts.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_document_is_reported() {
        let loaded = load(&Documents::default());
        let lines = loaded.problems.lines(&loaded.sources);
        let missing: Vec<_> = lines.iter().filter(|line| line.contains("[documents-exist]")).collect();
        assert!(missing[0].starts_with("schema/table.toml:1:1: error: the document does not exist"), "{lines:?}");
        assert!(missing[1].starts_with("access-patterns.md:1:1: error: the document does not exist"), "{lines:?}");
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(loaded.design.is_none());
    }
}
