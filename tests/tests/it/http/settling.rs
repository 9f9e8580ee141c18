//! A paid answer and a table that fails: the answer is stored and billed once, and no question stays pending.

use std::time::{Duration, Instant};

use bedrock_local::Act;
use model::{Message, ReplyState, Role};
use serde_json::{Value, json};
use tests::app::{Person, Response, Thread};
use tests::proxy::Moment;
use tests::{Proxy, TestApp};

use crate::http::{CODE, FILENAME, stored_messages, user};

/// More requests than a call without a deadline sends.
const ALL_TRIES: usize = 6;

/// Ada, whose requests reach the table through a proxy.
struct Scene {
    app: TestApp,
    proxy: Proxy,
    ada: Person,
    thread: Thread,
}

fn unnamed() -> Value {
    json!({ "content": "Is this comparison right?" })
}

fn named() -> Value {
    json!({ "content": "Is this comparison right?", "client_message_id": "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77" })
}

impl Scene {
    async fn of(app: TestApp) -> Self {
        let ada = app.signs_up("ada").await;
        let session = ada.creates(FILENAME, CODE).await;
        let thread = ada.opens_thread(&session, 33..=35).await;
        let proxy = Proxy::before(app.table().endpoint()).await;
        let ada = app.on(app.table().store_through(&proxy.url()).await, &ada);
        Self { app, proxy, ada, thread }
    }

    async fn new() -> Self {
        Self::of(TestApp::new().await).await
    }

    async fn asks(&self, question: &Value) -> Response {
        self.ada.posts(&self.thread.messages(), question).await
    }

    /// The number of billed answers, and of calls of the model.
    async fn billed(&self) -> (u32, usize) {
        let (owner, table) = (user(&self.app, "ada").await.user_id, self.app.table());
        let usage = table.patterns().get_usage(owner, table.clock().now().date()).await.unwrap();
        (usage.map_or(0, |usage| usage.requests), self.app.bedrock().calls())
    }

    async fn stored(&self) -> Vec<Message> {
        stored_messages(&self.app, &self.thread.id).await
    }

