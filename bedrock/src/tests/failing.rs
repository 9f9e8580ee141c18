//! Failed calls: how each failure is handled, and the error that it becomes.

use std::time::{Duration, Instant};

use bedrock_local::Act;
use serde_json::json;

use super::connection::{MODELS, broken, busy, good, invalid, play, play_with, raw};
use crate::{AiError, Usage};

#[tokio::test]
async fn a_busy_model_is_retried_and_the_last_attempt_goes_to_the_next_model() {
    for fault in [
        (429, "ThrottlingException"),
        (429, "ModelNotReadyException"),
        (503, "ServiceUnavailableException"),
        (500, "InternalServerException"),
        (502, "Anything"),
    ] {
        let fail = || Act::fault(fault.0, fault.1, "x");
        let connection = play([fail(), fail(), good()]).await;
        assert_eq!(connection.ask().await.expect("the third attempt").model_id, MODELS[1], "{fault:?}");
        assert_eq!(connection.models(), [MODELS[0], MODELS[0], MODELS[1]], "{fault:?}");

        let connection = play([fail(), fail(), fail()]).await;
        let error = connection.ask().await.expect_err("busy");
        let (ten_seconds, code_of) = (Some(Duration::from_secs(10)), fault.1.to_owned());
        assert_eq!(error, AiError::Unavailable { code: code_of, retry_after: ten_seconds });
        assert_eq!(connection.calls(), 3);
    }
}

#[tokio::test]
async fn a_retry_waits_for_the_models_retry_after_if_there_is_time() {
    let wait = Duration::from_millis(700);
    let connection = play([busy().retry_after(wait), good()]).await;
    let began = Instant::now();
    assert!(connection.ask().await.is_ok());
    assert!(began.elapsed() >= wait, "{:?}", began.elapsed());

    let minute = Duration::from_mins(1);
    let connection = play([busy().retry_after(minute)]).await;
    let error = connection.ask().await.expect_err("the retry would come after the deadline");
    assert_eq!(connection.calls(), 1);
    assert_eq!(error, AiError::Unavailable { code: "ThrottlingException".to_owned(), retry_after: Some(minute) });
}

#[tokio::test]
async fn a_busy_model_is_not_retried_with_little_time_left() {
    let connection = play([busy()]).await;
    assert!(matches!(connection.ask_within(Duration::from_secs(7)).await, Err(AiError::Unavailable { .. })));
    assert_eq!(connection.calls(), 1);
}

#[tokio::test]
async fn a_failed_model_and_a_closed_connection_are_retried_once() {
    for fault in [Act::fault(424, "ModelErrorException", "x"), Act::CutBody, Act::Reset] {
        let connection = play([fault.clone(), good()]).await;
        assert!(connection.ask().await.is_ok(), "{fault:?}");
        assert_eq!(connection.calls(), 2);

        let connection = play([fault.clone(), fault.clone()]).await;
        let error = connection.ask().await.expect_err("twice");
        assert!(matches!(error, AiError::Unavailable { .. }), "{fault:?}: {error:?}");
        assert_eq!(connection.calls(), 2, "{fault:?}");

        let connection = play([fault.clone()]).await;
        assert!(connection.ask_within(Duration::from_secs(7)).await.is_err());
        assert_eq!(connection.calls(), 1, "a retry needs enough time");
    }
}

#[tokio::test]
async fn a_call_that_timed_out_is_not_retried() {
    let connection = play([good().after(Duration::from_mins(1))]).await;
    let began = Instant::now();
    let error = connection.ask_within(Duration::from_secs(1)).await.expect_err("too slow");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!((&error, connection.calls()), (&AiError::Timeout, 1));
    connection.first_call_is_cancelled().await;

    let connection = play([Act::fault(408, "ModelTimeoutException", "x")]).await;
    assert_eq!((connection.ask().await, connection.calls()), (Err(AiError::Timeout), 1));
    let connection = play([]).await;
    assert_eq!((connection.ask_within(Duration::ZERO).await, connection.calls()), (Err(AiError::Timeout), 0));
}

#[tokio::test]
async fn a_malformed_answer_is_repaired_once_and_both_calls_are_billed() {
    for first in [broken(), Act::say("max_tokens", json!({})), raw("{}"), raw("{\"output\":")] {
        let connection = play([first, good()]).await;
        assert_eq!(connection.ask().await.expect("repaired").answer.explanation, "It never ends.");
        let bodies = connection.bodies();
        let last = bodies[1]["messages"][0]["content"].as_array().expect("blocks").last().expect("one").clone();
        assert!(last["text"].as_str().expect("text").contains("could not be read"));
        assert_eq!(bodies[0]["messages"][0]["content"][0], bodies[1]["messages"][0]["content"][0]);
    }
    let once = play([good()]).await.ask().await.expect("an answer").usage;
    let twice = play([broken(), good()]).await.ask().await.expect("repaired").usage;
    assert!(twice.input_tokens > 2 * once.input_tokens && twice.cost_micros > 2 * once.cost_micros);
}

