//! Changes: an update expression that is built field by field, with a placeholder for every name.

use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::attributes::WRITE_ID;
use crate::size::value_bytes;

/// The placeholder of the attribute with the id of a write, in the update and its condition.
pub(crate) const WRITE_ID_ALIAS: &str = "#write_id";
/// The placeholder of the id of this write, in the update and its condition. No argument of a pattern has this name,
/// because none begins with a digit.
pub(crate) const WRITE_ID_VALUE: &str = ":0write_id";

/// The changes of an update. Their order has no effect: DynamoDB applies all of them to the old item.
///
/// The placeholders are numbers, which keeps them apart from those of the update's condition.
#[derive(Default)]
#[must_use]
pub struct Changes {
    set: Clause,
    add: Clause,
    delete: Clause,
    remove: Clause,
    accumulates: bool,
    names: Vec<&'static str>,
    values: Vec<AttributeValue>,
    write_id: Option<AttributeValue>,
}

/// The changes of one kind, separated by commas.
#[derive(Default)]
struct Clause(String);

/// A part of a change.
enum Part {
    Text(&'static str),
    Name(usize),
    Value(usize),
}

use Part::{Name, Text, Value};

impl Clause {
    fn push<const N: usize>(&mut self, parts: [Part; N]) {
        if !self.0.is_empty() {
            self.0.push_str(", ");
        }
        for part in parts {
            match part {
                Text(text) => self.0.push_str(text),
                Name(number) => push_placeholder(&mut self.0, '#', number),
                Value(number) => push_placeholder(&mut self.0, ':', number),
            }
        }
    }
}

impl Changes {
    /// No changes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes the field.
    pub fn set(self, field: &'static str, value: impl Serialize) -> Self {
        self.set_value(field, stored(value))
    }

    /// Writes an attribute in its stored form.
    pub(crate) fn set_value(mut self, attribute: &'static str, value: AttributeValue) -> Self {
        let (name, value) = (self.name(attribute), self.value(value));
        self.set.push([Name(name), Text(" = "), Value(value)]);
        self
    }

    /// Writes the field if the item does not have it.
    pub fn set_once(mut self, field: &'static str, value: impl Serialize) -> Self {
        let (name, value) = (self.name(field), self.value(stored(value)));
        self.set.push([Name(name), Text(" = if_not_exists("), Name(name), Text(", "), Value(value), Text(")")]);
        self
    }

    /// Writes the field, or removes it if there is no value: an optional field without a value is absent from the item.
    pub fn set_or_remove(self, field: &'static str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.set(field, value),
            None => self.remove(field),
        }
    }

    /// Makes a change with the value, if there is one; otherwise the change is left out.
    pub fn given<T>(self, value: Option<T>, change: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => change(self, value),
            None => self,
        }
    }

    /// Moves the field to its new name, if the item does not have the new name.
    pub fn rename(mut self, old: &'static str, new: &'static str) -> Self {
        let (old, new) = (self.name(old), self.name(new));
        self.set.push([Name(new), Text(" = if_not_exists("), Name(new), Text(", "), Name(old), Text(")")]);
        self.remove.push([Name(old)]);
        self
    }

    /// Adds to a number. An absent number counts as 0.
    pub fn add(mut self, field: &'static str, number: impl Serialize) -> Self {
        let (name, value) = (self.name(field), self.value(stored(number)));
        self.add.push([Name(name), Text(" "), Value(value)]);
        self.accumulates = true;
        self
    }

    /// Appends to a list. An absent list counts as empty.
    pub fn append(mut self, field: &'static str, list: impl Serialize) -> Self {
        let (name, list) = (self.name(field), self.value(stored(list)));
        let empty = self.value(AttributeValue::L(Vec::new()));
        self.set.push([
            Name(name),
            Text(" = list_append(if_not_exists("),
            Name(name),
            Text(", "),
            Value(empty),
            Text("), "),
            Value(list),
            Text(")"),
        ]);
        self.accumulates = true;
        self
    }

    /// Adds a text to a set, which has it once. An absent set counts as empty.
    pub fn add_to(mut self, field: &'static str, text: &str) -> Self {
        let (name, value) = (self.name(field), self.value(text_set(text)));
        self.add.push([Name(name), Text(" "), Value(value)]);
        self
    }

    /// Deletes a text from a set, if it has it. A set without texts is absent.
    pub fn delete_from(mut self, field: &'static str, text: &str) -> Self {
        let (name, value) = (self.name(field), self.value(text_set(text)));
        self.delete.push([Name(name), Text(" "), Value(value)]);
        self
    }

    /// Writes the sum of the item's field `of` and a number. An absent field counts as 0.
    pub fn set_sum(mut self, field: &'static str, of: &'static str, number: impl Serialize) -> Self {
        let (name, of) = (self.name(field), self.name(of));
        let (zero, number) = (self.value(stored(0)), self.value(stored(number)));
        self.set.push([
            Name(name),
            Text(" = if_not_exists("),
            Name(of),
            Text(", "),
            Value(zero),
            Text(") + "),
            Value(number),
        ]);
        self
    }

    /// Removes the field.
    pub fn remove(mut self, field: &'static str) -> Self {
        let name = self.name(field);
        self.remove.push([Name(name)]);
        self
    }

    /// Writes the id of this write too.
    pub(crate) fn marked(mut self, write_id: AttributeValue) -> Self {
        self.set.push([Text(WRITE_ID_ALIAS), Text(" = "), Text(WRITE_ID_VALUE)]);
        self.write_id = Some(write_id);
        self
    }

    /// Whether applying these changes twice differs from applying them once.
    pub(crate) fn accumulate(&self) -> bool {
        self.accumulates
    }

    /// The size of the values in bytes. The changed item is at least as large.
    pub(crate) fn bytes(&self) -> usize {
        self.values.iter().map(value_bytes).sum()
    }

    /// The update expression.
    pub(crate) fn expression(&self) -> String {
        let clauses = [("SET", &self.set), ("ADD", &self.add), ("DELETE", &self.delete), ("REMOVE", &self.remove)];
        let mut expression = String::with_capacity(clauses.iter().map(|(_, Clause(changes))| changes.len() + 8).sum());
        for (word, Clause(changes)) in clauses {
            if !changes.is_empty() {
                let space = if expression.is_empty() { "" } else { " " };
                expression.extend([space, word, " ", changes]);
            }
        }
        expression
    }

    /// The names, each with its placeholder.
    pub(crate) fn names(&self) -> impl Iterator<Item = (String, String)> {
        let numbered =
            self.names.iter().enumerate().map(|(number, name)| (placeholder('#', number), (*name).to_owned()));
        numbered.chain(self.write_id.iter().map(|_| (WRITE_ID_ALIAS.to_owned(), WRITE_ID.to_owned())))
    }

    /// The values, each with its placeholder.
    pub(crate) fn values(&self) -> impl Iterator<Item = (String, AttributeValue)> {
        let numbered = self.values.iter().enumerate().map(|(number, value)| (placeholder(':', number), value.clone()));
        numbered.chain(self.write_id.iter().map(|id| (WRITE_ID_VALUE.to_owned(), id.clone())))
    }

    fn name(&mut self, field: &'static str) -> usize {
        self.names.push(field);
        self.names.len() - 1
    }

    fn value(&mut self, value: AttributeValue) -> usize {
        self.values.push(value);
        self.values.len() - 1
    }
}

