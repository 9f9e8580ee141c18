//! The model over HTTP, and the state of a question after the model fails.

use std::time::Duration;

use bedrock_local::Act;
use serde_json::{Value, json};
use tests::TestApp;
use tests::app::{Person, Thread};

use crate::http::{CODE, FILENAME};

async fn scene(app: &TestApp) -> (Person, Thread) {
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    (ada, thread)
}

/// An answer of the model, in the format of the service.
fn answered(input: &Value) -> Act {
    let tool = json!({ "toolUse": { "toolUseId": "t", "name": "review_answer", "input": input } });
    let body = json!({
        "output": { "message": { "role": "assistant", "content": [tool] } },
        "stopReason": "tool_use",
        "usage": { "inputTokens": 1_000, "outputTokens": 100, "totalTokens": 1_100 },
        "metrics": { "latencyMs": 1 },
    });
    Act::Raw { status: 200, body: body.to_string() }
}

fn unavailable() -> Act {
    Act::fault(503, "ServiceUnavailableException", "come back later")
}

/// Asserts that the question fails with this error, and stays stored with the reason.
async fn assert_fails(ada: &Person, thread: &Thread, status: u16, code: &str) -> Value {
    let question = json!({ "content": "Is this comparison right?" });
    let error = ada.posts(&thread.messages(), &question).await.refused(status, code);
    let list = ada.gets(&format!("{}?order=desc&limit=1", thread.messages())).await.is(200);
    let stored = &list["messages"][0];
    assert_eq!(stored["message_id"], error["message_id"]);
    assert_eq!(stored["content"], question["content"]);
    assert_eq!((&stored["reply_state"], &stored["reply_error"]), (&json!("failed"), &json!(code)));
    error
}

#[tokio::test]
async fn a_throttled_model_is_asked_again_and_its_answer_is_stored() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    app.bedrock().script(vec![Act::fault(429, "ThrottlingException", "slow down")]);
    let (question, answer) = ada.asks(&thread, "Is this comparison right?").await;
    assert_eq!(question["reply_state"], "answered");
    assert!(answer["patch"].is_object());
    assert_eq!(app.bedrock().seen().len(), 2);
    let list = ada.gets(&thread.messages()).await.is(200);
    assert_eq!(list["messages"], json!([question, answer]));
}

#[tokio::test]
async fn a_question_to_an_unavailable_model_is_stored_with_the_reason() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    app.bedrock().script(vec![unavailable(), unavailable(), unavailable()]);
    assert_fails(&ada, &thread, 503, "BEDROCK_UNAVAILABLE").await;
    assert_eq!(app.bedrock().seen().len(), 3);
    // The next question is answered, and the failed one is not part of the conversation.
    ada.asks(&thread, "And now?").await;
    let told = app.bedrock().seen().pop().unwrap().body["messages"].to_string();
    assert!(told.contains("And now?") && !told.contains("Is this comparison right?"), "{told}");
}

#[tokio::test]
async fn a_model_that_denies_access_is_unavailable_and_asked_once() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    app.bedrock().script(vec![Act::fault(403, "AccessDeniedException", "You don't have access to the model.")]);
    let error = assert_fails(&ada, &thread, 503, "BEDROCK_UNAVAILABLE").await;
    assert_eq!(app.bedrock().seen().len(), 1);
    assert!(!error.to_string().contains("access"), "{error}");
}

#[tokio::test]
async fn two_unreadable_answers_are_malformed_and_the_readable_part_is_shown() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    app.bedrock().script(vec![Act::Text("It should be `is`.".to_owned()), Act::Text(String::new())]);
    let error = assert_fails(&ada, &thread, 502, "AI_MALFORMED_RESPONSE").await;
    assert_eq!(error["partial_explanation"], "It should be `is`.");
    app.bedrock().script(vec![
        Act::Raw { status: 200, body: "<html>".to_owned() },
        Act::Raw { status: 200, body: "[]".to_owned() },
    ]);
    let error = assert_fails(&ada, &thread, 502, "AI_MALFORMED_RESPONSE").await;
    assert_eq!(error.get("partial_explanation"), None);
}

#[tokio::test]
async fn an_unreadable_answer_is_requested_again() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    for act in [Act::Text("It should be `is`.".to_owned()), Act::CutBody] {
        app.bedrock().script(vec![act.clone()]);
        let before = app.bedrock().seen().len();
        let (_, answer) = ada.asks(&thread, "Is this comparison right?").await;
        assert!(answer["patch"].is_object(), "{act:?}: {answer}");
        assert_eq!(app.bedrock().seen().len() - before, 2, "{act:?}");
    }
}

#[tokio::test]
async fn a_truncated_answer_is_stored_with_a_warning_and_without_a_patch() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    app.bedrock().script(vec![Act::MaxTokens]);
    let (_, answer) = ada.asks(&thread, "Is this comparison right?").await;
    assert_eq!(answer["warnings"], json!(["The answer was cut off; ask for less."]));
    assert_eq!((answer.get("patch"), answer.get("suggested_code")), (None, None));
    assert!(answer["content"].as_str().is_some_and(|text| !text.is_empty()));
    assert_eq!(app.bedrock().seen().len(), 1);
}

