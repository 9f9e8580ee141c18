//! The lexer: cuts one line at a time into words, numbers, strings and symbols, and carries what stays open to the next.

use crate::language::Language;

use super::quotes;
use super::syntax::{self, Syntax};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Number,
    /// A string, or the part of one that stands on this line.
    Text,
    /// A shell variable outside quotes.
    Variable,
    Symbol,
}

/// One token, and where in its line it begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
    pub(crate) start: usize,
}

impl Token<'_> {
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(crate) fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }
}

/// What the lexer is in the middle of.
#[derive(Debug)]
enum Inside<'a> {
    Comment {
        depth: usize,
    },
    Text {
        close: String,
        escapes: bool,
    },
    /// A template string of JavaScript.
    Template,
    /// Code inside a template string, with the braces it has opened.
    Hole {
        braces: usize,
    },
    Heredoc {
        label: &'a str,
    },
    /// The text around the code of a PHP page, or Ruby's `=begin`.
    Markup {
        until: &'static str,
    },
}

/// A line's tokens and its comment.
#[derive(Debug, Default)]
pub(super) struct Lexed<'a> {
    pub(super) tokens: Vec<Token<'a>>,
    pub(super) comment: Option<&'a str>,
}

/// Reads the lines of one file in order.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    language: Language,
    syntax: &'static Syntax,
    open: Vec<Inside<'a>>,
    /// Labels of here-documents that begin on the next line.
    waiting: Vec<&'a str>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(language: Language, text: &str) -> Self {
        let mut lexer = Self { language, syntax: syntax::of(language), open: Vec::new(), waiting: Vec::new() };
        if language == Language::Php && quotes::php_begins_outside_code(text) {
            lexer.open.push(Inside::Markup { until: "<?" });
        }
        lexer
    }

    pub(super) fn line(&mut self, text: &'a str) -> Lexed<'a> {
        let mut lexed = Lexed::default();
        let mut at = 0;
        if self.language == Language::Ruby && self.open.is_empty() && text.starts_with("=begin") {
            self.open.push(Inside::Markup { until: "=end" });
        }
        while at < text.len() {
            at = self.step(text, at, &mut lexed);
        }
        for label in self.waiting.drain(..).rev() {
            self.open.push(Inside::Heredoc { label });
        }
        lexed
    }

    /// Reads one piece from `at` on and returns where it ends, always further on.
    fn step(&mut self, text: &'a str, at: usize, lexed: &mut Lexed<'a>) -> usize {
        let rest = &text[at..];
        match self.open.last() {
            None | Some(Inside::Hole { .. }) => self.code(text, at, lexed),
            Some(Inside::Comment { depth }) => {
                let depth = *depth;
                self.comment(text, at, depth, lexed)
            }
            Some(Inside::Text { close, escapes }) => {
                let end = quotes::end_of(rest, close, *escapes);
                if end.is_some() {
                    self.open.pop();
                }
                let end = at + end.unwrap_or(rest.len());
                lexed.push(Kind::Text, text, at, end)
            }
            Some(Inside::Template) => self.template(text, at, at, lexed),
            Some(Inside::Heredoc { label }) => {
                let label = *label;
                self.heredoc(text, at, label, lexed)
            }
            Some(Inside::Markup { until }) => {
                let until = *until;
                self.markup(rest, at, until)
            }
        }
    }

    fn code(&mut self, text: &'a str, at: usize, lexed: &mut Lexed<'a>) -> usize {
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else {
            return text.len();
        };
        if first.is_whitespace() {
            return at + first.len_utf8();
        }
        if self.begins_line_comment(text, at) {
            lexed.comment = Some(rest);
            return text.len();
        }
        if let Some((open, _)) = self.syntax.block_comment
            && rest.starts_with(open)
        {
            self.open.push(Inside::Comment { depth: 0 });
            return self.comment(text, at, 0, lexed);
        }
        if self.language == Language::Php && rest.starts_with("?>") {
            self.open.push(Inside::Markup { until: "<?" });
            return at + 2;
        }
        self.text(text, at, lexed)
            .or_else(|| self.variable(text, at, lexed))
            .or_else(|| self.word(text, at, first, lexed))
            .unwrap_or_else(|| self.symbol(text, at, lexed))
    }

    fn begins_line_comment(&self, text: &str, at: usize) -> bool {
        let rest = &text[at..];
        let begins = |mark: &&str| rest.starts_with(*mark);
        if !self.syntax.line_comments.iter().any(begins) {
            return false;
        }
        match self.language {
            // `#` is a comment only where a word could begin: not in `$#` or `a#b`.
            Language::Shell => text[..at]
                .chars()
                .next_back()
                .is_none_or(|before| before.is_whitespace() || matches!(before, ';' | '(' | '|')),
            Language::Php => !rest.starts_with("#["),
            _ => true,
        }
    }

    /// Goes through a block comment, from its opening or from inside it.
    fn comment(&mut self, text: &'a str, at: usize, depth: usize, lexed: &mut Lexed<'a>) -> usize {
        let Some((open, close)) = self.syntax.block_comment else {
            self.open.pop();
            return text.len();
        };
        let mut depth = depth;
        let mut here = at;
        while here < text.len() {
            let rest = &text[here..];
            if rest.starts_with(close) {
                here += close.len();
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    self.open.pop();
                    lexed.comment = Some(&text[at..here]);
                    return here;
                }
            } else if rest.starts_with(open) && (depth == 0 || self.syntax.nests) {
                here += open.len();
                depth += 1;
            } else {
                here += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        if let Some(Inside::Comment { depth: kept }) = self.open.last_mut() {
            *kept = depth;
        }
        lexed.comment = Some(&text[at..]);
        text.len()
    }

    /// A string that begins here, if one does.
    fn text(&mut self, text: &'a str, at: usize, lexed: &mut Lexed<'a>) -> Option<usize> {
        let rest = &text[at..];
        let script = matches!(self.language, Language::JavaScript | Language::TypeScript);
        if script && rest.starts_with('`') {
            self.open.push(Inside::Template);
            return Some(self.template(text, at, at + 1, lexed));
        }
        if (script || self.language == Language::Ruby)
            && let Some(length) = quotes::regex(rest, lexed.tokens.last())
        {
            return Some(lexed.push(Kind::Text, text, at, at + length));
        }
        let own = quotes::prefixed(self.language, rest);
        let (open, close, escapes, spans) = match own {
            Some(string) => (string.open, string.close, string.escapes, string.spans),
            None => self
                .syntax
                .quotes
                .iter()
                .find(|quote| rest.starts_with(quote.open))
                .map(|q| (q.open.len(), q.close.to_owned(), q.escapes, q.spans))?,
        };
        let body = &rest[open..];
        let end = if self.language == Language::Shell && close == "\"" {
            quotes::end_of_shell_text(body)
        } else {
            quotes::end_of(body, &close, escapes)
        };
        if end.is_none() && spans {
            self.open.push(Inside::Text { close, escapes });
        }
        let end = end.map_or(text.len(), |end| at + open + end);
        Some(lexed.push(Kind::Text, text, at, end))
    }

    /// Goes on in a template string from `from`; the token begins at `at`.
    fn template(&mut self, text: &'a str, at: usize, from: usize, lexed: &mut Lexed<'a>) -> usize {
        let rest = &text[from..];
        let close = quotes::end_of(rest, "`", true);
        let hole = quotes::end_of(rest, "${", true);
        let end = match (close, hole) {
            (_, Some(hole)) if close.is_none_or(|close| hole < close) => {
                self.open.push(Inside::Hole { braces: 0 });
                from + hole
            }
            (Some(close), _) => {
                self.open.pop();
                from + close
            }
            _ => text.len(),
        };
        lexed.push(Kind::Text, text, at, end)
    }

    fn heredoc(&mut self, text: &'a str, at: usize, label: &str, lexed: &mut Lexed<'a>) -> usize {
        let trimmed = text.trim_start();
        let ends = trimmed.strip_prefix(label).is_some_and(|after| {
            after.trim().is_empty()
                || (self.language == Language::Php && !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        });
        if at > 0 || !ends {
            return lexed.push(Kind::Text, text, at, text.len());
        }
        self.open.pop();
        text.len() - trimmed.len() + label.len()
    }

    fn markup(&mut self, rest: &str, at: usize, until: &str) -> usize {
        let Some(found) = rest.find(until) else {
            return at + rest.len();
        };
        self.open.pop();
        let tag = ["<?php", "<?=", "<?"].into_iter().find(|tag| rest[found..].starts_with(tag));
        at + found + tag.map_or(rest.len() - found, str::len)
    }

    /// A shell variable: `$name`, `${…}`, `$1`, `$@`.
    fn variable(&mut self, text: &'a str, at: usize, lexed: &mut Lexed<'a>) -> Option<usize> {
        let rest = &text[at..];
        if self.language != Language::Shell {
            return None;
        }
        let length = quotes::shell_variable(rest)?;
        Some(lexed.push(Kind::Variable, text, at, at + length))
    }

    fn word(&mut self, text: &'a str, at: usize, first: char, lexed: &mut Lexed<'a>) -> Option<usize> {
        let rest = &text[at..];
        if first.is_ascii_digit() {
            let end = at + quotes::number(rest);
            return Some(lexed.push(Kind::Number, text, at, end));
        }
        let length = quotes::word(self.language, rest)?;
        Some(lexed.push(Kind::Word, text, at, at + length))
    }

    fn symbol(&mut self, text: &'a str, at: usize, lexed: &mut Lexed<'a>) -> usize {
        let rest = &text[at..];
        if let Some((label, length)) = quotes::heredoc(self.language, rest) {
            self.waiting.push(label);
            return lexed.push(Kind::Text, text, at, at + length);
        }
        if let Some(Inside::Hole { braces }) = self.open.last_mut() {
            match rest.as_bytes().first() {
                Some(b'{') => *braces += 1,
                Some(b'}') if *braces == 0 => {
                    self.open.pop();
                    return self.template(text, at, at, lexed);
                }
                Some(b'}') => *braces -= 1,
                _ => {}
            }
        }
        let end = at + syntax::symbol_length(self.language, rest).max(1);
        lexed.push(Kind::Symbol, text, at, end)
    }
}

impl<'a> Lexed<'a> {
    fn push(&mut self, kind: Kind, text: &'a str, start: usize, end: usize) -> usize {
        self.tokens.push(Token { kind, text: &text[start..end], start });
        end
    }
}
