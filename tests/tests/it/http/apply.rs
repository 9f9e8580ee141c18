//! `POST /threads/{thread_id}/messages/{message_id}/apply`: applies an answer's patch to the code.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};
use tests::app::{Person, Response, Session, Thread};
use tests::proxy::{Moment, Proxy};
use tests::{TestApp, concurrently};

use crate::http::{CODE, FILENAME, patched};

/// A person with a question about line 34, `if best == None:`, and an answer whose patch replaces `==` by `is`.
struct Scene {
    app: TestApp,
    ada: Person,
    session: Session,
    thread: Thread,
    answer: Value,
}

impl Scene {
    async fn on(code: &str, lines: std::ops::RangeInclusive<usize>) -> Self {
        let app = TestApp::new().await;
        let ada = app.signs_up("ada").await;
        let session = ada.creates(FILENAME, code).await;
        let thread = ada.opens_thread(&session, lines).await;
        let (_, answer) = ada.asks(&thread, "Is this comparison right?").await;
        assert_eq!(answer["patch_status"], "verified", "{answer}");
        Self { app, ada, session, thread, answer }
    }

    async fn new() -> Self {
        Self::on(CODE, 33..=35).await
    }

    async fn applies(&self, version: u32) -> Response {
        let path = format!("{}/{}/apply", self.thread.messages(), self.answer["message_id"].as_str().unwrap());
        self.ada.posts(&path, &json!({ "expected_version_number": version })).await
    }

    async fn code(&self) -> String {
        self.ada.opens(&self.session).await.code
    }
}

#[tokio::test]
async fn applying_changes_code_threads_and_answer_and_returns_no_code() {
    let scene = Scene::new().await;
    let above = scene.ada.opens_thread(&scene.session, 1..=2).await;
    let patch = &scene.answer["patch"];
    let answer = scene.applies(1).await;
    let bill: Vec<_> = answer.bill.iter().map(|call| (call.pattern.id, call.requests)).collect();
    assert_eq!(bill, [("AP-47", 1), ("AP-31", 1), ("AP-24", 1)]);
    let applied = answer.is(200);
    assert_eq!([&applied["start_line"], &applied["end_line"]], [&patch["start_line"], &patch["end_line"]]);
    assert_eq!(applied["session"]["version_number"], 2);
    assert_eq!(applied["message"]["patch_status"], "applied");
    assert_eq!(applied["message"]["applied_version"], 2);
    let threads = applied["threads"].as_array().unwrap();
    assert_eq!(threads.iter().map(|thread| &thread["thread_id"]).collect::<Vec<_>>(), [&*scene.thread.id, &*above.id]);
    assert!(applied["session"].get("code_content").is_none());
    assert!(scene.code().await == patched(CODE, patch));
    let stored = scene.ada.gets(&scene.thread.messages()).await.is(200);
    assert_eq!(stored["messages"][1], applied["message"]);
}

#[tokio::test]
async fn applying_the_patch_of_the_only_thread_takes_3_requests_in_2_steps() {
    let app = TestApp::with_rate_limits().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    let (_, answer) = ada.asks(&thread, "Is this comparison right?").await;
    let proxy = Proxy::counting_steps(app.table().endpoint()).await;
    let slow = app.on(app.table().store_through(&proxy.url()).await, &ada);
    let _ = proxy.take_steps();
    let path = format!("{}/{}/apply", thread.messages(), answer["message_id"].as_str().unwrap());
    let applied = slow.posts(&path, &json!({ "expected_version_number": 1 })).await.is(200);
    assert_eq!(applied["session"]["version_number"], 2);
    let steps = proxy.take_steps();
    assert_eq!(steps, [vec!["BatchGetItem", "UpdateItem"], vec!["TransactWriteItems"]]);
}

#[tokio::test]
async fn applying_a_patch_again_returns_the_version_it_created() {
    let scene = Scene::new().await;
    let first = scene.applies(1).await.is(200);
    for version in [1, 2] {
        let again = scene.applies(version).await;
        assert!(again.bill.iter().all(|call| call.wcu < 0.1), "nothing is written");
        assert_eq!(again.is(200), first);
    }
    assert!(scene.code().await == patched(CODE, &scene.answer["patch"]));
    scene.ada.saves(&scene.session, 2, "something else").await.is(200);
    let again = scene.applies(1).await.is(200);
    assert_eq!((&again["message"], &again["start_line"]), (&first["message"], &first["start_line"]));
    assert_eq!(again["session"]["version_number"], 3, "the response has the current session");
}

