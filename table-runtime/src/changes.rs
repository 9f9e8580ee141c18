//! Changes: an update expression that is built field by field, with an alias for every name.

use aws_sdk_dynamodb::types::AttributeValue;
use modyne::expr::Update;
use serde::Serialize;

use crate::size::value_bytes;

/// The changes of an update. Their order has no effect: DynamoDB applies all of them to the old item.
#[derive(Default)]
#[must_use]
pub struct Changes {
    set: Vec<String>,
    add: Vec<String>,
    add_to: Vec<String>,
    delete_from: Vec<String>,
    remove: Vec<String>,
    appends: bool,
    names: Vec<(String, String)>,
    values: Vec<(String, AttributeValue)>,
}

impl Changes {
    /// No changes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes the field.
    pub fn set(mut self, field: &'static str, value: impl Serialize) -> Self {
        let (name, value) = (self.name(field), self.value(value));
        self.set.push(format!("{name} = {value}"));
        self
    }

    /// Writes an attribute in its stored form.
    pub(crate) fn set_value(mut self, attribute: &'static str, value: AttributeValue) -> Self {
        let (name, alias) = (self.name(attribute), format!(":upd_v{}", self.values.len()));
        self.set.push(format!("{name} = {alias}"));
        self.values.push((alias, value));
        self
    }

    /// Writes the field if the item does not have it.
    pub fn set_once(mut self, field: &'static str, value: impl Serialize) -> Self {
        let (name, value) = (self.name(field), self.value(value));
        self.set.push(format!("{name} = if_not_exists({name}, {value})"));
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
        self.set.push(format!("{new} = if_not_exists({new}, {old})"));
        self.remove.push(old);
        self
    }

    /// Adds to a number. An absent number counts as 0.
    pub fn add(mut self, field: &'static str, number: impl Serialize) -> Self {
        let (name, value) = (self.name(field), self.value(number));
        self.add.push(format!("{name} {value}"));
        self
    }

    /// Appends to a list. An absent list counts as empty.
    pub fn append(mut self, field: &'static str, list: impl Serialize) -> Self {
        let (name, list) = (self.name(field), self.value(list));
        let empty = self.value([(); 0]);
        self.set.push(format!("{name} = list_append(if_not_exists({name}, {empty}), {list})"));
        self.appends = true;
        self
    }

    /// Adds a text to a set, which has it once. An absent set counts as empty.
    pub fn add_to(mut self, field: &'static str, text: &str) -> Self {
        let (name, value) = (self.name(field), self.text_set(text));
        self.add_to.push(format!("{name} {value}"));
        self
    }

    /// Deletes a text from a set, if it has it. A set without texts is absent.
    pub fn delete_from(mut self, field: &'static str, text: &str) -> Self {
        let (name, value) = (self.name(field), self.text_set(text));
        self.delete_from.push(format!("{name} {value}"));
        self
    }

    /// Writes the sum of the item's field `of` and a number. An absent field counts as 0.
    pub fn set_sum(mut self, field: &'static str, of: &'static str, number: impl Serialize) -> Self {
        let (name, of) = (self.name(field), self.name(of));
        let (zero, number) = (self.value(0), self.value(number));
        self.set.push(format!("{name} = if_not_exists({of}, {zero}) + {number}"));
        self
    }

    /// Removes the field.
    pub fn remove(mut self, field: &'static str) -> Self {
        let name = self.name(field);
        self.remove.push(name);
        self
    }

    /// Whether applying these changes twice differs from applying them once.
    pub(crate) fn accumulate(&self) -> bool {
        self.appends || !self.add.is_empty()
    }

    /// The size of the values in bytes. The changed item is at least as large.
    pub(crate) fn bytes(&self) -> usize {
        self.values.iter().map(|(_, value)| value_bytes(value)).sum()
    }

    pub(crate) fn into_update(self) -> Update {
        let add = [self.add, self.add_to].concat();
        let clauses = [("SET", self.set), ("ADD", add), ("DELETE", self.delete_from), ("REMOVE", self.remove)];
        let expression: Vec<String> = clauses
            .into_iter()
            .filter(|(_, parts)| !parts.is_empty())
            .map(|(word, parts)| format!("{word} {}", parts.join(", ")))
            .collect();
        Update {
            expression: expression.join(" "),
            names: self.names,
            values: Vec::new(),
            // All values are sensitive, so that `Debug` shows none.
            sensitive_values: self.values,
        }
    }

    // The prefixes are modyne's own, which keep the aliases of an update apart from those of its condition.
    fn name(&mut self, field: &'static str) -> String {
        let alias = format!("#upd_n{}", self.names.len());
        self.names.push((alias.clone(), field.to_owned()));
        alias
    }

    fn text_set(&mut self, text: &str) -> String {
        let alias = format!(":upd_v{}", self.values.len());
        self.values.push((alias.clone(), AttributeValue::Ss(vec![text.to_owned()])));
        alias
    }

    fn value(&mut self, value: impl Serialize) -> String {
        let alias = format!(":upd_v{}", self.values.len());
        let value = serde_dynamo::to_attribute_value(value).expect("every field's type has a stored form");
        self.values.push((alias.clone(), value));
        alias
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_and_value_is_an_alias() {
        let update = Changes::new()
            .set("name", "canary")
            .add("count", 2)
            .set_or_remove("note", None::<&str>)
            .set_or_remove("size", Some(7))
            .into_update();
        assert_eq!(update.expression, "SET #upd_n0 = :upd_v0, #upd_n3 = :upd_v2 ADD #upd_n1 :upd_v1 REMOVE #upd_n2");
        let names: Vec<&str> = update.names.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["name", "count", "note", "size"]);
        assert!(!format!("{update:?}").contains("canary"));
    }

    #[test]
    fn sets_and_numbers_share_one_clause() {
        let update = Changes::new().add_to("tags", "a").delete_from("names", "b").add("count", 1).into_update();
        assert_eq!(update.expression, "ADD #upd_n2 :upd_v2, #upd_n0 :upd_v0 DELETE #upd_n1 :upd_v1");
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
