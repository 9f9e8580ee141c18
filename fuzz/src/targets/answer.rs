//! A model's answer, whole and while it is written: pieces are a prefix of the text, and the result is harmless.

use review::answer::{self, Answer, Form, Malformed, Reply};
use review::hidden::hidden;
use review::markdown::cleaned;
use review::partial::{PartialAnswer, explanation};
use serde_json::Value;

use crate::target::{Fields, Target, joined};

pub(super) const TARGET: Target = Target {
    name: "answer",
    holds: "the pieces of an answer are together its explanation, at every cut; more JSON only extends it; a complete \
            explanation is the one that serde reads; an accepted answer is clean Markdown without hidden code, and its \
            patch names lines from 1",
    max_bytes: 2_048,
    short_run: 1_000,
    words: &[
        "{",
        "}",
        "\"",
        ":",
        ",",
        "\\",
        "\\n",
        "\\u",
        "\\ud83e",
        "\\udd80",
        "\"explanation\":",
        "\"patch\":",
        "null",
        "true",
        "\"start_line\":",
        "\"end_line\":",
        "\"original\":",
        "\"replacement\":",
        "\"confidence\":",
        "\"high\"",
        "1e9",
        "-0.0",
        "[",
        "]",
        "\"suggested_code\":",
        "\u{202e}",
        "<b>",
        "max_tokens",
        "tool_use",
        "end_turn",
        "\u{1f980}",
    ],
    seeds,
    run: |input| check(input, explanation),
    planted: |input| {
        check(input, |json| {
            let text = json.split_once("\"explanation\": \"").map_or("", |(_, text)| text);
            text.split('"').next().unwrap_or_default().to_owned()
        });
    },
};

fn seeds() -> Vec<Vec<u8>> {
    let whole = r#"{"explanation": "It \"never\" ends:\n\n\ud83e\udd80 `<b>`", "suggested_code": "break\u202e", "patch": {"start_line": 1, "end_line": "2", "original": "a", "replacement": ""}, "confidence": "High"}"#;
    let other = r#"{"confidence":"low","patch":"{\"start_line\":1.0,\"end_line\":2,\"original\":\"\",\"replacement\":\"x\"}","explanation":"[x](javascript:y)"}"#;
    let repeated = r#"{"explanation":"one","explanation":"two \u00e9 \\ \/","patch":null}"#;
    [
        ("tool_use", whole, "3,40,41,42,90"),
        ("end_turn", other, "10"),
        ("max_tokens", &whole[..60], "20,21,22"),
        ("max_tokens", &whole[..150], "1"),
        ("refusal", repeated, "16,30"),
        ("stop_sequence", "It never ends.", "5"),
    ]
    .map(|(stop, json, cuts)| joined(&[stop.as_bytes(), cuts.as_bytes(), json.as_bytes()]))
    .to_vec()
}

fn check(input: &[u8], explanation: fn(&str) -> String) {
    let mut fields = Fields::of(input);
    let (stop_reason, cuts) = (fields.text(), fields.text());
    let json = String::from_utf8_lossy(fields.rest());

    let whole = explanation(&json);
    let mut cuts: Vec<usize> = cuts.split(',').filter_map(|cut| cut.trim().parse().ok()).collect();
    cuts.extend([0, json.len()]);
    for cut in &mut cuts {
        *cut = json.floor_char_boundary(*cut);
    }
    cuts.sort_unstable();
    let (mut answer, mut pieces) = (PartialAnswer::default(), String::new());
    for pair in cuts.windows(2) {
        let piece = answer.push(&json[pair[0]..pair[1]]);
        assert!(piece.as_deref() != Some(""), "no piece is empty");
        pieces.extend(piece);
        assert!(whole.starts_with(&explanation(&json[..pair[1]])), "more JSON only extends the text");
    }
    assert_eq!((answer.json(), &*pieces), (&*json, &*whole), "the pieces are the whole explanation");
    if let Ok(Value::Object(object)) = serde_json::from_str::<Value>(&json) {
        let read = object.get("explanation").and_then(Value::as_str);
        let is_once = json.matches("explanation").count() == 1;
        assert!(!is_once || read.unwrap_or_default() == whole, "serde reads the same explanation");
    }

    let value: Value = serde_json::from_str(&json).unwrap_or_else(|_| Value::from(&*json));
    for (form, tool, text) in [
        (Form::Tool, Some((answer::TOOL, &value)), None),
        (Form::Tool, None, Some(&*json)),
        (Form::Json, None, Some(&*json)),
    ] {
        match answer::accept(&Reply { form, stop_reason: &stop_reason, tool, text }) {
            Ok(answer) => accepted(&answer),
            Err(Malformed { partial, .. }) => assert!(partial.is_none_or(|text| is_clean(&text))),
        }
    }
}

fn accepted(answer: &Answer) {
    assert!(is_clean(&answer.explanation) && !answer.explanation.trim().is_empty());
    assert!(answer.suggested_code.as_deref().is_none_or(|code| !code.is_empty() && hidden(code).next().is_none()));
    if let Some(Ok(patch)) = &answer.patch {
        assert!(patch.start_line >= 1 && patch.end_line >= 1, "lines are counted from 1");
    }
}

fn is_clean(text: &str) -> bool {
    cleaned(text) == text && hidden(text).next().is_none()
}
