//! Loads `schema/table.toml`.

use crate::design::{Domain, DomainKind, Index, Removed, Table};
use crate::load::entity::BUILT_IN;
use crate::load::generate;
use crate::load::raw::{RawDomain, RawIndex, RawTable, Word, in_order};
use crate::load::toml_problem;
use crate::problem::Problems;
use crate::source::At;
use crate::suggestion::suggestion;

const CHECK: &str = "table-is-understood";

pub fn load(text: &str, at: At, problems: &mut Problems) -> Option<Table> {
    let raw: RawTable = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            toml_problem(&error, at, problems);
            return None;
        }
    };
    // `table-runtime/src/attributes.rs` has the same names.
    let mut fixed = |word: Option<Word>, name: &str| {
        word.map_or_else(
            || name.to_owned(),
            |word| {
                one_of(&word, &[name], at, problems);
                word.into_inner()
            },
        )
    };
    let (entity_attribute, version_attribute) = (fixed(raw.entity_attribute, "et"), fixed(raw.version_attribute, "v"));
    one_of(&raw.billing_mode, &["PAY_PER_REQUEST"], at, problems);
    one_of(&raw.encryption, &["AWS_OWNED", "KMS"], at, problems);
    let domains = in_order(raw.types).into_iter().map(|(name, raw)| domain(name, raw, at, problems)).collect();
    let document = at;
    let mut index = |spanned: toml::Spanned<RawIndex>| {
        let at = at.plus(spanned.span().start);
        let RawIndex { name, partition_key, sort_key, sort_type, projection } = spanned.into_inner();
        if let Some(word) = &sort_type {
            one_of(word, &["number", "text"], document, problems);
        }
        let sorts_texts = sort_type.is_some_and(|word| word.get_ref() == "text");
        Index { name, partition_key, sort_key, sorts_texts, projection, at }
    };
    let indexes = raw.index.into_iter().map(&mut index).collect();
    let generate = generate::load(raw.generate, &raw.name, at, problems);
    let functions = raw.functions.into_iter().map(|word| function(word, at, problems)).collect();
    if !is_table_name(&raw.name) {
        let message = "`name` must be a table name of DynamoDB: 3 to 255 letters, digits, `-`, `_` and `.`";
        problems.push(CHECK, at, message);
    }
    Some(Table {
        name: raw.name,
        partition_key: raw.partition_key,
        sort_key: raw.sort_key,
        entity_attribute,
        version_attribute,
        ttl_attribute: raw.ttl_attribute,
        billing_mode: raw.billing_mode.into_inner(),
        encryption: raw.encryption.into_inner(),
        point_in_time_recovery: raw.point_in_time_recovery,
        deletion_protection: raw.deletion_protection,
        functions,
        indexes,
        domains,
        removed_entities: in_order(raw.removed_entities)
            .into_iter()
            .map(|(name, reason)| Removed { at: at.plus(name.span().start), name: name.into_inner(), reason })
            .collect(),
        generate,
        at,
    })
}

/// The rule of DynamoDB for the names of tables.
fn is_table_name(name: &str) -> bool {
    (3..=255).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// A function's name, which is also the name of the file of its policy.
fn function(word: Word, at: At, problems: &mut Problems) -> String {
    let here = at.plus(word.span().start);
    let name = word.into_inner();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(fits) {
        let message = format!("`{name}` is not a function's name; write a letter, then letters, digits, `-` and `_`");
        problems.push(CHECK, here, message);
    }
    name
}

/// A domain of an unknown kind is kept, so that its fields are not reported as fields of an unknown type.
fn domain(name: Word, raw: RawDomain, at: At, problems: &mut Problems) -> Domain {
    one_of(&raw.kind, &["uuid", "extern", "count"], at, problems);
    let at = at.plus(name.span().start);
    let name = name.into_inner();
    if BUILT_IN.contains(&name.as_str()) {
        problems.push(CHECK, at, format!("\"{name}\" is a built-in type; give this one another name"));
    }
    let kind = match raw.kind.get_ref().as_str() {
        "uuid" => DomainKind::Uuid,
        "extern" => DomainKind::Extern,
        "count" => DomainKind::Count,
        _ if raw.rust.contains("::") => DomainKind::Extern,
        _ => DomainKind::Uuid,
    };
    if let (DomainKind::Count, Some(example)) = (kind, &raw.example)
        && !example.parse().is_ok_and(|number: u32| number.to_string() == *example)
    {
        let message = format!("the example of {name} is \"{example}\"; write a number from 0 to {}", u32::MAX);
        problems.push(CHECK, at, message);
    }
    Domain { name, kind, rust: raw.rust, copy: raw.copy, doc: raw.doc, example: raw.example, at }
}

fn one_of(word: &Word, known: &[&str], at: At, problems: &mut Problems) {
    let written = word.get_ref();
    if !known.contains(&written.as_str()) {
        let hint = if known.len() == 1 { String::new() } else { suggestion(written, known.iter().copied()) };
        let quoted: Vec<String> = known.iter().map(|known| format!("\"{known}\"")).collect();
        let choice = match quoted.as_slice() {
            [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
            _ => quoted.concat(),
        };
        let message = format!("\"{written}\" is not valid here; write {choice}{hint}");
        problems.push(CHECK, at.plus(word.span().start), message);
    }
}
