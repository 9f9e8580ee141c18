//! `PUT /sessions/{id}`: refused, repeated and unchanged saves. Costs are in `route_costs/`.

use serde_json::{Value, json};
use tests::TestApp;
use tests::app::{Person, Session};
use tests::proxy::{Moment, Proxy};
use tests::texts::noise;

use crate::http::{CODE, FILENAME};

#[tokio::test]
async fn a_rate_limited_save_does_nothing_else() {
    let app = TestApp::with_rate_limits().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    for _ in 0..60 {
        ada.puts(&session.path, &json!({})).await.refused(400, "INVALID_INPUT");
    }
    let before = app.table().raw().items().await;
    let answer = ada.saves(&session, 1, "new").await;
    let others = answer.bill.iter().filter(|call| call.pattern.entities != ["rate_window"]);
    assert_eq!(others.map(|call| call.pattern.id).collect::<Vec<_>>(), ["AP-23"]);
    answer.refused(429, "RATE_LIMIT_EXCEEDED");
    let stale = json!({ "expected_version_number": 7, "code_content": "new" });
    for (path, body) in
        [(session.path.clone(), json!({})), (session.path.clone(), stale), ("/sessions/x".into(), json!({}))]
    {
        ada.puts(&path, &body).await.refused(429, "RATE_LIMIT_EXCEEDED");
    }
    let after = app.table().raw().items().await;
    let others =
        |items: Vec<tests::RawItem>| items.into_iter().filter(|item| item.kind() != "rate_window").collect::<Vec<_>>();
    assert_eq!(others(after), others(before));
}

/// A save whose response was lost, and the same save again.
async fn sent_twice(first: &str, body: Value) -> (TestApp, Person, Session, Value) {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, first).await;
    ada.opens_thread(&session, 1..=1).await;
    let proxy = Proxy::before(app.table().endpoint()).await;
    let slow = app.on(app.table().store_through(&proxy.url()).await, &ada);
    let lost = proxy.fail("TransactWriteItems", 0, Moment::BeforeTheAnswer);
    slow.puts(&session.path, &body).await.refused(503, "DATABASE_ERROR");
    lost.release();
    let again = slow.puts(&session.path, &body).await.is(200);
    (app, ada, session, again)
}

#[tokio::test]
async fn a_save_repeated_after_a_lost_answer_returns_the_same_result() {
    for (first, code) in [(CODE.to_owned(), format!("# new\n{CODE}")), (noise(500_000, 1), noise(500_000, 2))] {
        let body = json!({ "expected_version_number": 1, "code_content": code });
        let (_app, ada, session, again) = sent_twice(&first, body).await;
        assert_eq!((&again["session"]["version_number"], again["threads"].as_array().unwrap().len()), (&json!(2), 1));
        let opened = ada.opens(&session).await;
        assert!(opened.code == code && opened.json["version_number"] == 2);
    }
}

#[tokio::test]
async fn another_save_of_the_same_version_gets_the_saved_code() {
    let code = format!("# new\n{CODE}");
    let body = json!({ "expected_version_number": 1, "code_content": code, "language_override": "Swift" });
    let (_app, ada, session, again) = sent_twice(CODE, body.clone()).await;
    assert_eq!(again["session"]["version_number"], 2);
    let others = [
        json!({ "expected_version_number": 1, "code_content": code, "language_override": "Rust" }),
        json!({ "expected_version_number": 1, "code_content": code, "language_override": null }),
        json!({ "expected_version_number": 1, "code_content": format!("{code}\n") }),
        json!({ "expected_version_number": 3, "code_content": code }),
    ];
    for other in others {
        let error = ada.puts(&session.path, &other).await.refused(409, "VERSION_CONFLICT");
        assert_eq!((&error["current_version"], &error["current_code"]), (&json!(2), &json!(code)), "{other}");
    }
    ada.saves(&session, 2, "newer").await.is(200);
    ada.puts(&session.path, &body).await.refused(409, "VERSION_CONFLICT");
}

/// The write units of all calls except the count of requests.
fn written_by_a_save(bill: &[model::CallCost]) -> f64 {
    bill.iter().filter(|call| call.pattern.id != "AP-60").map(|call| call.wcu).sum()
}

