//! The fields of requests and answers: one newtype each, which describes itself in the API's document.
//!
//! The documentation comment of a newtype is its description in the document. A field of a request also parses itself,
//! so that each rule is checked in one place. utoipa collects the fields as schemas of their own;
//! `openapi/inline.rs` puts them back where they are used.

use std::fmt::Display;

use serde::Serializer;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaFormat, Type};

/// Defines one newtype: its schema has the documentation comment as its description.
macro_rules! field {
    ([$($derive:path),+] $(#[doc = $about:literal])+ $name:ident($(#[$serde:meta])? $inner:ty) = $schema:expr) => {
        $(#[doc = $about])+
        #[derive($($derive),+)]
        #[serde(transparent)]
        pub(crate) struct $name($(#[$serde])? pub(crate) $inner);

        impl From<$inner> for $name {
            fn from(value: $inner) -> Self {
                Self(value)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $schema.description(Some(concat!($($about),+).trim_ascii())).into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                concat!("field.", stringify!($name)).into()
            }
        }
    };
}

/// Fields that requests send. Some of them occur in answers too.
macro_rules! request_fields {
    ($($(#[doc = $about:literal])+ $name:ident($inner:ty) = $schema:expr;)+) => {
        $(field! {
            [Clone, PartialEq, serde::Deserialize, serde::Serialize] $(#[doc = $about])+ $name($inner) = $schema
        })+
    };
}

/// Fields of answers.
macro_rules! answer_fields {
    ($($(#[doc = $about:literal])+ $name:ident($inner:ty) = $schema:expr;)+) => {
        $(field! { [Clone, serde::Serialize] $(#[doc = $about])+ $name($inner) = $schema })+
    };
}

/// Fields of answers that are sent as the text which `Display` writes.
macro_rules! text_fields {
    ($($(#[doc = $about:literal])+ $name:ident($inner:ty) = $schema:expr;)+) => {
        $(field! {
            [Clone, serde::Serialize] $(#[doc = $about])+
            $name(#[serde(serialize_with = "crate::fields::serialize_text")] $inner) = $schema
        })+
    };
}

mod account;
mod answer;
mod message;
mod session;
mod thread;

pub(crate) use account::*;
pub(crate) use answer::*;
pub(crate) use message::*;
pub(crate) use session::*;
pub(crate) use thread::*;

/// A UUID of version 7, in lower case.
const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const UUID_EXAMPLE: &str = "019b3c5a-7d2e-7c3a-8f00-0123456789ab";
const THREAD_UUID_EXAMPLE: &str = "019b3c5a-8e41-7b12-9a55-4c2f1e0d9b77";

answer_fields! {
    /// Always true: a failure has another status and form.
    Success(bool) = flag().enum_values(Some([true]));
    /// Always `ok`: a failure has another status and form.
    HealthStatus(&'static str) = one_of(["ok"]);
    /// Always `codesensei`.
    Service(&'static str) = one_of(["codesensei"]);
    /// The version of the program that answers.
    ServiceVersion(&'static str) = text(env!("CARGO_PKG_VERSION"));
    /// The start of the next page, for `?cursor=`. Absent on the last page.
    Cursor(String) = text("AWmdV0…");
}

text_fields! {
    /// When it was created.
    CreatedAt(model::Timestamp) = time();
    /// When it was last changed.
    UpdatedAt(model::Timestamp) = time();
}

pub(crate) fn text(example: impl Into<serde_json::Value>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).examples([example.into()])
}

/// A whole number of 32 bits.
pub(crate) fn number(minimum: u32, example: u32) -> ObjectBuilder {
    amount(minimum, example).maximum(Some(u32::MAX))
}

/// A whole number that may have more than 32 bits.
fn amount(minimum: u32, example: u32) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(minimum)).examples([example])
}

pub(crate) fn one_of<const N: usize>(words: [&'static str; N]) -> ObjectBuilder {
    text(words[0]).enum_values(Some(words))
}

fn matching(pattern: &str, example: String) -> ObjectBuilder {
    text(example).pattern(Some(format!("^{pattern}$")))
}

fn flag() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean)
}

fn format(name: &str, example: &str) -> ObjectBuilder {
    text(example).format(Some(SchemaFormat::Custom(name.to_owned())))
}

pub(crate) fn time() -> ObjectBuilder {
    format("date-time", "2026-11-23T08:00:42.000Z")
}

pub(crate) fn date() -> ObjectBuilder {
    format("date", "2026-11-23")
}

/// A UUID that the client makes.
fn client_uuid() -> ObjectBuilder {
    format("uuid", "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77")
}

fn list_of(item: ObjectBuilder) -> ArrayBuilder {
    ArrayBuilder::new().items(item.build())
}

fn serialize_text<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
