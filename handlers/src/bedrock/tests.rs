//! The client against a real socket: what it sends, when it asks again, and when it does not.

use super::*;
use crate::review::fence::Fence;
use crate::review::prompt::Question;
use endpoint::{Act, MODELS, broken, busy, good, play, stopped};
use serde_json::{Value, json};

mod endpoint;

async fn ask_within(reviewer: &Reviewer, seconds: u64) -> Result<Reviewed, AiError> {
    let question =
        Question { language: "Rust", filename: "a.rs", code: "loop {}", selection: None, history: &[], text: "Why?" };
    let prompt = Prompt::build(&Fence::new(b"key", "session", 1), &question).expect("small");
    reviewer.ask(&prompt, Instant::now() + Duration::from_secs(seconds)).await
}

async fn ask(reviewer: &Reviewer) -> Result<Reviewed, AiError> {
    ask_within(reviewer, 30).await
}

#[tokio::test]
async fn one_forced_call_of_the_tool_is_sent_and_its_answer_and_cost_come_back() {
    let (reviewer, endpoint) = play([good()], |_| {}).await;
    let found = ask(&reviewer).await.expect("an answer");
    assert_eq!(found.answer.explanation, "It never ends.");
    assert_eq!((&*found.model_id, found.usage.total_tokens(), found.usage.cost_micros), (MODELS[0], 1_100, 4_500));

    let (model, body) = endpoint.heard().remove(0);
    assert_eq!(model, MODELS[0]);
    assert!(endpoint.signed.load(Ordering::Relaxed));
    assert_eq!(body["toolConfig"]["toolChoice"], json!({"tool": {"name": "review_answer"}}));
    assert_eq!(body["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"], answer::schema());
    assert_eq!(body["inferenceConfig"], json!({"maxTokens": 4_000}), "no temperature unless configured");
    assert!(body["system"][0]["text"].as_str().expect("text").contains("data"));
    let messages = body["messages"].as_array().expect("messages");
    assert_eq!((messages.len(), &messages[0]["role"]), (1, &json!("user")));
    let blocks = messages[0]["content"].as_array().expect("blocks");
    assert!(blocks[0]["text"].as_str().expect("text").contains("1|loop {}"));
    assert!(blocks[1]["text"].as_str().expect("text").contains("Why?"));
}

#[tokio::test]
async fn a_busy_model_is_asked_again_and_the_last_try_goes_to_the_next_one() {
    for fault in [
        (429, "ThrottlingException"),
        (429, "ModelNotReadyException"),
        (503, "ServiceUnavailableException"),
        (500, "InternalServerException"),
        (424, "ModelErrorException"),
        (502, "Anything"),
    ] {
        let fail = || Act::Fail(fault.0, fault.1, "x");
        let (reviewer, endpoint) = play([fail(), fail(), good()], |_| {}).await;
        assert_eq!(ask(&reviewer).await.expect("the third try").model_id, MODELS[1], "{fault:?}");
        assert_eq!(endpoint.models(), [MODELS[0], MODELS[0], MODELS[1]], "{fault:?}");
    }
    let (reviewer, endpoint) = play([busy(), busy(), busy()], |_| {}).await;
    let error = ask(&reviewer).await.expect_err("busy");
    assert_eq!(error, AiError::Unavailable { code: "ThrottlingException".to_owned() });
    assert_eq!(endpoint.heard().len(), 3);
    assert_eq!(ApiError::from(error).code(), ErrorCode::BedrockUnavailable);
}

#[tokio::test]
async fn with_little_time_left_a_busy_model_is_not_asked_again() {
    let (reviewer, endpoint) = play([busy()], |_| {}).await;
    assert!(matches!(ask_within(&reviewer, 7).await, Err(AiError::Unavailable { .. })));
    assert_eq!(endpoint.heard().len(), 1);
}

#[tokio::test]
async fn a_call_that_ran_out_of_time_is_never_repeated() {
    let (reviewer, endpoint) = play([Act::Stall], |_| {}).await;
    let began = Instant::now();
    let error = ask_within(&reviewer, 1).await.expect_err("too slow");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!((&error, endpoint.heard().len()), (&AiError::Timeout, 1));
    assert_eq!(ApiError::from(error).code(), ErrorCode::AiTimeout);

    let (reviewer, endpoint) = play([Act::Fail(408, "ModelTimeoutException", "x")], |_| {}).await;
    assert_eq!((ask(&reviewer).await, endpoint.heard().len()), (Err(AiError::Timeout), 1));
    let (reviewer, endpoint) = play([], |_| {}).await;
    assert_eq!((ask_within(&reviewer, 0).await, endpoint.heard().len()), (Err(AiError::Timeout), 0));
}

#[tokio::test]
async fn an_unreadable_answer_is_repaired_once_and_both_calls_are_counted() {
    for first in [broken(), stopped("max_tokens", &json!({})), Act::Raw("{}"), Act::Raw("{\"output\":")] {
        let (reviewer, endpoint) = play([first, good()], |_| {}).await;
        assert_eq!(ask(&reviewer).await.expect("repaired").answer.explanation, "It never ends.");
        let bodies = endpoint.heard();
        let last = bodies[1].1["messages"][0]["content"].as_array().expect("blocks").last().expect("one").clone();
        assert!(last["text"].as_str().expect("text").contains("could not be read"));
        assert_eq!(bodies[0].1["messages"][0]["content"][0], bodies[1].1["messages"][0]["content"][0]);
    }
    let (reviewer, _) = play([broken(), good()], |_| {}).await;
    assert_eq!(ask(&reviewer).await.expect("repaired").usage.total_tokens(), 2_200);
}

