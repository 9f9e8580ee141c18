//! Checks of words: every name is valid in Rust and in an expression, and every part is documented.

use crate::design::{Design, DomainKind, Operation, Pattern, Type, action_uses, pattern_uses};
use crate::problem::Problems;
use crate::source::At;

/// The form of a name.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// `list_sessions`: functions, fields, arguments.
    Snake,
    /// `VersionConflict`: types and errors.
    Camel,
    /// `GSI1PK`: attributes and indexes.
    Attribute,
    /// `crate::Username`: hand-written types.
    Path,
}

impl Form {
    fn fits(self, name: &str) -> bool {
        let rest = |c: char| c.is_ascii_alphanumeric() || c == '_';
        match self {
            Form::Snake => {
                let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                name.starts_with(|c: char| c.is_ascii_lowercase())
                    && name.chars().all(letters)
                    && !name.contains("__")
                    && !name.ends_with('_')
                    // These keywords cannot be raw identifiers; `mod` would be the name of a module file.
                    && !matches!(name, "self" | "super" | "crate" | "mod")
            }
            Form::Camel => {
                name.starts_with(|c: char| c.is_ascii_uppercase())
                    && name.chars().all(|c| c.is_ascii_alphanumeric())
                    && name != "Self"
            }
            Form::Attribute => name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(rest),
            Form::Path => {
                let mut words = name.split("::").collect::<Vec<_>>();
                let last = words.pop().unwrap_or_default();
                Form::Camel.fits(last)
                    && words.split_first().is_some_and(|(first, rest)| {
                        *first == "crate" && rest.iter().all(|word| Form::Snake.fits(word))
                    })
            }
        }
    }

    fn like(self) -> &'static str {
        match self {
            Form::Snake => "lower-case words like `list_sessions`",
            Form::Camel => "capitalised words like `VersionConflict`",
            Form::Attribute => "ASCII letters, digits and `_`, a letter first",
            Form::Path => "a path of your crate like `crate::Username`",
        }
    }
}

type Named<'d> = (&'static str, &'d str, Form, At);

pub fn names_are_words(design: &Design, problems: &mut Problems) {
    let of_patterns = design.patterns.iter().flat_map(names_in_pattern);
    for (what, name, form, at) in names_in_schema(design).into_iter().chain(of_patterns) {
        if !form.fits(name) {
            problems.push(
                "names-are-words",
                at,
                format!("`{name}` is not a valid name for {what}; write {}", form.like()),
            );
        }
    }
    for pattern in &design.patterns {
        let shaped = pattern.actions().iter().flat_map(|action| action_uses(&design.entities, action));
        for argument in pattern_uses(&design.entities, pattern).into_iter().chain(shaped) {
            if !Form::Snake.fits(&argument.name) {
                let (name, like) = (argument.name, Form::Snake.like());
                problems.push(
                    "names-are-words",
                    pattern.at,
                    format!("`:{name}` is not a valid name for an argument; write {like}"),
                );
            }
        }
    }
}

fn names_in_schema(design: &Design) -> Vec<Named<'_>> {
    let table = &design.table;
    let mut names: Vec<Named<'_>> = Vec::new();
    let attributes = [
        &table.partition_key,
        &table.sort_key,
        &table.entity_attribute,
        &table.version_attribute,
        &table.ttl_attribute,
    ];
    names.extend(attributes.map(|name| ("an attribute", name.as_str(), Form::Attribute, table.at)));
    for index in &table.indexes {
        names.push(("an index", &index.name, Form::Attribute, index.at));
        names.push(("an attribute", &index.partition_key, Form::Attribute, index.at));
        names.push(("an attribute", &index.sort_key, Form::Attribute, index.at));
    }
    for domain in &table.domains {
        names.push(match domain.kind {
            DomainKind::Uuid | DomainKind::Count => ("a type", &domain.rust, Form::Camel, domain.at),
            DomainKind::Extern => ("a hand-written type", &domain.rust, Form::Path, domain.at),
        });
    }
    for entity in &design.entities {
        names.push(("an entity", &entity.name, Form::Snake, entity.at));
        for field in entity.all_fields() {
            names.push(("a field", &field.name, Form::Snake, field.at));
            match &field.ty {
                Type::Enum { rust, values } => {
                    names.push(("a type", rust, Form::Camel, field.at));
                    names.extend(values.iter().map(|value| ("a value", value.as_str(), Form::Snake, field.at)));
                }
                Type::Record { rust, .. } | Type::Records { rust, .. } => {
                    names.push(("a type", rust, Form::Camel, field.at));
                }
                _ => {}
            }
        }
    }
    names
}

