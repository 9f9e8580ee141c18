//! Answers of models: valid, careless and malformed.

use super::*;
use proptest::prelude::*;

fn called(input: &Value) -> Result<Answer, Malformed> {
    accept(&Reply { form: Form::Tool, stop_reason: "tool_use", tool: Some((TOOL, input)), text: None })
}

#[test]
fn a_full_answer_is_read() {
    let answer = called(&json!({
        "explanation": "It never ends.",
        "suggested_code": "break;",
        "patch": {"start_line": 2, "end_line": 3, "original": "loop {\n}", "replacement": ""},
        "confidence": "high",
    }))
    .expect("a good answer");
    assert_eq!((&*answer.explanation, answer.suggested_code.as_deref()), ("It never ends.", Some("break;")));
    let patch = answer.patch.as_ref().expect("a patch").as_ref().expect("one that can be read");
    assert_eq!((patch.start_line, patch.end_line, &*patch.original, &*patch.replacement), (2, 3, "loop {\n}", ""));
    assert_eq!(answer.confidence.map(Confidence::as_str), Some("high"));
    let printed = format!("{answer:?}");
    assert!(printed.contains("High") && !printed.contains("never"), "an answer does not print: {printed}");
}

#[test]
fn small_mistakes_are_accepted() {
    let patch = json!({"start_line": "2", "end_line": 3.0, "original": "a", "replacement": "b", "note": "x"});
    for input in [
        json!({"explanation": "e", "patch": patch, "confidence": "HIGH "}),
        json!({"explanation": "e", "patch": patch.to_string(), "confidence": "High", "extra": [1]}),
    ] {
        let answer = called(&input).expect("readable");
        assert_eq!(answer.patch.map(|patch| patch.map(|patch| (patch.start_line, patch.end_line))), Some(Ok((2, 3))));
        assert_eq!(answer.confidence, Some(Confidence::High));
    }
    for nothing in [json!(null), json!({}), json!("")] {
        let input = json!({"explanation": "e", "patch": nothing, "suggested_code": null, "confidence": "certain"});
        let answer = called(&input).expect("readable");
        assert_eq!((answer.patch, answer.suggested_code, answer.confidence), (None, None, None));
    }
}

#[test]
fn an_answer_without_an_explanation_is_repairable() {
    for input in
        [json!(null), json!([]), json!("text"), json!({}), json!({"explanation": ""}), json!({"explanation": 7})]
    {
        let malformed = called(&input).expect_err("malformed");
        assert_eq!((malformed.partial.as_deref(), malformed.repairable), (None, true), "{input}");
    }
    let malformed = called(&json!("{\"explanation\": \"why")).expect_err("malformed");
    assert_eq!(malformed.partial.as_deref(), Some("why"));
    assert!(!format!("{malformed:?} {malformed}").contains("why"), "what it says is not printed");
    assert!(format!("{malformed:?}").contains("it is not an object"));
}

#[test]
fn a_malformed_patch_withholds_only_the_patch() {
    let good = json!({"start_line": 1, "end_line": 1, "original": "a", "replacement": "b"});
    let wrong = [
        json!(null),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(5_000_000_000u64),
        json!("one"),
        json!(""),
        json!(true),
        json!([1]),
        json!({"line": 1}),
    ];
    let lines = wrong.iter().flat_map(|wrong| ["start_line", "end_line"].map(|name| (name, wrong.clone())));
    let texts = [json!(null), json!(7), json!(["b"]), json!({}), json!(true)];
    let texts = texts.iter().flat_map(|wrong| ["original", "replacement"].map(|name| (name, wrong.clone())));
    let mut patches: Vec<Value> = lines
        .chain(texts)
        .map(|(name, wrong)| {
            let mut patch = good.clone();
            patch[name] = wrong;
            patch
        })
        .collect();
    for name in ["start_line", "end_line", "original", "replacement"] {
        let mut patch = good.clone();
        patch.as_object_mut().expect("an object").remove(name);
        patches.push(patch);
    }
    patches.extend([json!(7), json!(true), json!("no JSON"), json!("[]"), json!([]), json!([good])]);
    for patch in patches {
        let input = json!({"explanation": "why", "patch": patch, "suggested_code": "b", "confidence": "high"});
        let answer = called(&input).expect("a good explanation is an answer");
        assert_eq!((&*answer.explanation, answer.suggested_code.as_deref()), ("why", Some("b")), "{input}");
        assert!(matches!(answer.patch, Some(Err(_))), "{input}");
    }
}