#[tokio::test]
async fn applying_a_moved_patch_again_returns_its_lines() {
    let scene = Scene::new().await;
    scene.ada.saves(&scene.session, 1, &format!("# one\n# two\n{CODE}")).await.is(200);
    let first = scene.applies(2).await.is(200);
    assert_eq!(scene.applies(2).await.is(200), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_concurrent_requests_apply_a_patch_once() {
    let scene = Arc::new(Scene::new().await);
    let answers = concurrently(10, |_| {
        let scene = Arc::clone(&scene);
        async move { scene.applies(1).await }
    })
    .await;
    for answer in answers {
        let applied = answer.is(200);
        assert_eq!(
            [&applied["message"]["applied_version"], &applied["session"]["version_number"]],
            [&json!(2), &json!(2)]
        );
    }
    assert!(scene.code().await == patched(CODE, &scene.answer["patch"]));
}

#[tokio::test]
async fn a_patch_is_applied_at_the_current_position_of_its_lines() {
    let scene = Scene::new().await;
    let longer = format!("# one\n# two\n{CODE}");
    scene.ada.saves(&scene.session, 1, &longer).await.is(200);
    let error = scene.applies(1).await.refused(409, "VERSION_CONFLICT");
    assert_eq!((&error["current_version"], &error["current_code"]), (&json!(2), &json!(longer)));
    let applied = scene.applies(2).await.is(200);
    let line = scene.answer["patch"]["start_line"].as_u64().unwrap();
    assert_eq!(applied["start_line"], line + 2);
    assert!(scene.code().await == format!("# one\n# two\n{}", patched(CODE, &scene.answer["patch"])));
}

#[tokio::test]
async fn a_patch_is_not_applied_to_a_copy_of_its_text() {
    let scene = Scene::new().await;
    scene.ada.saves(&scene.session, 1, &format!("{CODE}{CODE}")).await.is(200);
    scene.applies(2).await.is(200);
    let first = patched(CODE, &scene.answer["patch"]);
    assert!(scene.code().await == format!("{first}{CODE}"), "the thread is still at the first one");
}

#[tokio::test]
async fn a_patch_for_changed_text_is_refused_with_the_reason() {
    let scene = Scene::new().await;
    let edited = CODE.replace("best == None", "best == None or False");
    assert!(edited != CODE);
    scene.ada.saves(&scene.session, 1, &edited).await.is(200);
    let error = scene.applies(2).await.refused(409, "PATCH_CONFLICT");
    let reason = "The file has moved on and the text that the patch replaces is no longer there.";
    assert_eq!(error["message"], reason);
    assert!(scene.code().await == edited);
}

#[tokio::test]
async fn applying_a_message_without_a_patch_is_refused() {
    let scene = Scene::new().await;
    let question = scene.answer["message_id"].as_str().unwrap().replace(".2", ".1");
    let absent = scene.answer["message_id"].as_str().unwrap().replace(".2", ".3");
    let body = json!({ "expected_version_number": 1 });
    let path = |id: &str| format!("{}/{id}/apply", scene.thread.messages());
    let error = scene.ada.posts(&path(&question), &body).await.refused(409, "PATCH_CONFLICT");
    assert_eq!(error["message"], "This message has no patch.");
    scene.ada.posts(&path(&absent), &body).await.refused(404, "MESSAGE_NOT_FOUND");
    scene.ada.posts(&path("x"), &body).await.refused(404, "MESSAGE_NOT_FOUND");
    let other = scene.ada.opens_thread(&scene.session, 1..=1).await;
    let elsewhere = format!("{}/{}/apply", other.messages(), scene.answer["message_id"].as_str().unwrap());
    scene.ada.posts(&elsewhere, &body).await.refused(404, "MESSAGE_NOT_FOUND");
    scene.ada.posts(&path(&question), &json!({})).await.invalid("expected_version_number");
    scene.ada.deletes(&scene.thread.path).await.is(200);
    scene.applies(1).await.refused(404, "THREAD_NOT_FOUND");
    scene.ada.deletes(&scene.session.path).await.is(200);
    scene.applies(1).await.refused(404, "THREAD_NOT_FOUND");
}

/// Code that does not fit into one item, however well it is compressed.
fn large() -> String {
    let mut code = CODE.to_owned();
    for number in 0..80_000u32 {
        writeln!(code, "# {:08x}", number.wrapping_mul(2_654_435_761).rotate_left(number % 32)).unwrap();
    }
    code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_patch_that_conflicts_with_a_save_leaves_no_chunks() {
    let scene = Scene::on(&large(), 33..=35).await;
    let proxy = Proxy::before(scene.app.table().endpoint()).await;
    let slow = scene.app.on(scene.app.table().store_through(&proxy.url()).await, &scene.ada);
    let stalled = proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let saves = async {
        stalled.arrived().await;
        scene.ada.saves(&scene.session, 1, "print('something else')\n").await.is(200);
        stalled.release();
    };
    let path = format!("{}/{}/apply", scene.thread.messages(), scene.answer["message_id"].as_str().unwrap());
    let version = json!({ "expected_version_number": 1 });
    let (applied, ()) = tokio::join!(slow.posts(&path, &version), saves);
    applied.refused(409, "VERSION_CONFLICT");
    scene.app.table().sweep_due_jobs().await;
    assert_eq!(scene.app.table().raw().census().await.get("code_chunk"), None);
}

#[tokio::test]
async fn patching_a_large_file_removes_the_old_chunks() {
    let code = large();
    let scene = Scene::on(&code, 33..=35).await;
    assert!(scene.app.table().raw().census().await["code_chunk"] > 1, "it is in chunks");
    scene.applies(1).await.is(200);
    assert!(scene.code().await == patched(&code, &scene.answer["patch"]));
    scene.app.table().sweep_due_jobs().await;
    scene.applies(2).await.is(200);
}
