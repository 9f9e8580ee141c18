//! Arguments from what a person writes, and rows for a person to read.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Arguments, Row};
use crate::{DailyUsage, Date, Message, Timestamp, User, UserId};

fn arguments(value: Value) -> Arguments {
    Arguments::new([("it".to_owned(), value)])
}

fn refusal<T: serde::de::DeserializeOwned>(kind: &str, value: Value) -> String {
    let refused = arguments(value).one::<T>("it", kind).err().expect("it is no such thing");
    refused.to_string()
}

fn day() -> Value {
    json!({
        "user_id": "01a05c06-6c80-72e7-b616-dd449d76a152", "date": "2026-09-03", "requests": 1, "input_tokens": "1610",
        "cache_read_tokens": 0, "cache_write_tokens": 0, "output_tokens": 305, "cost_micros": 9405,
    })
}

#[test]
fn numbers_and_times_are_taken_as_numbers_and_as_texts() {
    for nine in [json!(1_795_424_400_000_i64), json!("1795424400000"), json!("2026-11-23T09:00:00Z")] {
        let time: Timestamp = arguments(nine).one("it", "time").expect("it is nine");
        assert_eq!(time.to_rfc3339(), "2026-11-23T09:00:00.000Z");
    }
    for seven in [json!(7), json!("7")] {
        assert_eq!(arguments(seven).one::<u32>("it", "count").ok(), Some(7));
    }
    for yes in [json!(true), json!("true")] {
        assert_eq!(arguments(yes).one::<bool>("it", "flag").ok(), Some(true));
    }
}

#[test]
fn an_item_is_taken_as_it_is_shown() {
    let day: DailyUsage = arguments(day()).one("it", "daily_usage").expect("a day");
    assert_eq!((day.input_tokens, day.date.to_string().as_str()), (1_610, "2026-09-03"));
    let row = Row::of("daily_usage", &day);
    let shown: Value = row.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let again: DailyUsage = arguments(shown).one("it", "daily_usage").expect("what was shown");
    assert_eq!(again, day);
    assert_eq!(row.fields[0].0, "user_id", "in the order of the schema");
}

#[test]
fn what_is_wrong_is_named_down_to_the_field_and_not_repeated() {
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
fn nothing_is_left_over_in_silence() {
    let mut given = Arguments::new([("a".to_owned(), json!(1)), ("b".to_owned(), json!(2))]);
    given.one::<u32>("a", "count").expect("it is there");
    assert_eq!(given.end().expect_err("nobody took b").to_string(), "b: there is no such argument");
    assert_eq!(given.one::<u32>("a", "count").expect_err("it was taken").to_string(), "a: it is missing");
    assert_eq!(format!("{given:?}"), r#"{"b"}"#, "names, and no values");
}

#[test]
fn what_is_repeated_is_an_array_and_what_is_nested_says_where() {
    let mut one = arguments(json!({ "seq": 1 }));
    assert_eq!(one.rows("it").expect_err("no array").to_string(), "it: an array is expected");
    let mut rows = arguments(json!([{ "seq": "one" }])).rows("it").expect("an array of objects");
    let wrong = rows[0].one::<u32>("seq", "count").expect_err("no number");
    assert_eq!(wrong.to_string(), "it.seq: a whole number, 0 or more, is expected");
    assert!(Arguments::default().many::<u32>("it", "count").expect("none is fine").is_empty());
}

proptest! {
    #[test]
    fn every_time_is_taken_as_it_is_shown(millis in 0..9_999_999_999_999_i64) {
        let time = Timestamp::from_millis(millis).expect("a time before 2286");
        let again: Timestamp = arguments(json!(time.to_rfc3339())).one("it", "time").expect("what was shown");
        prop_assert_eq!(again, time);
    }

    #[test]
    fn bytes_are_taken_as_base64(bytes in any::<Vec<u8>>()) {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let again: serde_bytes::ByteBuf = arguments(json!(text)).one("it", "bytes").expect("base64");
        prop_assert_eq!(again.into_vec(), bytes);
    }
}
