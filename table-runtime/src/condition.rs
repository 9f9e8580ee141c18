//! Conditions of writes: an expression with its placeholders, and conditions that are made of parts, some of which a
//! caller may leave out.

use std::borrow::Cow;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::attributes::WRITE_ID;
use crate::changes::{WRITE_ID_ALIAS, WRITE_ID_VALUE};

type Text = Cow<'static, str>;

/// A condition expression with its names and values. `Debug` shows no value.
///
/// The texts of generated code are constants: they are copied only into a request. No placeholder begins with a digit,
/// because those of [`Changes`](crate::changes::Changes) do.
#[derive(Clone)]
#[must_use]
pub struct Condition {
    expression: Text,
    names: Vec<(Text, Text)>,
    values: Vec<(Text, AttributeValue)>,
}

impl Condition {
    /// The expression, for instance `#count < :max`.
    pub fn new(expression: impl Into<Text>) -> Self {
        Self { expression: expression.into(), names: Vec::new(), values: Vec::new() }
    }

    /// The attribute of a placeholder, for instance `#count`.
    pub fn name(mut self, placeholder: impl Into<Text>, attribute: impl Into<Text>) -> Self {
        self.names.push((placeholder.into(), attribute.into()));
        self
    }

    /// The value of a placeholder, for instance `:max`.
    ///
    /// # Panics
    /// Panics if the value has no stored form. The values of generated code have one.
    pub fn value(self, placeholder: impl Into<Text>, value: impl Serialize) -> Self {
        self.stored(placeholder, serde_dynamo::to_attribute_value(value).expect("every field's type has a stored form"))
    }

    /// The value of a placeholder in its stored form.
    pub(crate) fn stored(mut self, placeholder: impl Into<Text>, value: AttributeValue) -> Self {
        self.values.push((placeholder.into(), value));
        self
    }

    /// The condition, and another one with placeholders of this condition.
    pub(crate) fn and(mut self, expression: &str) -> Self {
        let all = self.expression.to_mut();
        all.push_str(" AND ");
        all.push_str(expression);
        self
    }

    /// The condition, and that the item is not from the write with this id.
    pub(crate) fn unless_written_by(condition: Option<Self>, write_id: &AttributeValue) -> Self {
        let other = format!("(attribute_not_exists({WRITE_ID_ALIAS}) OR {WRITE_ID_ALIAS} <> {WRITE_ID_VALUE})");
        let condition = match condition {
            Some(condition) => {
                Self { expression: format!("({}) AND {other}", condition.expression).into(), ..condition }
            }
            None => Self::new(other),
        };
        condition.name(WRITE_ID_ALIAS, WRITE_ID).stored(WRITE_ID_VALUE, write_id.clone())
    }

    pub(crate) fn expression(&self) -> String {
        self.expression.clone().into_owned()
    }

    /// The names, each with its placeholder.
    pub(crate) fn names(&self) -> impl ExactSizeIterator<Item = (String, String)> {
        self.names.iter().map(|(placeholder, name)| (placeholder.clone().into_owned(), name.clone().into_owned()))
    }

    /// The values, each with its placeholder.
    pub(crate) fn values(&self) -> impl ExactSizeIterator<Item = (String, AttributeValue)> {
        self.values.iter().map(|(placeholder, value)| (placeholder.clone().into_owned(), value.clone()))
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = format_args!("<{} values>", self.values.len());
        f.debug_struct("Condition")
            .field("expression", &self.expression)
            .field("names", &self.names)
            .field("values", &values)
            .finish()
    }
}

/// The condition that all the given parts hold; `None` if none is given. A placeholder means the same in all parts.
#[must_use]
pub fn all_of<const N: usize>(parts: [Option<Condition>; N]) -> Option<Condition> {
    parts.into_iter().flatten().reduce(joined)
}

/// The condition, and all the given parts.
pub fn and<const N: usize>(condition: Condition, parts: [Option<Condition>; N]) -> Condition {
    parts.into_iter().flatten().fold(condition, joined)
}

fn joined(all: Condition, part: Condition) -> Condition {
    let mut all = all.and(&part.expression);
    for name in part.names {
        if !all.names.contains(&name) {
            all.names.push(name);
        }
    }
    for value in part.values {
        if !all.values.contains(&value) {
            all.values.push(value);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &'static str) -> Condition {
        Condition::new(text).name("#a", "a").value(":a", 1)
    }

    #[test]
    fn only_given_parts_are_joined() {
        let all = all_of([Some(part("#a > :a")), None, Some(Condition::new("#a < :b").name("#a", "a").value(":b", 2))]);
        let all = all.expect("two parts are given");
        assert_eq!(all.expression, "#a > :a AND #a < :b");
        assert_eq!((all.names.len(), all.values.len()), (1, 2));
        assert!(all_of([None, None]).is_none());
        let same = and(part("#a > :a"), [Some(part("#a <> :a"))]);
        assert_eq!((same.names.len(), same.values.len()), (1, 1));
    }

    #[test]
    fn a_condition_that_excludes_a_write_keeps_its_own_parts_together() {
        let id = AttributeValue::S("canary".to_owned());
        let both = Condition::unless_written_by(Some(part("#a > :a OR #a < :a")), &id);
        let other = "(attribute_not_exists(#write_id) OR #write_id <> :0write_id)";
        assert_eq!(both.expression, format!("(#a > :a OR #a < :a) AND {other}"));
        assert_eq!(Condition::unless_written_by(None, &id).expression, other);
        let printed = format!("{:?}", part("#a > :a"));
        assert_eq!(printed, r##"Condition { expression: "#a > :a", names: [("#a", "a")], values: <1 values> }"##);
        assert!(!format!("{both:?}").contains("canary"), "values are not shown");
    }
}
