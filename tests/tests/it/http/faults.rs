//! Every fault of the model, one after another: the user's error, the number of calls, the duration, and that the
//! question stays stored.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use bedrock_local::Act;
use futures::stream;
use serde_json::{Value, json};
use tests::TestApp;
use tests::app::{Person, Response, Thread};

use crate::http::{CODE, FILENAME};

const QUESTION: &str = "Is this comparison right?";
/// The service's error text, which may appear only in the log.
const FAULT_TEXT: &str = "words for the log alone";

/// The deadline for faults that stall.
const SHORT: Duration = Duration::from_secs(2);

/// A fault, its result, and the number of calls.
struct Case {
    name: &'static str,
    script: Vec<Act>,
    /// The status and the error code; empty for an answer.
    status: u16,
    code: Option<&'static str>,
    calls: usize,
}

fn case(name: &'static str, script: impl Into<Vec<Act>>, status: u16, code: &'static str, calls: usize) -> Case {
    Case { name, script: script.into(), status, code: Some(code), calls }
}

fn answered(name: &'static str, script: impl Into<Vec<Act>>, calls: usize) -> Case {
    Case { name, script: script.into(), status: 201, code: None, calls }
}

fn fault(status: u16, kind: &'static str) -> Act {
    Act::fault(status, kind, FAULT_TEXT)
}

fn invalid(message: &str) -> Act {
    Act::fault(400, "ValidationException", message)
}

fn raw(status: u16, body: &str) -> Act {
    Act::Raw { status, body: body.to_owned() }
}

fn thrice(act: &Act) -> Vec<Act> {
    vec![act.clone(), act.clone(), act.clone()]
}

/// Faults of the service and of the connection.
fn unavailable() -> Vec<Case> {
    let busy = "BEDROCK_UNAVAILABLE";
    let throttled = fault(429, "ThrottlingException");
    let too_long = invalid("Input is too long for requested model.");
    let full = stopped("model_context_window_exceeded");
    let no_throughput = "Invocation of model ID x with on-demand throughput isn't supported.";
    vec![
        case("throttled", thrice(&throttled), 503, busy, 3),
        answered("throttled twice", [throttled.clone(), throttled.clone()], 3),
        case("throttled for a minute", [throttled.retry_after(Duration::from_mins(1))], 503, busy, 1),
        case("not ready", thrice(&fault(429, "ModelNotReadyException")), 503, busy, 3),
        case("unavailable", thrice(&fault(503, "ServiceUnavailableException")), 503, busy, 3),
        case("a fault of the service", thrice(&fault(500, "InternalServerException")), 503, busy, 3),
        case("a page of a proxy", thrice(&raw(502, "<html>")), 503, busy, 3),
        case("the model fails", thrice(&fault(424, "ModelErrorException")), 503, busy, 2),
        answered("the model fails once", [fault(424, "ModelErrorException")], 2),
        case("access denied", [fault(403, "AccessDeniedException")], 503, busy, 1),
        case("a wrong signature", [fault(403, "UnrecognizedClientException")], 503, busy, 1),
        case("no such model", [fault(404, "ResourceNotFoundException")], 503, busy, 1),
        case("no throughput on demand", [invalid(no_throughput)], 503, busy, 1),
        case("cut in the body", thrice(&Act::CutBody), 503, busy, 2),
        answered("cut in the body once", [Act::CutBody], 2),
        case("reset before an answer", thrice(&Act::Reset), 503, busy, 2),
        answered("reset before an answer once", [Act::Reset], 2),
        case("a parameter that was not sent", [invalid("`temperature` is deprecated.")], 500, "INTERNAL_ERROR", 1),
        case("an invalid call", [invalid("#: something is wrong")], 500, "INTERNAL_ERROR", 1),
        answered("no forced tool", [invalid("toolConfig.toolChoice is not supported")], 2),
        case("too long", [too_long.clone(), too_long.clone()], 413, "TOKEN_LIMIT_EXCEEDED", 2),
        answered("a context window that only the whole file exceeds", [too_long], 2),
        case("a full window", [full.clone(), full.clone()], 413, "TOKEN_LIMIT_EXCEEDED", 2),
        answered("a context window that only the whole file fills", [full], 2),
        case("the model is too slow", [fault(408, "ModelTimeoutException")], 504, "AI_TIMEOUT", 1),
    ]
}

