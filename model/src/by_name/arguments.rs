//! Arguments by name: JSON values, decoded as the parameter types of the pattern's function.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::argument::{Wrong, attribute};
use table_runtime::Order;
use table_runtime::registry::Pattern;

/// The arguments of a pattern by their names.
#[derive(Clone, Default, PartialEq)]
pub struct Arguments {
    values: BTreeMap<String, Value>,
}

/// An argument is missing, unknown or invalid. Its value is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct InvalidArgument {
    /// Its name; a field follows after a dot.
    pub name: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Arguments {
    /// Arguments by their names in the documents. Texts may stand for numbers, times and flags.
    pub fn new(values: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self { values: values.into_iter().collect() }
    }
}

impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may be personal.
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// A type that an argument can be decoded as.
pub(crate) trait Decoded: DeserializeOwned + Send + Sync + 'static {}

impl<T: DeserializeOwned + Send + Sync + 'static> Decoded for T {}

/// A parameter of a pattern's function, or a field of its input: an owned value, or a reference to a decoded one.
pub(crate) trait FromArgument<'a>: Sized {
    fn from_argument(given: &'a Given, name: &str) -> Result<Self, InvalidArgument>;
}

/// The input of an optional or repeated action: a JSON object, field by field.
pub(crate) trait FromRow<'a>: Sized {
    /// Its fields, with their types in the documents.
    const FIELDS: &'static [(&'static str, &'static str)];

    fn from_row(given: &'a Given) -> Result<Self, InvalidArgument>;
}

/// The arguments of one call. Each is decoded once and kept here, so that the pattern's function can borrow it.
pub(crate) struct Given {
    slots: Vec<Slot>,
    /// The first name that is not an argument of the pattern.
    unknown: Option<String>,
    /// The argument that contains these fields.
    within: Option<String>,
}