#[tokio::test]
async fn a_patch_that_does_not_apply_is_withheld_with_the_reason() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    let line_34 = CODE.lines().nth(33).unwrap();
    for (start, end, original, replacement, reason) in [
        (34, 34, "something else", "x", "The patch was made for another text than the file's."),
        (34, 99, line_34, "x", "The patch is about lines that the file does not have."),
        (35, 34, line_34, "x", "The patch is about lines that the file does not have."),
        (34, 34, line_34, line_34, "The patch would change nothing."),
    ] {
        let patch = json!({ "start_line": start, "end_line": end, "original": original, "replacement": replacement });
        let input = json!({ "explanation": "Because.", "confidence": "high", "patch": patch });
        app.bedrock().script(vec![answered(&input)]);
        let (_, answer) = ada.asks(&thread, "Is this comparison right?").await;
        assert_eq!((answer.get("patch"), &answer["patch_withheld"]), (None, &json!(reason)));
        assert_eq!((&answer["content"], &answer["confidence"]), (&json!("Because."), &json!("high")));
    }
    let patch = json!({ "start_line": 34, "end_line": 34, "original": line_34, "replacement": "            pass" });
    app.bedrock().script(vec![answered(&json!({ "explanation": "Because.", "confidence": "low", "patch": patch }))]);
    let (_, answer) = ada.asks(&thread, "Is this comparison right?").await;
    assert_eq!(answer["patch"]["base_version"], 1);
    assert_eq!((&answer["patch_status"], &answer["token_count"]), (&json!("verified"), &json!(1_100)));
    assert_eq!(answer.get("patch_withheld"), None);
}

#[tokio::test]
async fn a_patch_with_a_wrong_line_is_relocated_and_an_open_bracket_is_doubtful() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    let line_34 = CODE.lines().nth(33).unwrap();
    for (replacement, confidence) in [("            pass", "high"), ("            pass(", "low")] {
        let patch =
            json!({ "start_line": 30, "end_line": 30, "original": line_34.trim(), "replacement": replacement.trim() });
        let input = json!({ "explanation": "Because.", "confidence": "high", "patch": patch });
        app.bedrock().script(vec![answered(&input)]);
        let (_, answer) = ada.asks(&thread, "Is this comparison right?").await;
        assert_eq!((&answer["patch_status"], &answer["confidence"]), (&json!("relocated"), &json!(confidence)));
        let patch = &answer["patch"];
        assert_eq!((&patch["start_line"], &patch["end_line"]), (&json!(34), &json!(34)));
        assert_eq!((&patch["original"], &patch["replacement"]), (&json!(line_34), &json!(replacement)));
    }
}

#[tokio::test]
async fn a_model_that_takes_longer_than_the_deadline_is_a_timeout() {
    let app = TestApp::with_deadline(Duration::from_secs(2)).await;
    let (ada, thread) = scene(&app).await;
    app.bedrock().script(vec![Act::Answer.after(Duration::from_mins(5))]);
    assert_fails(&ada, &thread, 504, "AI_TIMEOUT").await;
    app.bedrock().script(vec![Act::fault(408, "ModelTimeoutException", "too slow")]);
    assert_fails(&ada, &thread, 504, "AI_TIMEOUT").await;
}

#[tokio::test]
async fn a_question_about_too_much_code_is_stored_with_the_reason() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates("data.json", &format!("{0}\n{0}", "x".repeat(250_000))).await;
    let block = json!({ "type": "block", "start_line": 1, "end_line": 2, "selected_text": "x" });
    let thread = ada.posts(&format!("{}/threads", session.path), &block).await.is(201);
    let messages = format!("/threads/{}/messages", thread["thread"]["thread_id"].as_str().unwrap());
    let error = ada.posts(&messages, &json!({ "content": "why?" })).await.refused(413, "TOKEN_LIMIT_EXCEEDED");
    let stored = ada.gets(&messages).await.is(200)["messages"].clone();
    assert_eq!(stored.as_array().map(Vec::len), Some(1));
    assert_eq!(stored[0]["message_id"], error["message_id"]);
    assert_eq!(
        (&stored[0]["reply_state"], &stored[0]["reply_error"]),
        (&json!("failed"), &json!("TOKEN_LIMIT_EXCEEDED"))
    );
    assert!(app.bedrock().seen().is_empty());
}

#[tokio::test]
async fn the_model_sees_only_the_surroundings_of_a_selection_in_a_large_file() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let lines: Vec<String> =
        (1..=9_000).map(|line| format!("let value_{line} = compute({line}); // a line of code")).collect();
    let session = ada.creates("big.rs", &lines.join("\n")).await;
    let thread = ada.opens_thread(&session, 4_000..=4_001).await;
    let (_, answer) = ada.asks(&thread, "why?").await;
    assert_eq!(answer["context_mode"], "local");
    let told = app.bedrock().seen().pop().unwrap().body["messages"].to_string();
    for (line, shown) in [(3_949, false), (3_950, true), (4_051, true), (4_052, false)] {
        assert_eq!(told.contains(&format!("{line}|let value_{line} ")), shown, "line {line}");
    }
}

#[tokio::test]
async fn the_model_sees_the_saved_code_the_selection_and_the_conversation() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    ada.asks(&thread, "Is this comparison right?").await;
    ada.notes(&thread, "I will think about it.").await;
    ada.saves(&session, 1, &CODE.replace("best == None", "best is None")).await.is(200);
    let (_, answer) = ada.asks(&thread, "And like this?").await;
    assert_eq!(answer["context_mode"], "full");
    let [_, seen] = app.bedrock().seen().try_into().expect("two questions");
    let told: Vec<&str> = seen.body["messages"][0]["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(|block| block["text"].as_str().unwrap())
        .collect();
    let [code, history, selection, question] = told[..] else { panic!("{told:?}") };
    assert!(code.contains("34|            if best is None or"), "{code}");
    assert!(selection.contains("if best == None or"), "the original selection: {selection}");
    let said = ["user: Is this comparison right?", "ai: ", "user: I will think about it."];
    assert!(said.iter().all(|turn| history.contains(turn)), "{history}");
    assert!(question.contains("And like this?") && !history.contains("And like this?"));
}
