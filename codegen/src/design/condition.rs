//! Conditions: the small language of `that`, which becomes a DynamoDB expression and a Rust one.

mod parser;

use crate::design::Limits;

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
    /// The field is one of these values.
    In {
        field: String,
        operands: Vec<Operand>,
    },
    /// A list or a set has this element, or a text has this part.
    Contains {
        field: String,
        operand: Operand,
    },
    /// How large the field is: elements of a list or a set, bytes, or UTF-16 code units of a text.
    Size {
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
    /// An argument that may be left out, and the condition with it.
    Given(String),
    Literal(Literal),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Number(i64),
    Text(String),
}

/// One test of a condition.
#[derive(Debug, Clone, Copy)]
pub struct Test<'e> {
    pub field: &'e str,
    pub asks: Asks<'e>,
}

/// What a test asks of its field.
#[derive(Debug, Clone, Copy)]
pub enum Asks<'e> {
    Presence,
    Compare(Comparison, &'e Operand),
    In(&'e [Operand]),
    Contains(&'e Operand),
    Size(Comparison, &'e Operand),
}

/// What an operand is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meets {
    /// The field itself.
    Field,
    /// An element of a list or a set, or a part of a text.
    Element,
    /// How large the field is.
    Size,
}

impl<'e> Asks<'e> {
    /// The values that the test mentions, with what each is compared with.
    pub fn operands(self) -> Vec<(&'e Operand, Meets)> {
        match self {
            Asks::Presence => Vec::new(),
            Asks::Compare(_, operand) => vec![(operand, Meets::Field)],
            Asks::In(operands) => operands.iter().map(|operand| (operand, Meets::Field)).collect(),
            Asks::Contains(operand) => vec![(operand, Meets::Element)],
            Asks::Size(_, operand) => vec![(operand, Meets::Size)],
        }
    }
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

    /// The comparison that holds exactly when this one does not.
    #[must_use]
    pub fn opposite(self) -> Comparison {
        match self {
            Comparison::Equal => Comparison::NotEqual,
            Comparison::NotEqual => Comparison::Equal,
            Comparison::Less => Comparison::GreaterOrEqual,
            Comparison::LessOrEqual => Comparison::Greater,
            Comparison::Greater => Comparison::LessOrEqual,
            Comparison::GreaterOrEqual => Comparison::Less,
        }
    }

    /// Whether it asks for an order, and not only for sameness.
    pub fn is_order(self) -> bool {
        !matches!(self, Comparison::Equal | Comparison::NotEqual)
    }
}

impl Expression {
    /// Reads `version_number = :expected and slots <= @slots_per_thread - 2`. The error is a sentence and the byte it is
    /// about; no sentence for a limit that has a problem of its own.
    pub fn parse(text: &str, limits: &Limits) -> Result<Expression, (usize, Option<String>)> {
        parser::parse(text, limits)
    }

    /// Every test in it, from left to right.
    pub fn tests(&self) -> Vec<Test<'_>> {
        match self {
            Expression::And(parts) | Expression::Or(parts) => parts.iter().flat_map(Expression::tests).collect(),
            Expression::Compare { field, comparison, operand } => {
                vec![Test { field, asks: Asks::Compare(*comparison, operand) }]
            }
            Expression::In { field, operands } => vec![Test { field, asks: Asks::In(operands) }],
            Expression::Contains { field, operand } => vec![Test { field, asks: Asks::Contains(operand) }],
            Expression::Size { field, comparison, operand } => {
                vec![Test { field, asks: Asks::Size(*comparison, operand) }]
            }
            Expression::Missing(field) | Expression::Present(field) => vec![Test { field, asks: Asks::Presence }],
        }
    }

    /// The arguments in it that may be left out, each once.
    pub fn may_be_left_out(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for (operand, _) in self.tests().into_iter().flat_map(|test| test.asks.operands()) {
            if let Operand::Given(name) = operand
                && !names.contains(&name.as_str())
            {
                names.push(name.as_str());
            }
        }
        names
    }

    /// Whether it holds when there is no item at all, as DynamoDB decides it.
    pub fn holds_for_nothing(&self) -> bool {
        match self {
            Expression::And(parts) => parts.iter().all(Expression::holds_for_nothing),
            Expression::Or(parts) => parts.iter().any(Expression::holds_for_nothing),
            // What is absent differs from everything, and no other comparison with it holds.
            Expression::Compare { comparison, .. } => *comparison == Comparison::NotEqual,
            Expression::Missing(_) => true,
            Expression::Present(_) | Expression::In { .. } | Expression::Contains { .. } | Expression::Size { .. } => {
                false
            }
        }
    }
}

impl Literal {
    /// Reads `100` or `'waiting'`.
    pub fn parse(token: &str) -> Option<Literal> {
        if let Some(text) = token.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            return Some(Literal::Text(text.to_owned()));
        }
        token.parse().ok().map(Literal::Number)
    }
}

impl Operand {
    /// The argument's name, if it is one.
    pub fn argument(&self) -> Option<&str> {
        match self {
            Operand::Argument(name) | Operand::Given(name) => Some(name),
            Operand::Literal(_) => None,
        }
    }
}
