//! Cursors: the start of the next page, with a tag that binds it to its query.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::time::Timestamp;

/// The lifetime of a cursor.
const LIFETIME: Duration = Duration::from_hours(24);
/// The first byte of every cursor. Another format needs another number.
const FORMAT: u8 = 1;
/// Half of HMAC-SHA256, the minimum that RFC 2104 recommends.
const TAG_BYTES: usize = 16;
const HEADER_BYTES: usize = 1 + TAG_BYTES + 8;
/// Longer than any cursor in Base64, with keys at DynamoDB's limits (1 KB, 2 KB and a number) in each of 16 shards.
const MAX_CHARS: usize = 72 * 1024;

/// The secret from which the key of the cursors is derived. Does not print. A table keeps only the derived key, which
/// depends on the name of its design.
#[derive(Clone)]
pub struct CursorKey(Vec<u8>);

impl CursorKey {
    /// A secret of any length, which may serve other purposes too.
    #[must_use]
    pub fn from_secret(secret: impl AsRef<[u8]>) -> Self {
        Self(secret.as_ref().to_vec())
    }

    /// The key for the cursors of this design.
    #[must_use]
    pub fn mac_key(&self, design: &str) -> MacKey {
        // The prefix keeps this key apart from other keys that are derived from the same secret.
        let digest = Sha256::new().chain_update(design).chain_update(b" cursor key\0").chain_update(&self.0);
        MacKey(digest.finalize().into())
    }
}

/// The key of the cursors' tags.
#[derive(Clone)]
pub struct MacKey([u8; 32]);

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey(<redacted>)")
    }
}

/// The reason to reject a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// It does not have the form of a cursor.
    #[error("the cursor is malformed: send it back exactly as it was received")]
    Malformed,
    /// It was changed, or belongs to another query, partition or argument, or to a key that is no longer used.
    #[error("the cursor belongs to another request: start again without one")]
    Forged,
    /// It is older than a day.
    #[error("the cursor is too old: start again without one")]
    Expired,
}

/// The query to which a cursor is bound.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The id of the pattern.
    pub pattern: &'a str,
    /// The partition, which always comes from the caller and never from the cursor.
    pub partition: &'a str,
    /// The arguments that change the items or their order.
    pub bound_to: &'a str,
}

/// The last key without its partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// In the table: the sort key.
    Table { sk: String },
    /// In an index: the position in each shard of the partition, or in its only one. `None` is the beginning of a
    /// shard.
    Index(Vec<Option<IndexPosition>>),
}

/// The position in one partition of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexPosition {
    /// The sort key: a number, or a text after an `s`.
    pub sort: String,
    /// The key of the item.
    pub pk: String,
    pub sk: String,
}

impl MacKey {
    /// A cursor of this query that starts after this position.
    #[must_use]
    pub fn sign(&self, scope: Scope<'_>, position: &Position, now: Timestamp) -> String {
        let mut body = now.plus(LIFETIME).millis().to_be_bytes().to_vec();
        for part in position.parts() {
            push(&mut body, part);
        }
        let tag = self.mac(scope, &body).finalize().into_bytes();
        let mut bytes = vec![FORMAT];
        bytes.extend_from_slice(&tag[..TAG_BYTES]);
        bytes.extend_from_slice(&body);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position in a cursor of this query.
    pub fn verify(&self, scope: Scope<'_>, cursor: &str, now: Timestamp) -> Result<Position, CursorError> {
        if cursor.len() > MAX_CHARS {
            return Err(CursorError::Malformed);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| CursorError::Malformed)?;
        if bytes.len() < HEADER_BYTES || bytes[0] != FORMAT {
            return Err(CursorError::Malformed);
        }
        let (tag, body) = bytes[1..].split_at(TAG_BYTES);
        // Compares in constant time, before any byte of the body is used.
        self.mac(scope, body).verify_truncated_left(tag).map_err(|_| CursorError::Forged)?;
        let (expiry, parts) = body.split_first_chunk().ok_or(CursorError::Malformed)?;
        if i64::from_be_bytes(*expiry) < now.millis() {
            return Err(CursorError::Expired);
        }
        Position::parse(parts).ok_or(CursorError::Malformed)
    }

    fn mac(&self, scope: Scope<'_>, body: &[u8]) -> Hmac<Sha256> {
        // Each part with its length, so that different queries have different bytes.
        let mut signed = vec![FORMAT];
        for part in [scope.pattern, scope.partition, scope.bound_to] {
            push(&mut signed, part);
        }
        Hmac::<Sha256>::new_from_slice(&self.0)
            .expect("HMAC takes keys of any length")
            .chain_update(signed)
            .chain_update(body)
    }
}

impl Position {
    fn parts(&self) -> Vec<&str> {
        match self {
            Self::Table { sk } => vec![sk],
            Self::Index(positions) => positions
                .iter()
                .flat_map(|position| match position {
                    Some(IndexPosition { sort, pk, sk }) => [sort.as_str(), pk, sk],
                    None => ["", "", ""],
                })
                .collect(),
        }
    }

