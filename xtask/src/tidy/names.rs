//! Rules for names in documents: each file and each test that a document names exists.

use std::collections::BTreeSet;

use codegen::files::has_extension;
use pulldown_cmark::{Event, Options, Parser};

use crate::tidy::Findings;
use crate::tidy::tree::{File, Tree};

/// A name with this many underscores is that of a test: `deleting_a_thread_frees_its_slot`.
const MIN_UNDERSCORES: usize = 4;
/// The licences of other projects, changes of earlier versions, and a page about a folder outside of the repository.
const SKIPPED: [&str; 3] = ["web/dist/", "CHANGELOG.md", "docs/your-own-table.md"];

/// The files and tests that a Markdown file names in inline code exist. A file is named by its path from the root.
#[must_use]
pub fn named_files_and_tests_exist(tree: &Tree) -> Findings {
    let folders: BTreeSet<&str> =
        tree.files.iter().filter_map(|file| file.path.split_once('/')).map(|(f, _)| f).collect();
    let is_document = |file: &&File| {
        has_extension(&file.path, "md")
            && !file.is_testdata()
            && !file.is_generated()
            && !SKIPPED.iter().any(|skipped| file.path.starts_with(skipped))
    };
    let (documents, others): (Vec<&File>, Vec<&File>) =
        tree.files.iter().partition(|file| has_extension(&file.path, "md"));
    let defined = |name: &str| others.iter().any(|file| file.text.contains(name));
    let mut findings = Vec::new();
    for document in documents.into_iter().filter(is_document) {
        for (name, line) in inline_code(&document.text) {
            let is_missing = match name.split_once('/') {
                Some((folder, _)) => folders.contains(folder) && is_path(&name) && tree.text(&name).is_none(),
                None => is_test_name(&name) && !defined(&name),
            };
            if is_missing {
                findings.push(format!("{}: `{name}` does not exist: write its present name", document.at(line)));
            }
        }
    }
    findings
}

/// The inline code of a Markdown text, with its lines.
fn inline_code(text: &str) -> Vec<(String, usize)> {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
    let code = events.filter_map(|(event, range)| match event {
        Event::Code(code) => Some((code.into_string(), text[..range.start].matches('\n').count() + 1)),
        _ => None,
    });
    code.collect()
}

/// Whether this is the path of one source file. A pattern such as `schema/*.toml` is none.
fn is_path(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    name.chars().all(is_plain) && ["rs", "ts", "tsx", "toml", "sql"].iter().any(|kind| has_extension(name, kind))
}

fn is_test_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.chars().all(is_plain) && name.matches('_').count() >= MIN_UNDERSCORES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(page: &str) -> Findings {
        let code = "//! x\n#[test]\nfn a_full_list_is_refused() {}\n";
        named_files_and_tests_exist(&Tree::of(&[("docs/page.md", page), ("a/b.rs", code)]))
    }

    #[test]
    fn names_of_files_and_tests_are_accepted() {
        let page = "`a/b.rs` and `a_full_list_is_refused`; `other/b.rs`, `a/*.rs`, `a/{name}.rs`, `short_name`\n";
        assert_eq!(findings(page), [""; 0]);
    }

    #[test]
    fn old_names_are_reported_with_their_lines() {
        let found = findings("# Page\n\n`a/old.rs`\n\n| |\n|--|\n| `a_full_list_was_refused` |\n");
        let lines: Vec<&str> = found.iter().filter_map(|finding| finding.split(": ").next()).collect();
        assert_eq!(lines, ["docs/page.md:3", "docs/page.md:7"]);
    }
}