#[tokio::test]
async fn an_answer_that_was_cut_off_keeps_its_explanation_without_a_retry() {
    let patch = json!({"start_line": 1, "end_line": 1, "original": "loop {}", "replacement": ""});
    for input in [
        json!({"explanation": "It never", "patch": patch}),
        json!("{\"confidence\":\"high\",\"explanation\":\"It never"),
    ] {
        let connection = play([Act::say("max_tokens", input)]).await;
        let answer = connection.ask().await.expect("an explanation").answer;
        assert_eq!((&*answer.explanation, answer.patch), ("It never", None));
        assert_eq!((answer.warnings.len(), connection.calls()), (1, 1));
    }
}

#[tokio::test]
async fn every_stop_reason_other_than_the_tool_call_is_malformed() {
    let input = || json!({"explanation": "It never ends.", "confidence": "high"});
    for (stop, calls) in [
        ("end_turn", 2),
        ("stop_sequence", 2),
        ("malformed_tool_use", 2),
        ("malformed_model_output", 2),
        ("content_filtered", 1),
        ("guardrail_intervened", 1),
        ("refusal", 1),
        ("a_reason_of_next_year", 2),
    ] {
        let connection = play([Act::say(stop, input()), Act::say(stop, input())]).await;
        let error = connection.ask().await.expect_err(stop);
        assert!(matches!(error, AiError::Malformed { .. }), "{stop}: {error:?}");
        assert_eq!(connection.calls(), calls, "{stop}");
    }
}

#[tokio::test]
async fn an_answer_that_stays_malformed_returns_its_readable_part() {
    for second in [broken(), Act::say("end_turn", json!({})), invalid("no"), busy().retry_after(Duration::from_mins(1))]
    {
        let connection = play([broken(), second]).await;
        let error = connection.ask().await.expect_err("unreadable");
        let AiError::Malformed { malformed, usage } = &error else { panic!("{error:?}") };
        assert!(malformed.partial.is_some() && usage.total_tokens() >= 100);
        assert_eq!(connection.calls(), 2);
        assert!(!format!("{error:?} {error}").contains("It never"), "an answer is not printed");
    }
    let connection = play([broken()]).await;
    assert!(matches!(connection.ask_within(Duration::from_secs(7)).await, Err(AiError::Malformed { .. })));
    assert_eq!(connection.calls(), 1, "a repair needs enough time too");
}

#[tokio::test]
async fn a_model_that_refuses_access_is_skipped_in_later_questions() {
    for fault in [
        Act::fault(403, "AccessDeniedException", "no"),
        Act::fault(404, "ResourceNotFoundException", "This model version has reached the end of its life."),
        invalid("Invocation of model ID x with on-demand throughput isn\u{2019}t supported."),
        invalid("The provided model identifier is invalid."),
    ] {
        let connection = play([fault, good(), good()]).await;
        for _ in 0..2 {
            assert_eq!(connection.ask().await.expect("the next model").model_id, MODELS[1]);
        }
        assert_eq!(connection.models(), [MODELS[0], MODELS[1], MODELS[1]]);
    }
    let refuse = || Act::fault(403, "AccessDeniedException", "no");
    let connection = play([refuse(), refuse(), good()]).await;
    let error = connection.ask().await.expect_err("refused by both");
    assert_eq!(error, AiError::Unavailable { code: "AccessDeniedException".to_owned(), retry_after: None });
    assert_eq!(connection.ask().await.expect("access was granted since").model_id, MODELS[0]);
    assert_eq!(connection.models(), [MODELS[0], MODELS[1], MODELS[0]]);
}

#[tokio::test]
async fn errors_that_no_retry_can_solve_are_returned_at_once() {
    for long in
        [invalid("Input is too long for requested model."), Act::say("model_context_window_exceeded", json!({}))]
    {
        let connection = play([long]).await;
        let error = connection.ask().await.expect_err("too long");
        assert!(matches!(error, AiError::TokenLimitExceeded { .. }) && connection.calls() == 1);
    }
    for rejection in [invalid("something else"), Act::fault(413, "PayloadTooLarge", "x")] {
        let connection = play([rejection]).await;
        let error = connection.ask().await.expect_err("a call that is wrong");
        assert!(matches!(error, AiError::Refused { .. }) && connection.calls() == 1, "{error:?}");
    }
}

#[tokio::test]
async fn a_failure_reports_the_usage_of_its_calls() {
    let connection = play([Act::say("model_context_window_exceeded", json!({}))]).await;
    assert!(connection.ask().await.expect_err("too long").usage().cost_micros > 0);
    let connection = play([broken(), broken()]).await;
    assert!(connection.ask().await.expect_err("unreadable").usage().cost_micros > 0);
    let connection = play([Act::fault(408, "ModelTimeoutException", "x")]).await;
    assert_eq!(connection.ask().await.expect_err("too slow").usage(), Usage::default());
}

#[tokio::test]
async fn a_model_without_a_connection_is_unreachable() {
    // Port 9 is never chosen as a free port, so no other test can listen on it.
    for closed_url in ["http://127.0.0.1:9", "http://bedrock.invalid"] {
        let connection = play_with([], |config| config.endpoint_url = Some(closed_url.to_owned())).await;
        let error = connection.ask().await.expect_err("nothing listens at this address");
        assert_eq!(error, AiError::Unreachable);
    }
}
