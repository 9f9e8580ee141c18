//! Items in their stored form, of any entity: for programs that copy or check the table.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use modyne::expr::StaticProjection;

use crate::attributes::{entity_of, version_of};
use crate::design::Design;
use crate::error::CorruptItem;
use crate::item::{Item, Returned};
use crate::key::{ItemKey, Primary};
use crate::key_attributes::KeyAttributes;

/// An item in its stored form. It may be of any entity and version, or unknown to the schema. `{:?}` prints only the
/// name of its entity.
#[derive(Clone, PartialEq)]
pub struct StoredItem {
    item: Item,
    key_attributes: &'static KeyAttributes,
}

impl StoredItem {
    pub(crate) fn new(item: Item, design: &'static Design) -> Self {
        Self { item, key_attributes: &design.key_attributes }
    }

    /// The same item with other attributes.
    pub(crate) fn with(&self, item: Item) -> Self {
        Self { item, ..*self }
    }

    /// The partition key. It can contain a username.
    #[must_use]
    pub fn pk(&self) -> &str {
        self.text(self.key_attributes.partition())
    }

    /// The sort key.
    #[must_use]
    pub fn sk(&self) -> &str {
        self.text(self.key_attributes.sort())
    }

    /// Both keys.
    #[must_use]
    pub fn primary(&self) -> Primary {
        Primary { hash: self.pk().to_owned(), range: self.sk().to_owned() }
    }

    /// The name of its entity; `None` without one.
    #[must_use]
    pub fn entity(&self) -> Option<&str> {
        entity_of(&self.item)
    }

    /// The version of its entity; `None` without one, or if it is not a number.
    #[must_use]
    pub fn version(&self) -> Option<u32> {
        version_of(&self.item)
    }

    /// The size as DynamoDB counts it: the UTF-8 of each attribute's name, and its value (Developer Guide, "DynamoDB
    /// item sizes and formats"). The guide calls the size of a number approximate: a byte for two significant digits,
    /// and one more.
    #[must_use]
    pub fn size(&self) -> usize {
        self.item.iter().map(|(name, value)| name.len() + size_of(value)).sum()
    }

    /// The item in DynamoDB's JSON, like a line of an export to S3: `{"Item":{"PK":{"S":"…"},…}}`, with the attributes
    /// ordered by name, and binary values in Base64.
    #[must_use]
    pub fn to_dynamodb_json(&self) -> Value {
        json!({ "Item": attributes(&self.item) })
    }

    /// The key, with which the item can be deleted even if it does not decode.
    #[must_use]
    pub fn key(&self) -> ItemKey {
        ItemKey::new(self.primary())
    }

    /// Whether it is stored under this key.
    #[must_use]
    pub fn is_under(&self, key: &Primary) -> bool {
        self.pk() == key.hash && self.sk() == key.range
    }

    /// The attributes in DynamoDB's form.
    #[must_use]
    pub fn attributes(&self) -> &Item {
        &self.item
    }

    fn text(&self, name: &str) -> &str {
        self.item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
    }
}

impl Returned for StoredItem {
    fn projection(_: &'static Design) -> Option<StaticProjection> {
        None
    }

    fn returned(item: Item, design: &'static Design) -> Result<Self, CorruptItem> {
        Ok(Self::new(item, design))
    }
}

impl fmt::Debug for StoredItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredItem({})", self.entity().unwrap_or("<unknown>"))
    }
}

fn attributes(map: &HashMap<String, AttributeValue>) -> Value {
    // Ordered by name, independent of the order of serde_json's own map.
    let sorted: BTreeMap<&String, &AttributeValue> = map.iter().collect();
    Value::Object(sorted.into_iter().map(|(name, value)| (name.clone(), typed(value))).collect::<Map<_, _>>())
}

