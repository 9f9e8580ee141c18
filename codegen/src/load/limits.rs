//! Loads `schema/limits.toml`.

use crate::design::{Generate, Limit, Limits, UNITS};
use crate::load::documents::LIMITS;
use crate::load::raw::{Map, RawLimit, Word, in_order};
use crate::load::{Documents, toml_problem};
use crate::problem::Problems;
use crate::source::{At, Sources};
use crate::suggestion::suggestion;

const CHECK: &str = "limits-are-understood";

/// The limits; empty without the document.
pub fn load(documents: &Documents, sources: &mut Sources, problems: &mut Problems) -> Limits {
    let mut limits = Limits::default();
    let Some(text) = documents.get(LIMITS) else { return limits };
    let at = sources.add(LIMITS, text);
    let raw: Map<RawLimit> = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            toml_problem(&error, at, problems);
            return Limits { unreadable: true, ..limits };
        }
    };
    for (name, raw) in in_order(raw) {
        match limit(&name, &raw, at, problems) {
            Some(limit) => limits.all.push(limit),
            None => limits.broken.push(name.into_inner()),
        }
    }
    limits
}

fn limit(name: &Word, raw: &RawLimit, at: At, problems: &mut Problems) -> Option<Limit> {
    let here = at.plus(name.span().start);
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_name = name.get_ref().starts_with(|c: char| c.is_ascii_lowercase()) && name.get_ref().chars().all(is_part);
    if !is_name {
        let message = format!("`{}` must be words in lower case, joined by `_`", name.get_ref());
        problems.push(CHECK, here, message);
    }
    if raw.doc.trim().is_empty() {
        problems.push(CHECK, here, format!("`{}` needs a `doc`; describe the limit", name.get_ref()));
    }
    let word = raw.unit.get_ref();
    let unit = UNITS.iter().find(|(known, _)| known == word).map(|(_, unit)| *unit);
    if unit.is_none() {
        let known = UNITS.map(|(known, _)| known);
        let mut hint = suggestion(word, known);
        if hint.is_empty() {
            hint = format!("; there are {}", known.join(", "));
        }
        problems.push(CHECK, at.plus(raw.unit.span().start), format!("unknown unit \"{word}\"{hint}"));
    }
    let package = raw.package.as_ref().map(|word| word.get_ref().clone());
    let (name, value, doc) = (name.get_ref().clone(), raw.value, raw.doc.clone());
    Some(Limit { name, value, unit: unit?, doc, package, at: here }).filter(|_| is_name)
}

/// Reports a limit whose crate has no folder in `[generate]`.
pub fn check_packages(limits: &Limits, generate: &Generate, problems: &mut Problems) {
    for limit in &limits.all {
        let Some(package) = &limit.package else { continue };
        if !generate.limits.iter().any(|(known, _)| known == package) {
            let hint = suggestion(package, generate.limits.iter().map(|(known, _)| known.as_str()));
            let message =
                format!("`limits` of [generate] in table.toml has no folder for the crate \"{package}\"{hint}");
            problems.push(CHECK, limit.at, message);
        }
    }
}
