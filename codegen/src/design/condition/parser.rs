//! The parser of conditions: it splits the text into tokens, then parses `or` over `and` over single tests.

use super::{Comparison, Expression, Literal, Operand};
use crate::design::Limits;

/// Maximum depth of parentheses, so that the recursive parser cannot overflow the stack.
const MAX_DEPTH: usize = 16;

/// The tokens that may follow a field name instead of a comparison operator, for messages.
const WORDS: &str = ", `in`, `missing` or `present`";

type Parsed<T> = Result<T, (usize, Option<String>)>;

pub fn parse(text: &str, limits: &Limits) -> Parsed<Expression> {
    let mut parser = Parser { tokens: tokens(text)?, limits, next: 0, depth: 0, end: text.len() };
    let expression = parser.any_of()?;
    match parser.tokens.get(parser.next) {
        None => Ok(expression),
        Some(Token { text: "&&", offset }) => wrong(*offset, "unknown operator `&&`; write `and`".to_owned()),
        Some(Token { text: "||", offset }) => wrong(*offset, "unknown operator `||`; write `or`".to_owned()),
        Some(token) => wrong(
            token.offset,
            format!("unexpected `{}` after a condition; join conditions with `and` or `or`", token.text),
        ),
    }
}

fn wrong<T>(offset: usize, message: impl Into<String>) -> Parsed<T> {
    Err((offset, Some(message.into())))
}

#[derive(Debug, Clone, Copy)]
struct Token<'t> {
    text: &'t str,
    offset: usize,
}

impl Token<'_> {
    fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

fn tokens(text: &str) -> Parsed<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut offset = text.len() - text.trim_start().len();
    while let Some(first) = text[offset..].chars().next() {
        let rest = &text[offset..];
        let length = match first {
            '(' | ')' | ',' | '+' => 1,
            '!' | '&' | '|' if rest[1..].starts_with(['=', '&', '|']) => 2,
            '<' => 1 + usize::from(rest[1..].starts_with(['=', '>'])),
            '=' | '>' => 1 + usize::from(rest[1..].starts_with('=')),
            '\'' => match rest[1..].find('\'') {
                Some(end) => end + 2,
                None => return wrong(offset, "a text literal has no closing `'`"),
            },
            c if c.is_alphanumeric() || matches!(c, '_' | ':' | '@' | '-') => {
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                let end = rest.char_indices().skip(1).find(|(_, c)| !is_part(*c)).map_or(rest.len(), |(end, _)| end);
                end + usize::from(c == ':' && rest[end..].starts_with('?'))
            }
            other => return wrong(offset, format!("unexpected `{other}` in a condition")),
        };
        tokens.push(Token { text: &rest[..length], offset });
        offset = text.len() - rest[length..].trim_start().len();
    }
    Ok(tokens)
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    limits: &'t Limits,
    next: usize,
    depth: usize,
    end: usize,
}

impl<'t> Parser<'t> {
    fn next_is(&mut self, word: &str) -> bool {
        let is = self.tokens.get(self.next).is_some_and(|token| token.text == word);
        self.next += usize::from(is);
        is
    }

