//! What a review is asked, and what the rules find.

use ast_grep_core::AstGrep;
use ast_grep_core::tree_sitter::StrDoc;

use crate::language::Language;
use crate::patch::Patch;
use crate::rules::Topic;
use crate::source::{Source, Unparsed};

/// How many kinds of finding an answer explains.
pub(crate) const TOLD: usize = 3;

/// Code and a question about it.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// The name of the language that the product shows.
    pub language: &'a str,
    /// The name of the file.
    pub filename: &'a str,
    /// The lines that were sent, without line feeds and with carriage returns.
    pub lines: Vec<&'a str>,
    /// The number of the first of them, from 1.
    pub first_line: usize,
    /// The numbers of the first and the last selected line.
    pub selection: Option<(usize, usize)>,
    /// The question.
    pub question: &'a str,
}

/// The code as far as it can be read.
pub(crate) struct Code<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) language: Option<Language>,
    pub(crate) tree: Option<AstGrep<StrDoc<Language>>>,
    pub(crate) unparsed: Option<Unparsed>,
}

/// What one rule finds.
#[derive(Debug)]
pub struct Finding {
    /// The name of the rule.
    pub rule: &'static str,
    /// The numbers of the lines, first that of the message.
    pub lines: Vec<usize>,
    /// What is wrong.
    pub message: String,
    /// Why, and what to do.
    pub note: &'static str,
    /// A change that fixes one of the lines.
    pub patch: Option<Patch>,
    pub(crate) topic: Topic,
    pub(crate) is_error: bool,
}
