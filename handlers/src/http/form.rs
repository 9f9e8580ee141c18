//! Forms: checks all fields, and reports all errors in one response.

use axum::extract::{FromRequest, Request};
use model::limits::{CODE_BODY_BYTES, SMALL_BODY_BYTES};
use serde::de::DeserializeOwned;

use crate::error::{ApiError, Wrong};
use crate::http::large::Memory;
use crate::http::{body, json};

/// Maximum inflated body of a request that carries selected text. The text may be the whole file, which makes a thread
/// on the file. The limit is one byte below that of a body with a file, so that the error does not call it a file.
pub const SELECTION_BODY_BYTES: usize = CODE_BODY_BYTES - 1;

/// A form that checks its fields.
pub trait Check: DeserializeOwned {
    /// The checked form.
    type Checked: Send + 'static;

    /// Checks all fields, and notes the errors. Missing fields and those of a wrong type are already noted, and blank
    /// here: further errors at them are ignored. `None` when a field is wrong.
    fn check(self, wrong: &mut Wrong) -> Option<Self::Checked>;
}

/// Extractor: the body as a checked form.
pub struct Form<T: Check>(pub T::Checked);

/// Extractor: a body that can be large, as a checked form. `LIMIT` as for [`Body`](body::Body).
pub struct LargeForm<T: Check, const LIMIT: usize> {
    /// The form.
    pub checked: T::Checked,
    /// The share of the memory for large bodies. A handler keeps it while it has copies of the text.
    pub memory: Memory,
}

/// A form with a file.
pub type CodeForm<T> = LargeForm<T, CODE_BODY_BYTES>;

/// A form with selected text.
pub type SelectionForm<T> = LargeForm<T, SELECTION_BODY_BYTES>;

impl<S: Send + Sync, T: Check> FromRequest<S> for Form<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let form = LargeForm::<T, SMALL_BODY_BYTES>::from_request(request, state).await?;
        Ok(Self(form.checked))
    }
}

impl<S, T, const LIMIT: usize> FromRequest<S> for LargeForm<T, LIMIT>
where
    S: Send + Sync,
    T: Check,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let content = body::content(request, LIMIT).await?;
        let bytes = content.len();
        let parse = move || Ok((checked::<T>(&content)?, content.into_memory()));
        let (checked, memory) = body::at_length(bytes, parse).await?;
        Ok(Self { checked, memory })
    }
}

fn checked<T: Check>(bytes: &[u8]) -> Result<T::Checked, ApiError> {
    let json::Read { value, mut wrong } = json::read::<T>(bytes)?;
    let checked = value.and_then(|value| value.check(&mut wrong));
    wrong.or(checked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::limits::SELECTED_TEXT_BYTES;
    use proptest::prelude::*;
    use review::limits::MESSAGE_CHARS;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Plant {
        name: String,
        age: u32,
        kind: Kind,
        pot: Option<Pot>,
        #[serde(default)]
        tags: Vec<String>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Fern,
    }

    #[derive(Deserialize)]
    struct Pot {
        size: u8,
    }

    impl Check for Plant {
        type Checked = String;

        fn check(self, wrong: &mut Wrong) -> Option<String> {
            let Kind::Fern = self.kind;
            if self.name.is_empty() {
                wrong.note(ApiError::invalid("name", "It is empty."));
            }
            if self.age == 0 {
                wrong.note(ApiError::invalid("age", "It is not a year old."));
            }
            if self.pot.is_some_and(|pot| pot.size == 0) || self.tags.len() > 2 {
                wrong.note(ApiError::invalid("pot", "It is too small."));
            }
            Some(self.name)
        }
    }

    fn wrong(text: &str) -> Vec<String> {
        let error = checked::<Plant>(text.as_bytes()).expect_err(text);
        error.fields().map(str::to_owned).collect()
    }

    #[test]
    fn all_wrong_fields_are_reported_once() {
        for (text, expected) in [
            ("{}", &["name", "age", "kind"][..]),
            (r#"{"name":7,"age":"x","kind":"oak","pot":7,"tags":{}}"#, &["name", "age", "kind", "pot", "tags"]),
            (r#"{"name":"","age":0,"kind":"fern","pot":{"size":0}}"#, &["name", "age", "pot"]),
            (r#"{"name":"","kind":"fern","pot":{"size":0}}"#, &["age", "name", "pot"]),
            (r#"{"name":"","age":1,"kind":"fern","pot":{"size":300}}"#, &["pot.size", "name"]),
            (r#"{"name":"a","age":1,"kind":"fern","tags":["a",7]}"#, &["tags[1]"]),
            (r#"{"name":"","age":1,"kind":"fern","colour":1,"smell":2}"#, &["colour", "smell", "name"]),
        ] {
            assert_eq!(wrong(text), expected, "{text}");
        }
        assert_eq!(checked::<Plant>(br#"{"name":"a","age":1,"kind":"fern"}"#).expect("good"), "a");
        assert_eq!(checked::<Plant>(b"[]").expect_err("no form").fields().count(), 0);
    }

    proptest! {
        #[test]
        fn a_form_is_accepted_if_and_only_if_no_field_is_wrong(
            name in prop_oneof![Just(json!("a")), Just(json!("")), Just(json!(null)), Just(json!([1]))],
            age in prop_oneof![Just(json!(1)), Just(json!(0)), Just(json!(-1)), Just(json!("1"))],
            kind in prop_oneof![Just(json!("fern")), Just(json!("oak")), Just(json!({}))],
            pot in prop_oneof![Just(json!(null)), Just(json!({"size": 1})), Just(json!({})), Just(json!(7))],
        ) {
            let good = [name == json!("a"), age == json!(1), kind == json!("fern"), pot.is_null() || pot == json!({"size": 1})];
            let form = json!({ "name": name, "age": age, "kind": kind, "pot": pot }).to_string();
            match checked::<Plant>(form.as_bytes()) {
                Ok(_) => prop_assert_eq!(good, [true; 4]),
                Err(error) => prop_assert_eq!(error.fields().count(), good.iter().filter(|good| !**good).count()),
            }
        }
    }

    #[test]
    fn the_longest_texts_fit_their_bodies_even_when_every_character_is_escaped() {
        let escaped_pair = "\\ud83e\\udd80".len();
        assert!(MESSAGE_CHARS * escaped_pair + 1_024 < SMALL_BODY_BYTES);
        let escaped_byte = "\\u0001".len();
        assert!(SELECTED_TEXT_BYTES * escaped_byte + 1_024 < SELECTION_BODY_BYTES);
    }
}