fn stopped(stop: &'static str) -> Act {
    Act::say(stop, json!({ "explanation": "Because.", "confidence": "high" }))
}

/// Invalid answers.
fn unreadable() -> Vec<Case> {
    let code = "AI_MALFORMED_RESPONSE";
    let twice = |act: Act| [act.clone(), act];
    let prose = Act::Text("It should be `is`.".to_owned());
    vec![
        case("no JSON", twice(raw(200, "<html>")), 502, code, 2),
        answered("no JSON once", [raw(200, "<html>")], 2),
        case("an empty object", twice(raw(200, "{}")), 502, code, 2),
        case("prose", twice(prose.clone()), 502, code, 2),
        answered("prose once", [prose], 2),
        answered(
            "half a patch",
            [Act::say("tool_use", json!({ "explanation": "x", "patch": {} , "suggested_code": 7 }))],
            1,
        ),
        case("no explanation", twice(Act::say("tool_use", json!({ "confidence": "high" }))), 502, code, 2),
        answered("cut off with an explanation", [Act::MaxTokens], 1),
        case("cut off without one", twice(Act::say("max_tokens", json!("{\"conf"))), 502, code, 2),
        case("filtered", [stopped("content_filtered")], 502, code, 1),
        case("stopped by a guardrail", [stopped("guardrail_intervened")], 502, code, 1),
        case("refused", [stopped("refusal")], 502, code, 1),
        case("a malformed call of the tool", twice(stopped("malformed_tool_use")), 502, code, 2),
        case("malformed output", twice(stopped("malformed_model_output")), 502, code, 2),
        case("an unknown reason to stop", twice(stopped("a_reason_of_next_year")), 502, code, 2),
    ]
}

async fn scene(app: &TestApp) -> (Person, Thread) {
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    (ada, thread)
}

/// Plays a case on a thread, and checks its result.
async fn check_case(app: &TestApp, ada: &Person, thread: &Thread, case: Case, deadline: Duration) -> Response {
    let Case { name, script, status, code, calls } = case;
    let before = app.bedrock().seen().len();
    app.bedrock().script(script);
    let began = Instant::now();
    let response = ada.posts(&thread.messages(), &json!({ "content": QUESTION })).await;
    let took = began.elapsed();
    assert!(took < deadline + Duration::from_secs(5), "{name}: {took:?}");
    assert_eq!((response.status, response.json["error"]["code"].as_str()), (status, code), "{name}: {}", response.json);
    assert!(!response.json.to_string().contains(FAULT_TEXT), "{name}: {}", response.json);
    assert_eq!(app.bedrock().seen().len() - before, calls, "{name}");
    let kept = last_question(ada, thread).await;
    assert_eq!(kept["content"], QUESTION, "{name}");
    assert_eq!(kept["reply_error"].as_str(), code, "{name}");
    assert_eq!(kept["reply_state"], if code.is_some() { "failed" } else { "answered" }, "{name}");
    // An internal error shows only a trace id.
    if status != 500 && code.is_some() {
        assert_eq!(response.json["error"]["message_id"], kept["message_id"], "{name}");
    }
    response
}

/// The user's last message as stored.
async fn last_question(ada: &Person, thread: &Thread) -> Value {
    let list = ada.gets(&format!("{}?order=desc&limit=2", thread.messages())).await.is(200);
    let messages = list["messages"].as_array().unwrap();
    messages.iter().find(|message| message["role"] == "user").unwrap().clone()
}

#[tokio::test]
async fn an_internal_error_names_the_stored_question() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    app.bedrock().script(vec![invalid(FAULT_TEXT)]);
    let error = ada.posts(&thread.messages(), &json!({ "content": QUESTION })).await.refused(500, "INTERNAL_ERROR");
    assert_eq!(error["message_id"], format!("{}.1", thread.id));
    let again = format!("{}/{}/retry", thread.messages(), error["message_id"].as_str().unwrap());
    ada.posts(&again, &json!({})).await.is(201);
}

