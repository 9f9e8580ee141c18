//! Answers in pieces: what is passed on, and what becomes of a stream that does not end as it should.

use std::time::{Duration, Instant};

use bedrock_local::{Act, Fault, Place};
use serde_json::json;

use super::scene::{MODELS, broken, busy, good, invalid, play, play_with, prompt, raw};
use crate::{AiError, OutputMode};

#[tokio::test]
async fn the_explanation_is_passed_on_as_it_is_written_and_nothing_else() {
    let patch = json!({"start_line": 1, "end_line": 1, "original": "loop {}", "replacement": "break"});
    let explanation = "It \"never\" ends:\n\n\u{1f980} tab\tand \\ are kept.";
    let input = json!({"explanation": explanation, "patch": patch, "suggested_code": "break", "confidence": "low"});
    for mode in [OutputMode::Tool, OutputMode::ToolStrict, OutputMode::JsonSchema] {
        let said = Act::say("tool_use", input.clone());
        let scene = play_with([said.clone()], |config| config.output_mode = mode).await;
        let (passed_on, found) = scene.stream().await;
        let found = found.expect("an answer");
        assert_eq!(passed_on, explanation, "{mode:?}");
        let buffered = play_with([said], |config| config.output_mode = mode).await.ask().await.expect("an answer");
        assert_eq!(found, buffered, "the same as without a stream, its cost included");
        assert!(found.answer.patch.is_some());
    }
}

#[tokio::test]
async fn the_first_words_come_long_before_the_last() {
    let code = "fn a() {\n    let x = \"1\".parse::<u8>().unwrap();\n}\n".repeat(40);
    let scene = play([]).await;
    let mut pieces = 0;
    let mut sink = |_: &str| pieces += 1;
    let deadline = Instant::now() + Duration::from_secs(30);
    let found = scene.reviewer.ask_streaming(&prompt(&code), None, deadline, &mut sink).await.expect("a review");
    assert!(pieces > 20 && !found.answer.explanation.is_empty(), "{pieces}");
}

#[tokio::test]
async fn a_stream_that_runs_out_of_tokens_keeps_its_explanation_and_loses_its_patch() {
    let piece = json!("{\"explanation\":\"It never\",\"patch\":{\"start_line\":1,\"orig");
    let scene = play([Act::say("max_tokens", piece)]).await;
    let (passed_on, found) = scene.stream().await;
    let answer = found.expect("an explanation").answer;
    assert_eq!((&*passed_on, &*answer.explanation, answer.patch), ("It never", "It never", None));
    assert_eq!(answer.warnings, ["The answer was cut off; ask for less."]);
}

#[tokio::test]
async fn a_stream_that_does_not_end_in_order_is_an_error_and_never_a_success() {
    for fault in [
        Fault::Cut,
        Fault::End,
        Fault::BadChecksum,
        Fault::HalfAnEvent,
        Fault::Exception("modelStreamErrorException", "x"),
        Fault::Exception("throttlingException", "x"),
        Fault::Exception("internalServerException", "x"),
        Fault::Exception("serviceUnavailableException", "x"),
        Fault::Exception("anotherException", "x"),
    ] {
        for place in [Place::Half, Place::Written, Place::Stopped] {
            let scene = play([Act::Break(place, fault.clone())]).await;
            let (passed_on, found) = scene.stream().await;
            let error = found.expect_err("no answer");
            let AiError::Malformed { malformed, .. } = &error else { panic!("{place:?} {fault:?}: {error:?}") };
            assert_eq!(malformed.partial.as_deref(), Some(&*passed_on), "{place:?} {fault:?}");
            assert!(passed_on.starts_with("*Local rule-based reviewer"));
            assert_eq!(scene.calls(), 1, "{place:?} {fault:?}: what was passed on cannot be taken back");
        }
    }
}

#[tokio::test]
async fn while_nothing_was_passed_on_a_stream_is_tried_again() {
    for fault in [
        Fault::Cut,
        Fault::BadChecksum,
        Fault::HalfAnEvent,
        Fault::Exception("modelStreamErrorException", "x"),
        Fault::Exception("throttlingException", "x"),
        Fault::Exception("serviceUnavailableException", "x"),
    ] {
        for place in [Place::Nothing, Place::Begun] {
            let scene = play([Act::Break(place, fault.clone()), good()]).await;
            let (passed_on, found) = scene.stream().await;
            assert_eq!((&*passed_on, found.is_ok(), scene.calls()), ("It never ends.", true, 2), "{place:?} {fault:?}");
        }
    }
    let scene = play([Act::Break(Place::Begun, Fault::End)]).await;
    let (_, found) = scene.stream().await;
    assert!(matches!(found, Err(AiError::Malformed { .. })) && scene.calls() == 1, "it said that it was done");
}

#[tokio::test]
async fn what_fails_before_a_stream_begins_fails_as_without_one() {
    let scene = play([busy(), busy(), good()]).await;
    assert_eq!(scene.stream().await.1.expect("the third try").model_id, MODELS[1]);
    let scene = play([Act::fault(403, "AccessDeniedException", "no"), good()]).await;
    assert_eq!(scene.stream().await.1.expect("the next model").model_id, MODELS[1]);
    let scene = play([Act::Reset, good()]).await;
    assert!(scene.stream().await.1.is_ok());
    let scene = play([Act::fault(408, "ModelTimeoutException", "x")]).await;
    assert_eq!(scene.stream().await.1, Err(AiError::Timeout));
    let scene = play([invalid("Input is too long for requested model.")]).await;
    assert!(matches!(scene.stream().await.1, Err(AiError::TokenLimitExceeded { .. })));
    let scene = play([raw("{}"), raw("{}")]).await;
    assert!(scene.stream().await.1.is_err(), "no stream at all");
    // An answer that says nothing can be asked for again, one that has begun cannot.
    let scene = play([Act::Text(String::new()), good()]).await;
    assert!(scene.stream().await.1.is_ok() && scene.calls() == 2);
    let scene = play([broken()]).await;
    assert!(matches!(scene.stream().await.1, Err(AiError::Malformed { .. })) && scene.calls() == 1);
}

#[tokio::test]
async fn a_stream_that_says_nothing_for_too_long_is_given_up_long_before_the_deadline() {
    for place in [Place::Nothing, Place::Half, Place::Written] {
        let pause = Duration::from_millis(300);
        let scene = play_with([Act::Break(place, Fault::Stall)], |config| config.between_events = pause).await;
        let began = Instant::now();
        let (_, found) = scene.stream().await;
        assert_eq!((found, scene.calls()), (Err(AiError::Timeout), 1), "{place:?}");
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_stream_that_stands_still_ends_at_the_deadline() {
    for place in [Place::Nothing, Place::Begun, Place::Half, Place::Stopped] {
        let scene = play([Act::Break(place, Fault::Stall)]).await;
        let began = Instant::now();
        let (_, found) = scene.stream_within(Duration::from_secs(1)).await;
        assert_eq!(found, Err(AiError::Timeout), "{place:?}");
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        scene.first_call_is_cancelled().await;
    }
}
