//! Describes the selected lines by their syntax tree: functions, loops, branches, exits.

use std::ops::Range;

use ast_grep_core::AstGrep;
use ast_grep_core::tree_sitter::StrDoc;

use crate::language::Language;
use crate::source::{Source, SyntaxNode};
use crate::wording::{and_list, lines_in_words, plural};

/// The number of names in a description.
const NAMES: usize = 5;

/// The longest printed name.
const LONGEST_NAME: usize = 60;

/// Describes some lines in a few sentences, if they contain anything that is counted.
pub(crate) fn describe(tree: &AstGrep<StrDoc<Language>>, source: &Source<'_>, scope: &Range<usize>) -> Option<String> {
    let syntax = tree.lang().syntax();
    let (mut loops, mut branches, mut exits) = (0, 0, 0);
    let (mut defined, mut around) = (Vec::new(), None);
    for node in tree.root().dfs() {
        let (first, last) = (node.start_pos().line(), node.end_pos().line());
        if last < scope.start || first >= scope.end {
            continue;
        }
        let kind = node.kind();
        let is = |kinds: &[&str]| node.is_named() && kinds.contains(&&*kind);
        let begins_here = scope.contains(&first);
        if is(syntax.functions) {
            match function_name(&node) {
                Some(name) if begins_here => defined.push(name),
                Some(name) if last + 1 >= scope.end => around = Some(name),
                _ => {}
            }
        }
        if begins_here {
            loops += usize::from(is(syntax.loops));
            branches += usize::from(is(syntax.branches));
            exits += usize::from(is(syntax.exits));
        }
    }
    let place = lines_in_words(source, scope);
    let counted = counted(loops, branches);
    let mut sentences = Vec::new();
    sentences.extend(match (around, counted) {
        (Some(name), Some(counted)) => Some(format!("In the function `{name}`, {counted} in {place}.")),
        (Some(name), None) => {
            let verb = if scope.len() == 1 { "is" } else { "are" };
            Some(format!("{}{} {verb} inside the function `{name}`.", place[..1].to_uppercase(), &place[1..]))
        }
        (None, Some(counted)) => Some(format!("{}{} in {place}.", counted[..1].to_uppercase(), &counted[1..])),
        (None, None) => None,
    });
    sentences.extend(definitions(&defined));
    if exits > 0 {
        sentences.push(format!("A function can be left in {}.", plural(exits, "place")));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// “1 loop and 2 branches begin”. A kind that is not counted is not denied, because a call can be a loop too.
fn counted(loops: usize, branches: usize) -> Option<String> {
    let parts: Vec<_> = [(loops, "loop"), (branches, "branch")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| plural(count, noun))
        .collect();
    let verb = if loops + branches == 1 { "begins" } else { "begin" };
    (!parts.is_empty()).then(|| format!("{} {verb}", and_list(&parts)))
}

fn definitions(names: &[String]) -> Option<String> {
    let listed: Vec<_> = names.iter().take(NAMES).map(|name| format!("`{name}`")).collect();
    let more = names.len() - listed.len();
    match names.len() {
        0 => None,
        1 => Some(format!("The function {} is defined here.", listed[0])),
        count if more > 0 => {
            Some(format!("{count} functions are defined here: {} and {more} more.", listed.join(", ")))
        }
        count => Some(format!("{count} functions are defined here: {}.", and_list(&listed))),
    }
}

/// The name of a function: its own, that of its declarator in C, or that of its variable.
fn function_name(function: &SyntaxNode<'_>) -> Option<String> {
    let mut named = function.clone();
    while let Some(declarator) = named.field("declarator") {
        named = declarator;
    }
    let own = function.field("name");
    let declared = (named.node_id() != function.node_id()).then_some(named);
    let variable = || function.parent().filter(|parent| parent.kind() == "variable_declarator")?.field("name");
    let name = own.or(declared).or_else(variable)?;
    let name: String = name.text().chars().filter(|c| !c.is_whitespace() && *c != '`').take(LONGEST_NAME).collect();
    (!name.is_empty()).then_some(name)
}
