//! Reads an object with blanks for its wrong fields, so that errors of the other fields are found.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

/// The fields of an object that are skipped.
#[derive(Debug, Default)]
pub(super) struct Blanks {
    /// Read as an empty value.
    pub(super) filled: Vec<String>,
    /// Read as absent: unknown fields.
    pub(super) dropped: Vec<String>,
}

impl Blanks {
    /// Whether the field is skipped.
    pub(super) fn has(&self, name: &str) -> bool {
        self.filled.iter().chain(&self.dropped).any(|blank| blank == name)
    }
}

/// A deserializer that skips these fields.
pub(super) struct WithBlanks<'b, D> {
    pub(super) inner: D,
    pub(super) blanks: &'b Blanks,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for WithBlanks<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(ObjectVisitor { visitor, blanks: self.blanks })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct ObjectVisitor<'b, V> {
    visitor: V,
    blanks: &'b Blanks,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for ObjectVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Object { map, blanks: self.blanks, left: self.blanks.filled.iter(), is_blank: false })
    }
}

struct Object<'b, A> {
    map: A,
    blanks: &'b Blanks,
    left: std::slice::Iter<'b, String>,
    is_blank: bool,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Object<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(name) = self.map.next_key::<Cow<'de, str>>()? {
            if !self.blanks.has(&name) {
                return seed.deserialize(name.into_deserializer()).map(Some);
            }
            self.map.next_value::<IgnoredAny>()?;
        }
        let Some(name) = self.left.next() else { return Ok(None) };
        self.is_blank = true;
        seed.deserialize(name.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        if self.is_blank { seed.deserialize(Blank(PhantomData)) } else { self.map.next_value_seed(seed) }
    }
}

/// An empty value of the requested type.
struct Blank<E>(PhantomData<E>);

impl<E: Error> IntoDeserializer<'_, E> for Blank<E> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! blank {
    ($($method:ident => $visit:ident($value:expr);)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
            visitor.$visit($value)
        })+
    };
}

impl<'de, E: Error> Deserializer<'de> for Blank<E> {
    type Error = E;

    blank! {
        deserialize_bool => visit_bool(false);
        deserialize_i8 => visit_i64(0);
        deserialize_i16 => visit_i64(0);
        deserialize_i32 => visit_i64(0);
        deserialize_i64 => visit_i64(0);
        deserialize_u8 => visit_u64(0);
        deserialize_u16 => visit_u64(0);
        deserialize_u32 => visit_u64(0);
        deserialize_u64 => visit_u64(0);
        deserialize_f32 => visit_f64(0.0);
        deserialize_f64 => visit_f64(0.0);
        deserialize_str => visit_str("");
        deserialize_string => visit_str("");
        deserialize_seq => visit_seq(SeqDeserializer::<_, E>::new(std::iter::empty::<Self>()));
        deserialize_map => visit_map(MapDeserializer::<_, E>::new(std::iter::empty::<(&str, Self)>()));
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        let blanks = fields.iter().map(|name| (*name, Self(PhantomData)));
        visitor.visit_map(MapDeserializer::<_, E>::new(blanks))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        let first: serde::de::value::StrDeserializer<'_, E> =
            variants.first().copied().unwrap_or_default().into_deserializer();
        visitor.visit_enum(first)
    }

    forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}
