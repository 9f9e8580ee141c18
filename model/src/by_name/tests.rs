//! Tests of arguments as a person types them, and of rows as a person reads them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::arguments::Decoded;
use super::{Arguments, Given, InvalidArgument, Row};
use crate::{DailyUsage, Date, Message, Timestamp, User, UserId};

/// The argument `it` of this kind.
fn given(kind: &'static str, value: Value) -> Given {
    Given::new([("it", kind, false)].into_iter(), [("it".to_owned(), value)].into())
}

fn one<T: Decoded + Clone>(kind: &'static str, value: Value) -> Result<T, InvalidArgument> {
    given(kind, value).take::<&T>("it").cloned()
}

fn refusal<T: Decoded + Clone>(kind: &'static str, value: Value) -> String {
    one::<T>(kind, value).err().expect("the value is invalid").to_string()
}

fn day() -> Value {
    json!({
        "user_id": "01a05c06-6c80-72e7-b616-dd449d76a152", "date": "2026-09-03", "requests": 1, "input_tokens": "1610",
        "cache_read_tokens": 0, "cache_write_tokens": 0, "output_tokens": 305, "cost_micros": 9405,
    })
}

#[test]
fn numbers_and_times_are_accepted_as_numbers_and_texts() {
    for nine in [json!(1_795_424_400_000_i64), json!("1795424400000"), json!("2026-11-23T09:00:00Z")] {
        let time: Timestamp = one("time", nine).expect("it is nine");
        assert_eq!(time.to_rfc3339(), "2026-11-23T09:00:00.000Z");
    }
    for seven in [json!(7), json!("7")] {
        assert_eq!(one::<u32>("count", seven).ok(), Some(7));
    }
    for yes in [json!(true), json!("true")] {
        assert_eq!(one::<bool>("flag", yes).ok(), Some(true));
    }
}

#[test]
fn a_shown_item_is_accepted_as_an_argument() {
    let day: DailyUsage = one("daily_usage", day()).expect("a day");
    assert_eq!((day.input_tokens, day.date.to_string().as_str()), (1_610, "2026-09-03"));
    let row = Row::of("daily_usage", &day);
    let shown: Value = row.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let again: DailyUsage = one("daily_usage", shown).expect("the shown value decodes");
    assert_eq!(again, day);
    assert_eq!(row.fields[0].0, "user_id", "in the order of the schema");
}

#[test]
fn errors_name_the_invalid_field_and_hide_its_value() {
    assert_eq!(refusal::<u32>("count", json!("canary")), "it: a whole number, 0 or more, is expected");
    assert_eq!(refusal::<u32>("count", json!(-1)), "it: a whole number, 0 or more, is expected");
    assert_eq!(refusal::<Date>("date", json!("2026-02-30")), "it: a UTC day is expected, such as 2026-11-23");
    assert_eq!(
        refusal::<UserId>("user_id", json!("canary")),
        "it: not a UserId: expected a version 7 UUID in lower case with hyphens"
    );
    assert_eq!(refusal::<User>("user", json!("canary")), "it: a JSON object is expected");
    let with = |name: &str, value: Value| {
        let mut day = day();
        day[name] = value;
        day
    };
    assert_eq!(refusal::<DailyUsage>("daily_usage", with("canary", json!(1))), "it.canary: there is no such field");
    assert_eq!(refusal::<DailyUsage>("daily_usage", with("date", Value::Null)), "it.date: it is missing");
    assert_eq!(
        refusal::<DailyUsage>("daily_usage", with("requests", json!([]))),
        "it.requests: a whole number, 0 or more, is expected"
    );
    let patch = json!({ "start_line": "one" });
    assert_eq!(refusal::<Message>("message", json!({ "patch": patch })), "it.session_id: it is missing");
}

#[test]
fn unknown_arguments_are_refused() {
    let values = [("a".to_owned(), json!(1)), ("b".to_owned(), json!(2))];
    let given = Given::new([("a", "count", false), ("c", "count", false)].into_iter(), values.clone().into());
    assert_eq!(given.take::<u32>("a").ok(), Some(1));
    assert_eq!(given.end().expect_err("b is no argument").to_string(), "b: there is no such argument");
    assert_eq!(given.take::<u32>("c").expect_err("it is not given").to_string(), "c: it is missing");
    assert_eq!(given.take::<Option<u32>>("c").ok(), Some(None));
    let shown = format!("{:?}", Arguments::new(values));
    assert_eq!(shown, r#"{"a", "b"}"#, "names, and no values");
}

/// The input of a repeated action.
#[derive(Debug, PartialEq)]
struct Numbered<'a> {
    seq: u32,
    word: &'a str,
}

super::rows! {
    Numbered<'a> { seq "count", word "text" }
}

#[test]
fn repeated_arguments_are_arrays_and_nested_errors_have_a_path() {
    let refused = |value: Value| {
        let given = given("numbered", value);
        given.rows::<Numbered<'_>>("it").expect_err("no such rows").to_string()
    };
    assert_eq!(refused(json!({ "seq": 1, "word": "one" })), "it: an array is expected");
    assert_eq!(refused(json!([1])), "it: a JSON object is expected");
    assert_eq!(refused(json!([{ "seq": "one" }])), "it.seq: a whole number, 0 or more, is expected");
    assert_eq!(refused(json!([{ "seq": 1 }])), "it.word: it is missing");
    assert_eq!(refused(json!([{ "seq": 1, "word": "one", "a": 1 }])), "it.a: there is no such argument");
    let two = given("numbered", json!([{ "seq": 1, "word": "one" }, { "seq": "2", "word": "two" }]));
    let rows: Vec<Numbered<'_>> = two.rows("it").expect("an array of objects");
    assert_eq!(rows, [Numbered { seq: 1, word: "one" }, Numbered { seq: 2, word: "two" }]);
    assert_eq!(two.count("it"), 2);
    let lone = given("numbered", json!({ "seq": 1, "word": "one" }));
    assert_eq!(lone.row("it").expect("an object"), Some(Numbered { seq: 1, word: "one" }));
    let none = Given::new([("it", "count", true)].into_iter(), [].into());
    assert!(none.take::<&[u32]>("it").expect("an absent list decodes").is_empty());
    assert_eq!((none.row::<Numbered<'_>>("it").ok(), none.count("it")), (Some(None), 0));
}

proptest! {
    #[test]
    fn every_shown_time_is_accepted_as_an_argument(millis in 0..9_999_999_999_999_i64) {
        let time = Timestamp::from_millis(millis).expect("a time before 2286");
        let again: Timestamp = one("time", json!(time.to_rfc3339())).expect("the shown value decodes");
        prop_assert_eq!(again, time);
    }

    #[test]
    fn bytes_are_accepted_as_base64(bytes in any::<Vec<u8>>()) {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let again: serde_bytes::ByteBuf = one("bytes", json!(text)).expect("base64");
        prop_assert_eq!(again.into_vec(), bytes);
    }
}