#[tokio::test]
async fn an_answer_that_stays_unreadable_gives_what_could_be_read() {
    let second: [fn() -> Act; 3] =
        [broken, || stopped("end_turn", &json!({})), || Act::Fail(400, "ValidationException", "no")];
    for second in second {
        let (reviewer, endpoint) = play([broken(), second()], |_| {}).await;
        let error = ask(&reviewer).await.expect_err("unreadable");
        let AiError::Malformed { malformed, usage } = &error else { panic!("{error:?}") };
        assert!(malformed.partial.is_some() && usage.total_tokens() >= 1_100);
        assert_eq!(endpoint.heard().len(), 2);
        assert!(!format!("{error:?} {error}").contains("It never"), "an answer is not printed");
        assert_eq!(ApiError::from(error).code(), ErrorCode::AiMalformedResponse);
    }
    let (reviewer, endpoint) = play([broken()], |_| {}).await;
    assert!(matches!(ask_within(&reviewer, 7).await, Err(AiError::Malformed { .. })));
    assert_eq!(endpoint.heard().len(), 1, "a repair has to be worth its time too");
    let (reviewer, endpoint) = play([stopped("guardrail_intervened", &json!({}))], |_| {}).await;
    assert!(matches!(ask(&reviewer).await, Err(AiError::Malformed { .. })));
    assert_eq!(endpoint.heard().len(), 1, "a refusal stays a refusal");
}

#[tokio::test]
async fn a_model_that_is_refused_to_us_is_skipped_from_then_on() {
    for (status, kind, message) in [
        (403, "AccessDeniedException", "no"),
        (404, "ResourceNotFoundException", "end of life"),
        (400, "ValidationException", "on-demand throughput isn\u{2019}t supported"),
    ] {
        let (reviewer, endpoint) = play([Act::Fail(status, kind, message), good(), good()], |_| {}).await;
        for _ in 0..2 {
            assert_eq!(ask(&reviewer).await.expect("the next model").model_id, MODELS[1]);
        }
        assert_eq!(endpoint.models(), [MODELS[0], MODELS[1], MODELS[1]]);
    }
    let refuse = || Act::Fail(403, "AccessDeniedException", "no");
    let (reviewer, endpoint) = play([refuse(), refuse(), good()], |_| {}).await;
    assert!(matches!(ask(&reviewer).await, Err(AiError::Unavailable { .. })));
    assert_eq!(ask(&reviewer).await.expect("granted since").model_id, MODELS[0]);
    assert_eq!(endpoint.models(), [MODELS[0], MODELS[1], MODELS[0]]);
}

#[tokio::test]
async fn a_model_that_takes_no_temperature_is_asked_without_one_from_then_on() {
    let refuse = Act::Fail(400, "ValidationException", "`temperature` is deprecated for this model.");
    let (reviewer, endpoint) = play([refuse, good(), good()], |config| {
        config.temperature = Some(0.5);
    })
    .await;
    for _ in 0..2 {
        assert!(ask(&reviewer).await.is_ok());
    }
    let temperatures: Vec<_> =
        endpoint.heard().into_iter().map(|(_, body)| body["inferenceConfig"]["temperature"].clone()).collect();
    assert_eq!(temperatures, [json!(0.5), Value::Null, Value::Null]);
}

#[tokio::test]
async fn what_no_retry_can_help_is_told_at_once() {
    let long = Act::Fail(400, "ValidationException", "Input is too long for requested model.");
    for long in [long, stopped("model_context_window_exceeded", &json!({}))] {
        let (reviewer, endpoint) = play([long], |_| {}).await;
        let error = ask(&reviewer).await.expect_err("too long");
        assert!(matches!(error, AiError::TokenLimitExceeded { .. }) && endpoint.heard().len() == 1);
        assert_eq!(ApiError::from(error).code(), ErrorCode::TokenLimitExceeded);
    }

    let (reviewer, endpoint) = play([Act::Fail(400, "ValidationException", "something else")], |_| {}).await;
    assert!(matches!(ask(&reviewer).await, Err(AiError::Unavailable { .. })));
    assert_eq!(endpoint.heard().len(), 1);
}

#[tokio::test]
async fn what_was_paid_for_a_failure_is_known() {
    let (reviewer, _) = play([stopped("model_context_window_exceeded", &json!({}))], |_| {}).await;
    assert_eq!(ask(&reviewer).await.expect_err("too long").usage().cost_micros, 4_500);
    let (reviewer, _) = play([broken(), broken()], |_| {}).await;
    assert_eq!(ask(&reviewer).await.expect_err("unreadable").usage().cost_micros, 9_000);
    let (reviewer, _) = play([Act::Fail(408, "ModelTimeoutException", "x")], |_| {}).await;
    assert_eq!(ask(&reviewer).await.expect_err("too slow").usage(), Usage::default());
}

#[tokio::test]
async fn a_model_that_cannot_be_connected_to_is_unreachable_and_one_that_answers_badly_is_not() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address");
    for nobody in [format!("http://{closed}"), "http://bedrock.invalid".to_owned()] {
        let (reviewer, _) = play([], |config| config.endpoint_url = Some(nobody)).await;
        let error = ask(&reviewer).await.expect_err("nobody is there");
        assert_eq!(error, AiError::Unreachable);
        assert_eq!(ApiError::from(error).code(), ErrorCode::NetworkError);
    }
    let (reviewer, _) = play([busy(), busy(), busy()], |_| {}).await;
    let error = ask(&reviewer).await.expect_err("busy");
    assert_eq!(ApiError::from(error).code(), ErrorCode::BedrockUnavailable);
}
