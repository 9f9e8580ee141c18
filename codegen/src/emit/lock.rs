//! Emits `schema/schema.lock`: the properties that stored items and running programs depend on, one per line.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::design::{Design, LockedEntity, LockedField, LockedIndex, LockedPattern};
use crate::emitted::Emitted;
use crate::load::LOCK;

/// Returns no file without a lock; `--lock` creates it.
pub fn emit(design: &Design) -> Vec<Emitted> {
    if !design.lock.is_kept {
        return Vec::new();
    }
    let lock = design.lock.after(design);
    let mut text = format!(
        "# The properties that stored items and running programs depend on. Written by `{}`, never by hand. The generator\n\
         # refuses incompatible changes; schema/README.md describes compatible ones.\n",
        design.table.generate.command
    );
    if let Some(attribute) = &lock.ttl_attribute {
        let _ = writeln!(text, "\nttl_attribute = {}", quoted(attribute));
    }
    if let Some(key) = &lock.key_attributes {
        let _ = writeln!(text, "key_attributes = {}", list(key));
    }
    section(&mut text, "index", &lock.index, index);
    for (name, entity) in &lock.entity {
        let _ = write!(text, "\n[entity.{name}]\n{}", entity_lines(entity));
    }
    section(&mut text, "pattern", &lock.pattern, pattern);
    vec![Emitted { path: LOCK.to_owned(), text }]
}

fn section<T>(text: &mut String, name: &str, entries: &BTreeMap<String, T>, line: impl Fn(&T) -> String) {
    if !entries.is_empty() {
        let _ = writeln!(text, "\n[{name}]");
    }
    for (name, entry) in entries {
        let _ = writeln!(text, "{name} = {}", line(entry));
    }
}

fn index(index: &LockedIndex) -> String {
    let LockedIndex { keys, sorts_texts, projection, removed } = index;
    table(&[
        ("keys", list(keys)),
        ("sorts_texts", flag(*sorts_texts)),
        ("projection", list(projection)),
        ("removed", flag(*removed)),
    ])
}

fn pattern(pattern: &LockedPattern) -> String {
    let LockedPattern { names, asks, removed } = pattern;
    table(&[("names", list(names)), ("asks", quoted(asks)), ("removed", flag(*removed))])
}

fn field(field: &LockedField) -> String {
    let LockedField { type_name, optional, values, announced, removed } = field;
    let some = |words: &Vec<String>| if words.is_empty() { String::new() } else { list(words) };
    table(&[
        ("type", quoted(type_name)),
        ("optional", flag(*optional)),
        ("values", some(values)),
        ("announced", some(announced)),
        ("removed", flag(*removed)),
    ])
}

fn entity_lines(entity: &LockedEntity) -> String {
    let LockedEntity { type_name, version, reads, announced, key, index, field: fields, removed } = entity;
    let mut lines = vec![format!("type = {}", quoted(type_name)), format!("version = {version}")];
    lines.extend(reads.map(|version| format!("reads = {version}")));
    lines.extend(announced.map(|version| format!("announced = {version}")));
    lines.extend(removed.then(|| "removed = true".to_owned()));
    lines.push(format!("key = {}", list(key)));
    lines.extend(index.iter().map(|(name, key)| format!("index.{name} = {}", list(key))));
    // A name with a dot is a path, so it needs quotes.
    let name = |path: &str| if path.contains('.') { quoted(path) } else { path.to_owned() };
    lines.extend(fields.iter().map(|(path, locked)| format!("field.{} = {}", name(path), field(locked))));
    lines.join("\n") + "\n"
}

/// An inline table without the empty entries.
fn table(entries: &[(&str, String)]) -> String {
    let said = entries.iter().filter(|(_, value)| !value.is_empty());
    let entries: Vec<String> = said.map(|(name, value)| format!("{name} = {value}")).collect();
    format!("{{ {} }}", entries.join(", "))
}

fn flag(on: bool) -> String {
    if on { "true".to_owned() } else { String::new() }
}

fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("[{}]", words.join(", "))
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
