//! Strict JSON: one object, unique names, limited depth, and errors that name all wrong fields.

use model::Change;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::error::{ApiError, ErrorCode, Wrong};

mod blank;
mod shape;
mod type_error;

use blank::{Blanks, WithBlanks};
use type_error::type_error;

/// Maximum reported fields that are missing or have a wrong type.
const MAX_WRONG: usize = 20;
/// Maximum bytes read to find the wrong fields of a body, over all passes.
const MAX_READ: usize = 48 * 1024 * 1024;

/// A partly parsed object.
pub(super) struct Read<T> {
    /// The object, with blanks for wrong fields. `None` when a wrong field cannot be blank.
    pub(super) value: Option<T>,
    /// The fields that are missing or have a wrong type.
    pub(super) wrong: Wrong,
}

/// Reads one JSON object.
///
/// # Errors
/// `INVALID_INPUT`, with the wrong fields if they are known. The error never repeats a value.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let Read { value, wrong } = read(bytes)?;
    wrong.or(value)
}

/// Reads one JSON object and finds all wrong fields. Serde stops at the first one, so the object is read again with a
/// blank in its place.
///
/// # Errors
/// `INVALID_INPUT` when the body is not a valid object.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<Read<T>, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|_| refuse("The body is not valid UTF-8."))?;
    if !text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{') {
        return Err(refuse("The body must be a JSON object."));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    shape::check(&mut json).and_then(|()| json.end()).map_err(|error| ill_formed(&error))?;
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

/// For an optional field that must not be `null`. With `default`.
pub(crate) fn given<'de, T, D>(field: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(field).map(Some)
}

/// For a field whose `null` differs from its absence. With `default`.
pub(crate) fn change<'de, T, D>(field: D) -> Result<Change<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(field)?.map_or(Change::Clear, Change::Set))
}

fn refuse(message: &'static str) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput).with_message(message)
}

fn ill_formed(error: &serde_json::Error) -> ApiError {
    if error.is_data() {
        refuse("The body is nested too deeply, has too many fields or values, or gives a field twice.")
    } else {
        refuse("The body is not valid JSON.")
    }
}

/// The start of serde's message for an unknown field.
const UNKNOWN: &str = "unknown field `";

/// The error of one field.
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
    at(path.to_owned(), type_error(&text))
}

fn at(field: String, message: String) -> ApiError {
    let error = ApiError::new(ErrorCode::InvalidInput).with_message(message);
    let nameable = (1..=100).contains(&field.len())
        && field.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | '-'));
    if nameable { error.at(field) } else { error }
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
    fn null_differs_from_absence_where_it_matters() {
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
        let number = "This field is a whole number, 0 or more.";
        for (text, field, message) in [
            (r#"{"name":null}"#, "name", "This field is a text."),
            (r#"{"pot":"7"}"#, "pot", number),
            (r#"{"pot":256}"#, "pot", number),
        ] {
            let error = parse::<Plant>(text.as_bytes()).expect_err(text);
            assert_eq!((error.field(), error.message()), (Some(field), message));
        }
    }

    #[test]
    fn the_field_is_named() {
        for (text, field, message) in [
            ("{}", "content", "This field is required."),
            (r#"{"content":null}"#, "content", "This field is a text."),
            (r#"{"content":"a","start_line":-1}"#, "start_line", "This field is a whole number, 0 or more."),
            (r#"{"content":"a","start_line":99999999999}"#, "start_line", "This field is a whole number, 0 or more."),
            (r#"{"content":"a","turn":{"role":7}}"#, "turn.role", "This field is a text."),
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
    fn a_body_with_too_many_values_is_refused() {
        let body = |count: usize| format!(r#"{{"content":"a","x":[{}1]}}"#, "1,".repeat(count));
        assert_eq!(error(&body(900)).field(), Some("x"));
        for many in
            [body(1_000), body(5_000_000), format!(r#"{{"content":"a","x":[{}]}}"#, vec!["{}"; 1_000].join(","))]
        {
            assert!(error(&many).message().starts_with("The body is nested too deeply"));
        }
    }

    #[test]
    fn an_error_names_the_expected_type_and_not_the_value() {
        #[derive(Deserialize, Debug)]
        #[serde(rename_all = "snake_case")]
        enum Kind {
            Block,
            File,
            TheRest,
        }
        #[derive(Deserialize, Debug)]
        #[expect(dead_code, reason = "it is only read")]
        struct Picked {
            kind: Kind,
            is: bool,
            all: Vec<u8>,
            id: uuid::Uuid,
        }
        for (text, field, message) in [
            (
                r#"{"kind":"x`, expected a boolean","is":true,"all":[],"id":""}"#,
                "kind",
                "This field is one of block, file, the_rest.",
            ),
            (r#"{"kind":"block","is":"x, expected u8","all":[],"id":""}"#, "is", "This field is true or false."),
            (r#"{"kind":"file","is":true,"all":{"a":1},"id":""}"#, "all", "This field is a list."),
            (r#"{"kind":"file","is":true,"all":[],"id":"hunter2"}"#, "id", "This is not a UUID."),
            (r#"{"kind":"file","is":true,"all":[],"id":7}"#, "id", "This field is a UUID."),
        ] {
            let error = parse::<Picked>(text.as_bytes()).expect_err(text);
            assert_eq!((error.field(), error.message()), (Some(field), message), "{text}");
        }
    }

    #[test]
    fn all_missing_fields_and_wrong_types_are_named() {
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
    fn an_invalid_body_is_refused_without_a_field() {
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
    fn an_error_repeats_no_input() {
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
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let _ = parse::<Note>(&bytes);
        }

        #[test]
        fn malformed_bodies_never_panic(text in r#"\{("(content|turn|role)":["0-9a-z\[\]{}:,\\]{0,9},?){0,4}\}?"#) {
            let _ = parse::<Note>(text.as_bytes());
        }

        #[test]
        fn every_string_survives(content: String) {
            let body = serde_json::json!({ "content": content }).to_string();
            prop_assert_eq!(parse::<Note>(body.as_bytes()).expect("a note").content, content);
        }
    }
}
