//! The lines of a request, and their syntax tree.

use std::ops::{ControlFlow, Range};
use std::time::Instant;

use ast_grep_core::tree_sitter::{LanguageExt as _, StrDoc};
use ast_grep_core::{AstGrep, Node};
use tree_sitter::{ParseOptions, Parser, Tree};

use crate::language::Language;

/// Longer texts are not parsed.
const LONGEST: usize = 2 * 1024 * 1024;

/// The longest name of a heredoc in Ruby, in bytes.
const LONGEST_HEREDOC: usize = 200;

/// The limit for the depth of a tree. ast-grep compares nodes recursively.
const DEEPEST: usize = 400;

/// A node of the tree.
pub(crate) type SyntaxNode<'t> = Node<'t, StrDoc<Language>>;

/// The lines of a file that a request contains. Indexes count from 0; numbers are those of the file.
pub(crate) struct Source<'a> {
    /// The lines with their carriage returns, for quotations.
    pub(crate) exact: Vec<&'a str>,
    /// The number of the first line.
    first: usize,
}

/// The reason why a text has no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unparsed {
    Length,
    Depth,
    Time,
    Heredoc,
}

impl<'a> Source<'a> {
    pub(crate) fn new(exact: Vec<&'a str>, first: usize) -> Self {
        Self { exact, first }
    }

    /// The number of the line at an index.
    pub(crate) fn number(&self, index: usize) -> usize {
        self.first + index
    }

    /// The indexes of the reviewed lines: the selected lines of the request, or all.
    pub(crate) fn scope(&self, selection: Option<(usize, usize)>) -> Range<usize> {
        let count = self.exact.len();
        let Some((first, last)) = selection else { return 0..count };
        let start = first.saturating_sub(self.first).min(count);
        let end = last.saturating_add(1).saturating_sub(self.first).min(count);
        start..end.max(start)
    }

    /// A line without its carriage return, and without the byte order mark at the beginning of a file.
    pub(crate) fn text(&self, index: usize) -> Option<&'a str> {
        let line = self.exact.get(index)?;
        let line = line.strip_suffix('\r').unwrap_or(line);
        Some(if index == 0 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line })
    }

    /// The syntax tree of the text. A row of the tree is the index of a line.
    pub(crate) fn parse(&self, language: Language, deadline: Instant) -> Result<AstGrep<StrDoc<Language>>, Unparsed> {
        let lines = 0..self.exact.len();
        let mut src = String::new();
        for line in lines.filter_map(|index| self.text(index)) {
            src.push_str(line);
            src.push('\n');
        }
        if src.len() > LONGEST {
            return Err(Unparsed::Length);
        }
        if language == Language::Ruby && has_long_heredoc(&src) {
            return Err(Unparsed::Heredoc);
        }
        let tree = match language {
            Language::Shell => parse(language, &ascii(&src), deadline),
            _ => parse(language, &src, deadline),
        };
        let tree = tree.ok_or(Unparsed::Time)?;
        if is_deeper(&tree, DEEPEST) {
            return Err(Unparsed::Depth);
        }
        Ok(AstGrep::doc(StrDoc { src, lang: language, tree }))
    }
}

/// The text with a letter for each byte that is not ASCII. The scanner of tree-sitter-bash looks characters up in a
/// table with 256 entries, and would read beyond its end. Positions stay the same.
fn ascii(src: &str) -> String {
    src.bytes().map(|byte| if byte.is_ascii() { char::from(byte) } else { '_' }).collect()
}

/// Whether a heredoc may have a longer name than the scanner of tree-sitter-ruby supports. Then the scanner would abort
/// the process.
fn has_long_heredoc(src: &str) -> bool {
    src.match_indices("<<").any(|(at, _)| {
        let name = src[at + 2..].trim_start_matches(['~', '-']);
        let end = match name.chars().next() {
            Some(quote @ ('"' | '\'' | '`')) => name[1..].find([quote, '\n']),
            _ => name.find(|c: char| !c.is_alphanumeric() && c != '_'),
        };
        end.unwrap_or(name.len()) > LONGEST_HEREDOC
    })
}

fn parse(language: Language, src: &str, deadline: Instant) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&language.get_ts_language()).ok()?;
    let mut in_time = |_: &_| {
        if Instant::now() < deadline { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut in_time);
    let mut rest = |at: usize, _| src.as_bytes().get(at..).unwrap_or_default();
    parser.parse_with_options(&mut rest, None, Some(options))
}

fn is_deeper(tree: &Tree, most: usize) -> bool {
    let mut cursor = tree.walk();
    loop {
        if cursor.depth() as usize > most {
            return true;
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return false;
            }
        }
    }
}
