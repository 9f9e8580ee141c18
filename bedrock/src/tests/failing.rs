//! The table of errors: what each failure is worth, and what it is called in the end.

use std::time::{Duration, Instant};

use bedrock_local::Act;
use serde_json::json;

use super::scene::{MODELS, broken, busy, good, invalid, play, play_with, raw};
use crate::{AiError, Usage};

#[tokio::test]
async fn a_busy_model_is_asked_again_and_the_last_try_goes_to_the_next_one() {
    for fault in [
        (429, "ThrottlingException"),
        (429, "ModelNotReadyException"),
        (503, "ServiceUnavailableException"),
        (500, "InternalServerException"),
        (502, "Anything"),
    ] {
        let fail = || Act::fault(fault.0, fault.1, "x");
        let scene = play([fail(), fail(), good()]).await;
        assert_eq!(scene.ask().await.expect("the third try").model_id, MODELS[1], "{fault:?}");
        assert_eq!(scene.models(), [MODELS[0], MODELS[0], MODELS[1]], "{fault:?}");

        let scene = play([fail(), fail(), fail()]).await;
        let error = scene.ask().await.expect_err("busy");
        let (ten_seconds, code_of) = (Some(Duration::from_secs(10)), fault.1.to_owned());
        assert_eq!(error, AiError::Unavailable { code: code_of, retry_after: ten_seconds });
        assert_eq!(scene.calls(), 3);
    }
}

#[tokio::test]
async fn a_model_that_says_when_to_come_back_is_left_alone_until_then_if_there_is_time() {
    let wait = Duration::from_millis(700);
    let scene = play([busy().retry_after(wait), good()]).await;
    let began = Instant::now();
    assert!(scene.ask().await.is_ok());
    assert!(began.elapsed() >= wait, "{:?}", began.elapsed());

    let minute = Duration::from_mins(1);
    let scene = play([busy().retry_after(minute)]).await;
    let error = scene.ask().await.expect_err("later than the deadline");
    assert_eq!(scene.calls(), 1);
    assert_eq!(error, AiError::Unavailable { code: "ThrottlingException".to_owned(), retry_after: Some(minute) });
}

#[tokio::test]
async fn with_little_time_left_a_busy_model_is_not_asked_again() {
    let scene = play([busy()]).await;
    assert!(matches!(scene.ask_within(Duration::from_secs(7)).await, Err(AiError::Unavailable { .. })));
    assert_eq!(scene.calls(), 1);
}

#[tokio::test]
async fn a_model_that_fails_and_a_connection_that_breaks_off_are_tried_once_more() {
    for fault in [Act::fault(424, "ModelErrorException", "x"), Act::CutBody, Act::Reset] {
        let scene = play([fault.clone(), good()]).await;
        assert!(scene.ask().await.is_ok(), "{fault:?}");
        assert_eq!(scene.calls(), 2);

        let scene = play([fault.clone(), fault.clone()]).await;
        let error = scene.ask().await.expect_err("twice");
        assert!(matches!(error, AiError::Unavailable { .. }), "{fault:?}: {error:?}");
        assert_eq!(scene.calls(), 2, "{fault:?}");

        let scene = play([fault.clone()]).await;
        assert!(scene.ask_within(Duration::from_secs(7)).await.is_err());
        assert_eq!(scene.calls(), 1, "another try has to be worth its time");
    }
}

#[tokio::test]
async fn a_call_that_ran_out_of_time_is_never_repeated() {
    let scene = play([good().after(Duration::from_mins(1))]).await;
    let began = Instant::now();
    let error = scene.ask_within(Duration::from_secs(1)).await.expect_err("too slow");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!((&error, scene.calls()), (&AiError::Timeout, 1));
    scene.first_call_is_cancelled().await;

    let scene = play([Act::fault(408, "ModelTimeoutException", "x")]).await;
    assert_eq!((scene.ask().await, scene.calls()), (Err(AiError::Timeout), 1));
    let scene = play([]).await;
    assert_eq!((scene.ask_within(Duration::ZERO).await, scene.calls()), (Err(AiError::Timeout), 0));
}

#[tokio::test]
async fn an_unreadable_answer_is_repaired_once_and_both_calls_are_counted() {
    for first in [broken(), Act::say("max_tokens", json!({})), raw("{}"), raw("{\"output\":")] {
        let scene = play([first, good()]).await;
        assert_eq!(scene.ask().await.expect("repaired").answer.explanation, "It never ends.");
        let bodies = scene.bodies();
        let last = bodies[1]["messages"][0]["content"].as_array().expect("blocks").last().expect("one").clone();
        assert!(last["text"].as_str().expect("text").contains("could not be read"));
        assert_eq!(bodies[0]["messages"][0]["content"][0], bodies[1]["messages"][0]["content"][0]);
    }
    let once = play([good()]).await.ask().await.expect("an answer").usage;
    let twice = play([broken(), good()]).await.ask().await.expect("repaired").usage;
    assert!(twice.input_tokens > 2 * once.input_tokens && twice.cost_micros > 2 * once.cost_micros);
}

