//! JSON as strict as a form: an object, each name once, nothing deep, and errors that name every field that is wrong.

use std::collections::HashSet;
use std::fmt;

use model::Change;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::error::{ApiError, ErrorCode, Wrong, sentence};
use crate::limits::BODY_DEPTH;

mod blank;

use blank::{Blanks, WithBlanks};

/// An object with more names than this is nobody's form.
const MAX_NAMES: usize = 100;
/// The most fields that are told to be missing or of another type.
const MAX_WRONG: usize = 20;
/// The most bytes that are read, all readings together, to find the fields of one body that are wrong.
const MAX_READ: usize = 48 * 1024 * 1024;

/// An object, as far as it could be read.
pub(super) struct Read<T> {
    /// What it says, blank where it is wrong. `None` when a field that is wrong cannot be blank.
    pub(super) value: Option<T>,
    /// The fields that are missing or of another type.
    pub(super) wrong: Wrong,
}

/// Reads one JSON object.
///
/// # Errors
/// `INVALID_INPUT`, with the fields where they can be told. Neither the error nor its message repeats a value.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let Read { value, wrong } = read(bytes)?;
    wrong.or(value)
}

/// Reads one JSON object, and on where a field is wrong. Serde stops at the first, so that field is left blank and the
/// object read again.
///
/// # Errors
/// `INVALID_INPUT` when it is no object that any form is.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<Read<T>, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|_| refuse("The body is not valid UTF-8."))?;
    if !text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{') {
        return Err(refuse("The body must be a JSON object."));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    Shape { depth: 0 }.deserialize(&mut json).and_then(|()| json.end()).map_err(|error| ill_formed(&error))?;
    let (mut wrong, mut blanks) = (Wrong::default(), Blanks::default());
    for _ in 0..=(MAX_READ / bytes.len().max(1)).clamp(1, MAX_WRONG) {
        let mut json = serde_json::Deserializer::from_str(text);
        let error = match serde_path_to_error::deserialize(WithBlanks { inner: &mut json, blanks: &blanks }) {
            Ok(value) => return Ok(Read { value: Some(value), wrong }),
            Err(error) => error,
        };
        let is_unknown = error.inner().to_string().starts_with(UNKNOWN);
        let error = misfit(&error.path().to_string(), error.inner());
        let name = error.field().and_then(|field| field.split(['.', '[']).next()).map(str::to_owned);
        let is_new = name.as_ref().is_some_and(|name| !blanks.has(name));
        if is_new || wrong.is_empty() {
            wrong.note(error);
        }
        match name {
            Some(name) if is_new && is_unknown => blanks.dropped.push(name),
            Some(name) if is_new => blanks.filled.push(name),
            _ => break,
        }
    }
    Ok(Read { value: None, wrong })
}

/// For a field that may be left out and is never `null`. With `default`.
pub(crate) fn given<'de, T, D>(field: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(field).map(Some)
}

/// For a field that says something else by `null` than by being left out. With `default`.
pub(crate) fn change<'de, T, D>(field: D) -> Result<Change<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(field)?.map_or(Change::Clear, Change::Set))
}

fn refuse(message: &'static str) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput).saying(message)
}

fn ill_formed(error: &serde_json::Error) -> ApiError {
    if error.is_data() {
        refuse("The body is nested too deeply, has too many fields, or gives a field twice.")
    } else {
        refuse("The body is not valid JSON.")
    }
}

/// How serde begins to say that a form has no such field.
const UNKNOWN: &str = "unknown field `";

/// The body is an object, but not the one the route takes.
fn misfit(path: &str, error: &serde_json::Error) -> ApiError {
    let text = error.to_string();
    let path = path.trim_start_matches('.');
    for (start, message) in [
        ("missing field `", "This field is required."),
        (UNKNOWN, "There is no such field."),
        ("duplicate field `", "This field is given twice."),
    ] {
        if let Some(name) = text.strip_prefix(start).and_then(|rest| rest.split('`').next()) {
            let parent = path.strip_suffix(name).unwrap_or(path).trim_end_matches('.');
            let field = if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") };
            return at(field, message.to_owned());
        }
    }
    // serde's own words quote the value; the words of our types do not.
    let quotes = ["invalid ", "unknown variant", "number out of range", "EOF", "expected"];
    let message = if quotes.iter().any(|start| text.starts_with(start)) {
        "This field has the wrong type or form.".to_owned()
    } else {
        sentence(text.split(" at line ").next().unwrap_or_default())
    };
    at(path.to_owned(), message)
}

fn at(field: String, message: String) -> ApiError {
    let error = ApiError::new(ErrorCode::InvalidInput).saying(message);
    let nameable = (1..=100).contains(&field.len())
        && field.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | '-'));
    if nameable { error.at(field) } else { error }
}

/// Reads any JSON and keeps nothing of it, but refuses what a form never is.
#[derive(Clone, Copy)]
struct Shape {
    depth: u32,
}

impl Shape {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth < BODY_DEPTH { Ok(Self { depth: self.depth + 1 }) } else { Err(E::custom("too deep")) }
    }
}