struct Slot {
    name: &'static str,
    /// Its type in the documents.
    kind: &'static str,
    /// Whether it is a list of such values.
    many: bool,
    value: Option<Value>,
    decoded: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Given {
    /// Assigns the arguments to the parameters that the registry lists.
    pub(crate) fn of(pattern: &Pattern, arguments: Arguments) -> Self {
        let wanted = pattern.arguments.iter().map(|argument| (argument.name, argument.kind, argument.many));
        Self::new(wanted, arguments.values)
    }

    pub(super) fn new(
        wanted: impl Iterator<Item = (&'static str, &'static str, bool)>,
        mut values: BTreeMap<String, Value>,
    ) -> Self {
        let slot = |(name, kind, many)| {
            let value = values.remove(name).filter(|value| !value.is_null());
            Slot { name, kind, many, value, decoded: OnceLock::new() }
        };
        let slots = wanted.map(slot).collect();
        Self { slots, unknown: values.into_keys().next(), within: None }
    }

    /// An argument, as the type of the parameter.
    pub(crate) fn take<'a, T: FromArgument<'a>>(&'a self, name: &str) -> Result<T, InvalidArgument> {
        T::from_argument(self, name)
    }

    /// The input of an optional action.
    pub(crate) fn row<'a, R: FromRow<'a>>(&'a self, name: &str) -> Result<Option<R>, InvalidArgument> {
        let slot = self.slot(name);
        let row = slot.value.as_ref().map(|value| self.nested::<R>(slot.name, value)).transpose()?;
        row.map(|row| slot.keep(row).whole()).transpose()
    }

    /// The inputs of a repeated action.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "for repeated actions with arguments of their own, if there are any")
    )]
    pub(crate) fn rows<'a, R: FromRow<'a>>(&'a self, name: &str) -> Result<Vec<R>, InvalidArgument> {
        let slot = self.slot(name);
        let rows = self.list(slot)?.iter().map(|value| self.nested::<R>(slot.name, value));
        slot.keep(rows.collect::<Result<Vec<Self>, _>>()?).iter().map(Self::whole).collect()
    }

    /// Number of values of an argument.
    pub(crate) fn count(&self, name: &str) -> usize {
        match &self.slot(name).value {
            None => 0,
            Some(Value::Array(values)) => values.len(),
            Some(_) => 1,
        }
    }

    /// Refuses unknown arguments.
    pub(crate) fn end(&self) -> Result<(), InvalidArgument> {
        self.unknown.as_ref().map_or(Ok(()), |name| Err(self.invalid(name, "there is no such argument")))
    }

    /// A required argument.
    pub(super) fn one<T: Decoded>(&self, name: &str) -> Result<&T, InvalidArgument> {
        self.optional(name)?.ok_or_else(|| self.invalid(self.slot(name).name, "it is missing"))
    }

    /// An optional argument.
    fn optional<T: Decoded>(&self, name: &str) -> Result<Option<&T>, InvalidArgument> {
        let slot = self.slot(name);
        let value = slot.value.as_ref().map(|value| self.typed::<T>(slot, value)).transpose()?;
        Ok(value.map(|value| slot.keep(value)))
    }

    /// The values of a repeated argument.
    pub(super) fn many<T: Decoded>(&self, name: &str) -> Result<&[T], InvalidArgument> {
        let slot = self.slot(name);
        let values = self.list(slot)?.iter().map(|value| self.typed::<T>(slot, value));
        Ok(slot.keep(values.collect::<Result<Vec<T>, _>>()?))
    }

    fn slot(&self, name: &str) -> &Slot {
        // Rust writes a keyword as a raw identifier.
        let name = name.trim_start_matches("r#");
        self.slots.iter().find(|slot| slot.name == name).expect("the generated code takes what the registry lists")
    }

    fn list<'a>(&self, slot: &'a Slot) -> Result<&'a [Value], InvalidArgument> {
        match &slot.value {
            None => Ok(&[]),
            Some(Value::Array(values)) => Ok(values),
            Some(_) => Err(self.invalid(slot.name, "an array is expected")),
        }
    }

    fn nested<'a, R: FromRow<'a>>(&self, name: &str, value: &Value) -> Result<Self, InvalidArgument> {
        let Value::Object(values) = value else { return Err(self.invalid(name, "a JSON object is expected")) };
        let fields = R::FIELDS.iter().map(|(name, kind)| (*name, *kind, false));
        Ok(Self { within: Some(self.path(name)), ..Self::new(fields, values.clone().into_iter().collect()) })
    }

    fn whole<'a, R: FromRow<'a>>(&'a self) -> Result<R, InvalidArgument> {
        let row = R::from_row(self)?;
        self.end()?;
        Ok(row)
    }

    fn typed<T: Decoded>(&self, slot: &Slot, value: &Value) -> Result<T, InvalidArgument> {
        let stored = attribute(value, slot.kind).map_err(|wrong| self.wrong(slot.name, &wrong))?;
        serde_dynamo::aws_sdk_dynamodb_1::from_attribute_value(stored)
            .map_err(|error| self.invalid(slot.name, &error.to_string()))
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

impl Slot {
    fn keep<T: Any + Send + Sync>(&self, value: T) -> &T {
        let kept = self.decoded.get_or_init(|| Box::new(value));
        kept.downcast_ref().expect("an argument is taken as one type")
    }
}

impl<'a, T: Decoded> FromArgument<'a> for &'a T {
    fn from_argument(given: &'a Given, name: &str) -> Result<Self, InvalidArgument> {
        given.one(name)
    }
}

impl<'a, T: Decoded> FromArgument<'a> for Option<&'a T> {
    fn from_argument(given: &'a Given, name: &str) -> Result<Self, InvalidArgument> {
        given.optional(name)
    }
}

impl<'a> FromArgument<'a> for &'a str {
    fn from_argument(given: &'a Given, name: &str) -> Result<Self, InvalidArgument> {
        given.one::<String>(name).map(String::as_str)
    }
}

impl<'a> FromArgument<'a> for Option<&'a str> {
    fn from_argument(given: &'a Given, name: &str) -> Result<Self, InvalidArgument> {
        Ok(given.optional::<String>(name)?.map(String::as_str))
    }
}

/// The values of a repeated argument, or one value whose type is a list.
impl<'a, T: Decoded> FromArgument<'a> for &'a [T] {
    fn from_argument(given: &'a Given, name: &str) -> Result<Self, InvalidArgument> {
        if given.slot(name).many { given.many(name) } else { given.one::<Vec<T>>(name).map(Vec::as_slice) }
    }
}

impl<'a, T: Decoded> FromArgument<'a> for Option<&'a [T]> {
    fn from_argument(given: &'a Given, name: &str) -> Result<Self, InvalidArgument> {
        Ok(given.optional::<Vec<T>>(name)?.map(Vec::as_slice))
    }
}

/// The order of a list; ascending when it is absent.
impl FromArgument<'_> for Order {
    fn from_argument(given: &Given, name: &str) -> Result<Self, InvalidArgument> {
        match given.slot(name).value.as_ref().map(Value::as_str) {
            None | Some(Some("asc")) => Ok(Self::Ascending),
            Some(Some("desc")) => Ok(Self::Descending),
            Some(_) => Err(given.invalid(name, "`asc` or `desc` is expected")),
        }
    }
}
