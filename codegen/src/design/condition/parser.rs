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
        Some(Token { text: "&&", offset }) => wrong(*offset, "`&&` is not known here; write `and`".to_owned()),
        Some(Token { text: "||", offset }) => wrong(*offset, "`||` is not known here; write `or`".to_owned()),
        Some(token) => {
            wrong(token.offset, format!("`{}` is left over; join conditions with `and` or `or`", token.text))
        }
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
            other => return wrong(offset, format!("`{other}` is no part of a condition")),
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
        token.ok_or_else(|| (self.end, Some(format!("the condition ends where {what} should be"))))
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
            return wrong(field.offset, format!("`{}` where a field should be", field.text));
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
            let message = format!("`{}` is no function of a condition; there are `contains` and `size`", name.text);
            return wrong(name.offset, message);
        }
        self.next += 1;
        let field = self.take("a field")?;
        if !field.is_word() {
            return wrong(field.offset, format!("`{}` where a field should be", field.text));
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
        wrong(token.offset, format!("`{}` where `{sign}` should be", token.text))
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
            "==" => return wrong(sign.offset, "`==` is no comparison; write `=`".to_owned()),
            "!=" => return wrong(sign.offset, "`!=` is no comparison; write `<>`".to_owned()),
            other => {
                let message = format!("`{other}` is no comparison; use =, <>, <, <=, >, >={words}");
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
                    format!("`{}` is no value; write `:argument`, `@limit`, a number or a 'text'", token.text);
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
            _ => wrong(token.offset, format!("`{}` where a number should be", token.text)),
        }
    }

    /// Parses the rest of a group after its opening parenthesis.
    fn grouped(&mut self, opening: usize) -> Parsed<Expression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return wrong(opening, format!("parentheses go {MAX_DEPTH} deep and no deeper"));
        }
        let inner = self.any_of()?;
        self.depth -= 1;
        self.expect(")")?;
        Ok(inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::design::{Limit, Unit};
    use crate::source::Sources;

    fn parse(text: &str) -> Parsed<Expression> {
        let at = Sources::default().add("limits.toml", "");
        let limit =
            Limit { name: "slots".to_owned(), value: 500, unit: Unit::Count, doc: String::new(), package: None, at };
        super::parse(text, &Limits { all: vec![limit], ..Limits::default() })
    }

    fn compare(field: &str, comparison: Comparison, operand: Operand) -> Expression {
        Expression::Compare { field: field.to_owned(), comparison, operand }
    }

    fn argument(name: &str) -> Operand {
        Operand::Argument(name.to_owned())
    }

    fn refused(text: &str) -> String {
        match parse(text) {
            Ok(expression) => format!("{expression:?}"),
            Err((offset, message)) => format!("{offset}: {}", message.unwrap_or_default()),
        }
    }

    #[test]
    fn and_binds_closer_than_or() {
        let hits = Expression::Missing("hits".to_owned());
        let started = compare("started_at", Comparison::Greater, argument("window"));
        let under = compare("hits", Comparison::Less, Operand::Literal(Literal::Number(-7)));
        assert_eq!(
            parse("hits missing or started_at > :window and hits < -7"),
            Ok(Expression::Or(vec![hits.clone(), Expression::And(vec![started.clone(), under.clone()])]))
        );
        assert_eq!(
            parse("(hits missing or started_at > :window) and hits<-7"),
            Ok(Expression::And(vec![Expression::Or(vec![hits, started]), under]))
        );
    }

    #[test]
    fn every_comparison_is_parsed_with_and_without_spaces() {
        for sign in ["=", "<>", "<", "<=", ">", ">="] {
            let spaced = parse(&format!("a {sign} 'x y'"));
            let Ok(Expression::Compare { comparison, operand, .. }) = &spaced else { panic!("{sign}: {spaced:?}") };
            assert_eq!(comparison.sign(), sign);
            assert_eq!(*operand, Operand::Literal(Literal::Text("x y".to_owned())));
            assert_eq!(parse(&format!("a{sign}'x y'")), spaced);
        }
    }

    #[test]
    fn functions_and_lists_are_parsed_as_tests_of_their_field() {
        let text = |text: &str| Operand::Literal(Literal::Text(text.to_owned()));
        let tags = || "tags".to_owned();
        assert_eq!(parse("contains(tags, 'x')"), Ok(Expression::Contains { field: tags(), operand: text("x") }));
        let small = Expression::Size {
            field: tags(),
            comparison: Comparison::Less,
            operand: Operand::Literal(Literal::Number(9)),
        };
        assert_eq!(parse("size(tags)<9"), Ok(small.clone()));
        let of_two = Expression::In { field: "state".to_owned(), operands: vec![text("a"), argument("b")] };
        assert_eq!(parse("state in ('a', :b)"), Ok(of_two.clone()));
        assert_eq!(parse("state in('a',:b) and size (tags) < 9"), Ok(Expression::And(vec![of_two, small])));
        assert_eq!(
            parse("contains(tags, :t?)"),
            Ok(Expression::Contains { field: tags(), operand: Operand::OptionalArgument("t".to_owned()) })
        );
        // A field may have the name of a function.
        assert_eq!(parse("size missing"), Ok(Expression::Missing("size".to_owned())));
        assert_eq!(
            refused("has(tags, 'x')"),
            "0: `has` is no function of a condition; there are `contains` and `size`"
        );
        assert_eq!(refused("contains(tags)"), "13: `)` where `,` should be");
        assert_eq!(refused("contains(tags, 'x'"), "18: the condition ends where `)` should be");
        assert_eq!(refused("size(tags)"), "10: the condition ends where a comparison should be");
        assert_eq!(refused("size(tags) in (1)"), "11: `in` is no comparison; use =, <>, <, <=, >, >=");
        assert_eq!(refused("state in 'a'"), "9: `'a'` where `(` should be");
        assert_eq!(refused("state in ()"), "10: `)` is no value; write `:argument`, `@limit`, a number or a 'text'");
    }

    #[test]
    fn syntax_errors_are_reported_with_their_offset() {
        assert_eq!(refused(""), "0: the condition ends where a field should be");
        assert_eq!(refused("a"), "1: the condition ends where a comparison should be");
        assert_eq!(refused("a ="), "3: the condition ends where a value should be");
        assert_eq!(refused("a = b"), "4: `b` is no value; write `:argument`, `@limit`, a number or a 'text'");
        assert_eq!(refused("a = :?"), "4: `:?` is no value; write `:argument`, `@limit`, a number or a 'text'");
        assert_eq!(refused("a = 'x'?"), "7: `?` is no part of a condition");
        assert_eq!(refused("a = :"), "4: `:` is no value; write `:argument`, `@limit`, a number or a 'text'");
        assert_eq!(refused("a == 1"), "2: `==` is no comparison; write `=`");
        assert_eq!(refused("a = 1 && b = 2"), "6: `&&` is not known here; write `and`");
        assert_eq!(refused("a = 1 || b = 2"), "6: `||` is not known here; write `or`");
        assert_eq!(refused("a 'x"), "2: a text literal has no closing `'`");
        assert_eq!(refused("a = 1 b = 2"), "6: `b` is left over; join conditions with `and` or `or`");
        assert_eq!(refused("(a = 1"), "6: the condition ends where `)` should be");
        assert_eq!(refused("a != 1"), "2: `!=` is no comparison; write `<>`");
        assert_eq!(refused("a ! 1"), "2: `!` is no part of a condition");
        assert_eq!(refused(") = 1"), "0: `)` where a field should be");
    }

    #[test]
    fn a_limit_may_have_a_sum_or_a_difference() {
        let compared = |number| Ok(compare("a", Comparison::Less, Operand::Literal(Literal::Number(number))));
        assert_eq!(parse("a < @slots"), compared(500));
        assert_eq!(parse("a < @slots - 2"), compared(498));
        assert_eq!(parse("a<@slots+1"), compared(501));
        assert_eq!(refused("a < @slot"), "4: unknown limit `@slot`; did you mean \"slots\"?");
        assert_eq!(refused("a < @slots - b"), "13: `b` where a number should be");
        assert_eq!(refused("a < @slots -"), "12: the condition ends where a number should be");
        assert_eq!(refused("a < 500 - 2"), "8: `-` is left over; join conditions with `and` or `or`");
    }

    #[test]
    fn nesting_of_parentheses_is_limited() {
        let nested = |depth: usize| format!("{}a = 1{}", "(".repeat(depth), ")".repeat(depth));
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert!(parse(&nested(MAX_DEPTH + 1)).is_err());
        assert!(parse(&nested(100_000)).is_err());
        // Adjacent groups do not count as nested.
        assert!(parse(&vec!["(a = 1)"; 50].join(" and ")).is_ok());
    }

    #[test]
    fn conditions_are_evaluated_for_an_absent_item() {
        let holds = |text: &str| parse(text).expect("a condition").holds_without_item();
        assert!(holds("a missing or a < 3"));
        assert!(holds("a <> 'x'"));
        assert!(!holds("a < 3"));
        assert!(!holds("a missing and b = 1"));
        assert!(!holds("a present"));
    }

    /// Sequences of valid tokens, which are closer to a condition than random characters.
    fn almost_valid_condition() -> impl Strategy<Value = String> {
        let words = [
            "a", "hits", ":x", ":", "@slots", "@", "+", "7", "-", "'t'", "'", "=", "<", ">", "<>", "(", ")", "é",
            "and", "or",
        ];
        let rest = ["in", "size", "contains", ",", "?", "missing", "present", " ", "  "];
        let piece = prop::sample::select([words.as_slice(), rest.as_slice()].concat());
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.join(""))
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_error_offsets_are_in_the_text(text in any::<String>()) {
            if let Err((offset, _)) = parse(&text) {
                prop_assert!(text.is_char_boundary(offset));
            }
        }

        #[test]
        fn parsing_never_panics_on_almost_valid_conditions(text in almost_valid_condition()) {
            if let Err((offset, _)) = parse(&text) {
                prop_assert!(text.is_char_boundary(offset));
            }
        }
    }
}
