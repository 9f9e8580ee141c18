//! The size of an item as DynamoDB counts it: names and values, UTF-8.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::item::Item;

/// The size of the largest item, including names.
pub const MAX_ITEM_BYTES: usize = 400 * 1024;

/// The size of an item in bytes.
#[must_use]
pub fn item_bytes(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

/// The size of a value in bytes.
pub(crate) fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        // One byte for each two digits, and one or two more.
        AttributeValue::N(number) => number.len() / 2 + 2,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + value_bytes(value)).sum::<usize>(),
        AttributeValue::M(fields) => {
            3 + fields.iter().map(|(name, value)| 1 + name.len() + value_bytes(value)).sum::<usize>()
        }
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_count_as_utf8() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let item = Item::from([
            ("text".to_owned(), text("añb")),
            ("list".to_owned(), AttributeValue::L(vec![text("ab"), text("c")])),
            ("map".to_owned(), AttributeValue::M([("k".to_owned(), text("v"))].into())),
            ("flag".to_owned(), AttributeValue::Bool(true)),
            ("set".to_owned(), AttributeValue::Ss(vec!["abc".to_owned(), "de".to_owned()])),
            ("bytes".to_owned(), AttributeValue::B(vec![0; 9].into())),
        ]);
        let plain = (4 + 4) + (4 + 3 + 3 + 2) + (3 + 3 + 3) + (4 + 1);
        assert_eq!(item_bytes(&item), plain + (3 + 3 + 2) + (5 + 9));
    }

    #[test]
    fn the_estimated_size_of_a_number_is_an_upper_bound() {
        for (number, bytes) in [("7", 2), ("-12", 3), ("1795424460000", 8)] {
            let item = Item::from([(String::new(), AttributeValue::N(number.to_owned()))]);
            assert!(item_bytes(&item) >= bytes, "{number}");
            assert_eq!(item_bytes(&item), number.len() / 2 + 2, "{number}");
        }
    }
}
