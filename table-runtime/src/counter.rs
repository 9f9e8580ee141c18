//! Counters: numbers that writes add to. A counter that holds no number of its type (negative, a fraction, too large)
//! is read as the nearest valid number, so that its item can be read and deleted until a pattern with
//! `operation = "correct"` corrects it.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::attributes::{ENTITY_ATTRIBUTE, entity_of};
use crate::call::Call;
use crate::changes::Changes;
use crate::condition::Condition;
use crate::design::{Counter, Design};
use crate::error::StoreError;
use crate::item::Item;
use crate::stored::StoredItem;

impl Counter {
    /// The name of the field.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count(name) | Self::Amount(name) => name,
        }
    }

    /// The nearest valid number; `None` if the value is valid already, or is not a number.
    fn nearest(self, item: &Item) -> Option<i64> {
        let AttributeValue::N(text) = item.get(self.name())? else { return None };
        let (lowest, highest) = match self {
            Self::Count(_) => (0, i64::from(u32::MAX)),
            Self::Amount(_) => (i64::MIN, i64::MAX),
        };
        match text.parse::<i64>() {
            Ok(number) if (lowest..=highest).contains(&number) => None,
            Ok(number) => Some(number.clamp(lowest, highest)),
            Err(_) => Some(whole(text.parse().ok()?).clamp(lowest, highest)),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a cast from a float drops the fraction and saturates")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// Replaces each invalid counter by the nearest valid number.
pub fn clamp(item: &mut Item, counters: &[Counter]) {
    for counter in counters {
        if let Some(nearest) = counter.nearest(item) {
            let entity = entity_of(item).unwrap_or("row");
            tracing::warn!(
                entity,
                field = counter.name(),
                "a stored counter is out of range; a pattern with `operation = \"correct\"` corrects it"
            );
            item.insert(counter.name().to_owned(), AttributeValue::N(nearest.to_string()));
        }
    }
}

impl StoredItem {
    /// The names of the invalid counters.
    #[must_use]
    pub fn bad_counters(&self, design: &Design) -> Vec<&'static str> {
        self.corrections(design).into_iter().map(|(name, _)| name).collect()
    }

    /// The item with these counters corrected; other attributes are unchanged.
    #[must_use]
    pub fn corrected(&self, design: &Design) -> Self {
        let mut item = self.attributes().clone();
        for (name, nearest) in self.corrections(design) {
            item.insert(name.to_owned(), AttributeValue::N(nearest.to_string()));
        }
        self.with(item)
    }

    fn corrections(&self, design: &Design) -> Vec<(&'static str, i64)> {
        let counters = self.entity().map(design.counters_of).unwrap_or_default();
        let item = self.attributes();
        counters.iter().filter_map(|counter| Some((counter.name(), counter.nearest(item)?))).collect()
    }
}

impl Call<'_> {
    /// Writes the nearest valid number to each invalid counter of this item. Returns `false` if one of them has another
    /// value by now, or if all are valid.
    pub async fn correct(self, seen: &StoredItem) -> Result<bool, StoreError> {
        let corrections = seen.corrections(self.design());
        if corrections.is_empty() {
            return Ok(false);
        }
        let entity = seen.entity().unwrap_or_default();
        let mut condition = Condition::new("#et = :et").name("#et", ENTITY_ATTRIBUTE).value(":et", entity);
        let mut changes = Changes::new();
        for (number, (name, nearest)) in corrections.into_iter().enumerate() {
            let (placeholder, value) = (format!("#seen{number}"), format!(":seen{number}"));
            condition = condition.and(&format!("{placeholder} = {value}")).name(placeholder, name);
            condition = condition.stored(value, seen.attributes()[name].clone());
            changes = changes.set(name, nearest);
        }
        let key = seen.key();
        let corrected = self.update(key.primary(), changes, Some(condition), false).await?;
        Ok(corrected.is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(counter: Counter, number: &str) -> Option<i64> {
        counter.nearest(&Item::from([("n".to_owned(), AttributeValue::N(number.to_owned()))]))
    }

    #[test]
    fn a_number_out_of_range_becomes_the_nearest_valid_one() {
        let count = |number| nearest(Counter::Count("n"), number);
        for (number, expected) in [
            ("0", None),
            ("4294967295", None),
            ("-1", Some(0)),
            ("1.5", Some(1)),
            ("-0.5", Some(0)),
            ("4294967296", Some(4_294_967_295)),
            ("99999999999999999999999999999999999999", Some(4_294_967_295)),
            ("1E+30", Some(4_294_967_295)),
        ] {
            assert_eq!(count(number), expected, "{number}");
        }
        let amount = |number| nearest(Counter::Amount("n"), number);
        assert_eq!(amount("-1"), None);
        assert_eq!(amount("2.25"), Some(2));
        assert_eq!(amount("1E+30"), Some(i64::MAX));
    }

    #[test]
    fn each_invalid_counter_of_an_item_is_replaced() {
        let number = |text: &str| AttributeValue::N(text.to_owned());
        let mut item = Item::from(["a", "b", "c"].map(|name| (name.to_owned(), number("-1"))));
        clamp(&mut item, &[Counter::Count("a"), Counter::Amount("b")]);
        assert_eq!(["a", "b", "c"].map(|name| item[name].clone()), ["0", "-1", "-1"].map(number));
    }

    #[test]
    fn a_value_that_is_not_a_number_is_unchanged() {
        let text = Item::from([("n".to_owned(), AttributeValue::S("many".to_owned()))]);
        assert_eq!(Counter::Count("n").nearest(&text), None);
        assert_eq!(Counter::Count("n").nearest(&Item::new()), None);
    }
}