impl<'de> DeserializeSeed<'de> for Shape {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shape {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if !names.insert(name) || names.len() > MAX_NAMES {
                return Err(A::Error::custom("a name twice, or too many names"));
            }
            map.next_value_seed(inner)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        while seq.next_element_seed(inner)?.is_some() {}
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    pub(crate) struct Note {
        pub(crate) content: String,
        pub(crate) start_line: Option<u32>,
        pub(crate) turn: Option<Turn>,
        pub(crate) language: Option<model::Language>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    pub(crate) struct Turn {
        role: String,
    }

    fn error(text: &str) -> ApiError {
        let error = parse::<Note>(text.as_bytes()).expect_err(text);
        assert_eq!(error.code(), ErrorCode::InvalidInput);
        error
    }

    #[test]
    fn an_object_is_read() {
        let note: Note = parse(b" \n{\"content\":\"a\\n\\ud83e\\udd80\",\"start_line\":null}").expect("a note");
        assert_eq!(note, Note { content: "a\n\u{1f980}".into(), start_line: None, turn: None, language: None });
    }

    #[test]
    fn null_and_nothing_are_told_apart_where_they_differ() {
        #[derive(Debug, Deserialize)]
        struct Plant {
            #[serde(default, deserialize_with = "given")]
            name: Option<String>,
            #[serde(default, deserialize_with = "change")]
            pot: Change<u8>,
        }
        for (text, name, pot) in [
            ("{}", None, Change::Keep),
            (r#"{"pot":null}"#, None, Change::Clear),
            (r#"{"name":"fern","pot":7}"#, Some("fern"), Change::Set(7)),
        ] {
            let plant: Plant = parse(text.as_bytes()).expect(text);
            assert_eq!((plant.name.as_deref(), plant.pot), (name, pot), "{text}");
        }
        for (text, field) in [(r#"{"name":null}"#, "name"), (r#"{"pot":"7"}"#, "pot"), (r#"{"pot":256}"#, "pot")] {
            let error = parse::<Plant>(text.as_bytes()).expect_err(text);
            assert_eq!((error.field(), error.message()), (Some(field), "This field has the wrong type or form."));
        }
    }

    #[test]
    fn the_field_is_named() {
        for (text, field, message) in [
            ("{}", "content", "This field is required."),
            (r#"{"content":null}"#, "content", "This field has the wrong type or form."),
            (r#"{"content":"a","start_line":-1}"#, "start_line", "This field has the wrong type or form."),
            (r#"{"content":"a","start_line":99999999999}"#, "start_line", "This field has the wrong type or form."),
            (r#"{"content":"a","turn":{"role":7}}"#, "turn.role", "This field has the wrong type or form."),
            (r#"{"content":"a","turn":{}}"#, "turn.role", "This field is required."),
            (r#"{"content":"a","user_id":"x"}"#, "user_id", "There is no such field."),
            (
                r#"{"content":"a","language":"Klingon"}"#,
                "language",
                "Unknown language: use a display name such as JavaScript, C++ or Plain Text.",
            ),
        ] {
            let error = error(text);
            assert_eq!((error.field(), error.message()), (Some(field), message), "{text}");
        }
    }

    #[test]
    fn every_field_is_named_that_is_missing_or_of_another_type() {
        for (text, fields) in [
            (r#"{"start_line":-1,"turn":{"role":7}}"#, &["start_line", "turn.role", "content"][..]),
            (r#"{"content":7,"language":"Klingon","x":1}"#, &["content", "language", "x"]),
            (r#"{"x":1,"y":{},"content":null}"#, &["x", "y", "content"]),
        ] {
            assert_eq!(error(text).fields().collect::<Vec<_>>(), fields, "{text}");
        }
        let many: Vec<_> = (0..90).map(|n| format!("\"n{n}\":0")).collect();
        assert_eq!(error(&format!("{{{}}}", many.join(","))).fields().count(), MAX_WRONG + 1, "within bounds");
    }

    #[test]
    fn what_is_no_form_is_refused_without_a_field() {
        for text in [
            "",
            "null",
            "[]",
            r#"["a"]"#,
            "\"a\"",
            "7",
            "{",
            r#"{"content":"a"} x"#,
            r#"{"content":"a",}"#,
            r#"{"content":"\ud800"}"#,
            r#"{"content":1e999}"#,
            r#"{"content":"a","content":"b"}"#,
            r#"{"content":"a","x":{"y":1,"y":1}}"#,
        ] {
            assert_eq!(error(text).field(), None, "{text}");
        }
        assert!(parse::<Note>(b"{\"content\":\"\xff\"}").is_err(), "UTF-8 is checked");
        let deep = format!(r#"{{"content":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(error(&deep).field(), None);
        let wide: Vec<_> = (0..200).map(|n| format!("\"n{n}\":0")).collect();
        assert_eq!(error(&format!("{{{}}}", wide.join(","))).field(), None);
    }

    #[test]
    fn a_message_repeats_no_value_and_a_field_no_nonsense() {
        for text in [
            r#"{"content":"a","start_line":"hunter2"}"#,
            r#"{"content":"a","language":"hunter2"}"#,
            r#"{"content":"a","turn":"hunter2"}"#,
            r#"{"content":"a","hunter2 <script>":1}"#,
        ] {
            let error = error(text);
            assert!(!error.message().contains("hunter2"), "{text}");
            assert!(!error.field().unwrap_or_default().contains("hunter2"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = parse::<Note>(&bytes);
        }

        #[test]
        fn nothing_that_looks_like_a_body_makes_it_panic(text in r#"\{("(content|turn|role)":["0-9a-z\[\]{}:,\\]{0,9},?){0,4}\}?"#) {
            let _ = parse::<Note>(text.as_bytes());
        }

        #[test]
        fn every_string_survives(content: String) {
            let body = serde_json::json!({ "content": content }).to_string();
            prop_assert_eq!(parse::<Note>(body.as_bytes()).expect("a note").content, content);
        }
    }
}
