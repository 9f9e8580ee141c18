//! The key attributes of a table: their names, and a key under them.

use aws_sdk_dynamodb::types::AttributeValue;
use modyne::Item;
use modyne::expr::StaticProjection;

use crate::error::CorruptItem;
use crate::key::Primary;

/// The names of the two attributes that are a table's key.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyAttributes {
    /// The names, with their placeholders in expressions: an attribute's name may be a reserved word.
    aliased: [(&'static str, &'static str); 2],
}

impl KeyAttributes {
    /// The names of the partition key and of the sort key.
    #[must_use]
    pub const fn new(partition: &'static str, sort: &'static str) -> Self {
        Self { aliased: [("#pk", partition), ("#sk", sort)] }
    }

    /// The name of the partition key.
    #[must_use]
    pub const fn partition(&self) -> &'static str {
        self.aliased[0].1
    }

    /// The name of the sort key.
    #[must_use]
    pub const fn sort(&self) -> &'static str {
        self.aliased[1].1
    }

    /// Reads these two alone.
    pub(crate) const fn projection(&'static self) -> StaticProjection {
        StaticProjection { expression: "#pk, #sk", names: &self.aliased }
    }

    /// The key as DynamoDB takes it.
    pub(crate) fn item(&self, key: &Primary) -> Item {
        let text = |name: &str, text: &str| (name.to_owned(), AttributeValue::S(text.to_owned()));
        Item::from([text(self.partition(), &key.hash), text(self.sort(), &key.range)])
    }

    /// The key of an item.
    pub(crate) fn of(&self, item: &Item) -> Result<Primary, CorruptItem> {
        let part = |name| match item.get(name) {
            Some(AttributeValue::S(text)) => Ok(text.clone()),
            _ => Err(CorruptItem::new("key", format!("`{name}` is missing or no text"))),
        };
        Ok(Primary { hash: part(self.partition())?, range: part(self.sort())? })
    }
}

/// Defines the key of a table whose key attributes are not `PK` and `SK`. For generated code:
/// `table_key! { /// What it is. TableKey: "pk", "sk" }`.
#[doc(hidden)]
#[macro_export]
macro_rules! table_key {
    ($(#[$meta:meta])* $name:ident: $partition:literal, $sort:literal) => {
        $(#[$meta])*
        #[derive(Clone)]
        pub struct $name($crate::key::Primary);

        impl ::std::convert::From<$crate::key::Primary> for $name {
            fn from(key: $crate::key::Primary) -> Self {
                Self(key)
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use $crate::serde::ser::SerializeStruct as _;
                let mut key = serializer.serialize_struct(stringify!($name), 2)?;
                key.serialize_field($partition, &self.0.hash)?;
                key.serialize_field($sort, &self.0.range)?;
                key.end()
            }
        }

        impl $crate::entity::PrimaryKey for $name {
            const PRIMARY_KEY_DEFINITION: $crate::entity::PrimaryKeyDefinition =
                $crate::entity::PrimaryKeyDefinition { hash_key: $partition, range_key: Some($sort) };
        }

        impl $crate::entity::Key for $name {
            const DEFINITION: $crate::entity::KeyDefinition =
                $crate::entity::KeyDefinition::Primary(<Self as $crate::entity::PrimaryKey>::PRIMARY_KEY_DEFINITION);
        }
    };
}