fn names_in_pattern(pattern: &Pattern) -> Vec<Named<'_>> {
    let mut names: Vec<Named<'_>> = vec![("a function", &pattern.name, Form::Snake, pattern.at)];
    for action in pattern.actions() {
        // The action of a single write has the pattern's name.
        names.push(("an action", &action.name, Form::Snake, action.at));
        names.extend(action.row.iter().map(|row| ("a row", row.as_str(), Form::Camel, action.at)));
    }
    match &pattern.operation {
        Operation::Query(query) => {
            names.extend(query.row.iter().map(|(row, _)| ("a row", row.as_str(), Form::Camel, query.at)));
        }
        Operation::ReadParts { parts, .. } => {
            names.extend(parts.iter().map(|part| ("a part of a pattern", part.name.as_str(), Form::Snake, pattern.at)));
        }
        Operation::WriteBatch(parts) => {
            names.extend(parts.iter().map(|part| ("a part of a pattern", part.name(), Form::Snake, pattern.at)));
        }
        _ => {}
    }
    names.extend(pattern.errors.iter().map(|(error, _)| ("an error", error.as_str(), Form::Camel, pattern.at)));
    names
}

/// Every part needs a description, because the generated documentation consists of these texts.
pub fn everything_is_documented(design: &Design, problems: &mut Problems) {
    let mut said: Vec<(String, &str, At)> = Vec::new();
    for domain in &design.table.domains {
        said.push((format!("the `doc` of {}", domain.name), &domain.doc, domain.at));
    }
    for entity in &design.entities {
        said.push((format!("the `summary` of {}", entity.name), &entity.summary, entity.at));
        said.extend(
            entity.all_fields().map(|field| (format!("the `doc` of {}", field.name), field.doc.as_str(), field.at)),
        );
    }
    for pattern in &design.patterns {
        said.push(("the `fixture` of its cost".to_owned(), &pattern.cost.fixture, pattern.at));
        let errors = pattern.errors.iter();
        said.extend(errors.map(|(error, meaning)| (format!("the meaning of {error}"), meaning.as_str(), pattern.at)));
    }
    for (what, words, at) in said {
        if words.trim().is_empty() {
            problems.push("everything-is-documented", at, format!("{what} is empty; write a sentence"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_their_forms() {
        for (form, good, bad) in [
            (
                Form::Snake,
                vec!["a", "list_sessions", "sha256", "type"],
                vec!["", "List", "a-b", "_a", "a_", "a__b", "5x", "self", "é"],
            ),
            (Form::Camel, vec!["A", "VersionConflict", "Gsi1"], vec!["", "versionConflict", "A_B", "Self", "1A", "É"]),
            (Form::Attribute, vec!["PK", "GSI1PK", "expires_at"], vec!["", "1PK", "_v", "by-author", "a#b"]),
            (
                Form::Path,
                vec!["crate::Username", "crate::account::Email"],
                vec!["", "Username", "std::String", "crate::", "crate::email"],
            ),
        ] {
            for name in good {
                assert!(form.fits(name), "{form:?} {name}");
            }
            for name in bad {
                assert!(!form.fits(name), "{form:?} {name}");
            }
        }
    }
}