#[tokio::test]
async fn every_fault_has_its_code_and_call_count_and_keeps_the_question() {
    let mut cases: Vec<Case> = unavailable();
    cases.extend(unreadable());
    assert!(cases.len() >= 30, "{}", cases.len());
    for case in cases {
        // Each case has its own application, because a process remembers the parameters that a model refused.
        let app = TestApp::new().await;
        let (ada, thread) = scene(&app).await;
        // Acts that are left in the script do not matter: each case states its number of calls.
        check_case(&app, &ada, &thread, case, Duration::from_secs(30)).await;
    }
}

#[tokio::test]
async fn a_stalled_model_call_ends_at_the_deadline() {
    let app = TestApp::with_deadline(SHORT).await;
    let (ada, thread) = scene(&app).await;
    let slow = || Act::Answer.after(Duration::from_mins(5));
    check_case(&app, &ada, &thread, case("a slow answer", [slow()], 504, "AI_TIMEOUT", 1), SHORT).await;
    let slow_fault = fault(503, "ServiceUnavailableException").after(Duration::from_mins(5));
    check_case(&app, &ada, &thread, case("a slow fault", [slow_fault], 504, "AI_TIMEOUT", 1), SHORT).await;
    let busy = case("throttled with no time left", [fault(429, "ThrottlingException")], 503, "BEDROCK_UNAVAILABLE", 1);
    check_case(&app, &ada, &thread, busy, SHORT).await;
    let unreadable = case("prose with no time left", [Act::Text("x".into())], 502, "AI_MALFORMED_RESPONSE", 1);
    check_case(&app, &ada, &thread, unreadable, SHORT).await;
}

#[tokio::test]
async fn an_unreachable_model_is_a_network_error() {
    let app = TestApp::without_a_model().await;
    let (ada, thread) = scene(&app).await;
    check_case(&app, &ada, &thread, case("no connection", [], 503, "NETWORK_ERROR", 0), Duration::from_secs(30)).await;
}

#[tokio::test]
async fn the_error_of_a_busy_model_has_a_retry_time() {
    let app = TestApp::new().await;
    let (ada, thread) = scene(&app).await;
    let busy = fault(429, "ThrottlingException").retry_after(Duration::from_secs(42));
    let known = case("with a retry time", [busy], 503, "BEDROCK_UNAVAILABLE", 1);
    let response = check_case(&app, &ada, &thread, known, Duration::from_secs(30)).await;
    assert_eq!(response.headers["retry-after"], "42");
    let at = app.table().clock().now().plus(Duration::from_secs(42));
    assert_eq!(response.json["error"]["retry_after"], at.to_rfc3339());

    let unknown =
        case("without a retry time", thrice(&fault(503, "ServiceUnavailableException")), 503, "BEDROCK_UNAVAILABLE", 3);
    let response = check_case(&app, &ada, &thread, unknown, Duration::from_secs(30)).await;
    assert_eq!(response.headers["retry-after"], "10", "an estimate");
    let denied = case("denied", [fault(403, "AccessDeniedException")], 503, "BEDROCK_UNAVAILABLE", 1);
    let response = check_case(&app, &ada, &thread, denied, Duration::from_secs(30)).await;
    assert_eq!(response.headers.get("retry-after"), None);
}

#[tokio::test]
async fn the_deadline_includes_the_time_to_receive_the_question() {
    let app = TestApp::with_deadline(SHORT).await;
    let (ada, thread) = scene(&app).await;
    let slowly = json!({ "content": QUESTION }).to_string();
    let body = Body::from_stream(stream::once(async move {
        tokio::time::sleep(SHORT).await;
        Ok::<_, std::io::Error>(slowly)
    }));
    let error = ada.sends_json(Request::post(thread.messages()), body).await.refused(504, "AI_TIMEOUT");
    assert_eq!(last_question(&ada, &thread).await["message_id"], error["message_id"]);
    assert!(app.bedrock().seen().is_empty(), "there was no time left to ask");
}
