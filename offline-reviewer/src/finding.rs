//! The request of a review, and the findings of the rules.

use ast_grep_core::AstGrep;
use ast_grep_core::tree_sitter::StrDoc;

use crate::language::Language;
use crate::patch::Patch;
use crate::rules::Topic;
use crate::source::{Source, Unparsed};

/// The number of kinds of findings that an answer explains.
pub(crate) const MAX_EXPLAINED: usize = 3;

/// Code and a question about it.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// The name of the language, as the product displays it.
    pub language: &'a str,
    /// The name of the file.
    pub filename: &'a str,
    /// The lines, without line feeds and with carriage returns.
    pub lines: Vec<&'a str>,
    /// The number of the first line, from 1.
    pub first_line: usize,
    /// The numbers of the first and the last selected line.
    pub selection: Option<(usize, usize)>,
    /// The question.
    pub question: &'a str,
}

/// The readable code.
pub(crate) struct Code<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) language: Option<Language>,
    pub(crate) tree: Option<AstGrep<StrDoc<Language>>>,
    pub(crate) unparsed: Option<Unparsed>,
}

/// A finding of one rule.
#[derive(Debug)]
pub struct Finding {
    /// The name of the rule.
    pub rule: &'static str,
    /// The numbers of the lines. The first is the line of the message.
    pub lines: Vec<usize>,
    /// The problem.
    pub message: String,
    /// The reason, and the solution.
    pub note: &'static str,
    /// A change that fixes one of the lines.
    pub patch: Option<Patch>,
    pub(crate) topic: Topic,
    pub(crate) is_error: bool,
}
