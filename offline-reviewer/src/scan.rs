//! Matches the rules against the syntax tree.

use std::time::Instant;

use ast_grep_core::matcher::{Matcher as _, MatcherExt as _};
use ast_grep_core::tree_sitter::StrDoc;
use ast_grep_core::{AstGrep, NodeMatch};

use crate::language::Language;
use crate::rules::{Rule, rules};
use crate::source::SyntaxNode;

/// A place where a rule matches.
pub(crate) struct Hit {
    pub(crate) rule: &'static Rule,
    /// The index of the line.
    pub(crate) line: usize,
    pub(crate) message: String,
    pub(crate) edit: Option<Edit>,
}

/// New text for some lines, by their indexes. It includes the text before and after the replaced node.
pub(crate) struct Edit {
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) text: String,
}

/// The findings, and whether the time was sufficient for the whole tree.
pub(crate) struct Scanned {
    pub(crate) hits: Vec<Hit>,
    pub(crate) complete: bool,
}

/// Matches every rule of the language, in the order of the text.
pub(crate) fn scan(tree: &AstGrep<StrDoc<Language>>, deadline: Instant) -> Scanned {
    let rules = rules(*tree.lang());
    let mut by_kind: Vec<Vec<&'static Rule>> = Vec::new();
    for rule in rules {
        for kind in &rule.config.matcher.potential_kinds().unwrap_or_default() {
            if by_kind.len() <= kind {
                by_kind.resize(kind + 1, Vec::new());
            }
            by_kind[kind].push(rule);
        }
    }
    let mut hits = Vec::new();
    for node in tree.root().dfs() {
        let Some(rules) = by_kind.get(usize::from(node.kind_id())).filter(|rules| !rules.is_empty()) else { continue };
        if Instant::now() > deadline {
            return Scanned { hits, complete: false };
        }
        // Checked last, because it is rarely true and walks down from the root.
        let found = rules.iter().filter_map(|rule| Some((rule, rule.config.matcher.match_node(node.clone())?)));
        hits.extend(found.filter(|(_, found)| !is_doubtful(found)).map(|(rule, found)| hit(rule, &found)));
    }
    Scanned { hits, complete: true }
}

/// Whether the parser guessed here: the node, its parent, or a surrounding error.
fn is_doubtful(node: &SyntaxNode<'_>) -> bool {
    node.get_inner_node().has_error()
        || node.ancestors().any(|around| around.is_error())
        || node.parent().is_some_and(|parent| parent.parent().is_some() && parent.get_inner_node().has_error())
}

fn hit(rule: &'static Rule, found: &NodeMatch<'_, StrDoc<Language>>) -> Hit {
    let line = found.start_pos().line();
    let message = rule.config.get_message(found).split_whitespace().collect::<Vec<_>>().join(" ");
    Hit { rule, line, message, edit: edit(rule, found) }
}

/// The rule's fix, extended to whole lines.
fn edit(rule: &Rule, found: &NodeMatch<'_, StrDoc<Language>>) -> Option<Edit> {
    let fixer = rule.config.fixer.first()?;
    let edit = found.make_edit(&rule.config.matcher, fixer);
    let source = found.get_doc().src.as_str();
    let (start, end) = (edit.position, edit.position + edit.deleted_length);
    let before = source.get(..start)?;
    let after = source.get(end..)?;
    let first = before.matches('\n').count();
    let last = first + source.get(start..end)?.matches('\n').count();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line_rest = after.find('\n').map_or(after, |at| &after[..at]);
    let inserted = String::from_utf8(edit.inserted_text).ok()?;
    Some(Edit { first, last, text: [&before[line_start..], &inserted, line_rest].concat() })
}