    /// Waits until the question has this state.
    async fn settles(&self, state: ReplyState) {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let first = self.stored().await.into_iter().next();
            if first.and_then(|question| question.reply_state) == Some(state) {
                return;
            }
            assert!(Instant::now() < until, "the question is never {}", state.as_str());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the call of the model is billed.
    async fn assert_billed_once(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        while self.billed().await.0 == 0 && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(self.billed().await, (1, 1));
    }

    async fn assert_answered_and_billed_once(&self) {
        let stored = self.stored().await;
        assert_eq!(stored.iter().map(|message| message.role).collect::<Vec<_>>(), [Role::User, Role::Ai]);
        assert_eq!(stored[0].reply_state, Some(ReplyState::Answered));
        assert_eq!(self.billed().await, (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_commit_is_not_confirmed_is_billed_once() {
    for (question, lost) in [(unnamed(), 1), (unnamed(), ALL_TRIES), (named(), 1), (named(), ALL_TRIES)] {
        let scene = Scene::new().await;
        scene.proxy.lose_answers("TransactWriteItems", 1, lost);
        let posted = scene.asks(&question).await.is(201);
        assert_eq!(posted["message"]["reply_state"], "answered");
        scene.assert_answered_and_billed_once().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_stored_when_the_table_is_down_for_two_seconds() {
    for (question, moment) in [(unnamed(), Moment::BeforeTheEngine), (named(), Moment::BeforeTheAnswer)] {
        let scene = Scene::new().await;
        let outage = scene.proxy.fail("TransactWriteItems", 1, moment);
        let ends = async {
            outage.arrived().await;
            tokio::time::sleep(Duration::from_secs(2)).await;
            outage.release();
        };
        let (posted, ()) = tokio::join!(scene.asks(&question), ends);
        posted.is(201);
        scene.assert_answered_and_billed_once().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_stored_after_an_outage_that_outlasts_the_deadline() {
    for moment in [Moment::BeforeTheEngine, Moment::BeforeTheAnswer] {
        let deadline = Duration::from_secs(2);
        let scene = Scene::of(TestApp::with_deadline(deadline).await).await;
        let outage = scene.proxy.fail("TransactWriteItems", 1, moment);
        let began = Instant::now();
        let error = scene.asks(&unnamed()).await.refused(503, "DATABASE_ERROR");
        assert!(began.elapsed() < deadline + Duration::from_secs(20), "{:?}", began.elapsed());
        assert_eq!(error["message_id"], scene.stored().await[0].id().to_string());
        outage.release();
        scene.settles(ReplyState::Answered).await;
        scene.assert_answered_and_billed_once().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_marked_failed_after_an_outage_that_outlasts_the_deadline() {
    let scene = Scene::of(TestApp::with_deadline(Duration::from_secs(2)).await).await;
    let denied = Act::fault(403, "AccessDeniedException", "no");
    scene.app.bedrock().script(vec![denied]);
    let outage = scene.proxy.fail("UpdateItem", 0, Moment::BeforeTheEngine);
    scene.asks(&named()).await.refused(503, "DATABASE_ERROR");
    outage.release();
    scene.settles(ReplyState::Failed).await;
    // The run released the question, so that a retry need not wait for the lease.
    let answered = scene.asks(&named()).await.is(201);
    assert_eq!(answered["message"]["reply_state"], "answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_question_is_marked_and_released_when_replies_are_lost() {
    let scene = Scene::new().await;
    scene.app.bedrock().script(vec![Act::fault(403, "AccessDeniedException", "no")]);
    scene.proxy.lose_answers("UpdateItem", 0, 2 * ALL_TRIES);
    scene.asks(&named()).await.refused(503, "BEDROCK_UNAVAILABLE");
    assert_eq!(scene.stored().await[0].reply_state, Some(ReplyState::Failed));
    scene.asks(&named()).await.is(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_whose_own_commit_is_not_confirmed_does_not_stay_pending() {
    for question in [unnamed(), named()] {
        let scene = Scene::new().await;
        scene.proxy.lose_answers("TransactWriteItems", 0, 4);
        scene.asks(&question).await.refused(503, "DATABASE_ERROR");
        scene.settles(ReplyState::Failed).await;
        assert_eq!(scene.billed().await, (0, 0));
        scene.asks(&question).await.is(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_during_an_outage_finds_the_answer_stored() {
    let scene = Scene::new().await;
    let outage = scene.proxy.fail("TransactWriteItems", 1, Moment::BeforeTheEngine);
    let question = unnamed();
    let hung_up = async {
        let asked = scene.asks(&question);
        tokio::pin!(asked);
        tokio::select! {
            _ = &mut asked => panic!("the request was answered"),
            () = outage.arrived() => {}
        }
    };
    hung_up.await;
    outage.release();
    scene.settles(ReplyState::Answered).await;
    scene.assert_answered_and_billed_once().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_streamed_answer_whose_commit_is_not_confirmed_is_billed_once() {
    let scene = Scene::new().await;
    scene.proxy.lose_answers("TransactWriteItems", 1, ALL_TRIES);
    let request = axum::http::Request::post(scene.thread.messages()).header("accept", "text/event-stream");
    let streamed = scene.ada.streams(request, &named()).await;
    assert!(streamed.contains("event: done"), "{streamed}");
    scene.assert_answered_and_billed_once().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analysis_whose_cost_is_not_confirmed_is_billed_once() {
    let scene = Scene::new().await;
    let form = json!({ "filename": FILENAME, "code_content": CODE, "question": "Is this comparison right?" });
    scene.proxy.lose_answers("TransactWriteItems", 0, ALL_TRIES);
    scene.ada.posts("/ai/analyze", &form).await.is(200);
    scene.assert_billed_once().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analysis_is_billed_after_an_outage_that_outlasts_the_deadline() {
    let scene = Scene::of(TestApp::with_deadline(Duration::from_secs(2)).await).await;
    let form = json!({ "filename": FILENAME, "code_content": CODE, "question": "Is this comparison right?" });
    let outage = scene.proxy.fail("TransactWriteItems", 0, Moment::BeforeTheAnswer);
    scene.ada.posts("/ai/analyze", &form).await.is(200);
    outage.release();
    scene.assert_billed_once().await;
}

fn says(input: &Value) -> Vec<Act> {
    vec![Act::say("tool_use", input.clone())]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_too_large_for_an_item_is_stored_without_code_and_patch() {
    let scene = Scene::new().await;
    let line = CODE.lines().next().unwrap();
    let large = |replacement: usize, code: usize| {
        json!({
            "explanation": "Like this.",
            "confidence": "high",
            "suggested_code": "x".repeat(code),
            "patch": { "start_line": 1, "end_line": 1, "original": line, "replacement": "y".repeat(replacement) },
        })
    };
    scene.app.bedrock().script(says(&large(200_000, 300_000)));
    let reply = scene.asks(&unnamed()).await.is(201)["reply"].clone();
    assert_eq!((reply.get("suggested_code"), reply["patch"]["end_line"].as_u64()), (None, Some(1)));
    assert_eq!(reply["warnings"], json!(["The suggested code is too long to be stored."]));
    scene.app.bedrock().script(says(&large(450_000, 10)));
    let reply = scene.asks(&unnamed()).await.is(201)["reply"].clone();
    assert_eq!((reply.get("patch"), reply.get("patch_status"), &reply["content"]), (None, None, &json!("Like this.")));
    assert_eq!(reply["patch_withheld"], "It is too long to be stored.");
    assert_eq!(scene.stored().await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_too_large_for_an_item_is_cut_with_a_warning() {
    let scene = Scene::new().await;
    scene.app.bedrock().script(says(&json!({ "explanation": "é".repeat(250_000), "confidence": "high" })));
    let reply = scene.asks(&unnamed()).await.is(201)["reply"].clone();
    assert_eq!(reply["warnings"], json!(["The explanation is too long to be stored; its end is missing."]));
    let stored = scene.stored().await.pop().unwrap().content;
    assert!(stored.len() > 400_000 && reply["content"] == stored, "{}", stored.len());
    scene.assert_answered_and_billed_once().await;
}
