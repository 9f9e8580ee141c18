//! Arguments by name, as JSON values: each is taken once, as the type that the pattern's function wants.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::argument::{Wrong, attribute};
use table_runtime::Order;

/// What a pattern is asked with.
#[derive(Clone, Default, PartialEq)]
pub struct Arguments {
    values: BTreeMap<String, Value>,
    /// Where inside another argument these are.
    within: Option<String>,
}

/// An argument is missing, unknown or not what it should be. Its value is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct InvalidArgument {
    /// Which one; a field of it after a dot.
    pub name: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Arguments {
    /// Arguments by their names in the documents. Texts may stand for numbers, times and flags.
    pub fn new(values: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self { values: values.into_iter().collect(), within: None }
    }

    /// An argument that there must be.
    pub(crate) fn one<T: DeserializeOwned>(&mut self, name: &str, kind: &str) -> Result<T, InvalidArgument> {
        self.optional(name, kind)?.ok_or_else(|| self.invalid(name, "it is missing"))
    }

    /// An argument that may be left out.
    pub(crate) fn optional<T: DeserializeOwned>(
        &mut self,
        name: &str,
        kind: &str,
    ) -> Result<Option<T>, InvalidArgument> {
        self.take(name).map(|value| self.typed(name, kind, &value)).transpose()
    }

    /// Any number of values.
    pub(crate) fn many<T: DeserializeOwned>(&mut self, name: &str, kind: &str) -> Result<Vec<T>, InvalidArgument> {
        self.list(name)?.iter().map(|value| self.typed(name, kind, value)).collect()
    }

    /// The arguments of an action that may be left out.
    pub(crate) fn row(&mut self, name: &str) -> Result<Option<Self>, InvalidArgument> {
        self.take(name).map(|value| self.nested(name, value)).transpose()
    }

    /// The arguments of each time that an action is repeated.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "for repeated actions with arguments of their own, if there are any")
    )]
    pub(crate) fn rows(&mut self, name: &str) -> Result<Vec<Self>, InvalidArgument> {
        self.list(name)?.into_iter().map(|value| self.nested(name, value)).collect()
    }

    /// The order of a list that can be read either way; ascending unless it is said.
    pub(crate) fn order(&mut self) -> Result<Order, InvalidArgument> {
        match self.take("order").as_ref().map(Value::as_str) {
            None | Some(Some("asc")) => Ok(Order::Ascending),
            Some(Some("desc")) => Ok(Order::Descending),
            Some(_) => Err(self.invalid("order", "`asc` or `desc` is expected")),
        }
    }

    /// Nothing may be left that nobody asked for.
    pub(crate) fn end(&self) -> Result<(), InvalidArgument> {
        self.values.keys().next().map_or(Ok(()), |name| Err(self.invalid(name, "there is no such argument")))
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name).filter(|value| !value.is_null())
    }

    fn list(&mut self, name: &str) -> Result<Vec<Value>, InvalidArgument> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => Ok(values),
            Some(_) => Err(self.invalid(name, "an array is expected")),
        }
    }

    fn nested(&self, name: &str, value: Value) -> Result<Self, InvalidArgument> {
        match value {
            Value::Object(values) => Ok(Self { values: values.into_iter().collect(), within: Some(self.path(name)) }),
            _ => Err(self.invalid(name, "a JSON object is expected")),
        }
    }

    fn typed<T: DeserializeOwned>(&self, name: &str, kind: &str, value: &Value) -> Result<T, InvalidArgument> {
        let stored = attribute(value, kind).map_err(|wrong| self.wrong(name, &wrong))?;
        serde_dynamo::aws_sdk_dynamodb_1::from_attribute_value(stored)
            .map_err(|error| self.invalid(name, &error.to_string()))
    }

    fn wrong(&self, name: &str, wrong: &Wrong) -> InvalidArgument {
        let name = if wrong.path.is_empty() { name.to_owned() } else { format!("{name}.{}", wrong.path) };
        self.invalid(&name, &wrong.reason)
    }

    fn invalid(&self, name: &str, reason: &str) -> InvalidArgument {
        InvalidArgument { name: self.path(name), reason: reason.to_owned() }
    }

    fn path(&self, name: &str) -> String {
        self.within.as_ref().map_or_else(|| name.to_owned(), |within| format!("{within}.{name}"))
    }
}

impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may be personal.
        f.debug_set().entries(self.values.keys()).finish()
    }
}