    fn take(&mut self, what: &str) -> Parsed<Token<'t>> {
        let token = self.tokens.get(self.next).copied();
        self.next += 1;
        token.ok_or_else(|| (self.end, Some(format!("the condition is incomplete; add {what}"))))
    }

    fn any_of(&mut self) -> Parsed<Expression> {
        let mut parts = vec![self.all_of()?];
        while self.next_is("or") {
            parts.push(self.all_of()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Or(parts) })
    }

    fn all_of(&mut self) -> Parsed<Expression> {
        let mut parts = vec![self.one()?];
        while self.next_is("and") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::And(parts) })
    }

    fn one(&mut self) -> Parsed<Expression> {
        let field = self.take("a field")?;
        if field.text == "(" {
            return self.grouped(field.offset);
        }
        if !field.is_word() {
            return wrong(field.offset, format!("unexpected `{}`; write a field", field.text));
        }
        if self.tokens.get(self.next).is_some_and(|token| token.text == "(") {
            return self.function(field);
        }
        let field = field.text.to_owned();
        match self.tokens.get(self.next).map(|token| token.text) {
            Some("missing") => {
                self.next += 1;
                return Ok(Expression::Missing(field));
            }
            Some("present") => {
                self.next += 1;
                return Ok(Expression::Present(field));
            }
            Some("in") => {
                self.next += 1;
                return Ok(Expression::In { field, operands: self.list()? });
            }
            _ => {}
        }
        let comparison = self.comparison(WORDS)?;
        let operand = self.operand()?;
        Ok(Expression::Compare { field, comparison, operand })
    }

    /// Parses the rest of `contains` or `size` after the name: `(field, value)`, or `(field) < value`.
    fn function(&mut self, name: Token<'t>) -> Parsed<Expression> {
        if !matches!(name.text, "contains" | "size") {
            let message = format!("unknown function `{}`; the functions are `contains` and `size`", name.text);
            return wrong(name.offset, message);
        }
        self.next += 1;
        let field = self.take("a field")?;
        if !field.is_word() {
            return wrong(field.offset, format!("unexpected `{}`; write a field", field.text));
        }
        let field = field.text.to_owned();
        if name.text == "contains" {
            self.expect(",")?;
            let operand = self.operand()?;
            self.expect(")")?;
            return Ok(Expression::Contains { field, operand });
        }
        self.expect(")")?;
        let comparison = self.comparison("")?;
        let operand = self.operand()?;
        Ok(Expression::Size { field, comparison, operand })
    }

    /// Parses the rest of `in`: values in parentheses.
    fn list(&mut self) -> Parsed<Vec<Operand>> {
        self.expect("(")?;
        let mut operands = vec![self.operand()?];
        while self.next_is(",") {
            operands.push(self.operand()?);
        }
        self.expect(")")?;
        Ok(operands)
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        let token = self.take(&format!("`{sign}`"))?;
        if token.text == sign {
            return Ok(());
        }
        wrong(token.offset, format!("unexpected `{}`; write `{sign}`", token.text))
    }

    /// Parses a comparison operator. `words` lists the other tokens that are allowed here, for the message.
    fn comparison(&mut self, words: &str) -> Parsed<Comparison> {
        let sign = self.take("a comparison")?;
        Ok(match sign.text {
            "=" => Comparison::Equal,
            "<>" => Comparison::NotEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            "==" => return wrong(sign.offset, "unknown comparison `==`; write `=`".to_owned()),
            "!=" => return wrong(sign.offset, "unknown comparison `!=`; write `<>`".to_owned()),
            other => {
                let message = format!("unknown comparison `{other}`; use =, <>, <, <=, >, >={words}");
                return wrong(sign.offset, message);
            }
        })
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let token = self.take("a value")?;
        let operand = match (Literal::parse(token.text), token.text.split_at_checked(1)) {
            (Some(literal), _) => Operand::Literal(literal),
            (None, Some((":", name))) if !matches!(name, "" | "?") => match name.strip_suffix('?') {
                Some(name) => Operand::OptionalArgument(name.to_owned()),
                None => Operand::Argument(name.to_owned()),
            },
            (None, Some(("@", name))) if !name.is_empty() => {
                Operand::Literal(Literal::Number(self.limit(name, token.offset)?))
            }
            _ => {
                let message =
                    format!("`{}` is not a value; write `:argument`, `@limit`, a number or a 'text'", token.text);
                return wrong(token.offset, message);
            }
        };
        Ok(operand)
    }

    /// Parses a limit with an optional sum or difference: `@messages_per_thread - 2`.
    fn limit(&mut self, name: &str, offset: usize) -> Parsed<i64> {
        let limit = self.limits.number(name).map_err(|message| (offset, message))?;
        let sign = match (self.next_is("+"), self.next_is("-")) {
            (false, false) => return Ok(limit),
            (is_added, _) => {
                if is_added {
                    1
                } else {
                    -1
                }
            }
        };
        let token = self.take("a number")?;
        match Literal::parse(token.text) {
            Some(Literal::Number(number)) => Ok(limit.saturating_add(number.saturating_mul(sign))),
            _ => wrong(token.offset, format!("unexpected `{}`; write a number", token.text)),
        }
    }

    /// Parses the rest of a group after its opening parenthesis.
    fn grouped(&mut self, opening: usize) -> Parsed<Expression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return wrong(opening, format!("the parentheses are nested more than {MAX_DEPTH} deep"));
        }
        let inner = self.any_of()?;
        self.depth -= 1;
        self.expect(")")?;
        Ok(inner)
    }
}

#[cfg(test)]
mod tests;