#[tokio::test]
async fn saving_unchanged_code_creates_no_version_and_writes_nothing() {
    let app = TestApp::with_rate_limits().await;
    let ada = app.signs_up("ada").await;
    for code in [CODE.to_owned(), noise(500_000, 1), String::new()] {
        let session = ada.creates(FILENAME, &code).await;
        for has_threads in [false, true] {
            if has_threads {
                ada.posts(&format!("{}/threads", session.path), &json!({ "type": "file" })).await.is(201);
            }
            let shown = ada.opens(&session).await.json;
            let before = app.table().raw().items().await.into_iter().filter(|item| item.kind() != "rate_window");
            app.advance(std::time::Duration::from_mins(1));
            let answer = ada.saves(&session, 1, &code).await;
            assert!(written_by_a_save(&answer.bill) < 0.1, "{:?}", answer.bill);
            let saved = answer.is(200);
            let [version, updated] = ["version_number", "updated_at"].map(|name| &saved["session"][name]);
            assert_eq!((version, updated), (&json!(1), &shown["updated_at"]));
            assert_eq!(saved["threads"].as_array().unwrap().len(), usize::from(has_threads));
            let after = app.table().raw().items().await.into_iter().filter(|item| item.kind() != "rate_window");
            assert_eq!(after.collect::<Vec<_>>(), before.collect::<Vec<_>>());
        }
    }
}

#[tokio::test]
async fn saving_other_code_of_the_same_size_creates_a_version() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, "a = 1\n").await;
    let saved = ada.saves(&session, 1, "a = 2\n").await.is(200);
    assert_eq!(saved["session"]["version_number"], 2);
}

#[tokio::test]
async fn saving_unchanged_code_in_another_language_changes_only_the_language() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let body = json!({ "expected_version_number": 1, "code_content": CODE, "language_override": "Swift" });
    for _ in 0..2 {
        let saved = ada.puts(&session.path, &body).await.is(200);
        let [version, language] = ["version_number", "language_override"].map(|name| &saved["session"][name]);
        assert_eq!((version, language), (&json!(1), &json!("Swift")));
    }
    let language = json!({ "expected_version_number": 1, "language_override": "Swift" });
    let renamed = json!({ "filename": FILENAME, "language_override": "Swift" });
    let answers =
        [ada.puts(&session.path, &language).await, ada.patches(&format!("{}/metadata", session.path), &renamed).await];
    for answer in answers {
        assert!(written_by_a_save(&answer.bill) < 0.1, "unchanged settings are not written: {:?}", answer.bill);
        assert_eq!(answer.is(200)["session"]["language_override"], "Swift");
    }
}

/// Sends a save whose read of the threads waits until another client has saved over this version.
async fn overtaken(ada: &Person, app: &TestApp, session: &Session, body: &Value, version: u32) -> Value {
    let proxy = Proxy::before(app.table().endpoint()).await;
    let slow = app.on(app.table().store_through(&proxy.url()).await, ada);
    let stalled = proxy.stall("Query", Moment::BeforeTheEngine);
    let (answer, ()) = tokio::join!(slow.puts(&session.path, body), async {
        stalled.arrived().await;
        ada.saves(session, version, &format!("# 1\n# 2\n{CODE}")).await.is(200);
        stalled.release();
    });
    answer.refused(409, "VERSION_CONFLICT")
}

#[tokio::test]
async fn a_repeated_save_does_not_show_threads_of_a_later_save() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    ada.opens_thread(&session, 1..=1).await;
    let body = json!({ "expected_version_number": 1, "code_content": format!("# 1\n{CODE}") });
    ada.puts(&session.path, &body).await.is(200);
    assert_eq!(overtaken(&ada, &app, &session, &body, 2).await["current_version"], 3);
}

#[tokio::test]
async fn a_save_of_unchanged_code_does_not_show_threads_of_a_later_save() {
    for body in [
        json!({ "expected_version_number": 1, "code_content": CODE }),
        json!({ "expected_version_number": 1, "language_override": null }),
    ] {
        let app = TestApp::new().await;
        let ada = app.signs_up("ada").await;
        let session = ada.creates(FILENAME, CODE).await;
        ada.opens_thread(&session, 1..=1).await;
        assert_eq!(overtaken(&ada, &app, &session, &body, 1).await["current_version"], 2, "{body}");
    }
}
