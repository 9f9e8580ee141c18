//! One line of source and the questions rules ask of it: where a sequence of tokens stands, which bracket closes which.

use std::ops::Range;

use super::lex::{Kind, Token};
use super::syntax::is_keyword;

/// A line, its tokens, its comment.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    /// 1-based, as in the file.
    pub(crate) number: usize,
    /// Without a carriage return.
    pub(crate) text: &'a str,
    pub(crate) tokens: Vec<Token<'a>>,
    pub(crate) comment: Option<&'a str>,
}

impl<'a> Line<'a> {
    pub(crate) fn token(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    pub(crate) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    pub(crate) fn is_word(&self, at: usize) -> bool {
        self.kind(at) == Some(Kind::Word)
    }

    pub(crate) fn is_text(&self, at: usize) -> bool {
        self.kind(at) == Some(Kind::Text)
    }

    pub(crate) fn first(&self) -> &'a str {
        self.token(0)
    }

    pub(crate) fn last(&self) -> &'a str {
        self.tokens.last().map_or("", |token| token.text)
    }

    pub(crate) fn has_code(&self) -> bool {
        !self.tokens.is_empty()
    }

    pub(crate) fn indent(&self) -> &'a str {
        &self.text[..self.text.len() - self.text.trim_start().len()]
    }

    /// Whether the token stands right behind the one before it.
    pub(crate) fn touches_previous(&self, at: usize) -> bool {
        at > 0 && self.tokens.get(at).is_some_and(|token| self.tokens[at - 1].end() == token.start)
    }

    /// Whether the tokens from `at` on are those of `pattern`: its parts are separated by spaces, and `<word>`, `<text>`
    /// and `<number>` stand for any token of that kind.
    pub(crate) fn is_at(&self, at: usize, pattern: &str) -> bool {
        pattern.split(' ').enumerate().all(|(offset, part)| {
            self.tokens.get(at + offset).is_some_and(|token| match part {
                "<word>" => token.kind == Kind::Word,
                "<text>" => token.kind == Kind::Text,
                "<number>" => token.kind == Kind::Number,
                _ => token.kind != Kind::Text && token.text == part,
            })
        })
    }

    /// Every place where `pattern` stands.
    pub(crate) fn find(&self, pattern: &str) -> impl Iterator<Item = usize> {
        let first = pattern.split(' ').next().unwrap_or("");
        let any = first.len() > 2 && first.starts_with('<');
        let tokens = self.tokens.iter().enumerate();
        let begins = tokens.filter(move |(_, token)| any || token.text == first);
        begins.map(|(at, _)| at).filter(move |at| self.is_at(*at, pattern))
    }

    pub(crate) fn has(&self, pattern: &str) -> bool {
        self.find(pattern).next().is_some()
    }

    pub(crate) fn begins(&self, pattern: &str) -> bool {
        self.is_at(0, pattern)
    }

    /// Whether any of these words stands in the code.
    pub(crate) fn has_word(&self, words: &[&str]) -> bool {
        self.tokens.iter().any(|token| token.is_word() && words.contains(&token.text))
    }

    /// The token that closes the bracket at `open`, when it does so on this line.
    pub(crate) fn close_of(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token.text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn open_of(&self, close: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in (0..=close).rev() {
            match self.token(at) {
                ")" | "]" | "}" => depth += 1,
                "(" | "[" | "{" => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Whether every bracket that this line opens it also closes.
    pub(crate) fn is_balanced(&self) -> bool {
        let mut depth = 0_i32;
        for token in &self.tokens {
            match token.text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                return false;
            }
        }
        depth == 0
    }

    /// The arguments between the brackets that open at `open`, as ranges of tokens.
    pub(crate) fn arguments(&self, open: usize) -> Option<Vec<Range<usize>>> {
        let close = self.close_of(open)?;
        let mut found = Vec::new();
        let mut depth = 0_usize;
        let mut start = open + 1;
        for at in open + 1..close {
            match self.token(at) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                "," if depth == 0 => {
                    found.push(start..at);
                    start = at + 1;
                }
                _ => {}
            }
        }
        if start < close {
            found.push(start..close);
        }
        Some(found)
    }

    /// The source text of a range of tokens, with the spaces between them.
    pub(crate) fn source(&self, tokens: Range<usize>) -> &'a str {
        match (self.tokens.get(tokens.start), tokens.end.checked_sub(1)) {
            (Some(first), Some(last)) if last >= tokens.start && last < self.tokens.len() => {
                &self.text[first.start..self.tokens[last].end()]
            }
            _ => "",
        }
    }

    /// The line with a range of tokens replaced.
    pub(crate) fn replaced(&self, tokens: Range<usize>, with: &str) -> String {
        let start = self.tokens.get(tokens.start).map_or(self.text.len(), |token| token.start);
        let end = match tokens.end.checked_sub(1) {
            Some(last) if tokens.end > tokens.start => self.tokens.get(last).map_or(self.text.len(), Token::end),
            _ => start,
        };
        format!("{}{with}{}", &self.text[..start], &self.text[end..])
    }

    /// The line with several ranges of tokens replaced; they are in order and do not overlap.
    pub(crate) fn edited(&self, edits: &[(Range<usize>, String)]) -> String {
        let mut text = self.text.to_owned();
        for (tokens, with) in edits.iter().rev() {
            let first = self.tokens.get(tokens.start);
            let last = tokens.end.checked_sub(1).and_then(|last| self.tokens.get(last));
            if let (Some(first), Some(last)) = (first, last) {
                text.replace_range(first.start..last.end(), with);
            }
        }
        text
    }

    /// Where the operand that ends right before `operator` begins, if it is a plain path of names, calls and indexes.
    pub(crate) fn operand_before(&self, operator: usize) -> Option<usize> {
        let mut at = operator;
        loop {
            let end = at;
            while at > 0 && matches!(self.token(at - 1), ")" | "]") {
                at = self.open_of(at - 1)?;
            }
            if at > 0 && self.names_value(at - 1) {
                at -= 1;
            } else if at == end {
                return None;
            }
            if at > 0 && is_connector(self.token(at - 1)) {
                at -= 1;
            } else {
                break;
            }
        }
        let bounded = match at.checked_sub(1).map(|before| self.token(before)) {
            None => true,
            Some(before) => matches!(
                before,
                "(" | ","
                    | "="
                    | ":="
                    | "&&"
                    | "||"
                    | "?"
                    | ":"
                    | ";"
                    | "{"
                    | "["
                    | "[["
                    | "=>"
                    | "return"
                    | "if"
                    | "elif"
                    | "elsif"
                    | "unless"
                    | "while"
                    | "until"
                    | "when"
                    | "assert"
                    | "and"
                    | "or"
                    | "AND"
                    | "OR"
            ),
        };
        bounded.then_some(at)
    }

    /// Where the operand that begins right behind `operator` ends (exclusive), if it is a plain path or a literal.
    pub(crate) fn operand_after(&self, operator: usize) -> Option<usize> {
        let mut at = operator + 1;
        if matches!(self.kind(at)?, Kind::Text | Kind::Number) {
            at += 1;
        } else {
            loop {
                if !self.names_value(at) {
                    return None;
                }
                at += 1;
                while matches!(self.token(at), "(" | "[") {
                    at = self.close_of(at)? + 1;
                }
                if !is_connector(self.token(at)) {
                    break;
                }
                at += 1;
            }
        }
        let bounded = match self.tokens.get(at) {
            None => true,
            Some(after) => matches!(
                after.text,
                ")" | ","
                    | ";"
                    | "&&"
                    | "||"
                    | "?"
                    | ":"
                    | "{"
                    | "}"
                    | "]"
                    | "=>"
                    | "and"
                    | "or"
                    | "then"
                    | "do"
                    | "if"
                    | "else"
            ),
        };
        bounded.then_some(at)
    }

    fn names_value(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Variable) && !is_keyword(token.text))
    }
}

fn is_connector(symbol: &str) -> bool {
    matches!(symbol, "." | "?." | "->" | "::")
}
