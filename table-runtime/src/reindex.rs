//! Rewrites an item's index keys from its fields: for an item that is older than the index, or whose keys are out of
//! step.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::attributes::{ENTITY_ATTRIBUTE, VERSION_ATTRIBUTE, entity_of, version_of};
use crate::call::Call;
use crate::changes::Changes;
use crate::condition::Condition;
use crate::error::StoreError;
use crate::item::Item;
use crate::stored::StoredItem;

/// The condition that the item still has the entity and the version that were read.
pub(crate) fn as_seen(seen: &Item) -> Condition {
    Condition::new("#et = :et AND #v = :v")
        .name("#et", ENTITY_ATTRIBUTE)
        .name("#v", VERSION_ATTRIBUTE)
        .value(":et", entity_of(seen).unwrap_or_default())
        .value(":v", version_of(seen).unwrap_or_default())
}

/// Adds the condition that these attributes still have the values that were read, or are still absent.
pub(crate) fn unchanged(
    mut condition: Condition,
    seen: &Item,
    names: impl IntoIterator<Item = &'static str>,
) -> Condition {
    for (number, name) in names.into_iter().enumerate() {
        let (alias, value_alias) = (format!("#from{number}"), format!(":from{number}"));
        condition = match seen.get(name) {
            Some(value) => condition.and(&format!("{alias} = {value_alias}")).stored(value_alias, value.clone()),
            None => condition.and(&format!("attribute_not_exists({alias})")),
        };
        condition = condition.name(alias, name);
    }
    condition
}

/// Writes these attributes as computed, and removes the others.
pub(crate) fn written(mut changes: Changes, made: &Item, names: impl IntoIterator<Item = &'static str>) -> Changes {
    for name in names {
        changes = match made.get(name) {
            Some(value) => changes.set_value(name, value.clone()),
            None => changes.remove(name),
        };
    }
    changes
}

/// Whether two values are equal for an index: `1E2` and `100` are the same number.
#[must_use]
pub fn is_same_key(one: Option<&AttributeValue>, other: Option<&AttributeValue>) -> bool {
    use AttributeValue::N;
    match (one, other) {
        (Some(N(one)), Some(N(other))) => one == other || one.parse::<f64>().ok() == other.parse::<f64>().ok(),
        (one, other) => one == other,
    }
}

impl Call<'_> {
    /// Writes an item's keys in all indexes as they follow from its fields, if the fields still have the values that
    /// were read. Returns whether they had.
    pub async fn reindex(self, item: &StoredItem) -> Result<bool, StoreError> {
        let seen = item.attributes();
        let made = (self.design().keys_of)(seen.clone()).map_err(|corrupt| corrupt.read_by(self.id()))?;
        let key = self.key_attributes().of(seen).map_err(|corrupt| corrupt.read_by(self.id()))?;
        let wrong = self
            .design()
            .index_attributes
            .iter()
            .copied()
            .filter(|name| !is_same_key(seen.get(*name), made.get(*name)));
        let changes = written(Changes::new(), &made, wrong);
        let from = (self.design().index_keys_of)(entity_of(seen).unwrap_or_default()).iter().flat_map(|keys| keys.from);
        let condition = unchanged(as_seen(seen), seen, from.copied());
        Ok(self.update(key, changes, Some(condition), false).await?.is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_condition_covers_the_fields_of_the_keys() {
        let number = |text: &str| AttributeValue::N(text.to_owned());
        let seen = Item::from([("v".to_owned(), number("1")), ("cost".to_owned(), number("7"))]);
        let condition = unchanged(as_seen(&seen), &seen, ["cost", "date"]);
        let end = "AND #from0 = :from0 AND attribute_not_exists(#from1)";
        assert!(condition.expression().ends_with(end), "{condition:?}");
        assert!(!format!("{condition:?}").contains('7'), "values are not shown");
    }

    #[test]
    fn numbers_are_compared_by_value() {
        let number = |text: &str| Some(AttributeValue::N(text.to_owned()));
        assert!(is_same_key(number("1E2").as_ref(), number("100").as_ref()));
        assert!(!is_same_key(number("1").as_ref(), None));
    }
}
