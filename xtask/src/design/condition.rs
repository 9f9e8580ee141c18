//! Conditions: the small language of `that`, which becomes a DynamoDB expression and a Rust one.

/// A condition on one item.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Compare {
        field: String,
        comparison: Comparison,
        operand: Operand,
    },
    Missing(String),
    Present(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    Argument(String),
    Literal(Literal),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Number(i64),
    Text(String),
}

impl Comparison {
    /// The sign, in DynamoDB's language.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::NotEqual => "<>",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }
}

impl Expression {
    /// Reads `version_number = :expected and state <> 'done'`.
    pub fn parse(text: &str) -> Result<Expression, String> {
        let mut parser = Parser {
            tokens: tokens(text)?,
            next: 0,
        };
        let expression = parser.any_of()?;
        match parser.peek() {
            None => Ok(expression),
            Some(token) => Err(format!(
                "`{token}` is left over; join conditions with `and` or `or`"
            )),
        }
    }

    /// Calls `visit` for every comparison, presence test and absence test.
    pub fn each<'e>(&'e self, visit: &mut impl FnMut(&'e str, Option<(Comparison, &'e Operand)>)) {
        match self {
            Expression::And(parts) | Expression::Or(parts) => {
                parts.iter().for_each(|part| part.each(visit))
            }
            Expression::Compare {
                field,
                comparison,
                operand,
            } => visit(field, Some((*comparison, operand))),
            Expression::Missing(field) | Expression::Present(field) => visit(field, None),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | '=' => 1,
            '<' | '>' => rest[1..].chars().next().map_or(1, |c| {
                1 + usize::from(c == '=' || (first == '<' && c == '>'))
            }),
            '\'' => rest[1..]
                .find('\'')
                .map(|end| end + 2)
                .ok_or("a text literal has no closing `'`")?,
            c if c.is_alphanumeric() || c == '_' || c == ':' || c == '-' => rest
                .char_indices()
                .skip(1)
                .find(|(_, c)| !c.is_alphanumeric() && *c != '_')
                .map_or(rest.len(), |(i, _)| i),
            other => return Err(format!("`{other}` is no part of a condition")),
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Parser {
    tokens: Vec<String>,
    next: usize,
}

impl Parser {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.next).map(String::as_str)
    }

    fn take(&mut self, what: &str) -> Result<String, String> {
        let token = self
            .tokens
            .get(self.next)
            .cloned()
            .ok_or_else(|| format!("the condition ends where {what} should be"))?;
        self.next += 1;
        Ok(token)
    }

    fn any_of(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.all_of()?];
        while self.peek() == Some("or") {
            self.next += 1;
            parts.push(self.all_of()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Expression::Or(parts)
        })
    }

    fn all_of(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.one()?];
        while self.peek() == Some("and") {
            self.next += 1;
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Expression::And(parts)
        })
    }

    fn one(&mut self) -> Result<Expression, String> {
        let field = self.take("a field")?;
        if field == "(" {
            let inner = self.any_of()?;
            return match self.take("`)`")?.as_str() {
                ")" => Ok(inner),
                other => Err(format!("`{other}` where `)` should be")),
            };
        }
        let comparison = match self.take("a comparison")?.as_str() {
            "missing" => return Ok(Expression::Missing(field)),
            "present" => return Ok(Expression::Present(field)),
            "=" => Comparison::Equal,
            "<>" => Comparison::NotEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            other => {
                return Err(format!(
                    "`{other}` is no comparison; use =, <>, <, <=, >, >=, `missing` or `present`"
                ));
            }
        };
        let token = self.take("a value")?;
        let operand = match Literal::parse(&token) {
            Some(literal) => Operand::Literal(literal),
            None => match token.strip_prefix(':') {
                Some(name) => Operand::Argument(name.to_owned()),
                None => {
                    return Err(format!(
                        "`{token}` is no value; write `:argument`, a number or a 'text'"
                    ));
                }
            },
        };
        Ok(Expression::Compare {
            field,
            comparison,
            operand,
        })
    }
}

impl Literal {
    /// Reads `100` or `'waiting'`.
    pub fn parse(token: &str) -> Option<Literal> {
        if let Some(text) = token
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''))
        {
            return Some(Literal::Text(text.to_owned()));
        }
        token.parse().ok().map(Literal::Number)
    }
}
