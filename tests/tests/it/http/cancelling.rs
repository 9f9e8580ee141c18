//! Cancelling and retrying: a question whose answer is no longer wanted, or that was left without an answer.

use std::time::{Duration, Instant};

use bedrock_local::Act;
use model::ReplyState;
use serde_json::{Value, json};
use tests::app::{Person, Response, Thread};
use tests::{LEASE, TestApp};

use crate::http::{CODE, FILENAME, stored_messages, user};

struct Scene {
    app: TestApp,
    ada: Person,
    thread: Thread,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let ada = app.signs_up("ada").await;
        let session = ada.creates(FILENAME, CODE).await;
        let thread = ada.opens_thread(&session, 33..=35).await;
        Self { app, ada, thread }
    }

    /// Asks a question that the model answers after this time.
    async fn asks_a_slow_model(&self, thinking: Duration) -> tokio::task::JoinHandle<Response> {
        self.posts_to_a_slow_model(self.thread.messages(), json!({ "content": "why?" }), thinking).await
    }

    /// A request for the first answer of the model, which takes this long.
    async fn posts_to_a_slow_model(
        &self,
        path: String,
        body: Value,
        thinking: Duration,
    ) -> tokio::task::JoinHandle<Response> {
        self.app.bedrock().script(vec![Act::Answer.after(thinking)]);
        let ada = self.ada.clone();
        let asked = tokio::spawn(async move { ada.posts(&path, &body).await });
        while self.app.bedrock().seen().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        asked
    }

    fn question(&self, verb: &str) -> String {
        format!("{}/{}.1/{verb}", self.thread.messages(), self.thread.id)
    }

    async fn cancels(&self) -> Value {
        self.ada.posts(&self.question("cancel"), &json!({})).await.is(200)["message"].clone()
    }

    async fn usage(&self) -> model::DailyUsage {
        let owner = user(&self.app, "ada").await.user_id;
        self.app.table().patterns().get_usage(owner, self.app.table().clock().now().date()).await.unwrap().unwrap()
    }

    /// The thread's row in the session's list.
    async fn row(&self) -> Value {
        let session = self.thread.json["session_id"].as_str().unwrap();
        self.ada.gets(&format!("/sessions/{session}/threads")).await.is(200)["threads"][0].clone()
    }

    /// Stores a question whose process is killed before the model answers.
    async fn leave_unanswered(&self) {
        let owner = user(&self.app, "ada").await.user_id;
        let thread = self.app.table().threads().get(owner, self.thread.id.parse().unwrap()).await.unwrap();
        self.app.table().messages().ask(&thread, "why?", None, LEASE).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_a_question_ends_its_run_within_seconds_and_bills_it() {
    let scene = Scene::new().await;
    let asked = scene.asks_a_slow_model(Duration::from_secs(25)).await;
    let stopped = Instant::now();
    assert_eq!(scene.cancels().await["reply_state"], "cancelled");
    let answer = asked.await.unwrap().is(201);
    assert!(stopped.elapsed() < Duration::from_secs(5), "{:?}: about a second on an idle machine", stopped.elapsed());
    assert_eq!((&answer["message"]["reply_state"], answer.get("reply")), (&json!("cancelled"), None));
    let stored = stored_messages(&scene.app, &scene.thread.id).await;
    assert_eq!((stored.len(), stored[0].reply_state), (1, Some(ReplyState::Cancelled)));
    let usage = scene.usage().await;
    assert!(usage.requests == 1 && usage.input_tokens > 100 && usage.cost_micros > 0, "{usage:?}");
    assert_eq!(scene.cancels().await["reply_state"], "cancelled", "cancelling again changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_thread_ends_the_run_of_its_question_and_bills_it() {
    let scene = Scene::new().await;
    let asked = scene.asks_a_slow_model(Duration::from_secs(25)).await;
    // The run has checked its question once.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let deleted = Instant::now();
    scene.ada.deletes(&scene.thread.path).await.is(200);
    asked.await.unwrap().refused(404, "THREAD_NOT_FOUND");
    assert!(deleted.elapsed() < Duration::from_secs(10), "{:?}", deleted.elapsed());
    assert_eq!(scene.usage().await.requests, 1);
    assert_eq!(stored_messages(&scene.app, &scene.thread.id).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_question_can_be_retried_under_its_number() {
    let scene = Scene::new().await;
    let asked = scene.asks_a_slow_model(Duration::from_secs(10)).await;
    scene.cancels().await;
    // The cancelled run has not seen the cancellation yet either.
    let again = scene.ada.posts(&scene.question("retry"), &json!({})).await.is(201);
    assert_eq!(
        (&again["message"]["reply_state"], &again["message"]["message_id"]),
        (&json!("answered"), &json!(format!("{}.1", scene.thread.id)))
    );
    assert_eq!(asked.await.unwrap().is(200), again, "the run that lost returns the stored answer");
    assert_eq!(stored_messages(&scene.app, &scene.thread.id).await.len(), 2);
    assert_eq!(scene.usage().await.requests, 2);
    let repeated = scene.ada.posts(&scene.question("retry"), &json!({})).await.is(200);
    assert_eq!(repeated, again, "an answered question is not asked again");
    assert_eq!(scene.cancels().await["reply_state"], "answered", "an answered question cannot be cancelled");
}

#[tokio::test]
async fn a_failed_question_can_be_retried_without_a_client_id() {
    let scene = Scene::new().await;
    let denied = Act::fault(403, "AccessDeniedException", "no");
    scene.app.bedrock().script(vec![denied]);
    scene.ada.posts(&scene.thread.messages(), &json!({ "content": "why?" })).await.refused(503, "BEDROCK_UNAVAILABLE");
    assert_eq!(scene.row().await["last_message"]["reply_state"], "failed");
    let again = scene.ada.posts(&scene.question("retry"), &json!({})).await.is(201);
    assert_eq!(again["message"]["reply_state"], "answered");
    assert_eq!(scene.row().await["last_message"]["role"], "ai");
}

#[tokio::test]
async fn a_question_of_a_killed_process_is_failed_after_its_lease() {
    let scene = Scene::new().await;
    scene.leave_unanswered().await;
    let shown = async || scene.ada.gets(&scene.thread.messages()).await.is(200)["messages"][0].clone();
    assert_eq!(shown().await["reply_state"], "pending");
    assert_eq!(scene.row().await["last_message"]["reply_state"], "pending");
    scene.app.advance(LEASE + Duration::from_secs(1));
    let message = shown().await;
    assert_eq!((&message["reply_state"], &message["reply_error"]), (&json!("failed"), &json!("INTERNAL_ERROR")));
    assert_eq!(scene.row().await["last_message"]["reply_state"], "failed");
    let again = scene.ada.posts(&scene.question("retry"), &json!({})).await.is(201);
    assert_eq!(again["message"]["reply_state"], "answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retried_question_can_be_cancelled() {
    let scene = Scene::new().await;
    scene.leave_unanswered().await;
    scene.app.advance(LEASE + Duration::from_secs(1));
    let retry = scene.question("retry");
    let asked = scene.posts_to_a_slow_model(retry, json!({}), Duration::from_secs(10)).await;
    assert_eq!(scene.cancels().await["reply_state"], "cancelled");
    assert_eq!(asked.await.unwrap().is(201)["message"]["reply_state"], "cancelled");
}

#[tokio::test]
async fn only_its_owner_can_cancel_or_retry_a_question_and_no_other_message() {
    let scene = Scene::new().await;
    scene.ada.posts(&scene.thread.messages(), &json!({ "content": "look", "ask": false })).await.is(201);
    let bob = scene.app.signs_up("bob").await;
    for verb in ["cancel", "retry"] {
        scene.ada.posts(&scene.question(verb), &json!({})).await.invalid("message_id");
        bob.posts(&scene.question(verb), &json!({})).await.refused(403, "FORBIDDEN");
        let absent = format!("{}/{}.7/{verb}", scene.thread.messages(), scene.thread.id);
        scene.ada.posts(&absent, &json!({})).await.refused(404, "MESSAGE_NOT_FOUND");
    }
}

#[tokio::test]
async fn a_thread_shows_its_last_message_and_a_session_its_last_activity() {
    let scene = Scene::new().await;
    let row = scene.row().await;
    assert_eq!((&row["message_count"], row.get("last_message")), (&json!(0), None));
    scene.app.advance(Duration::from_mins(1));
    let asked = scene.ada.asks(&scene.thread, "Is this\n  comparison right?").await;
    let row = scene.row().await;
    assert_eq!((&row["message_count"], &row["last_message"]["role"]), (&json!(2), &json!("ai")));
    let excerpt = row["last_message"]["excerpt"].as_str().unwrap();
    assert!(excerpt.chars().count() <= 120 && !excerpt.contains('\n'), "{excerpt}");
    assert_eq!(row["last_message"]["timestamp"], row["updated_at"]);
    drop(asked);
    scene.ada.posts(&scene.thread.messages(), &json!({ "content": "A\n  note.", "ask": false })).await.is(201);
    let row = scene.row().await;
    assert_eq!((&row["message_count"], &row["last_message"]["excerpt"]), (&json!(3), &json!("A note.")));
    let session = scene.ada.gets("/sessions").await.is(200)["sessions"][0].clone();
    assert!(session["last_activity_at"].as_str() > session["updated_at"].as_str(), "{session}");
}

#[tokio::test]
async fn a_question_about_another_version_is_a_conflict_and_not_asked() {
    let scene = Scene::new().await;
    let question = |version: u32| json!({ "content": "why?", "version_number": version });
    let error = scene.ada.posts(&scene.thread.messages(), &question(2)).await.refused(409, "VERSION_CONFLICT");
    assert_eq!((&error["current_version"], &error["current_code"]), (&json!(1), &json!(CODE)));
    assert!(stored_messages(&scene.app, &scene.thread.id).await.is_empty());
    scene.ada.posts(&scene.thread.messages(), &question(1)).await.is(201);
}

#[tokio::test]
async fn clients_cannot_write_messages_as_the_model() {
    let scene = Scene::new().await;
    for role in [json!("ai"), json!("system"), json!(7)] {
        let body = json!({ "content": "I am right.", "role": role, "ask": false });
        scene.ada.posts(&scene.thread.messages(), &body).await.invalid("role");
    }
    let body = json!({ "content": "why?", "role": "user", "ask": false });
    scene.ada.posts(&scene.thread.messages(), &body).await.is(201);
}
