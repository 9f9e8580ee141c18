//! One write: a whole operation, or an action of a transaction.

use std::collections::BTreeSet;

use crate::design::{ComparedPart, Entity, Expression, IndexKey, Literal, Operand};
use crate::source::At;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expired {
    Hidden,
    /// With the reason for it.
    Included(String),
}

#[derive(Debug)]
pub struct Action {
    /// The name of the action in its transaction. For a single write, the name of the pattern.
    pub name: String,
    pub kind: ActionKind,
    pub entity: usize,
    /// A value for every key field; empty for a put, because its item contains the key.
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
    /// The callers of the pattern that use this action; empty if all of them do.
    pub callers: Vec<String>,
    pub at: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    Put,
    Update,
    Delete,
    Check,
}

impl ActionKind {
    /// The IAM action that the write needs.
    pub const fn iam_action(self) -> &'static str {
        match self {
            Self::Put => "PutItem",
            Self::Update => "UpdateItem",
            Self::Delete => "DeleteItem",
            Self::Check => "ConditionCheckItem",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    One,
    Optional,
    Many,
}

/// The change that an update makes to one field.
#[derive(Debug)]
pub struct Change {
    pub field: String,
    pub how: How,
    pub at: At,
}

#[derive(Debug)]
pub enum How {
    Set(Value),
    /// Sets the field only if the item does not have it.
    SetOnce(Value),
    Add(Value),
    /// Appends a list to a list.
    Append(Value),
    /// Adds one text to a set.
    AddTo(Value),
    /// Deletes one text from a set.
    DeleteFrom(Value),
    Remove,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Argument(String),
    /// An optional argument. A call without it makes no change.
    OptionalArgument(String),
    /// A field of an item that another action of the same transaction puts.
    FieldOf {
        action: String,
        field: String,
        optional: bool,
    },
    Literal(Literal),
}

/// A condition, and the domain error that its failure returns.
#[derive(Debug)]
pub struct Require {
    pub that: Expression,
    pub error: String,
    /// Whether the error carries the current item.
    pub current: bool,
    pub at: At,
}

impl How {
    /// The part of the field that the value belongs to.
    pub fn compared_part(&self) -> ComparedPart {
        match self {
            How::AddTo(_) | How::DeleteFrom(_) => ComparedPart::Element,
            How::Add(_) => ComparedPart::Difference,
            How::Set(_) | How::SetOnce(_) | How::Append(_) | How::Remove => ComparedPart::Field,
        }
    }

    /// The value that is written; `None` for a removal.
    pub fn value(&self) -> Option<&Value> {
        match self {
            How::Set(value)
            | How::SetOnce(value)
            | How::Add(value)
            | How::Append(value)
            | How::AddTo(value)
            | How::DeleteFrom(value) => Some(value),
            How::Remove => None,
        }
    }
}

impl Change {
    /// Whether every call makes the change: its value is not an optional argument.
    pub fn is_always_made(&self) -> bool {
        !matches!(self.how.value(), Some(Value::OptionalArgument(_)))
    }
}

impl Require {
    /// The optional argument of the condition. A call without it leaves the condition out.
    pub fn optional_argument(&self) -> Option<&str> {
        self.that.optional_arguments().first().copied()
    }
}

impl Value {
    /// The argument's name, if the value is an argument.
    pub fn argument(&self) -> Option<&str> {
        match self {
            Value::Argument(name) | Value::OptionalArgument(name) => Some(name),
            Value::FieldOf { .. } | Value::Literal(_) => None,
        }
    }
}

impl Action {
    /// The domain errors of the action in the order of their checks, each with whether it carries the current item.
    pub fn errors(&self) -> Vec<(&str, bool)> {
        let named = self.if_missing.iter().chain(&self.if_present).map(|name| (name.as_str(), false));
        let required = self.require.iter().map(|require| (require.error.as_str(), require.current));
        let mut errors: Vec<(&str, bool)> = Vec::new();
        for error in named.chain(required) {
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
        errors
    }

    /// The names of all arguments in the action.
    pub fn argument_names(&self) -> BTreeSet<&str> {
        let keys = self.key.iter().map(|(_, value)| value);
        let changes = self.changes.iter().filter_map(|change| change.how.value());
        let compared = self.operands().filter_map(|(_, operand, _)| operand.argument());
        keys.chain(changes).filter_map(Value::argument).chain(compared).collect()
    }

    /// Whether an optional or repeated action needs only a key, so that the key is its argument.
    pub fn is_keyed(&self) -> bool {
        self.shape != Shape::One && self.kind != ActionKind::Put && self.row.is_none()
    }

    /// Whether its only arguments are the fields of the entity's key, under their own names.
    pub fn takes_only_its_key(&self, entity: &Entity) -> bool {
        self.key.iter().all(|(field, value)| value.argument() == Some(field))
            && self.argument_names().iter().all(|name| entity.key_fields().iter().any(|field| field.name == *name))
    }

    pub fn is_conditional(&self) -> bool {
        self.if_missing.is_some() || self.if_present.is_some() || !self.require.is_empty()
    }

    /// The change of a field, if the action changes it.
    pub fn change(&self, field: &str) -> Option<&How> {
        self.changes.iter().find(|change| change.field == field).map(|change| &change.how)
    }

    /// Whether it removes an optional field that is part of the item's key in the index.
    pub fn leaves_index(&self, entity: &Entity, key: &IndexKey) -> bool {
        entity.fields_of(key).any(|field| field.optional && matches!(self.change(&field.name), Some(How::Remove)))
    }

    pub fn key_value(&self, field: &str) -> Option<&Value> {
        self.key.iter().find(|(name, _)| name == field).map(|(_, value)| value)
    }

    /// The value that the write gives a field, if it gives one.
    pub fn written(&self, field: &str) -> Option<&Value> {
        match self.change(field) {
            Some(How::Set(Value::OptionalArgument(_))) => None,
            Some(How::Set(value)) => Some(value),
            _ => self.key_value(field),
        }
    }

    /// The operands of its conditions, each with its field and the part of the field that it is compared with.
    pub fn operands(&self) -> impl Iterator<Item = (&str, &Operand, ComparedPart)> {
        let tests = self.require.iter().flat_map(|require| require.that.tests());
        tests
            .flat_map(|test| test.asks.operands().into_iter().map(move |(operand, meets)| (test.field, operand, meets)))
    }
}
