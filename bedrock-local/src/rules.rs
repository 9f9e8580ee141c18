//! The rules of the review. [`ALL`] is the whole list; each group stands in a file of its own.

mod c;
mod cpp;
mod csharp;
mod flow;
mod go;
mod java;
mod javascript;
mod kotlin;
mod leftovers;
mod loops;
mod operands;
mod php;
mod python;
mod python_calls;
mod ruby;
mod rust;
mod rust_style;
mod security;
pub(crate) mod shape;
mod shell;
mod shell_quoting;
mod sql;
mod swift;
mod typescript;
mod unused;

use serde::Serialize;

use crate::language::Language;
use crate::source::{Line, Source};

pub(crate) use security::HARD_CODED_SECRET;

/// Every rule, group by group.
pub(crate) const ALL: [&[Rule]; 25] = [
    leftovers::RULES,
    security::RULES,
    operands::RULES,
    loops::RULES,
    flow::RULES,
    shape::RULES,
    unused::RULES,
    javascript::RULES,
    typescript::RULES,
    python::RULES,
    python_calls::RULES,
    java::RULES,
    kotlin::RULES,
    go::RULES,
    rust::RULES,
    rust_style::RULES,
    c::RULES,
    cpp::RULES,
    csharp::RULES,
    php::RULES,
    ruby::RULES,
    swift::RULES,
    sql::RULES,
    shell_quoting::RULES,
    shell::RULES,
];

/// One thing the review knows to look for.
pub(crate) struct Rule {
    /// Stable, and shown with every finding.
    pub(crate) id: &'static str,
    pub(crate) languages: Languages,
    pub(crate) topic: Topic,
    pub(crate) weight: Weight,
    pub(crate) confidence: Confidence,
    /// What is wrong and why, in sentences.
    pub(crate) why: &'static str,
    pub(crate) find: Find,
}

/// The languages a rule is for.
pub(crate) enum Languages {
    /// Any text at all.
    Any,
    /// Every language with a lexer of its own.
    Code,
    Only(&'static [Language]),
}

impl Languages {
    pub(crate) fn include(&self, language: Language) -> bool {
        match self {
            Self::Any => true,
            Self::Code => language != Language::Other,
            Self::Only(list) => list.contains(&language),
        }
    }
}

/// What a rule is about, so that a question about it brings its findings to the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Correctness,
    Security,
    Errors,
    Performance,
    Clarity,
}

/// How much a finding matters, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    Note,
    Smell,
    Risk,
    Bug,
    Danger,
}

/// How sure a rule can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Confidence {
    Low,
    Medium,
    High,
}

/// How a rule reads the code.
pub(crate) enum Find {
    /// Line by line.
    Line(fn(&Source<'_>, usize, &Line<'_>) -> Option<Hit>),
    /// The file at once.
    File(fn(&Source<'_>) -> Vec<Hit>),
}

/// A place where a rule applies. Positions are indexes into the source's lines.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) line: usize,
    /// What is particular to this place.
    pub(crate) detail: String,
    pub(crate) fix: Option<Fix>,
}

impl Hit {
    pub(crate) fn at(line: usize) -> Self {
        Self { line, detail: String::new(), fix: None }
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    pub(crate) fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fix = fix.into();
        self
    }

    /// Fixes the hit's own line.
    pub(crate) fn becomes(self, line: String) -> Self {
        let fix = Fix::line(self.line, line);
        self.fix(fix)
    }
}

/// New text for a run of lines.
#[derive(Debug)]
pub(crate) struct Fix {
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// Without line ends.
    pub(crate) lines: Vec<String>,
}

impl Fix {
    pub(crate) fn line(index: usize, line: String) -> Self {
        Self { first: index, last: index, lines: vec![line] }
    }

    pub(crate) fn lines(first: usize, last: usize, lines: Vec<String>) -> Self {
        Self { first, last, lines }
    }

    /// Takes a line out. A patch must leave some text, so it takes a neighbour along, one that cannot be mistaken for
    /// the line on the other side.
    pub(crate) fn without(source: &Source<'_>, index: usize) -> Option<Self> {
        let text = |at: usize| source.lines.get(at).map(|line| line.text);
        let bare = |at: usize| text(at).map(str::trim);
        let before = index.checked_sub(1);
        let tells_apart = bare(index + 1) != before.and_then(bare);
        let holds_code = |at: &usize| bare(*at).is_some_and(|text| !text.is_empty());
        if !tells_apart {
            return None;
        }
        if holds_code(&(index + 1)) {
            let kept = vec![text(index + 1)?.to_owned()];
            return Some(Self::lines(index, index + 1, kept));
        }
        let before = before.filter(holds_code)?;
        let kept = vec![text(before)?.to_owned()];
        Some(Self::lines(before, index, kept))
    }
}

/// How many rules read a language.
pub(crate) fn count_for(language: Language) -> usize {
    let all = ALL.iter().copied().flatten();
    all.filter(|rule| rule.languages.include(language)).count()
}

/// Runs every rule of the source's language and returns what they found, in the order of the list.
pub(crate) fn run(source: &Source<'_>) -> Vec<(&'static Rule, Hit)> {
    let mut found = Vec::new();
    for rule in ALL.iter().copied().flatten() {
        if !rule.languages.include(source.language) {
            continue;
        }
        let hits = match rule.find {
            Find::Line(find) => {
                let lines = source.lines.iter().enumerate();
                lines.filter_map(|(index, line)| find(source, index, line)).collect()
            }
            Find::File(find) => find(source),
        };
        found.extend(hits.into_iter().map(|hit| (rule, hit)));
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Path;

    use super::*;
    use crate::language::NAMED;

    fn all() -> impl Iterator<Item = &'static Rule> {
        ALL.iter().copied().flatten()
    }

    /// The folder of a language's cases.
    fn folder(shown: &str) -> String {
        shown.to_lowercase().replace("c++", "cpp").replace("c#", "csharp")
    }

    fn has_case(rule: &Rule, shown: &str) -> bool {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(folder(shown));
        let cases = std::fs::read_dir(path).expect("every language has a folder");
        cases.flatten().any(|case| {
            let name = case.file_name();
            name.to_string_lossy().starts_with(&format!("{}.", rule.id))
        })
    }

    #[test]
    fn every_rule_has_an_id_of_its_own() {
        let ids: HashSet<_> = all().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), all().count());
    }

    #[test]
    fn every_rule_has_a_case_in_one_of_its_languages() {
        let without = all().filter(|rule| {
            let mut languages = NAMED.iter();
            !languages.any(|(language, shown)| rule.languages.include(*language) && has_case(rule, shown))
        });
        let without: Vec<_> = without.map(|rule| rule.id).collect();
        assert!(without.is_empty(), "no case for {without:?}");
    }

    #[test]
    fn every_language_has_rules_of_its_own() {
        let general = count_for(Language::Other);
        for (language, shown) in NAMED {
            assert!(count_for(language) > general + 8, "{shown}");
        }
    }
}
