//! Limits for the length of files and functions.

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

use crate::tidy::Findings;
use crate::tidy::rust::syntax;
use crate::tidy::tree::{File, Tree};

/// The limit for a hand-written file.
pub const MAX_FILE_LINES: usize = 400;
/// The limit for a function, from its `fn` to its closing brace.
pub const MAX_FUNCTION_LINES: usize = 70;

/// Files over [`MAX_FILE_LINES`].
#[must_use]
pub fn files_are_short(tree: &Tree) -> Findings {
    let long = |file: &File| {
        let lines = file.text.lines().count();
        (lines > MAX_FILE_LINES)
            .then(|| format!("{} has {lines} lines; the limit is {MAX_FILE_LINES}: split it", file.path))
    };
    tree.rust().filter_map(long).collect()
}

/// Functions over [`MAX_FUNCTION_LINES`].
#[must_use]
pub fn functions_are_short(tree: &Tree) -> Findings {
    let mut findings = Vec::new();
    for file in tree.rust() {
        match syntax(file) {
            Ok(syntax) => Functions { file, findings: &mut findings }.visit_file(&syntax),
            Err(finding) => findings.push(finding),
        }
    }
    findings
}

struct Functions<'f> {
    file: &'f File,
    findings: &'f mut Findings,
}

impl Functions<'_> {
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let (first, last) = (signature.fn_token.span().start().line, block.brace_token.span.close().end().line);
        let lines = last + 1 - first;
        if lines > MAX_FUNCTION_LINES {
            let place = self.file.at(first);
            self.findings.push(format!(
                "{place}: `{}` has {lines} lines; the limit is {MAX_FUNCTION_LINES}: move a part of it to a function",
                signature.ident
            ));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.function(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_lines(lines: usize) -> String {
        format!("//! x\nimpl X {{\n    fn long() {{\n{}    }}\n}}\n", "        a();\n".repeat(lines - 2))
    }

    #[test]
    fn a_function_is_counted_from_its_signature_to_its_end() {
        let tree = Tree::of(&[("a/src/lib.rs", &of_lines(MAX_FUNCTION_LINES)), ("a/src/b.rs", &of_lines(71))]);
        let findings = functions_are_short(&tree);
        assert_eq!(findings, ["a/src/b.rs:3: `long` has 71 lines; the limit is 70: move a part of it to a function"]);
    }

    #[test]
    fn generated_files_and_testdata_may_be_long() {
        let long = of_lines(500);
        for path in ["model/src/generated/keys.rs", "codegen/testdata/good/a/expected/model/src/generated/b.rs"] {
            let tree = Tree::of(&[(path, &long)]);
            assert!(files_are_short(&tree).is_empty() && functions_are_short(&tree).is_empty(), "{path}");
        }
        assert_eq!(files_are_short(&Tree::of(&[("model/src/a.rs", &long)])).len(), 1);
    }

    #[test]
    fn a_file_that_is_not_rust_is_reported() {
        let findings = functions_are_short(&Tree::of(&[("a/src/lib.rs", "//! x\nfn a( {}\n")]));
        assert!(findings[0].starts_with("a/src/lib.rs"), "{findings:?}");
        assert!(findings[0].contains("is no Rust"), "{findings:?}");
    }
}
