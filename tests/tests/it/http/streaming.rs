//! `Accept: text/event-stream`: the answer while the model writes it, stored like any other.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use bedrock_local::{Act, Fault, Place};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tests::TestApp;
use tests::app::contract::check_event;
use tests::app::{Person, Thread};
use tower::ServiceExt as _;

use crate::http::{CODE, FILENAME, stored_messages, user};

/// An event's name and data.
type Event = (String, Value);

struct Scene {
    app: TestApp,
    ada: Person,
    thread: Thread,
}

impl Scene {
    async fn on(app: TestApp) -> Self {
        let ada = app.signs_up("ada").await;
        let session = ada.creates(FILENAME, CODE).await;
        let thread = ada.opens_thread(&session, 33..=35).await;
        Self { app, ada, thread }
    }

    async fn asks(&self, body: &Value) -> axum::response::Response {
        let cookie = format!("access_token={}", self.ada.cookie("access_token").unwrap());
        let request = Request::post(self.thread.messages())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "text/event-stream")
            .header(header::ACCEPT_ENCODING, "gzip")
            .header(header::COOKIE, cookie)
            .body(Body::from(body.to_string()));
        self.app.router().oneshot(request.unwrap()).await.unwrap()
    }

    async fn streams(&self, body: &Value) -> Vec<Event> {
        let answer = self.asks(body).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert_eq!(answer.headers().get(header::CONTENT_ENCODING), None);
        let events = events(answer.into_body()).await;
        for (event, data) in &events {
            check_event("POST /threads/{thread_id}/messages", event, data);
        }
        events
    }
}

async fn events(body: Body) -> Vec<Event> {
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let event = |block: &str| {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        Some((field("event:")?.to_owned(), serde_json::from_str(field("data:")?).unwrap()))
    };
    text.split("\n\n").filter_map(event).collect()
}

fn question() -> Value {
    json!({ "content": "Is this comparison right?", "client_message_id": "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77" })
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.as_str()).collect()
}