#[test]
fn unreadable_suggested_code_and_confidence_are_left_out() {
    for wrong in [json!(7), json!(["b"]), json!({}), json!(null), json!("")] {
        let answer = called(&json!({"explanation": "why", "suggested_code": wrong, "confidence": wrong}));
        let answer = answer.expect("a good explanation is an answer");
        assert_eq!((&*answer.explanation, answer.suggested_code, answer.confidence), ("why", None, None), "{wrong}");
    }
}

#[test]
fn only_a_reply_that_stopped_for_the_tool_is_an_answer() {
    let input = json!({"explanation": "why", "confidence": "low"});
    // The next attempt tells the model what was wrong.
    for (stop_reason, repairable, problem) in [
        ("end_turn", true, "the tool review_answer was not called"),
        ("stop_sequence", true, "the tool review_answer was not called"),
        ("malformed_tool_use", true, "its form was malformed"),
        ("malformed_model_output", true, "its form was malformed"),
        ("content_filtered", false, "it was withheld by a filter"),
        ("guardrail_intervened", false, "it was withheld by a filter"),
        ("refusal", false, "it was withheld by a filter"),
        ("", true, "it ended for an unknown reason"),
        ("something new", true, "it ended for an unknown reason"),
    ] {
        let reply = Reply { form: Form::Tool, stop_reason, tool: Some((TOOL, &input)), text: None };
        let malformed = accept(&reply).expect_err(stop_reason);
        let found = (malformed.partial.as_deref(), malformed.repairable, malformed.problem);
        assert_eq!(found, (Some("why"), repairable, problem), "{stop_reason}");
    }
    let another =
        Reply { form: Form::Tool, stop_reason: "tool_use", tool: Some(("rm_rf", &input)), text: Some("prose") };
    assert_eq!(accept(&another).expect_err("another tool").partial.as_deref(), Some("prose"));
    let prose = Reply { form: Form::Tool, stop_reason: "end_turn", tool: None, text: Some("prose") };
    assert_eq!(accept(&prose).expect_err("no tool").partial.as_deref(), Some("prose"));
}

#[test]
fn all_text_of_an_answer_is_cleaned() {
    let hostile = "Fine.<img src=x onerror=alert(1)> ![](https://evil.example/?q=) [ok](javascript:x) `<b>`\u{202E}";
    let clean = "Fine. (image removed) ok `<b>`";
    let answer = called(&json!({"explanation": hostile, "suggested_code": "<b>\u{202E}"})).expect("readable");
    assert_eq!((&*answer.explanation, answer.suggested_code.as_deref()), (clean, Some("<b>\\u{202E}")));
    let cut = Reply {
        form: Form::Tool,
        stop_reason: "max_tokens",
        tool: Some((TOOL, &json!({"explanation": hostile}))),
        text: None,
    };
    assert_eq!(accept(&cut).expect("an explanation").explanation, clean);
    let (whole, form) = (json!({"explanation": hostile}), Form::Tool);
    for reply in [
        Reply { form, stop_reason: "refusal", tool: Some((TOOL, &whole)), text: None },
        Reply { form, stop_reason: "end_turn", tool: None, text: Some(hostile) },
    ] {
        assert_eq!(accept(&reply).expect_err("malformed").partial.as_deref(), Some(clean));
    }
    assert_eq!(called(&json!({"explanation": "<!-- nothing -->"})).expect_err("nothing to show").partial, None);
}

