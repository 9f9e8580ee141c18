//! One request for each screen: a session with its threads, sessions by activity, one message.

use std::time::Duration;

use serde_json::{Value, json};
use tests::TestApp;
use tests::proxy::Proxy;
use tests::texts::noise;

use crate::http::{CODE, FILENAME};

fn names(page: &Value) -> Vec<&str> {
    page["sessions"].as_array().unwrap().iter().map(|session| session["filename"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn opening_a_session_with_its_threads_takes_no_additional_step() {
    let app = TestApp::with_rate_limits().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    ada.opens_thread(&session, 33..=35).await;
    let second = ada.opens_thread(&session, 1..=2).await;
    ada.saves(&session, 1, &format!("# new\n{CODE}")).await.is(200);
    ada.deletes(&second.path).await.is(200);
    let proxy = Proxy::counting_steps(app.table().endpoint()).await;
    let slow = app.on(app.table().store_through(&proxy.url()).await, &ada);
    let path = format!("{}?include=threads", session.path);
    let _ = proxy.take_steps();
    let opened = slow.gets(&path).await.is(200);
    let mut steps = proxy.take_steps();
    for step in &mut steps {
        step.sort_unstable();
    }
    assert_eq!(steps, [["BatchGetItem", "Query"]], "as many as without threads");
    assert_eq!(opened["session"], ada.gets(&session.path).await.is(200)["session"]);
    let threads = ada.gets(&format!("{}/threads", session.path)).await.is(200);
    assert_eq!(opened["threads"], threads["threads"]);
    let cost: f64 = ada.gets(&path).await.bill.iter().map(|call| call.rcu).sum();
    assert!(cost < 4.0, "{cost}");
    assert_eq!(ada.gets(&session.path).await.is(200).get("threads"), None);
    ada.gets(&format!("{}?include=code", session.path)).await.invalid("include");
    let bob = app.signs_up("bob").await;
    bob.gets(&path).await.refused(403, "FORBIDDEN");
    ada.deletes(&session.path).await.is(200);
    ada.gets(&path).await.refused(404, "SESSION_NOT_FOUND");
}

#[tokio::test]
async fn a_thread_count_mismatch_costs_one_more_query() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    ada.opens_thread(&session, 33..=35).await;
    let seven =
        |head: &mut serde_json::Map<String, Value>| drop(head.insert("thread_changes".into(), json!({ "N": "7" })));
    app.table().raw().change("session", |_| true, seven).await;
    let opened = ada.gets(&format!("{}?include=threads", session.path)).await;
    assert_eq!(opened.bill.iter().filter(|call| call.pattern.id == "AP-31").count(), 2);
    assert_eq!(opened.is(200)["threads"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn sessions_are_listed_by_their_last_activity() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let mut sessions = Vec::new();
    for name in ["a.py", "b.py", "c.py", "d.py"] {
        sessions.push(ada.creates(name, CODE).await);
        app.advance(Duration::from_secs(1));
    }
    ada.saves(&sessions[0], 1, "new").await.is(200);
    app.advance(Duration::from_secs(1));
    ada.patches(&format!("{}/metadata", sessions[2].path), &json!({ "filename": "z.py" })).await.is(200);
    let all = ada.gets("/sessions?sort=updated").await.is(200);
    assert_eq!(names(&all), ["z.py", "a.py", "d.py", "b.py"]);
    assert_eq!(names(&ada.gets("/sessions").await.is(200)), ["d.py", "z.py", "b.py", "a.py"]);
    let first = ada.gets("/sessions?sort=updated&limit=3").await.is(200);
    let cursor = first["cursor"].as_str().unwrap();
    let next = ada.gets(&format!("/sessions?sort=updated&limit=3&cursor={cursor}")).await.is(200);
    assert_eq!((names(&first), names(&next)), (vec!["z.py", "a.py", "d.py"], vec!["b.py"]));
    assert_eq!(next.get("cursor"), None);
    ada.gets(&format!("/sessions?cursor={cursor}")).await.invalid("cursor");
    let other = ada.gets("/sessions?limit=1").await.is(200);
    ada.gets(&format!("/sessions?sort=updated&cursor={}", other["cursor"].as_str().unwrap())).await.invalid("cursor");
    ada.gets("/sessions?sort=name").await.invalid("sort");
    let bob = app.signs_up("bob").await;
    bob.gets(&format!("/sessions?sort=updated&cursor={cursor}")).await.invalid("cursor");
}

#[tokio::test]
async fn an_unreadable_head_does_not_hide_other_sessions() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let (good, bad) = (ada.creates("good.py", CODE).await, ada.creates("bad.py", CODE).await);
    let id = bad.id.clone();
    let damage =
        |head: &mut serde_json::Map<String, Value>| drop(head.insert("language_detected".into(), json!({ "N": "7" })));
    app.table().raw().change("session", |item| item.sk().ends_with(&id), damage).await;
    for path in ["/sessions", "/sessions?sort=updated"] {
        assert_eq!(names(&ada.gets(path).await.is(200)), ["good.py"]);
    }
    ada.gets(&bad.path).await.refused(500, "INTERNAL_ERROR");
    ada.gets(&good.path).await.is(200);
}

#[tokio::test]
async fn an_unreadable_thread_or_message_does_not_hide_others() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let (good, bad) = (ada.opens_thread(&session, 33..=35).await, ada.opens_thread(&session, 1..=1).await);
    for text in ["one", "two", "three"] {
        ada.notes(&good, text).await;
    }
    let raw = app.table().raw();
    let damage = |name: &'static str| {
        move |item: &mut serde_json::Map<String, Value>| drop(item.insert(name.into(), json!({ "BOOL": true })))
    };
    let own = bad.id.split('.').nth(1).unwrap().to_owned();
    raw.change("thread", move |item| item.sk().ends_with(&own), damage("kind")).await;
    raw.change("message", |item| item.text("content") == Some("two"), damage("content")).await;
    for path in [format!("{}?include=threads", session.path), format!("{}/threads", session.path)] {
        let listed = ada.gets(&path).await.is(200);
        let ids: Vec<_> = listed["threads"].as_array().unwrap().iter().map(|thread| &thread["thread_id"]).collect();
        assert_eq!(ids, [&*good.id], "{path}");
    }
    let listed = ada.gets(&good.messages()).await.is(200);
    let said: Vec<_> = listed["messages"].as_array().unwrap().iter().map(|message| &message["content"]).collect();
    assert_eq!(said, ["one", "three"]);
    ada.gets(&bad.path).await.refused(500, "INTERNAL_ERROR");
}

#[tokio::test]
async fn missing_chunks_are_an_error_of_their_session_only() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let (good, bad) = (ada.creates("good.py", CODE).await, ada.creates("bad.py", &noise(500_000, 1)).await);
    let fresh = app.on(app.table().store_through(app.table().endpoint()).await, &ada);
    for chunk in app.table().raw().all("code_chunk").await {
        app.table().raw().remove(&chunk).await;
    }
    // Not "try again": the error stays until a person repairs it.
    fresh.gets(&bad.path).await.refused(500, "INTERNAL_ERROR");
    assert_eq!(names(&fresh.gets("/sessions").await.is(200)), ["bad.py", "good.py"]);
    fresh.gets(&good.path).await.is(200);
}

#[tokio::test]
async fn a_message_can_be_read_by_its_id() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.signs_up("ada").await, app.signs_up("bob").await);
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    let other = ada.opens_thread(&session, 1..=1).await;
    let (question, answer) = ada.asks(&thread, "Is this comparison right?").await;
    for message in [question, answer.clone()] {
        let path = format!("{}/{}", thread.messages(), message["message_id"].as_str().unwrap());
        let read = ada.gets(&path).await;
        assert_eq!(read.bill.iter().map(|call| (call.pattern.id, call.requests)).collect::<Vec<_>>(), [("AP-133", 1)]);
        assert_eq!(read.is(200)["message"], message);
        bob.gets(&path).await.refused(403, "FORBIDDEN");
    }
    let id = answer["message_id"].as_str().unwrap();
    ada.gets(&format!("{}/{id}", other.messages())).await.refused(404, "MESSAGE_NOT_FOUND");
    ada.gets(&format!("{}/{}", thread.messages(), id.replace(".2", ".3"))).await.refused(404, "MESSAGE_NOT_FOUND");
    ada.deletes(&thread.path).await.is(200);
    ada.gets(&format!("{}/{id}", thread.messages())).await.refused(404, "THREAD_NOT_FOUND");
}