fn deltas(events: &[Event]) -> String {
    events.iter().filter(|(name, _)| name == "delta").map(|(_, data)| data["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_stream_sends_the_explanation_the_patch_and_the_stored_messages() {
    let scene = Scene::on(TestApp::new().await).await;
    let events = scene.streams(&question()).await;
    let names = names(&events);
    assert_eq!((names[0], &names[names.len() - 2..]), ("accepted", &["patch", "done"][..]), "{names:?}");
    assert!(names[1..names.len() - 2].iter().all(|name| *name == "delta") && names.len() > 5, "{names:?}");
    let (accepted, mut done) = (&events[0].1, events.last().unwrap().1.clone());
    assert_eq!((&accepted["replayed"], &accepted["message"]["reply_state"]), (&json!(false), &json!("pending")));
    assert_eq!(events[events.len() - 2].1, done["reply"]["patch"]);
    assert_eq!(done["reply"]["content"], deltas(&events), "all pieces are the explanation");
    assert_eq!(done.as_object_mut().unwrap().remove("replayed"), Some(json!(false)));
    let buffered = scene.ada.posts(&scene.thread.messages(), &question()).await;
    assert_eq!(buffered.is(200), done, "a repeated request returns the stored answer");
    assert_eq!(scene.app.bedrock().seen().len(), 1);
    // A client that repeats the request gets the end at once, marked as a replay.
    let again = scene.streams(&question()).await;
    assert_eq!(self::names(&again), ["accepted", "patch", "done"]);
    assert!(again.iter().filter(|(name, _)| name != "patch").all(|(_, data)| data["replayed"] == true));
}

#[tokio::test]
async fn a_refusal_before_the_model_is_asked_has_its_http_status() {
    let scene = Scene::on(TestApp::new().await).await;
    let stranger = json!({ "content": " " });
    for (body, status) in [(&stranger, 400), (&json!({ "content": "x".repeat(5_001) }), 400)] {
        let answer = scene.asks(body).await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
    }
    let note = json!({ "content": "note", "ask": false });
    assert_eq!(names(&scene.streams(&note).await), ["accepted", "done"]);
}

#[tokio::test]
async fn a_failure_after_the_question_is_stored_is_the_last_event() {
    let scene = Scene::on(TestApp::new().await).await;
    let denied = Act::fault(403, "AccessDeniedException", "no");
    scene.app.bedrock().script(vec![denied]);
    let events = scene.streams(&question()).await;
    assert_eq!(names(&events), ["accepted", "error"]);
    let error = &events[1].1["error"];
    assert_eq!(error["code"], "BEDROCK_UNAVAILABLE");
    assert_eq!(error["message_id"], events[0].1["message"]["message_id"]);
}

#[tokio::test]
async fn a_broken_stream_ends_with_an_error_and_the_question_can_be_repeated() {
    for fault in [Fault::Cut, Fault::End, Fault::BadChecksum] {
        let scene = Scene::on(TestApp::new().await).await;
        scene.app.bedrock().script(vec![Act::Break(Place::Half, fault.clone())]);
        let events = scene.streams(&question()).await;
        let (name, error) = events.last().unwrap();
        assert_eq!((name.as_str(), &error["error"]["code"]), ("error", &json!("AI_MALFORMED_RESPONSE")), "{fault:?}");
        let id = error["error"]["message_id"].as_str().unwrap();
        let stored = stored_messages(&scene.app, &scene.thread.id).await;
        assert_eq!(stored.len(), 1, "{fault:?}: no answer is stored");
        let again = scene.ada.posts(&scene.thread.messages(), &question()).await.is(201);
        assert_eq!(again["message"]["message_id"], id);
    }
}

#[tokio::test]
async fn a_stalled_stream_is_a_timeout() {
    let scene = Scene::on(TestApp::with_deadline(Duration::from_secs(2)).await).await;
    scene.app.bedrock().script(vec![Act::Break(Place::Half, Fault::Stall)]);
    let events = scene.streams(&question()).await;
    let (name, error) = events.last().unwrap();
    assert_eq!((name.as_str(), &error["error"]["code"]), ("error", &json!("AI_TIMEOUT")));
}

#[tokio::test]
async fn an_internal_error_in_a_stream_has_the_trace_id_of_its_request() {
    let scene = Scene::on(TestApp::new().await).await;
    scene.app.bedrock().script(vec![Act::Answer.after(Duration::from_secs(5))]);
    let body = question();
    let (answer, ()) = tokio::join!(scene.asks(&body), async {
        while scene.app.bedrock().seen().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        scene.app.table().store().table().delete().await.unwrap();
    });
    let trace_id = answer.headers()["x-trace-id"].to_str().unwrap().to_owned();
    let (name, error) = events(answer.into_body()).await.pop().unwrap();
    assert_eq!((name.as_str(), &error["error"]["code"]), ("error", &json!("INTERNAL_ERROR")));
    assert_eq!(error["error"]["trace_id"], trace_id);
    scene.app.table().store().table().create_if_absent(model::Protection::Off).await.unwrap();
}

#[tokio::test]
async fn the_answer_to_a_client_that_disconnects_is_stored_and_billed() {
    let scene = Scene::on(TestApp::new().await).await;
    let mut body = scene.asks(&question()).await.into_body().into_data_stream();
    assert!(body.next().await.unwrap().unwrap().starts_with(b"event: accepted"));
    assert!(body.next().await.unwrap().unwrap().starts_with(b"event: delta"));
    drop(body);
    let stored = scene.ada.posts(&scene.thread.messages(), &question()).await.is(200);
    assert_eq!(stored["message"]["reply_state"], "answered");
    let owner = user(&scene.app, "ada").await.user_id;
    let usage =
        scene.app.table().patterns().get_usage(owner, scene.app.table().clock().now().date()).await.unwrap().unwrap();
    assert_eq!((usage.requests, scene.app.bedrock().seen().len()), (1, 1));
}

#[tokio::test]
async fn hostile_markdown_is_cleaned_in_every_piece() {
    let scene = Scene::on(TestApp::new().await).await;
    let hostile = "First.\n\n<img src=x onerror=alert(1)>\n\n![](https://evil.example/?q=) and [go](javascript:x) there.\n\nLast.";
    scene.app.bedrock().script(vec![Act::say("tool_use", json!({ "explanation": hostile, "confidence": "low" }))]);
    let events = scene.streams(&question()).await;
    let all = events.iter().map(|(_, data)| data.to_string()).collect::<String>();
    for bad in ["onerror", "evil.example", "javascript:"] {
        assert!(!all.contains(bad), "{bad}: {all}");
    }
    assert!(deltas(&events).starts_with("First."), "{all}");
    assert_eq!(events.last().unwrap().1["reply"]["content"], deltas(&events));
}

#[tokio::test]
async fn the_deltas_add_up_to_the_stored_answer() {
    for explanation in [
        "takes 72 lines.",
        "Word",
        "a\r\nb [c",
        "See ![it][1] now.\n\nThen go.\n\n[1]: https://evil.example/x.png\n",
        "<!-- no\n\nend here --> after",
        "`x\u{202E}y` and \u{202E}z",
    ] {
        let scene = Scene::on(TestApp::new().await).await;
        scene
            .app
            .bedrock()
            .script(vec![Act::say("tool_use", json!({ "explanation": explanation, "confidence": "low" }))]);
        let events = scene.streams(&question()).await;
        assert_eq!(names(&events).last(), Some(&"done"), "{explanation:.40}");
        let done = &events.last().unwrap().1["reply"]["content"];
        assert!(*done == deltas(&events), "{explanation:.40}");
        let again = scene.ada.posts(&scene.thread.messages(), &question()).await.is(200);
        assert!(again["reply"]["content"] == *done, "the stored answer: {explanation:.40}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_event_precedes_the_model_call_also_for_a_waiting_duplicate() {
    let scene = Scene::on(TestApp::new().await).await;
    // Less than the ten seconds after which a heartbeat would come first.
    scene.app.bedrock().script(vec![Act::Answer.after(Duration::from_secs(8))]);
    let first = |body: Body| async move { body.into_data_stream().next().await.unwrap().unwrap() };
    let began = std::time::Instant::now();
    let asked = scene.asks(&question()).await;
    assert_eq!(asked.headers()["x-accel-buffering"], "no");
    let mut asked = asked.into_body().into_data_stream();
    assert!(asked.next().await.unwrap().unwrap().starts_with(b"event: accepted"));
    let waits = scene.asks(&question()).await;
    assert!(first(waits.into_body()).await.starts_with(b"event: accepted"));
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}: both before the model answers", began.elapsed());
    assert!(asked.next().await.unwrap().unwrap().starts_with(b"event: delta"));
}

#[tokio::test]
async fn an_analysis_can_be_streamed() {
    let scene = Scene::on(TestApp::new().await).await;
    let body =
        json!({ "filename": FILENAME, "code_content": CODE, "question": "Why?", "start_line": 33, "end_line": 35 });
    let cookie = format!("access_token={}", scene.ada.cookie("access_token").unwrap());
    let request = Request::post("/ai/analyze")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream")
        .header(header::COOKIE, cookie)
        .body(Body::from(body.to_string()));
    let answer = scene.app.router().oneshot(request.unwrap()).await.unwrap();
    let events = events(answer.into_body()).await;
    for (event, data) in &events {
        check_event("POST /ai/analyze", event, data);
    }
    let names = names(&events);
    assert_eq!((names[0], &names[names.len() - 2..]), ("accepted", &["patch", "done"][..]), "{names:?}");
    let done = &events.last().unwrap().1;
    assert_eq!(done["explanation"], deltas(&events));
    assert_eq!((&events[0].1["context_mode"], &done["patch"]), (&done["context_mode"], &events[events.len() - 2].1));
}
