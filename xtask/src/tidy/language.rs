//! Rules on language: plain words, short names of tests, short lines of prose.

use codegen::files::has_extension;

use crate::tidy::Findings;
use crate::tidy::tree::{File, GENERATED, Tree};

/// The longest name of a test.
pub const MAX_TEST_NAME: usize = 80;
/// The longest line of a comment or of Markdown, in characters.
pub const MAX_PROSE_LINE: usize = 120;

/// Pronouns without an actor. Name the actor: "another request", "the client", "a user", "no user", "any value".
const PRONOUNS: [&str; 6] = ["whoever", "whomever", "nobody", "somebody", "anybody", "whatever"];

/// Paths without these rules, with the reason.
const EXCEPTIONS: [(&str, &str); 5] = [
    ("xtask/src/tidy/language.rs", "lists the words"),
    ("seed/people/", "the people of the demo data write everyday English"),
    ("web/dist/", "built files"),
    ("web/src/api/schema.d.ts", "generated from handlers/openapi.json"),
    ("web/src/words/editor.ts", "the page writes everyday English to its users"),
];

/// Hand-written text uses none of the `PRONOUNS`, also not inside identifiers.
#[must_use]
pub fn words_are_plain(tree: &Tree) -> Findings {
    let mut findings = Vec::new();
    for file in prose_files(tree) {
        for (i, line) in file.text.lines().enumerate() {
            let lower = line.to_lowercase();
            let mut words = lower.split(|c: char| !c.is_alphabetic());
            if let Some(word) = words.find(|word| PRONOUNS.contains(word)) {
                findings.push(format!("{}: name the actor instead of `{word}`", file.at(i + 1)));
            }
        }
    }
    findings
}

/// The name of a test has at most [`MAX_TEST_NAME`] characters.
#[must_use]
pub fn test_names_are_short(tree: &Tree) -> Findings {
    let mut findings = Vec::new();
    for file in prose_files(tree).filter(|file| file.is_rust()) {
        let mut is_test = false;
        for (i, line) in file.text.lines().map(str::trim).enumerate() {
            if let Some(attribute) = line.strip_prefix("#[") {
                let path = attribute.split(['(', ']']).next().unwrap_or_default();
                is_test |= path.rsplit("::").next() == Some("test");
            } else if let Some(name) = function_name(line) {
                if is_test && name.len() > MAX_TEST_NAME {
                    let place = file.at(i + 1);
                    findings.push(format!("{place}: `{name}` is longer than {MAX_TEST_NAME} characters: shorten it"));
                }
                is_test = false;
            }
        }
    }
    findings
}

/// A line of a comment or of Markdown has at most [`MAX_PROSE_LINE`] characters, except tables, code blocks and links.
#[must_use]
pub fn prose_lines_are_short(tree: &Tree) -> Findings {
    let mut findings = Vec::new();
    for file in prose_files(tree) {
        let mut fence = None;
        for (i, line) in file.text.lines().enumerate() {
            let is_prose = if has_extension(&file.path, "md") {
                is_markdown_prose(line.trim_start(), &mut fence)
            } else {
                is_comment(file, line.trim_start())
            };
            if is_prose && !cannot_wrap(line) && line.chars().count() > MAX_PROSE_LINE {
                findings.push(format!("{}: longer than {MAX_PROSE_LINE} characters: wrap it", file.at(i + 1)));
            }
        }
    }
    findings
}

/// Hand-written files of text and code, without those that are excepted.
fn prose_files(tree: &Tree) -> impl Iterator<Item = &File> {
    const EXTENSIONS: [&str; 9] = ["rs", "md", "toml", "ts", "tsx", "sh", "py", "yaml", "yml"];
    let is_text = |path: &str| {
        let is_script = path.starts_with("scripts/") || path.starts_with(".ci/");
        let name = path.rsplit('/').next().unwrap_or_default();
        EXTENSIONS.iter().any(|extension| has_extension(path, extension)) || is_script && !name.contains('.')
    };
    let mut skipped = EXCEPTIONS.iter().map(|(path, _)| *path).chain(GENERATED).collect::<Vec<_>>();
    skipped.sort_unstable();
    tree.files.iter().filter(move |file| {
        is_text(&file.path) && !file.is_testdata() && !skipped.iter().any(|path| file.path.starts_with(path))
    })
}

