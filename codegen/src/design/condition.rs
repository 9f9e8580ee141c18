//! Conditions: the language of `that`, which is translated to a DynamoDB expression and to Rust.

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
    /// A list or a set contains this element, or a text contains this part.
    Contains {
        field: String,
        operand: Operand,
    },
    /// The size of the field: elements of a list or a set, bytes, or UTF-16 code units of a text.
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
    /// An optional argument. A call without it leaves the condition out.
    OptionalArgument(String),
    Literal(Literal),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Number(i64),
    Text(String),
}

/// One test in a condition.
#[derive(Debug, Clone, Copy)]
pub struct Test<'e> {
    pub field: &'e str,
    pub asks: TestKind<'e>,
}

/// The comparison that a test makes with its field.
#[derive(Debug, Clone, Copy)]
pub enum TestKind<'e> {
    Presence,
    Compare(Comparison, &'e Operand),
    In(&'e [Operand]),
    Contains(&'e Operand),
    Size(Comparison, &'e Operand),
}

/// The part of a field that an operand is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparedPart {
    /// The whole field.
    Field,
    /// An element of a list or a set, or a part of a text.
    Element,
    /// The size of the field.
    Size,
    /// The number that is added to the field.
    Difference,
}

impl<'e> TestKind<'e> {
    /// The operands of the test, each with the part of the field that it is compared with.
    pub fn operands(self) -> Vec<(&'e Operand, ComparedPart)> {
        match self {
            TestKind::Presence => Vec::new(),
            TestKind::Compare(_, operand) => vec![(operand, ComparedPart::Field)],
            TestKind::In(operands) => operands.iter().map(|operand| (operand, ComparedPart::Field)).collect(),
            TestKind::Contains(operand) => vec![(operand, ComparedPart::Element)],
            TestKind::Size(_, operand) => vec![(operand, ComparedPart::Size)],
        }
    }
}

impl Comparison {
    /// The operator in DynamoDB's language.
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

    /// The comparison that holds exactly when this one fails.
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

    /// Whether it compares the order of two values, and not only their equality.
    pub fn is_order(self) -> bool {
        !matches!(self, Comparison::Equal | Comparison::NotEqual)
    }
}

impl Expression {
    /// Parses `version_number = :expected and slots <= @slots_per_thread - 2`. The error is a message and its byte
    /// offset, without a message if the problem of a limit is already reported.
    pub fn parse(text: &str, limits: &Limits) -> Result<Expression, (usize, Option<String>)> {
        parser::parse(text, limits)
    }

    /// Every test of the condition, from left to right.
    pub fn tests(&self) -> Vec<Test<'_>> {
        match self {
            Expression::And(parts) | Expression::Or(parts) => parts.iter().flat_map(Expression::tests).collect(),
            Expression::Compare { field, comparison, operand } => {
                vec![Test { field, asks: TestKind::Compare(*comparison, operand) }]
            }
            Expression::In { field, operands } => vec![Test { field, asks: TestKind::In(operands) }],
            Expression::Contains { field, operand } => vec![Test { field, asks: TestKind::Contains(operand) }],
            Expression::Size { field, comparison, operand } => {
                vec![Test { field, asks: TestKind::Size(*comparison, operand) }]
            }
            Expression::Missing(field) | Expression::Present(field) => vec![Test { field, asks: TestKind::Presence }],
        }
    }

    /// The optional arguments of the condition, each once.
    pub fn optional_arguments(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for (operand, _) in self.tests().into_iter().flat_map(|test| test.asks.operands()) {
            if let Operand::OptionalArgument(name) = operand
                && !names.contains(&name.as_str())
            {
                names.push(name.as_str());
            }
        }
        names
    }

    /// Whether DynamoDB evaluates the condition to true if the item does not exist.
    pub fn holds_without_item(&self) -> bool {
        match self {
            Expression::And(parts) => parts.iter().all(Expression::holds_without_item),
            Expression::Or(parts) => parts.iter().any(Expression::holds_without_item),
            // An absent field differs from every value; every other comparison with it is false.
            Expression::Compare { comparison, .. } => *comparison == Comparison::NotEqual,
            Expression::Missing(_) => true,
            Expression::Present(_) | Expression::In { .. } | Expression::Contains { .. } | Expression::Size { .. } => {
                false
            }
        }
    }
}

impl Literal {
    /// Parses `100` or `'waiting'`.
    pub fn parse(token: &str) -> Option<Literal> {
        if let Some(text) = token.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            return Some(Literal::Text(text.to_owned()));
        }
        token.parse().ok().map(Literal::Number)
    }
}

impl Operand {
    /// The argument's name, if the operand is an argument.
    pub fn argument(&self) -> Option<&str> {
        match self {
            Operand::Argument(name) | Operand::OptionalArgument(name) => Some(name),
            Operand::Literal(_) => None,
        }
    }
}
