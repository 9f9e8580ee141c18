//! The parts of a key: the values between two `#`, and their written form.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

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
    fn the_key_of_an_item_has_two_parts_and_does_not_print() {
        let primary = Primary { hash: "USER#canary".to_owned(), range: "PROFILE".to_owned() };
        let key = ItemKey::new(primary);
        assert_eq!((key.pk(), key.sk()), ("USER#canary", "PROFILE"));
        assert_eq!((key.primary().hash, key.primary().range), (key.pk().to_owned(), key.sk().to_owned()));
        assert_eq!(format!("{key:?}"), "ItemKey(<redacted>)");
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