/// The name of the function that begins in this line.
fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_declaration = before.split_whitespace().all(|word| matches!(word, "async" | "pub" | "const" | "unsafe"));
    is_declaration.then(|| after.split(['(', '<']).next().unwrap_or_default())
}

/// Whether a line contains a link, or a command of at least half a line in backticks.
fn cannot_wrap(line: &str) -> bool {
    let mut spans = line.split('`').skip(1).step_by(2);
    line.contains("://") || line.contains("](") || spans.any(|span| span.len() >= MAX_PROSE_LINE / 2)
}

fn is_comment(file: &File, line: &str) -> bool {
    let marks: &[&str] = if file.is_rust() {
        &["//"]
    } else if has_extension(&file.path, "ts") || has_extension(&file.path, "tsx") {
        &["//", "/*", "*"]
    } else {
        &["#"]
    };
    marks.iter().any(|mark| line.starts_with(mark))
}

/// Whether a line of Markdown is prose. `fence` is the number of backticks that opened the current code block.
fn is_markdown_prose(line: &str, fence: &mut Option<usize>) -> bool {
    let ticks = line.len() - line.trim_start_matches('`').len();
    match *fence {
        Some(opened) => {
            if ticks >= opened && line.len() == ticks {
                *fence = None;
            }
            false
        }
        None if ticks >= 3 => {
            *fence = Some(ticks);
            false
        }
        None => !line.starts_with(['|', '<']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pronouns_are_found_in_words_and_identifiers_of_hand_written_text() {
        let tree = Tree::of(&[
            ("tests/a.rs", "//! x\nfn nobody_waits() {}\n// Somebody.\n"),
            ("a.md", "some body, anyone, whatsoever\n\n```\nwhatever\n```\n"),
            ("scripts/run", "# anybody\n"),
            ("seed/people/ada.toml", "text = \"nobody\"\n"),
            ("model/src/generated/a.rs", "// nobody\n"),
            ("codegen/testdata/a.md", "nobody\n"),
        ]);
        let places: Vec<String> = places(&words_are_plain(&tree));
        assert_eq!(places, ["tests/a.rs:2", "tests/a.rs:3", "a.md:4", "scripts/run:1"]);
    }

    #[test]
    fn only_tests_must_have_short_names() {
        let long = "a".repeat(MAX_TEST_NAME + 1);
        let limit = "b".repeat(MAX_TEST_NAME);
        let code = format!(
            "#[test]\nfn {long}() {{}}\n#[tokio::test(flavor = \"x\")]\n#[cfg(y)]\nasync fn {long}() {{}}\n\
             fn {long}_c() {{}}\n#[test]\nfn {limit}() {{}}\n"
        );
        let found = places(&test_names_are_short(&Tree::of(&[("tests/a.rs", &code)])));
        assert_eq!(found, ["tests/a.rs:2", "tests/a.rs:5"]);
    }

    #[test]
    fn long_lines_are_found_in_comments_and_markdown_prose() {
        let long = "x ".repeat(MAX_PROSE_LINE / 2) + "y";
        let page = format!("{long}\n| {long} |\n````md\n```\n{long}\n```\n````\n[a](b) {long}\n`{long}`\n{long}\n");
        let code = format!("//! {long}\nlet a = \"{long}\";\n    // {long}\n// https://example.com {long}\n");
        let table = format!("a = \"{long}\"\n# {long}\n");
        let tree = Tree::of(&[("a.md", &page), ("tests/a.rs", &code), ("schema/a.toml", &table)]);
        let found = places(&prose_lines_are_short(&tree));
        assert_eq!(found, ["a.md:1", "a.md:10", "tests/a.rs:1", "tests/a.rs:3", "schema/a.toml:2"]);
    }

    fn places(findings: &[String]) -> Vec<String> {
        findings.iter().filter_map(|finding| finding.split(": ").next()).map(str::to_owned).collect()
    }
}