fn typed(value: &AttributeValue) -> Value {
    let base64 = |bytes: &aws_sdk_dynamodb::primitives::Blob| STANDARD.encode(bytes);
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        // As text, because its 38 digits do not fit into a JSON number.
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::B(bytes) => json!({ "B": base64(bytes) }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::Null(_) => json!({ "NULL": true }),
        AttributeValue::L(values) => json!({ "L": values.iter().map(typed).collect::<Vec<_>>() }),
        AttributeValue::M(map) => json!({ "M": attributes(map) }),
        AttributeValue::Ss(texts) => json!({ "SS": texts }),
        AttributeValue::Ns(numbers) => json!({ "NS": numbers }),
        AttributeValue::Bs(sets) => json!({ "BS": sets.iter().map(base64).collect::<Vec<_>>() }),
        // A type that DynamoDB may introduce, and that this version of the SDK cannot read.
        _ => Value::Null,
    }
}

fn size_of(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => size_of_number(number),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::L(values) => 3 + values.iter().map(|value| size_of(value) + 1).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.iter().map(|(name, value)| name.len() + size_of(value) + 1).sum::<usize>(),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|number| size_of_number(number)).sum(),
        AttributeValue::Bs(sets) => sets.iter().map(|bytes| bytes.as_ref().len()).sum(),
        _ => 0,
    }
}

/// A byte for two significant digits, and one more; one more for a sign.
fn size_of_number(number: &str) -> usize {
    let (mantissa, _) = number.split_once(['e', 'E']).unwrap_or((number, ""));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').len().div_ceil(2) + 1 + usize::from(number.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::support::DESIGN;
    use aws_sdk_dynamodb::primitives::Blob;
    use proptest::prelude::*;

    fn item(name: &str, value: AttributeValue) -> StoredItem {
        StoredItem::new(Item::from([(name.to_owned(), value)]), &DESIGN)
    }

    #[test]
    fn every_type_has_its_form_and_its_size() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        for (value, form, size) in [
            (text("añb"), json!({ "S": "añb" }), 4),
            (AttributeValue::N("-1200".to_owned()), json!({ "N": "-1200" }), 3),
            (AttributeValue::N("0".to_owned()), json!({ "N": "0" }), 1),
            (AttributeValue::B(Blob::new([0, 1, 2, 3])), json!({ "B": "AAECAw==" }), 4),
            (AttributeValue::Bool(false), json!({ "BOOL": false }), 1),
            (AttributeValue::Null(true), json!({ "NULL": true }), 1),
            (AttributeValue::L(vec![text("a"), text("bc")]), json!({ "L": [{ "S": "a" }, { "S": "bc" }] }), 8),
            (AttributeValue::M(HashMap::from([("k".to_owned(), text("v"))])), json!({ "M": { "k": { "S": "v" } } }), 6),
            (AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()]), json!({ "SS": ["a", "b"] }), 2),
            (AttributeValue::Ns(vec!["1".to_owned(), "23".to_owned()]), json!({ "NS": ["1", "23"] }), 4),
            (AttributeValue::Bs(vec![Blob::new([255])]), json!({ "BS": ["/w=="] }), 1),
        ] {
            let stored = item("name", value);
            assert_eq!(stored.to_dynamodb_json(), json!({ "Item": { "name": form } }));
            assert_eq!(stored.size(), 4 + size, "{form}");
        }
    }

    #[test]
    fn an_item_prints_no_more_than_its_entity() {
        let canary = AttributeValue::S("canary".to_owned());
        assert_eq!(format!("{:?}", item("PK", canary.clone())), "StoredItem(<unknown>)");
        assert_eq!(format!("{:?}", item("et", AttributeValue::S("user".to_owned()))), "StoredItem(user)");
    }

    proptest! {
        #[test]
        fn every_text_survives_the_round_trip(text in any::<String>()) {
            let written = item("a", AttributeValue::S(text.clone())).to_dynamodb_json().to_string();
            let read: Value = serde_json::from_str(&written).expect("it is JSON");
            prop_assert_eq!(read["Item"]["a"]["S"].as_str(), Some(text.as_str()));
        }

        #[test]
        fn bytes_come_back(bytes in any::<Vec<u8>>()) {
            let written = item("a", AttributeValue::B(Blob::new(bytes.clone()))).to_dynamodb_json();
            let read = STANDARD.decode(written["Item"]["a"]["B"].as_str().expect("a text"));
            prop_assert_eq!(read.expect("Base64"), bytes);
        }
    }
}
