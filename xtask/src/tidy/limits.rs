//! Limits: each one of schema/limits.toml is used by the documents or by the product.

use std::collections::BTreeSet;

use crate::tidy::Findings;
use crate::tidy::rust::tokens;
use crate::tidy::tree::{File, Tree};
use codegen::files::has_extension;
use codegen::{LIMITS, PATTERNS};

/// Every limit is used: as `@name` in a document, or as its constant outside of generated code and tests. The compiler
/// does not report a public constant that no code uses.
#[must_use]
pub fn limits_are_used(tree: &Tree) -> Findings {
    let Some(text) = tree.text(LIMITS) else { return Findings::new() };
    let limits = match text.parse::<toml::Table>() {
        Ok(limits) => limits,
        Err(error) => return vec![format!("{LIMITS}: {error}")],
    };
    let product = tree.rust().filter(|file| file.path.contains("/src/") && !file.path.starts_with("tests/"));
    let constants: BTreeSet<String> =
        product.flat_map(|file| tokens(file).unwrap_or_default()).map(|token| token.text).collect();
    let documents: Vec<&File> = tree.files.iter().filter(|file| is_document(file)).collect();
    let is_named = |name: &str| documents.iter().any(|file| names(&file.text, name));
    let is_unused = |name: &&String| !constants.contains(&name.to_uppercase()) && !is_named(name);
    let unused = limits.keys().filter(is_unused);
    unused.map(|name| format!("{LIMITS}: no document and no code uses `{name}`; remove it")).collect()
}

fn is_document(file: &File) -> bool {
    let in_schema = file.path.starts_with("schema/") && has_extension(&file.path, "toml");
    file.path == PATTERNS || in_schema && file.path != LIMITS
}

/// Whether a text has `@name`, and not only a longer name.
fn names(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(&format!("@{name}")).any(|(at, found)| !text[at + found.len()..].starts_with(is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_used_by_a_document_or_by_code() {
        let limits = "[lines]\nvalue = 1\n[lines_per_page]\nvalue = 2\n[pause]\nvalue = 3\n[age]\nvalue = 4\n";
        let of = |document: &str, code: &str| {
            let files = [
                (LIMITS, limits),
                (PATTERNS, document),
                ("model/src/a.rs", code),
                ("model/src/generated/limits.rs", "pub const AGE: u32 = 4;"),
                ("tests/src/a.rs", "use model::limits::AGE;"),
            ];
            limits_are_used(&Tree::of(&files))
        };
        let document = "```toml pattern=AP-01\npage = \"@lines_per_page\"\n```\n";
        assert_eq!(
            of(document, "use crate::limits::PAUSE;"),
            ["age", "lines"].map(|name| format!("{LIMITS}: no document and no code uses `{name}`; remove it"))
        );
        let document = format!("At most `@lines`. {document}");
        assert_eq!(of(&document, "use crate::limits::{AGE, PAUSE};"), [""; 0]);
    }
}
