//! One write: alone, or as an action of a transaction.

use std::collections::BTreeSet;

use crate::design::{Expired, Expression, Literal, Operand};
use crate::source::At;

#[derive(Debug)]
pub struct Action {
    /// The name of the action in its transaction, or of the pattern when alone.
    pub name: String,
    pub kind: ActionKind,
    pub entity: usize,
    /// A value for every key field; empty for a put, whose item has its key.
    pub key: Vec<(String, Value)>,
    pub changes: Vec<Change>,
    pub if_missing: Option<String>,
    pub if_present: Option<String>,
    pub upsert: bool,
    pub replace: bool,
    pub require: Vec<Require>,
    pub returns_new: bool,
    pub shape: Shape,
    /// The name of the argument struct of an optional or repeated action.
    pub row: Option<String>,
    pub expired: Option<Expired>,
    pub at: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    Put,
    Update,
    Delete,
    Check,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    One,
    Optional,
    Many,
}

/// What an update does to one field.
#[derive(Debug)]
pub struct Change {
    pub field: String,
    pub how: How,
    pub at: At,
}

#[derive(Debug)]
pub enum How {
    Set(Value),
    /// Only when the item does not have it yet.
    SetOnce(Value),
    Add(Value),
    Remove,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Argument(String),
    /// A field of an item that another action of the transaction puts.
    FieldOf {
        action: String,
        field: String,
    },
    Literal(Literal),
}

/// A condition and the domain error that its failure means.
#[derive(Debug)]
pub struct Require {
    pub that: Expression,
    pub error: String,
    /// Whether the error carries the item that refused.
    pub current: bool,
    pub at: At,
}

impl Value {
    /// Reads `:argument`, `action.field`, `1` or `'text'`.
    pub fn parse(text: &str) -> Result<Value, String> {
        if let Some(name) = text.strip_prefix(':') {
            return Ok(Value::Argument(name.to_owned()));
        }
        if let Some(literal) = Literal::parse(text) {
            return Ok(Value::Literal(literal));
        }
        match text.split_once('.') {
            Some((action, field)) => Ok(Value::FieldOf {
                action: action.to_owned(),
                field: field.to_owned(),
            }),
            None => Err(format!(
                "`{text}` is no value; write \":{text}\" for an argument, \"action.field\" or \"'{text}'\""
            )),
        }
    }
}

impl Action {
    /// The domain errors it can end with, in the order they are tried, each once.
    pub fn errors(&self) -> Vec<(&str, bool)> {
        let mut errors: Vec<(&str, bool)> = Vec::new();
        let named = self
            .if_missing
            .iter()
            .chain(&self.if_present)
            .map(|name| (name.as_str(), false));
        for error in named.chain(self.require.iter().map(|r| (r.error.as_str(), r.current))) {
            if !errors.iter().any(|seen| seen.0 == error.0) {
                errors.push(error);
            }
        }
        errors
    }

    /// The arguments it mentions, whatever their types.
    pub fn argument_names(&self) -> BTreeSet<&str> {
        let keys = self.key.iter().map(|(_, value)| value);
        let changes = self.changes.iter().filter_map(|change| match &change.how {
            How::Set(value) | How::SetOnce(value) | How::Add(value) => Some(value),
            How::Remove => None,
        });
        let mut names: BTreeSet<&str> = keys
            .chain(changes)
            .filter_map(|value| match value {
                Value::Argument(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        for require in &self.require {
            require.that.each(&mut |_, compared| {
                if let Some((_, Operand::Argument(name))) = compared {
                    names.insert(name);
                }
            });
        }
        names
    }

    /// Whether an optional or repeated action is named by its key alone, so that the key is its argument.
    pub fn is_keyed(&self) -> bool {
        self.shape != Shape::One && self.kind != ActionKind::Put && self.row.is_none()
    }

    pub fn is_conditional(&self) -> bool {
        self.if_missing.is_some() || self.if_present.is_some() || !self.require.is_empty()
    }

    /// What becomes of a field, if anything does.
    pub fn change(&self, field: &str) -> Option<&How> {
        self.changes
            .iter()
            .find(|change| change.field == field)
            .map(|change| &change.how)
    }

    pub fn key_value(&self, field: &str) -> Option<&Value> {
        self.key
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value)
    }
}
