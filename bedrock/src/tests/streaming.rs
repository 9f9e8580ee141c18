//! Streamed answers: the pieces that the sink gets, and streams that fail.

use std::time::{Duration, Instant};

use bedrock_local::{Act, Fault, Place};
use serde_json::json;

use super::connection::{MODELS, broken, busy, good, invalid, play, play_with, prompt, raw};
use crate::{AiError, OutputMode};

#[tokio::test]
async fn the_sink_gets_exactly_the_explanation() {
    let patch = json!({"start_line": 1, "end_line": 1, "original": "loop {}", "replacement": "break"});
    let explanation = "It \"never\" ends:\n\n\u{1f980} tab\tand \\ are kept.";
    let input = json!({"explanation": explanation, "patch": patch, "suggested_code": "break", "confidence": "low"});
    for mode in [OutputMode::Tool, OutputMode::ToolStrict, OutputMode::JsonSchema] {
        let answer = Act::say("tool_use", input.clone());
        let connection = play_with([answer.clone()], |config| config.output_mode = mode).await;
        let (passed_on, found) = connection.stream().await;
        let found = found.expect("an answer");
        assert_eq!(passed_on, explanation, "{mode:?}");
        let buffered = play_with([answer], |config| config.output_mode = mode).await.ask().await.expect("an answer");
        assert_eq!(found, buffered, "the answer and its cost are the same without a stream");
        assert!(found.answer.patch.is_some());
    }
}

#[tokio::test]
async fn the_explanation_arrives_in_many_pieces() {
    let code = "fn a() {\n    let x = \"1\".parse::<u8>().unwrap();\n}\n".repeat(40);
    let connection = play([]).await;
    let mut pieces = 0;
    let mut sink = |_: &str| pieces += 1;
    let deadline = Instant::now() + Duration::from_secs(30);
    let found = connection.reviewer.ask_streaming(&prompt(&code), None, deadline, &mut sink).await.expect("a review");
    assert!(pieces > 20 && !found.answer.explanation.is_empty(), "{pieces}");
}

#[tokio::test]
async fn a_stream_that_reaches_the_token_limit_keeps_its_explanation_without_a_patch() {
    let piece = json!("{\"explanation\":\"It never\",\"patch\":{\"start_line\":1,\"orig");
    let connection = play([Act::say("max_tokens", piece)]).await;
    let (passed_on, found) = connection.stream().await;
    let answer = found.expect("an explanation").answer;
    assert_eq!((&*passed_on, &*answer.explanation, answer.patch), ("It never", "It never", None));
    assert_eq!(answer.warnings, ["The answer was cut off; ask for less."]);
}

#[tokio::test]
async fn a_stream_that_fails_after_its_first_piece_is_an_error() {
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
            let connection = play([Act::Break(place, fault.clone())]).await;
            let (passed_on, found) = connection.stream().await;
            let error = found.expect_err("no answer");
            let AiError::Malformed { malformed, .. } = &error else { panic!("{place:?} {fault:?}: {error:?}") };
            assert_eq!(malformed.partial.as_deref(), Some(&*passed_on), "{place:?} {fault:?}");
            assert!(passed_on.starts_with("*Local rule-based reviewer"));
            assert_eq!(connection.calls(), 1, "{place:?} {fault:?}: a piece that was passed on cannot be withdrawn");
        }
    }
}

#[tokio::test]
async fn a_stream_that_fails_before_its_first_piece_is_retried() {
    for fault in [
        Fault::Cut,
        Fault::BadChecksum,
        Fault::HalfAnEvent,
        Fault::Exception("modelStreamErrorException", "x"),
        Fault::Exception("throttlingException", "x"),
        Fault::Exception("serviceUnavailableException", "x"),
    ] {
        for place in [Place::Nothing, Place::Begun] {
            let connection = play([Act::Break(place, fault.clone()), good()]).await;
            let (passed_on, found) = connection.stream().await;
            assert_eq!(
                (&*passed_on, found.is_ok(), connection.calls()),
                ("It never ends.", true, 2),
                "{place:?} {fault:?}"
            );
        }
    }
    let connection = play([Act::Break(Place::Begun, Fault::End)]).await;
    let (_, found) = connection.stream().await;
    assert!(matches!(found, Err(AiError::Malformed { .. })) && connection.calls() == 1, "the stream ended normally");
}

#[tokio::test]
async fn an_error_before_the_stream_begins_is_handled_like_one_without_a_stream() {
    let connection = play([busy(), busy(), good()]).await;
    assert_eq!(connection.stream().await.1.expect("the third attempt").model_id, MODELS[1]);
    let connection = play([Act::fault(403, "AccessDeniedException", "no"), good()]).await;
    assert_eq!(connection.stream().await.1.expect("the next model").model_id, MODELS[1]);
    let connection = play([Act::Reset, good()]).await;
    assert!(connection.stream().await.1.is_ok());
    let connection = play([Act::fault(408, "ModelTimeoutException", "x")]).await;
    assert_eq!(connection.stream().await.1, Err(AiError::Timeout));
    let connection = play([invalid("Input is too long for requested model.")]).await;
    assert!(matches!(connection.stream().await.1, Err(AiError::TokenLimitExceeded { .. })));
    let connection = play([raw("{}"), raw("{}")]).await;
    assert!(connection.stream().await.1.is_err(), "the response is no stream");
    // An answer without any text is retried; an answer that has begun is not.
    let connection = play([Act::Text(String::new()), good()]).await;
    assert!(connection.stream().await.1.is_ok() && connection.calls() == 2);
    let connection = play([broken()]).await;
    assert!(matches!(connection.stream().await.1, Err(AiError::Malformed { .. })) && connection.calls() == 1);
}

#[tokio::test]
async fn a_stalled_stream_ends_after_the_idle_timeout() {
    for place in [Place::Nothing, Place::Half, Place::Written] {
        let pause = Duration::from_millis(300);
        let connection = play_with([Act::Break(place, Fault::Stall)], |config| config.between_events = pause).await;
        let began = Instant::now();
        let (_, found) = connection.stream().await;
        assert_eq!((found, connection.calls()), (Err(AiError::Timeout), 1), "{place:?}");
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_stalled_stream_ends_at_the_deadline() {
    for place in [Place::Nothing, Place::Begun, Place::Half, Place::Stopped] {
        let connection = play([Act::Break(place, Fault::Stall)]).await;
        let began = Instant::now();
        let (_, found) = connection.stream_within(Duration::from_secs(1)).await;
        assert_eq!(found, Err(AiError::Timeout), "{place:?}");
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        connection.first_call_is_cancelled().await;
    }
}