#[test]
fn an_answer_that_was_cut_off_has_an_explanation_without_a_patch() {
    let patch = json!({"start_line": 1, "end_line": 1, "original": "a", "replacement": "b"});
    let whole = json!({"explanation": "why", "patch": patch, "suggested_code": "b", "confidence": "high"});
    let piece = json!("{\"confidence\": \"high\", \"explanation\": \"why");
    for (input, text) in [(&whole, None), (&json!({"explanation": "why"}), Some("prose")), (&piece, None)] {
        let reply = Reply { form: Form::Tool, stop_reason: "max_tokens", tool: Some((TOOL, input)), text };
        let answer = accept(&reply).expect("an explanation is an answer");
        assert_eq!((&*answer.explanation, answer.patch, answer.suggested_code), ("why", None, None));
        assert_eq!(answer.warnings, ["The answer was cut off; ask for less."]);
    }
    for input in [json!({}), json!(null), json!("{\"confidence\": \"hi"), json!({"explanation": " "})] {
        let reply = Reply { form: Form::Tool, stop_reason: "max_tokens", tool: Some((TOOL, &input)), text: None };
        let malformed = accept(&reply).expect_err("nothing to read");
        assert_eq!((malformed.partial.as_deref(), malformed.repairable), (None, true), "{input}");
    }
    // Text beside the tool call is not the explanation.
    let reply = Reply { form: Form::Tool, stop_reason: "max_tokens", tool: None, text: Some("Let me see.") };
    assert_eq!(accept(&reply).expect_err("no tool").partial.as_deref(), Some("Let me see."));
}

#[test]
fn an_answer_in_json_form_is_the_text_of_its_turn() {
    let written = |stop_reason, text| accept(&Reply { form: Form::Json, stop_reason, tool: None, text: Some(text) });
    let answer = written("end_turn", "{\"explanation\":\"why\",\"confidence\":\"low\"}").expect("an answer");
    assert_eq!((&*answer.explanation, answer.confidence, answer.warnings.len()), ("why", Some(Confidence::Low), 0));
    let cut = written("max_tokens", "{\"explanation\":\"wh").expect("an explanation");
    assert_eq!((&*cut.explanation, cut.warnings.len()), ("wh", 1));
    for (text, partial) in [("", None), ("prose", None), ("[]", None), ("{\"explanation\":\"why", Some("why"))] {
        let malformed = written("end_turn", text).expect_err(text);
        assert_eq!((malformed.partial.as_deref(), malformed.repairable), (partial, true), "{text}");
    }
    for stop_reason in ["tool_use", "stop_sequence"] {
        let malformed = written(stop_reason, "{\"explanation\":\"why\"}").expect_err(stop_reason);
        assert_eq!((malformed.problem, malformed.repairable), ("it was not the JSON object", true));
    }
    let refused = written("refusal", "{\"explanation\":\"no\"}").expect_err("a refusal");
    assert!(!refused.repairable);
}

/// Every object of a schema.
fn objects<'a>(schema: &'a Value, found: &mut Vec<&'a Map<String, Value>>) {
    if let Some(fields) = schema.as_object() {
        found.push(fields);
        fields.values().for_each(|field| objects(field, found));
    }
}

#[test]
fn the_schema_can_be_enforced() {
    let schema = schema();
    let mut found = Vec::new();
    objects(&schema, &mut found);
    for object in found {
        assert!(!["minimum", "maximum", "minLength", "pattern"].iter().any(|word| object.contains_key(*word)));
        if object.get("type") == Some(&json!("object")) {
            assert_eq!(object["additionalProperties"], json!(false));
        }
    }
}

#[test]
fn the_schema_has_the_fields_that_are_read() {
    let schema = schema();
    let properties = schema["properties"].as_object().expect("an object");
    let mut names: Vec<_> = properties.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["confidence", "explanation", "patch", "suggested_code"]);
}

proptest! {
    #[test]
    fn no_input_causes_a_panic(text in "[0-9a-z\"{}\\[\\]:,. -]{0,40}", line: u64, float: f64, name in "(explanation|patch|confidence)") {
        let value: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        let _ = called(&value);
        let _ = called(&json!({"explanation": "e", name: value.clone()}));
        let patch = json!({"start_line": line, "end_line": float, "original": value.clone(), "replacement": ""});
        let _ = called(&json!({"explanation": "e", "patch": patch}));
    }
}