    fn parse(mut bytes: &[u8]) -> Option<Self> {
        let mut parts = Vec::new();
        while !bytes.is_empty() {
            let (length, rest) = bytes.split_first_chunk()?;
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            let (part, rest) = rest.split_at_checked(length)?;
            parts.push(String::from_utf8(part.to_vec()).ok()?);
            bytes = rest;
        }
        if let [sk] = parts.as_mut_slice() {
            return Some(Self::Table { sk: std::mem::take(sk) });
        }
        let (shards, rest) = parts.as_chunks::<3>();
        let position = |[sort, pk, sk]: &[String; 3]| {
            (!sort.is_empty()).then(|| IndexPosition { sort: sort.clone(), pk: pk.clone(), sk: sk.clone() })
        };
        (rest.is_empty() && !shards.is_empty()).then(|| Self::Index(shards.iter().map(position).collect()))
    }
}

fn push(bytes: &mut Vec<u8>, part: &str) {
    let length = u32::try_from(part.len()).expect("keys and arguments are far below 4 GB");
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(part.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SCOPE: Scope<'_> = Scope { pattern: "AP-07", partition: "USER#1", bound_to: "desc" };

    fn key() -> MacKey {
        CursorKey::from_secret("a secret of the tests").mac_key("garden")
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).expect("the tests use times of this century")
    }

    fn position() -> Position {
        Position::Table { sk: "SESSION#42".to_owned() }
    }

    #[test]
    fn a_cursor_lives_for_a_day() {
        let now = at(1_800_000_000_000);
        let cursor = key().sign(SCOPE, &position(), now);
        let day = now.plus(LIFETIME);
        assert_eq!(key().verify(SCOPE, &cursor, day), Ok(position()));
        assert_eq!(key().verify(SCOPE, &cursor, day.plus(Duration::from_millis(1))), Err(CursorError::Expired));
    }

    #[test]
    fn another_query_partition_argument_or_key_is_rejected() {
        let now = at(1_800_000_000_000);
        let cursor = key().sign(SCOPE, &position(), now);
        for other in [
            Scope { pattern: "AP-08", ..SCOPE },
            Scope { partition: "USER#2", ..SCOPE },
            Scope { bound_to: "asc", ..SCOPE },
            Scope { partition: "USER#1\0", bound_to: "esc", ..SCOPE },
        ] {
            assert_eq!(key().verify(other, &cursor, now), Err(CursorError::Forged));
        }
        let secret = CursorKey::from_secret("a secret of the tests");
        for other in [CursorKey::from_secret("another secret").mac_key("garden"), secret.mac_key("meadow")] {
            assert_eq!(other.verify(SCOPE, &cursor, now), Err(CursorError::Forged));
        }
    }

    #[test]
    fn a_text_that_is_not_a_cursor_is_malformed() {
        let now = at(1_800_000_000_000);
        for bad in ["", "!", "AQ", "eyJQSyI6ICJVU0VSIzIifQ", "AAAA", &"A".repeat(MAX_CHARS + 1)] {
            assert_eq!(key().verify(SCOPE, bad, now), Err(CursorError::Malformed), "{bad}");
        }
    }

    #[test]
    fn a_cursor_is_neither_too_short_nor_too_long() {
        let now = at(1_800_000_000_000);
        let of_bytes = |count| {
            let mut bytes = vec![0; count];
            bytes[0] = FORMAT;
            key().verify(SCOPE, &URL_SAFE_NO_PAD.encode(bytes), now)
        };
        assert_eq!(of_bytes(HEADER_BYTES - 1), Err(CursorError::Malformed));
        assert_eq!(of_bytes(HEADER_BYTES), Err(CursorError::Forged), "it could be one");
        let of_chars = |count: usize| {
            let sk = "s".repeat(count / 4 * 3 - HEADER_BYTES - size_of::<u32>());
            let cursor = key().sign(SCOPE, &Position::Table { sk }, now);
            (cursor.len(), key().verify(SCOPE, &cursor, now).is_ok())
        };
        assert_eq!(of_chars(MAX_CHARS), (MAX_CHARS, true));
        assert_eq!(of_chars(MAX_CHARS + 4), (MAX_CHARS + 4, false));
    }

    #[test]
    fn a_position_has_one_part_or_three_for_each_shard() {
        let of_parts = |count: usize| {
            let mut bytes = Vec::new();
            (0..count).for_each(|_| push(&mut bytes, "a"));
            Position::parse(&bytes).is_some()
        };
        assert_eq!((0..=6).map(of_parts).collect::<Vec<_>>(), [false, true, false, true, false, false, true]);
    }

    #[test]
    fn the_longest_keys_fit() {
        let longest = IndexPosition { sort: "9".repeat(38), pk: "p".repeat(2048), sk: "s".repeat(1024) };
        let position = Position::Index(vec![Some(longest); 16]);
        let now = at(1_800_000_000_000);
        let cursor = key().sign(SCOPE, &position, now);
        assert!(cursor.len() <= MAX_CHARS);
        assert_eq!(key().verify(SCOPE, &cursor, now), Ok(position));
    }

    #[test]
    fn the_key_does_not_print() {
        assert_eq!(format!("{:?}", CursorKey::from_secret("canary")), "CursorKey(<redacted>)");
    }

    #[test]
    fn the_key_is_the_digest_of_the_design_and_the_secret() {
        let digest: [u8; 32] = Sha256::digest(b"garden cursor key\0a secret of the tests").into();
        assert_eq!(key().0, digest);
    }

    proptest! {
        #[test]
        fn a_signed_cursor_can_be_verified(
            sort in "-?[0-9]{1,15}|s[a-z#]{0,9}", pk in any::<String>(), sk in any::<String>(),
        ) {
            let now = at(1_800_000_000_000);
            let table = Position::Table { sk: sk.clone() };
            let index = IndexPosition { sort, pk, sk };
            let shards = Position::Index(vec![None, Some(index.clone()), None]);
            for position in [table, Position::Index(vec![Some(index)]), shards] {
                let cursor = key().sign(SCOPE, &position, now);
                prop_assert_eq!(key().verify(SCOPE, &cursor, now), Ok(position));
            }
        }

        #[test]
        fn any_changed_byte_is_rejected(index in any::<prop::sample::Index>(), flip in 1_u8..=255) {
            let now = at(1_800_000_000_000);
            let mut bytes = URL_SAFE_NO_PAD.decode(key().sign(SCOPE, &position(), now)).expect("our own cursor");
            let index = index.index(bytes.len());
            bytes[index] ^= flip;
            prop_assert!(key().verify(SCOPE, &URL_SAFE_NO_PAD.encode(bytes), now).is_err());
        }

        #[test]
        fn any_shorter_or_longer_cursor_is_rejected(keep in 0_usize..60, more in "[A-Za-z0-9_-]{0,8}") {
            let now = at(1_800_000_000_000);
            let cursor = key().sign(SCOPE, &position(), now);
            let changed = format!("{}{more}", &cursor[..keep.min(cursor.len())]);
            prop_assert_eq!(changed == cursor, key().verify(SCOPE, &changed, now).is_ok());
        }

        #[test]
        fn no_input_causes_a_panic(text in any::<String>()) {
            prop_assert!(key().verify(SCOPE, &text, at(1_800_000_000_000)).is_err());
        }
    }
}
