//! Checks the shape of a body before it is parsed: its depth and its number of values.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use model::limits::BODY_DEPTH;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize as _, Deserializer};

/// Maximum names of an object. All forms have fewer.
const MAX_NAMES: usize = 100;
/// Maximum values in a body. The largest form has about fifty.
const MAX_VALUES: u32 = 1_000;

/// Reads a value and discards it.
///
/// # Errors
/// When it is not JSON, is nested too deeply, has too many names or values, or repeats a name.
pub(super) fn check<'de, D: Deserializer<'de>>(json: D) -> Result<(), D::Error> {
    Shape { depth: 0, left: &Cell::new(MAX_VALUES) }.deserialize(json)
}

/// A visitor that accepts any JSON within the limits.
#[derive(Clone, Copy)]
struct Shape<'c> {
    depth: u32,
    /// The remaining number of values.
    left: &'c Cell<u32>,
}

impl Shape<'_> {
    /// Counts one nested value.
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| E::custom("too many values"))?;
        self.left.set(left);
        if self.depth < BODY_DEPTH { Ok(Self { depth: self.depth + 1, ..self }) } else { Err(E::custom("too deep")) }
    }
}

impl<'de> DeserializeSeed<'de> for Shape<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shape<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if !names.insert(name) || names.len() > MAX_NAMES {
                return Err(A::Error::custom("a name twice, or too many names"));
            }
            map.next_value_seed(self.inner()?)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        // Each element is counted before it is read, and so is the end of the list.
        while seq.next_element_seed(self.inner()?)?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| ())
    }
}
