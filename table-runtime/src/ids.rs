//! Ids: a newtype for each kind around a version 7 UUID, and the injected source of ids.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::fmt::Hyphenated;
use uuid::{Builder, Uuid};

use crate::time::Timestamp;

/// The interface of all id newtypes.
pub trait UuidNewtype: Copy {
    /// Wraps a UUID from [`Ids`]. Text from other sources goes through `FromStr`, which checks the version.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The UUID inside.
    fn uuid(self) -> Uuid;
}

/// The text is not an id: 36 lower-case characters of a version 7 UUID. The error does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind}: expected a version 7 UUID in lower case with hyphens")]
pub struct InvalidId {
    /// The expected type, for instance `SessionId`.
    pub kind: &'static str,
}

/// Parses an id of the given kind, which has only one valid form.
#[doc(hidden)]
pub fn parse_uuid(text: &str, kind: &'static str) -> Result<Uuid, InvalidId> {
    let uuid = Uuid::try_parse(text).map_err(|_| InvalidId { kind })?;
    // The parser also accepts upper case, and three forms of other lengths: with braces, as a URN, and without hyphens.
    // Two texts of one id would be two keys of one item.
    let canonical = text.len() == Hyphenated::LENGTH && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let version_7 = uuid.get_version_num() == 7 && uuid.get_variant() == uuid::Variant::RFC4122;
    if canonical && version_7 { Ok(uuid) } else { Err(InvalidId { kind }) }
}

/// Defines id newtypes: `uuid_newtypes! { /// What it names. UserId, /// ... SessionId }`.
#[macro_export]
macro_rules! uuid_newtypes {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::uuid::Uuid);

        impl $crate::ids::UuidNewtype for $name {
            fn from_uuid(uuid: $crate::uuid::Uuid) -> Self {
                Self(uuid)
            }

            fn uuid(self) -> $crate::uuid::Uuid {
                self.0
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.hyphenated())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ids::InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::ids::parse_uuid(text, stringify!($name)).map(Self)
            }
        }

        impl $crate::key::KeyPart for $name {
            fn key_part(&self) -> ::std::borrow::Cow<'_, str> {
                ::std::borrow::Cow::Owned(self.to_string())
            }
        }

        $crate::serde_as_text!($name);
    )+};
}

/// The source of ids and request tokens. Clones share one source.
#[derive(Clone)]
pub struct Ids(Arc<Mutex<Source>>);

struct Source {
    rng: StdRng,
    /// The generator of tokens, if they must differ although the ids repeat.
    tokens: Option<StdRng>,
    /// The milliseconds of the last id.
    millis: u64,
    /// The bits of the last id below its milliseconds; 74 of them are used.
    tail: u128,
}

const TAIL_BITS: u32 = 74;

impl Ids {
    /// Ids that cannot be guessed, seeded by the operating system.
    #[must_use]
    pub fn random() -> Self {
        Self::from_rng(rand::make_rng(), None)
    }

    /// The same ids in every run, for tests and readable seed data.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::from_rng(StdRng::seed_from_u64(seed), None)
    }

    /// The same ids in every run, with tokens that never repeat. DynamoDB treats a transaction with a token of the last
    /// ten minutes as done, and would not write again items that were deleted since.
    #[must_use]
    pub fn repeatable(seed: u64) -> Self {
        Self::from_rng(StdRng::seed_from_u64(seed), Some(rand::make_rng()))
    }

    fn from_rng(rng: StdRng, tokens: Option<StdRng>) -> Self {
        Self(Arc::new(Mutex::new(Source { rng, tokens, millis: 0, tail: 0 })))
    }

    /// A new id. The ids of one source are strictly increasing, also within a millisecond, between threads, and after
    /// the clock was set back.
    #[must_use]
    pub fn next<I: UuidNewtype>(&self, now: Timestamp) -> I {
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        I::from_uuid(source.next(now.millis().unsigned_abs()))
    }

    /// A random UUID that marks one write or one request, so that its repeat can be recognised.
    #[must_use]
    pub fn token(&self) -> Uuid {
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Source { rng, tokens, .. } = &mut *source;
        let mut bytes = [0; 16];
        tokens.as_mut().unwrap_or(rng).fill_bytes(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }
}

impl Source {
    fn next(&mut self, now: u64) -> Uuid {
        if now > self.millis {
            self.restart(now);
        } else {
            // A random step instead of 1, so that the next id cannot be guessed.
            self.tail += 1 + u128::from(self.rng.next_u32());
            if self.tail >> TAIL_BITS != 0 {
                self.restart(self.millis + 1);
            }
        }
        // RFC 9562: the time, version 7, the first part of the tail, variant 0b10, the rest of the tail.
        let (first, rest) = (self.tail >> 62, self.tail & ((1 << 62) - 1));
        Uuid::from_u128((u128::from(self.millis) << 80) + (7 << 76) + (first << 64) + (0b10 << 62) + rest)
    }

    fn restart(&mut self, millis: u64) {
        self.millis = millis;
        let random = (u128::from(self.rng.next_u64()) << 64) + u128::from(self.rng.next_u64());
        // The top bit stays clear, so that at least 2^41 steps fit into a millisecond.
        self.tail = random & ((1 << (TAIL_BITS - 1)) - 1);
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ids")
    }
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro makes public ids, and these are only for the tests")]
mod tests {
    use super::*;
    use crate::KeyPart;
    use proptest::prelude::*;

    crate::uuid_newtypes! {
        /// An id for these tests.
        PlantId,
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).expect("the tests use times of this century")
    }

