//! The parts of a key: the values between two `#`, and their written form.

use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;
use modyne::Item;
use modyne::expr::StaticProjection;
use sha2::{Digest as _, Sha256};

use crate::error::CorruptItem;

pub use modyne::keys::Primary;

/// A value that can be a part of a key. Its text has no `#`, and different values have different texts, so a key that
/// is built of parts can be read in only one way.
pub trait KeyPart {
    /// The text of this value inside a key.
    fn key_part(&self) -> Cow<'_, str>;
}

impl KeyPart for str {
    fn key_part(&self) -> Cow<'_, str> {
        escaped(self)
    }
}

impl KeyPart for String {
    fn key_part(&self) -> Cow<'_, str> {
        escaped(self)
    }
}

/// The text with `#`, `%`, `/`, control characters and non-ASCII bytes written as `%XX`, in upper-case hex.
///
/// Injective: different texts stay different, because `%` itself is escaped.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    if !text.bytes().any(needs_escape) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if needs_escape(byte) {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        } else {
            out.push(char::from(byte));
        }
    }
    Cow::Owned(out)
}

fn needs_escape(byte: u8) -> bool {
    matches!(byte, b'#' | b'%' | b'/') || byte.is_ascii_control() || !byte.is_ascii()
}

/// The number with leading zeros up to `width` digits, so that the order of the texts is the order of the numbers.
///
/// A number with more digits keeps them all: it sorts in a wrong place, but stays the same number. The caps of the
/// fields used in keys (500 messages, 14 chunks) are far below their widths.
#[must_use]
pub fn padded(number: u32, width: usize) -> String {
    format!("{number:0width$}")
}

/// The shard of a text, from 0: the first four bytes of its SHA-256, as a big-endian number, modulo the number of
/// shards. It is stored in keys, so it never changes, and any language can compute it.
#[must_use]
pub fn shard(text: &str, shards: u32) -> u32 {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(text).into();
    u32::from_be_bytes([a, b, c, d]) % shards.max(1)
}

/// The names of the two attributes that are a table's key.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyAttributes {
    /// With the names that stand for them in expressions: any word can be the name of an attribute, also a reserved one.
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
    pub(crate) fn item(&self, key: Primary) -> Item {
        let text = |name: &str, text: String| (name.to_owned(), AttributeValue::S(text));
        Item::from([text(self.partition(), key.hash), text(self.sort(), key.range)])
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

/// Defines the key of a table whose key attributes are not `PK` and `SK`: `table_key! { /// What it is. TableKey: "pk", "sk" }`.
/// For generated code.
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

/// The key of an item that a keys-only query found, to be handed to a batch of deletes. It says nothing about the
/// item and cannot be made by hand.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ItemKey {
    pk: String,
    sk: String,
}

impl ItemKey {
    /// Builds the key. For generated code and for this crate.
    #[doc(hidden)]
    #[must_use]
    pub fn new(key: Primary) -> Self {
        Self { pk: key.hash, sk: key.range }
    }

    /// The partition key. It can contain a username.
    #[must_use]
    pub fn pk(&self) -> &str {
        &self.pk
    }

    /// The sort key.
    #[must_use]
    pub fn sk(&self) -> &str {
        &self.sk
    }

    /// The key in modyne's form.
    #[must_use]
    pub fn primary(&self) -> Primary {
        Primary { hash: self.pk.clone(), range: self.sk.clone() }
    }
}

impl std::fmt::Debug for ItemKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ItemKey(<redacted>)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_delimiter_in_a_text_cannot_end_its_segment() {
        assert_eq!(escaped("a#b"), "a%23b");
        assert_eq!(escaped("a%23b"), "a%2523b");
        assert_eq!(escaped("é/\n"), "%C3%A9%2F%0A");
        assert_eq!(escaped("C++"), "C++");
    }

    #[test]
    fn a_number_wider_than_its_width_keeps_its_digits() {
        assert_eq!(padded(7, 4), "0007");
        assert_eq!(padded(9999, 4), "9999");
        assert_eq!(padded(10_000, 4), "10000");
    }

    #[test]
    fn a_shard_is_the_published_digest_modulo_the_number_of_shards() {
        // SHA-256 of "abc" begins with ba7816bf, of nothing with e3b0c442 (FIPS 180-4).
        assert_eq!(shard("abc", 8), 0xba78_16bf % 8);
        assert_eq!(shard("", 5), 0xe3b0_c442 % 5);
    }

    #[test]
    fn the_shards_of_many_ids_are_filled_evenly() {
        let mut filled = [0_u32; 8];
        for number in 0..8_000 {
            filled[shard(&format!("0198c5e2-8a00-7000-8000-{number:012}"), 8) as usize] += 1;
        }
        assert!(filled.iter().all(|count| (900..1_100).contains(count)), "{filled:?}");
    }

    #[test]
    fn an_item_key_does_not_print_its_parts() {
        let key = ItemKey::new(Primary { hash: "EMAIL#secret".into(), range: "CLAIM".into() });
        assert_eq!(format!("{key:?}"), "ItemKey(<redacted>)");
        assert_eq!(key.primary().hash, "EMAIL#secret");
    }

    proptest! {
        #[test]
        fn escaping_is_injective(a in any::<String>(), b in any::<String>()) {
            prop_assert_eq!(a == b, escaped(&a) == escaped(&b));
        }

        #[test]
        fn texts_that_contain_escapes_stay_different(a in "[#%/2355]{0,6}", b in "[#%/2355]{0,6}") {
            prop_assert_eq!(a == b, escaped(&a) == escaped(&b));
        }

        #[test]
        fn escaped_text_is_printable_ascii_without_delimiters(text in any::<String>()) {
            let out = escaped(&text).into_owned();
            prop_assert!(out.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'#' && b != b'/'));
        }

        #[test]
        fn padding_keeps_the_order(a in any::<u32>(), b in any::<u32>()) {
            prop_assert_eq!(a.cmp(&b), padded(a, 10).cmp(&padded(b, 10)));
        }
    }
}
