//! Every rule matches the examples in its file.

use ast_grep_core::tree_sitter::LanguageExt as _;
use offline_reviewer::{Language, Patch, Request, findings, rules};

/// A request about a whole file.
pub(crate) fn whole(language: Language, text: &str) -> Request<'_> {
    let filename = if language == Language::Tsx { "file.tsx" } else { "file" };
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
    Request { language: language.name(), filename, lines, first_line: 1, ..Request::default() }
}

/// The text with the patch applied.
pub(crate) fn patched(text: &str, patch: &Patch) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let range = patch.start_line - 1..patch.end_line;
    assert_eq!(lines[range.clone()].join("\n"), patch.original, "the original is the text of the lines");
    lines.splice(range, patch.replacement.split('\n'));
    lines.join("\n")
}

fn parses(language: Language, text: &str) -> bool {
    !language.ast_grep(text).root().get_inner_node().has_error()
}

#[test]
fn every_rule_matches_its_examples() {
    let mut problems = Vec::new();
    for language in Language::ALL {
        for rule in rules(language) {
            for example in rule.examples() {
                let found = findings(&whole(language, &example.code));
                let finding = found.iter().find(|finding| finding.rule == rule.id());
                let place = format!("{language:?} {}: {:?}", rule.id(), example.code);
                if !parses(language, &example.code) {
                    problems.push(format!("{place} does not parse"));
                }
                if finding.is_some() != example.found {
                    problems.push(format!("{place} is {}found", if example.found { "not " } else { "" }));
                }
                // Only the message names parts of the code.
                let words = finding.map_or(String::new(), |finding| format!("{} {}", finding.message, finding.note));
                if words.is_empty() == example.found
                    || words.split('$').skip(1).any(|rest| rest.starts_with(char::is_uppercase))
                {
                    problems.push(format!("{place} is explained by {words:?}"));
                }
                if found.iter().any(|finding| finding.rule != rule.id()) {
                    problems.push(format!("{place} is found by another rule"));
                }
                let fixed =
                    finding.and_then(|finding| finding.patch.as_ref()).map(|patch| patched(&example.code, patch));
                if fixed.as_deref().map(str::trim_end) != example.fixed.as_deref().map(str::trim_end) {
                    problems.push(format!("{place} becomes {fixed:?}"));
                }
                if fixed.is_some_and(|fixed| !parses(language, &fixed)) {
                    problems.push(format!("{place}: the fixed code does not parse"));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_rule_has_examples_of_both_kinds_and_its_own_name() {
    for language in Language::ALL {
        let mut names = Vec::new();
        for rule in rules(language) {
            for found in [true, false] {
                assert!(rule.examples().iter().any(|example| example.found == found), "{language:?} {}", rule.id());
            }
            assert!(!names.contains(&rule.id()), "{language:?} {} twice", rule.id());
            names.push(rule.id());
        }
        assert!(!names.is_empty(), "{language:?}");
    }
}
