//! Conditions: the small language of `that`, which becomes a DynamoDB expression and a Rust one.

mod parser;

/// A condition on one item.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Compare { field: String, comparison: Comparison, operand: Operand },
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

/// One comparison, presence test or absence test of a condition.
#[derive(Debug, Clone, Copy)]
pub struct Test<'e> {
    pub field: &'e str,
    /// What the field is compared with; `None` for a test of presence or absence.
    pub compared: Option<(Comparison, &'e Operand)>,
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
    /// Reads `version_number = :expected and state <> 'done'`. The error is a sentence and the byte it is about.
    pub fn parse(text: &str) -> Result<Expression, (usize, String)> {
        parser::parse(text)
    }

    /// Every test in it, from left to right.
    pub fn tests(&self) -> Vec<Test<'_>> {
        match self {
            Expression::And(parts) | Expression::Or(parts) => parts.iter().flat_map(Expression::tests).collect(),
            Expression::Compare { field, comparison, operand } => {
                vec![Test { field, compared: Some((*comparison, operand)) }]
            }
            Expression::Missing(field) | Expression::Present(field) => vec![Test { field, compared: None }],
        }
    }

    /// Whether it holds when there is no item at all, as DynamoDB decides it.
    pub fn holds_for_nothing(&self) -> bool {
        match self {
            Expression::And(parts) => parts.iter().all(Expression::holds_for_nothing),
            Expression::Or(parts) => parts.iter().any(Expression::holds_for_nothing),
            // What is absent differs from everything, and no other comparison with it holds.
            Expression::Compare { comparison, .. } => *comparison == Comparison::NotEqual,
            Expression::Missing(_) => true,
            Expression::Present(_) => false,
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
            Operand::Argument(name) => Some(name),
            Operand::Literal(_) => None,
        }
    }
}