#[tokio::test]
async fn an_answer_that_was_cut_off_keeps_its_explanation_without_being_asked_for_again() {
    let patch = json!({"start_line": 1, "end_line": 1, "original": "loop {}", "replacement": ""});
    for input in [
        json!({"explanation": "It never", "patch": patch}),
        json!("{\"confidence\":\"high\",\"explanation\":\"It never"),
    ] {
        let scene = play([Act::say("max_tokens", input)]).await;
        let answer = scene.ask().await.expect("an explanation").answer;
        assert_eq!((&*answer.explanation, answer.patch), ("It never", None));
        assert_eq!((answer.warnings.len(), scene.calls()), (1, 1));
    }
}

#[tokio::test]
async fn every_reason_to_stop_but_a_finished_answer_is_no_answer() {
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
        let scene = play([Act::say(stop, input()), Act::say(stop, input())]).await;
        let error = scene.ask().await.expect_err(stop);
        assert!(matches!(error, AiError::Malformed { .. }), "{stop}: {error:?}");
        assert_eq!(scene.calls(), calls, "{stop}");
    }
}

#[tokio::test]
async fn an_answer_that_stays_unreadable_gives_what_could_be_read() {
    for second in [broken(), Act::say("end_turn", json!({})), invalid("no"), busy().retry_after(Duration::from_mins(1))]
    {
        let scene = play([broken(), second]).await;
        let error = scene.ask().await.expect_err("unreadable");
        let AiError::Malformed { malformed, usage } = &error else { panic!("{error:?}") };
        assert!(malformed.partial.is_some() && usage.total_tokens() >= 100);
        assert_eq!(scene.calls(), 2);
        assert!(!format!("{error:?} {error}").contains("It never"), "an answer is not printed");
    }
    let scene = play([broken()]).await;
    assert!(matches!(scene.ask_within(Duration::from_secs(7)).await, Err(AiError::Malformed { .. })));
    assert_eq!(scene.calls(), 1, "a repair has to be worth its time too");
}

#[tokio::test]
async fn a_model_that_is_refused_to_us_is_skipped_from_then_on() {
    for fault in [
        Act::fault(403, "AccessDeniedException", "no"),
        Act::fault(404, "ResourceNotFoundException", "This model version has reached the end of its life."),
        invalid("Invocation of model ID x with on-demand throughput isn\u{2019}t supported."),
        invalid("The provided model identifier is invalid."),
    ] {
        let scene = play([fault, good(), good()]).await;
        for _ in 0..2 {
            assert_eq!(scene.ask().await.expect("the next model").model_id, MODELS[1]);
        }
        assert_eq!(scene.models(), [MODELS[0], MODELS[1], MODELS[1]]);
    }
    let refuse = || Act::fault(403, "AccessDeniedException", "no");
    let scene = play([refuse(), refuse(), good()]).await;
    let error = scene.ask().await.expect_err("refused by both");
    assert_eq!(error, AiError::Unavailable { code: "AccessDeniedException".to_owned(), retry_after: None });
    assert_eq!(scene.ask().await.expect("granted since").model_id, MODELS[0]);
    assert_eq!(scene.models(), [MODELS[0], MODELS[1], MODELS[0]]);
}

#[tokio::test]
async fn what_no_retry_can_help_is_told_at_once() {
    for long in
        [invalid("Input is too long for requested model."), Act::say("model_context_window_exceeded", json!({}))]
    {
        let scene = play([long]).await;
        let error = scene.ask().await.expect_err("too long");
        assert!(matches!(error, AiError::TokenLimitExceeded { .. }) && scene.calls() == 1);
    }
    for ours in [invalid("something else"), Act::fault(413, "PayloadTooLarge", "x")] {
        let scene = play([ours]).await;
        let error = scene.ask().await.expect_err("a call that is wrong");
        assert!(matches!(error, AiError::Refused { .. }) && scene.calls() == 1, "{error:?}");
    }
}

#[tokio::test]
async fn what_was_paid_for_a_failure_is_known() {
    let scene = play([Act::say("model_context_window_exceeded", json!({}))]).await;
    assert!(scene.ask().await.expect_err("too long").usage().cost_micros > 0);
    let scene = play([broken(), broken()]).await;
    assert!(scene.ask().await.expect_err("unreadable").usage().cost_micros > 0);
    let scene = play([Act::fault(408, "ModelTimeoutException", "x")]).await;
    assert_eq!(scene.ask().await.expect_err("too slow").usage(), Usage::default());
}

#[tokio::test]
async fn a_model_that_cannot_be_connected_to_is_unreachable() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address");
    for nobody in [format!("http://{closed}"), "http://bedrock.invalid".to_owned()] {
        let scene = play_with([], |config| config.endpoint_url = Some(nobody)).await;
        let error = scene.ask().await.expect_err("nobody is there");
        assert_eq!(error, AiError::Unreachable);
    }
}
