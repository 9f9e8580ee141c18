//! Items: encoding and decoding of entities, with a check of their type and version.

use std::collections::hash_map::IntoIter;

use aws_sdk_dynamodb::types::AttributeValue;
use modyne::expr::StaticProjection;
use modyne::keys::{IndexKeys as _, PrimaryKey as _};
use serde::Serialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer as _, MapAccess};

use crate::attributes::{ENTITY_ATTRIBUTE, VERSION_ATTRIBUTE, entity_of, version_of};
use crate::design::{Design, Step};
use crate::error::CorruptItem;
use crate::history::{downcast, upcast};
use crate::key::ItemKey;

pub use modyne::Item;

/// A result of a pattern, decoded from one item of a table of this design.
pub trait Returned: Sized {
    /// The attributes that a query needs to read for this; all of them when `None`.
    fn projection(design: &'static Design) -> Option<StaticProjection>;

    /// Decodes the item.
    fn returned(item: Item, design: &'static Design) -> Result<Self, CorruptItem>;
}

/// A result decoded from the fields of an item, which needs no design.
pub trait FromItem: Sized {
    /// The attributes that a query must read for this type; `None` for all. A paged query needs the key attributes too,
    /// for its cursor.
    const PROJECTION: Option<StaticProjection> = None;

    /// Decodes the item.
    fn from_item(item: Item) -> Result<Self, CorruptItem>;
}

impl<T: FromItem> Returned for T {
    fn projection(_: &'static Design) -> Option<StaticProjection> {
        T::PROJECTION
    }

    fn returned(item: Item, _: &'static Design) -> Result<Self, CorruptItem> {
        T::from_item(item)
    }
}

impl Returned for ItemKey {
    fn projection(design: &'static Design) -> Option<StaticProjection> {
        Some(design.key_attributes.projection())
    }

    fn returned(item: Item, design: &'static Design) -> Result<Self, CorruptItem> {
        design.key_attributes.of(&item).map(Self::new)
    }
}

/// Encodes an entity: its fields, its keys, its type and its version.
///
/// # Panics
/// Panics if the type of a field has no stored form. Generated entities have no such field.
pub fn encode_entity<T>(entity: &T, version: u32) -> Item
where
    T: modyne::Entity + Serialize,
{
    let mut item: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(entity)
        .expect("entities are structs of types that all have a form in the table");
    // Last, so that no field can replace a key.
    let keys = entity.full_key();
    // A key without indexes needs no map to collect the attributes of several structs.
    let is_alone = T::IndexKeys::KEY_DEFINITIONS.is_empty();
    item.extend(if is_alone { keys.primary.into_key() } else { keys.into_key() });
    item.insert(ENTITY_ATTRIBUTE.to_owned(), AttributeValue::S(T::ENTITY_TYPE.to_string()));
    item.insert(VERSION_ATTRIBUTE.to_owned(), AttributeValue::N(version.to_string()));
    item
}

/// Like [`encode_entity`], in an older version that running programs read.
pub fn encode_older_entity<T>(entity: &T, version: u32, history: &[Step]) -> Item
where
    T: modyne::Entity + Serialize,
{
    let mut item = encode_entity(entity, version);
    downcast(&mut item, version, history);
    item
}

/// Decodes an item of the named entity, up to the given version. Ignores attributes that `T` does not know: keys, the
/// id of the last write, and additions of a newer deployment with the same version.
pub fn decode_entity<T: DeserializeOwned>(item: Item, entity: &'static str, version: u32) -> Result<T, CorruptItem> {
    match entity_of(&item) {
        Some(found) if found == entity => {}
        Some(_) => return Err(CorruptItem::new(entity, "it is another kind of item")),
        None => {
            return Err(CorruptItem::new(entity, format!("`{ENTITY_ATTRIBUTE}` is missing")));
        }
    }
    match version_of(&item) {
        Some(found) if found <= version => {}
        Some(found) => {
            let reason =
                format!("its version is {found}, and this program reads up to {version}: deploy the newer one");
            return Err(CorruptItem::new(entity, reason));
        }
        None => {
            return Err(CorruptItem::new(entity, format!("`{VERSION_ATTRIBUTE}` is missing or no number")));
        }
    }
    decode_fields(item, entity)
}

/// Like [`decode_entity`], for an entity with earlier versions: an older item is first brought up to date.
pub fn decode_older_entity<T: DeserializeOwned>(
    mut item: Item,
    entity: &'static str,
    version: u32,
    history: &[Step],
) -> Result<T, CorruptItem> {
    upcast(&mut item, history);
    decode_entity(item, entity, version)
}

/// Decodes an item's projection in an index, which has no type and no version.
pub fn decode_row<T: DeserializeOwned>(item: Item, row: &'static str) -> Result<T, CorruptItem> {
    decode_fields(item, row)
}

fn decode_fields<T: DeserializeOwned>(item: Item, entity: &'static str) -> Result<T, CorruptItem> {
    let mut fields = Fields { item: item.into_iter(), name: String::new(), value: None };
    T::deserialize(MapAccessDeserializer::new(&mut fields)).map_err(|error| {
        let last = Some(fields.name.as_str()).filter(|name| !name.is_empty());
        CorruptItem::new(entity, reason(&error.to_string(), last))
    })
}

/// The attributes of an item. Each is decoded separately, so that an error can name the last one.
struct Fields {
    item: IntoIter<String, AttributeValue>,
    /// The last name.
    name: String,
    /// Its value, until it is decoded.
    value: Option<AttributeValue>,
}

impl<'de> MapAccess<'de> for &mut Fields {
    type Error = serde_dynamo::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        let Some((name, value)) = self.item.next() else { return Ok(None) };
        (self.name, self.value) = (name, Some(value));
        seed.deserialize(self.name.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        let value = self.value.take().ok_or_else(|| Self::Error::custom("a value follows its name"))?;
        seed.deserialize(serde_dynamo::Deserializer::from_attribute_value(value.into()))
    }
}

/// The message without values: serde's own messages quote them after a colon or in quotes.
fn reason(message: &str, field: Option<&str>) -> String {
    if message.starts_with("missing field `") {
        return message.to_owned();
    }
    let kind = message.split([':', '`', '\'', '"']).next().unwrap_or_default().trim_end();
    match field {
        Some(field) => format!("`{field}`: {kind}"),
        None => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Digest, Timestamp};

    #[derive(Debug, serde::Deserialize, PartialEq)]
    struct Leaf {
        count: u32,
        made_at: Timestamp,
        #[serde(default)]
        note: Option<String>,
        #[serde(default)]
        digest: Option<Digest>,
    }

    fn leaf(changes: &[(&str, Option<AttributeValue>)]) -> Item {
        let mut item = Item::from([
            ("et".to_owned(), AttributeValue::S("leaf".to_owned())),
            ("v".to_owned(), AttributeValue::N("1".to_owned())),
            ("PK".to_owned(), AttributeValue::S("LEAF#1".to_owned())),
            ("count".to_owned(), AttributeValue::N("3".to_owned())),
            ("made_at".to_owned(), AttributeValue::N("1800000000000".to_owned())),
        ]);
        for (name, value) in changes {
            match value {
                Some(value) => item.insert((*name).to_owned(), value.clone()),
                None => item.remove(*name),
            };
        }
        item
    }

    fn refusal(changes: &[(&str, Option<AttributeValue>)]) -> String {
        decode_entity::<Leaf>(leaf(changes), "leaf", 1).expect_err("the change breaks the item").reason().to_owned()
    }

    fn text(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn number(text: &str) -> AttributeValue {
        AttributeValue::N(text.to_owned())
    }

    #[test]
    fn a_valid_item_decodes_and_unknown_attributes_are_ignored() {
        let decoded: Leaf = decode_entity(leaf(&[("write_id", Some(text("x")))]), "leaf", 1).expect("a good item");
        assert_eq!(decoded.count, 3);
        assert_eq!(decoded.note, None);
    }

    #[test]
    fn type_and_version_are_checked_before_the_fields() {
        assert_eq!(refusal(&[("et", Some(text("twig")))]), "it is another kind of item");
        assert_eq!(refusal(&[("et", None)]), "`et` is missing");
        assert_eq!(refusal(&[("v", None)]), "`v` is missing or no number");
        assert!(refusal(&[("v", Some(number("2"))), ("count", None)]).starts_with("its version is 2"));
    }

    #[test]
    fn a_reason_names_the_field_without_its_value() {
        assert_eq!(refusal(&[("count", None)]), "missing field `count`");
        assert_eq!(refusal(&[("count", Some(text("canary")))]), "`count`: Expected num");
        assert_eq!(refusal(&[("count", Some(number("-777")))]), "`count`: Failed to parse");
        assert_eq!(
            refusal(&[("made_at", Some(number("-777")))]),
            "`made_at`: not a time between 1970 and 2286 in the expected form"
        );
        assert_eq!(refusal(&[("digest", Some(text("canary")))]), "`digest`: not a digest");
    }
}
