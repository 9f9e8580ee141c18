//! The code under review, read into lines of tokens.

mod functions;
mod lex;
mod line;
mod quotes;
mod syntax;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use crate::language::Language;

pub(crate) use functions::Function;
pub(crate) use lex::Kind;
pub(crate) use line::Line;
pub(crate) use syntax::is_keyword;

/// Longer lines are minified code or data, and are not read.
pub(crate) const LONGEST_LINE: usize = 4_000;

/// The longest function that is read as a whole.
const LONGEST_READ: usize = 500;

/// The functions of a file by their first line, and for each line the innermost one around it.
#[derive(Debug)]
struct Functions<'a> {
    all: Vec<Function<'a>>,
    around: Vec<Option<usize>>,
}

/// The lines of one file that were sent for review. Positions are indexes into `lines`; numbers are the file's.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) language: Language,
    pub(crate) lines: Vec<Line<'a>>,
    /// The lines with their carriage returns, as they must be quoted.
    exact: Vec<&'a str>,
    /// Whether nothing of the file was left out.
    pub(crate) whole: bool,
    /// How many braces are open where each line begins.
    pub(crate) depths: Vec<usize>,
    /// Whether each line begins inside round or square brackets.
    pub(crate) continues: Vec<bool>,
    /// For each opening brace, as line and token, the line of its closing one.
    closers: HashMap<(usize, usize), usize>,
    functions: OnceCell<Functions<'a>>,
    mentions: OnceCell<HashMap<&'a str, usize>>,
}

impl<'a> Source<'a> {
    /// Reads `exact`, the lines from number `first` on.
    pub(crate) fn new(language: Language, exact: Vec<&'a str>, first: usize, total: usize) -> Self {
        let bare = |line: &'a str| line.strip_suffix('\r').unwrap_or(line);
        let opening = exact.iter().take(400).copied().collect::<Vec<_>>().join("\n");
        let mut lexer = lex::Lexer::new(language, &opening);
        let mut lines = Vec::with_capacity(exact.len());
        let mut depths = Vec::with_capacity(exact.len());
        let mut open = Vec::new();
        let mut closers = HashMap::new();
        let mut brackets = Vec::new();
        let mut continues = Vec::with_capacity(exact.len());
        for (index, line) in exact.iter().enumerate() {
            let text = bare(line);
            let pieces = lexer.line(text);
            depths.push(open.len());
            let inner = brackets.last().copied().unwrap_or("{");
            continues.push(inner != "{" || language == Language::Python && !brackets.is_empty());
            let readable = text.len() <= LONGEST_LINE;
            let tokens = if readable { pieces.tokens } else { Vec::new() };
            for (at, token) in tokens.iter().enumerate() {
                match token.text {
                    "(" | "[" | "{" => brackets.push(token.text),
                    ")" | "]" | "}" => {
                        brackets.pop();
                    }
                    _ => {}
                }
                match token.text {
                    "{" => open.push((index, at)),
                    "}" => {
                        if let Some(opened) = open.pop() {
                            closers.insert(opened, index);
                        }
                    }
                    _ => {}
                }
            }
            lines.push(Line { number: first + index, text, tokens, comment: pieces.comment.filter(|_| readable) });
        }
        let whole = first == 1 && exact.len() >= total;
        Self {
            language,
            lines,
            exact,
            whole,
            depths,
            continues,
            closers,
            functions: OnceCell::new(),
            mentions: OnceCell::new(),
        }
    }

    /// The exact text of some lines, joined as a patch quotes them.
    pub(crate) fn quote(&self, lines: Range<usize>) -> String {
        self.exact[lines].join("\n")
    }

    /// Whether the line at `index` ends in a carriage return.
    pub(crate) fn ends_in_return(&self, index: usize) -> bool {
        self.exact.get(index).is_some_and(|line| line.ends_with('\r'))
    }

    /// The functions whose beginning and end can both be seen.
    pub(crate) fn functions(&self) -> &[Function<'a>] {
        &self.find_functions().all
    }

    /// The innermost function around a line, unless it is too long for rules that read all of it for each of its lines.
    pub(crate) fn function_around(&self, index: usize) -> Option<&Function<'a>> {
        let functions = self.find_functions();
        let position = functions.around.get(index).copied().flatten()?;
        let function = functions.all.get(position)?;
        (function.lines.len() <= LONGEST_READ).then_some(function)
    }

    /// The first line that a rule looks back to from this one: the function's, or one not too far away.
    pub(crate) fn context_begins(&self, index: usize) -> usize {
        let function = self.function_around(index);
        function.map_or(index.saturating_sub(LONGEST_READ), |function| function.lines.first())
    }

    fn find_functions(&self) -> &Functions<'a> {
        self.functions.get_or_init(|| {
            let all = functions::find(self);
            let around = functions::innermost(&all, self.lines.len());
            Functions { all, around }
        })
    }

    /// The line that closes the brace at a token.
    pub(crate) fn closed_at(&self, index: usize, token: usize) -> Option<usize> {
        self.closers.get(&(index, token)).copied()
    }

    /// How often a name occurs anywhere, comments and strings included.
    pub(crate) fn mentions(&self, name: &str) -> usize {
        let counted = self.mentions.get_or_init(|| {
            let mut counted = HashMap::new();
            for line in &self.lines {
                let names = line.text.split(|c: char| !c.is_alphanumeric() && c != '_');
                for word in names.filter(|word| !word.is_empty()) {
                    *counted.entry(word).or_insert(0) += 1;
                }
            }
            counted
        });
        let bare = name.trim_start_matches(['$', '@']);
        counted.get(bare).copied().unwrap_or(0)
    }

    /// The next line that holds code.
    pub(crate) fn next_code(&self, index: usize) -> Option<usize> {
        (index + 1..self.lines.len()).find(|at| self.lines[*at].has_code())
    }

    /// The last line before this one that holds code.
    pub(crate) fn previous_code(&self, index: usize) -> Option<usize> {
        (0..index).rev().find(|at| self.lines[*at].has_code())
    }

    /// Whether an import of this file is in sight, or may stand where we cannot see.
    pub(crate) fn names_file(&self, file: &str) -> bool {
        !self.whole || self.lines.iter().any(|line| line.text.contains(file))
    }

    /// Whether a pattern stands on any line.
    pub(crate) fn has(&self, pattern: &str) -> bool {
        self.lines.iter().any(|line| line.has(pattern))
    }
}