fn placeholder(sign: char, number: usize) -> String {
    let mut text = String::with_capacity(3);
    push_placeholder(&mut text, sign, number);
    text
}

/// Appends a placeholder. Nearly all updates have fewer than ten, which need no formatting.
fn push_placeholder(text: &mut String, sign: char, number: usize) {
    text.push(sign);
    match u32::try_from(number).ok().and_then(|number| char::from_digit(number, 10)) {
        Some(digit) => text.push(digit),
        None => write!(text, "{number}").expect("a text takes every text"),
    }
}

fn stored(value: impl Serialize) -> AttributeValue {
    serde_dynamo::to_attribute_value(value).expect("every field's type has a stored form")
}

fn text_set(text: &str) -> AttributeValue {
    AttributeValue::Ss(vec![text.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_and_value_is_a_placeholder() {
        let update = Changes::new()
            .set("name", "canary")
            .add("count", 2)
            .set_or_remove("note", None::<&str>)
            .set_or_remove("size", Some(7))
            .marked(AttributeValue::S("id".to_owned()));
        let expression = "SET #0 = :0, #3 = :2, #write_id = :0write_id ADD #1 :1 REMOVE #2";
        assert_eq!(update.expression(), expression);
        let pairs = [("#0", "name"), ("#1", "count"), ("#2", "note"), ("#3", "size"), ("#write_id", "write_id")];
        assert!(update.names().eq(pairs.map(|(placeholder, name)| (placeholder.to_owned(), name.to_owned()))));
        let placeholders: Vec<String> = update.values().map(|(placeholder, _)| placeholder).collect();
        assert_eq!(placeholders, [":0", ":1", ":2", ":0write_id"]);
    }

    #[test]
    fn a_change_without_its_value_is_left_out() {
        let changes = |name: Option<&'static str>| {
            Changes::new().add("count", 1).given(name, |changes, name| changes.set("name", name))
        };
        assert_eq!(changes(Some("a")).expression(), "SET #1 = :1 ADD #0 :0");
        assert_eq!(changes(None).expression(), "ADD #0 :0");
    }

    #[test]
    fn sets_and_numbers_share_one_clause() {
        let update = Changes::new().add_to("tags", "a").delete_from("names", "b").add("count", 1);
        assert_eq!(update.expression(), "ADD #0 :0, #2 :2 DELETE #1 :1");
        // A set has a text once, however often it is added.
        assert!(!Changes::new().add_to("tags", "a").delete_from("names", "b").accumulate());
    }

    #[test]
    fn only_additions_and_appends_accumulate() {
        assert!(Changes::new().set("a", 1).add("b", 1).accumulate());
        assert!(Changes::new().append("a", [1]).accumulate());
        assert!(!Changes::new().set("a", 1).remove("b").accumulate());
    }
}