    #[test]
    fn every_other_form_is_rejected() {
        let good = "01970b3a-7c4e-7a31-8f60-0c2d5e9b1a77";
        let id: PlantId = good.parse().expect("this is the fixed form");
        assert_eq!(id.to_string(), good);
        assert_eq!(id.key_part(), good);
        assert_eq!(format!("{id:?}"), format!("PlantId({good})"));
        for bad in [
            "",
            "01970b3a-7c4e-7a31-8f60-0c2d5e9b1a7",
            "01970B3A-7C4E-7A31-8F60-0C2D5E9B1A77",
            "01970b3a7c4e7a318f600c2d5e9b1a77",
            "{01970b3a-7c4e-7a31-8f60-0c2d5e9b1a77}",
            "urn:uuid:01970b3a-7c4e-7a31-8f60-0c2d5e9b1a77",
            "01970b3a-7c4e-4a31-8f60-0c2d5e9b1a77",
            "01970b3a-7c4e-7a31-0f60-0c2d5e9b1a77",
            "01970b3a-7c4e-7a31-8f60-0c2d5e9b1a77#x",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(bad.parse::<PlantId>(), Err(InvalidId { kind: "PlantId" }), "{bad}");
        }
    }

    #[test]
    fn serde_uses_the_same_parser() {
        let id: PlantId = Ids::seeded(1).next(at(1_800_000_000_000));
        let json = serde_json::to_string(&id).expect("an id is a string");
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<PlantId>(&json).expect("what was written can be read"), id);
        let error = serde_json::from_str::<PlantId>("\"NOPE\"").expect_err("that is no id");
        assert!(error.to_string().starts_with("not a PlantId"), "{error}");
        assert!(!error.to_string().contains("NOPE"));
    }

    #[test]
    fn seeded_ids_repeat_and_random_ones_do_not() {
        let now = at(1_800_000_000_000);
        let next = |ids: Ids| ids.next::<PlantId>(now);
        assert_eq!(next(Ids::seeded(7)), next(Ids::seeded(7)));
        assert_ne!(next(Ids::seeded(7)), next(Ids::seeded(8)));
        assert_ne!(next(Ids::random()), next(Ids::random()));
        assert_eq!(Ids::seeded(7).token(), Ids::seeded(7).token());
        assert_eq!(Ids::seeded(7).token().get_version_num(), 4);
    }

    #[test]
    fn repeatable_ids_have_tokens_that_never_repeat() {
        let now = at(1_800_000_000_000);
        assert_eq!(Ids::repeatable(7).next::<PlantId>(now), Ids::seeded(7).next::<PlantId>(now));
        assert_ne!(Ids::repeatable(7).token(), Ids::repeatable(7).token());
    }

    #[test]
    fn ids_are_unique_between_threads_and_increase_in_each() {
        let ids = Ids::random();
        let mut all: Vec<PlantId> = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| (0..2_000).map(|_| ids.next(at(1_800_000_000_000))).collect::<Vec<_>>()))
                .collect();
            writers
                .into_iter()
                .flat_map(|writer| {
                    let made: Vec<PlantId> = writer.join().expect("no writer panics");
                    assert!(made.is_sorted_by(|a, b| a < b));
                    made
                })
                .collect()
        });
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 16_000);
    }

    #[test]
    fn an_id_begins_with_its_time_and_has_the_form_of_rfc_9562() {
        let ids = Ids::seeded(1);
        let mut source = ids.0.lock().expect("not poisoned");
        for now in [0x0123_4567_89ab, 0x0123_4567_89ab, 0x0123_4567_89aa, 0x0123_4567_ffff] {
            let id = source.next(now).to_string();
            let (millis, tail) = (source.millis, source.tail);
            assert_eq!(millis, now.max(0x0123_4567_89ab), "the clock was set back, or not");
            let (first, rest) = (tail >> 62, tail % (1 << 62));
            let (high, low) = (0x8000 + (rest >> 48), rest % (1 << 48));
            assert_eq!(
                id,
                format!("{:08x}-{:04x}-7{first:03x}-{high:04x}-{low:012x}", millis >> 16, millis % (1 << 16))
            );
        }
    }

    #[test]
    fn a_full_millisecond_continues_in_the_next() {
        let ids = Ids::seeded(1);
        let mut source = ids.0.lock().expect("not poisoned");
        source.next(7);
        source.tail = (1 << TAIL_BITS) - 1;
        source.next(7);
        assert_eq!((source.millis, source.tail >> (TAIL_BITS - 1)), (8, 0), "with a new tail");
        source.tail = (1 << TAIL_BITS) - (1 << 40);
        source.next(7);
        assert_eq!((source.millis, source.tail >> (TAIL_BITS - 1)), (8, 1), "with the next tail");
    }

    proptest! {
        #[test]
        fn ids_increase_independent_of_the_clock(seed: u64, times in prop::collection::vec(0_i64..9_999_999_999_999, 2..50)) {
            let ids = Ids::seeded(seed);
            let made: Vec<PlantId> = times.iter().map(|millis| ids.next(at(*millis))).collect();
            prop_assert!(made.is_sorted_by(|a, b| a < b));
            prop_assert!(made.is_sorted_by(|a, b| a.to_string() < b.to_string()));
            for id in made {
                prop_assert_eq!(id.to_string().parse::<PlantId>(), Ok(id));
            }
        }

        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            let _ = text.parse::<PlantId>();
        }
    }
}
