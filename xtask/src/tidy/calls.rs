//! Uncalled access patterns: the product calls every pattern that its documents describe.

use std::collections::BTreeSet;

use codegen::PatternName;
use proc_macro2::TokenStream;
use syn::visit::{self, Visit};

use crate::tidy::Findings;
use crate::tidy::rust::{flat, is_for_tests, lines_with, syntax, tokens};
use crate::tidy::tree::{File, Tree};

/// The patterns without a call, one on each line.
pub const PATTERNS_FILE: &str = "xtask/testdata/uncalled-patterns.txt";

/// The folders of the product's calls. `cli` and `tests` can call every pattern, so their calls do not count.
const PRODUCT: [&str; 2] = ["model/src/", "handlers/src/"];

/// The patterns that the product never calls, as the lines of [`PATTERNS_FILE`]. The patterns of operators are called
/// from the command line.
#[must_use]
pub fn uncalled_patterns(tree: &Tree, patterns: &[PatternName]) -> Vec<String> {
    let mut calls = Calls::default();
    for file in tree.rust().filter(|file| is_product(file)) {
        // Other rules report files that are not Rust.
        if let Ok(syntax) = syntax(file) {
            calls.visit_file(&syntax);
        }
    }
    let uncalled = patterns.iter().filter(|pattern| !pattern.tool && !calls.0.contains(&pattern.name));
    uncalled.map(|pattern| format!("{} {}", pattern.id, pattern.name)).collect()
}

/// A handler reads only the items of its request: it names no pattern that scans the table.
#[must_use]
pub fn no_handler_scans(tree: &Tree, patterns: &[PatternName]) -> Findings {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| file.path.starts_with("handlers/")) {
        for PatternName { id, name, .. } in patterns.iter().filter(|pattern| pattern.scan) {
            for line in lines_with(&tokens(file).unwrap_or_default(), &[name]) {
                findings.push(format!("{}: `{name}` is {id}, which reads the whole table", file.at(line)));
            }
        }
    }
    findings
}

/// Only `model` calls raw patterns, which do not enforce the product's rules. Other crates call the methods of its
/// nouns.
#[must_use]
pub fn only_the_model_calls_raw_patterns(tree: &Tree) -> Findings {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| file.path.starts_with("handlers/src/") || file.path.starts_with("cli/src/")) {
        for line in lines_with(&tokens(file).unwrap_or_default(), &[".", "patterns", "("]) {
            findings
                .push(format!("{}: `.patterns()`: call a method of a noun, such as `store.sessions()`", file.at(line)));
        }
    }
    findings
}

fn is_product(file: &File) -> bool {
    let is_test = file.path.split('/').any(|part| matches!(part, "tests" | "tests.rs"));
    !is_test && PRODUCT.iter().any(|place| file.path.starts_with(place))
}

/// The names of all called functions, outside of tests.
#[derive(Default)]
struct Calls(BTreeSet<String>);

impl Calls {
    /// Calls among the tokens of a macro: names after a `.` or a `::`.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens = flat(tokens);
        let calls = tokens.windows(2).filter(|pair| matches!(pair[0].text.as_str(), "." | ":"));
        self.0.extend(calls.map(|pair| pair[1].text.clone()));
    }
}

impl<'ast> Visit<'ast> for Calls {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_impl(self, item);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.0.insert(call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if path.path.segments.len() > 1 {
            self.0.extend(path.path.segments.last().map(|last| last.ident.to_string()));
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_that_calls_a_raw_pattern_is_found() {
        let call = "//! x\nfn a(store: &Store) { store.patterns().get_user(id); }\n";
        let tree = Tree::of(&[("handlers/src/a.rs", call), ("tests/src/a.rs", call), ("model/src/a.rs", call)]);
        let expected = "handlers/src/a.rs:2: `.patterns()`: call a method of a noun, such as `store.sessions()`";
        assert_eq!(only_the_model_calls_raw_patterns(&tree), [expected]);
    }

    fn pattern(id: &str, name: &str, tool: bool, scan: bool) -> PatternName {
        let (id, name) = (id.to_owned(), name.to_owned());
        PatternName { id, name, title: String::new(), callers: Vec::new(), tool, scan }
    }

    fn uncalled(path: &str, code: &str) -> bool {
        let of_tool = |name, tool| pattern("AP-01", name, tool, false);
        let tree = Tree::of(&[(path, &format!("//! x\n{code}\n"))]);
        let found = uncalled_patterns(&tree, &[of_tool("get_note", false), of_tool("count_notes", true)]);
        assert!(found.is_empty() || found == ["AP-01 get_note"], "{found:?}");
        !found.is_empty()
    }

    #[test]
    fn a_call_of_the_product_is_found_in_any_form() {
        for code in [
            "async fn a(s: &Store) { s.get_note(id).await }",
            "async fn a(s: &Store) { Store::get_note(s, id).await }",
            "async fn a(s: &Store) { tokio::join!(s.other(), s.get_note(id)) }",
            "impl X { fn a(&self) { ids.map(|id| self.store.get_note(id)) } }",
        ] {
            assert!(!uncalled("handlers/src/notes/get.rs", code), "{code}");
            assert!(!uncalled("model/src/note.rs", code), "{code}");
        }
    }

    #[test]
    fn a_handler_that_names_a_scan_is_found() {
        let code = "//! No `scan_notes` here.\nfn a(s: &Store) {\n    s.scan_notes(0, 1, None)\n}\n";
        let patterns = [("scan_notes", true), ("a", false)].map(|(name, scan)| pattern("AP-09", name, true, scan));
        let tree = Tree::of(&[("handlers/src/notes.rs", code), ("cli/src/notes.rs", code)]);
        let expected = "handlers/src/notes.rs:3: `scan_notes` is AP-09, which reads the whole table";
        assert_eq!(no_handler_scans(&tree, &patterns), [expected]);
    }

    #[test]
    fn calls_elsewhere_do_not_count() {
        let call = "fn a(s: &Store) { s.get_note(id) }";
        let others =
            ["cli/src/query.rs", "tests/tests/a.rs", "model/src/generated/pattern/a.rs", "model/src/code/tests/a.rs"];
        for path in others {
            assert!(uncalled(path, call), "{path}");
        }
        for code in [
            "#[cfg(test)] mod tests { fn a(s: &Store) { s.get_note(id) } }",
            "#[tokio::test] async fn a() { s.get_note(id) }",
            "fn a() { let get_note = 1; get_note(); }",
            "// s.get_note(id)\nfn a() { let x = \"s.get_note(id)\"; }",
        ] {
            assert!(uncalled("handlers/src/a.rs", code), "{code}");
        }
    }
}
