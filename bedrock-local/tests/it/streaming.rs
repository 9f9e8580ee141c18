//! `converse-stream`: the answer as events, and streams that a script interrupts.

use std::time::Duration;

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use aws_smithy_types::event_stream::Message;
use bedrock_local::{Act, Fault, LocalBedrock, Place};
use reqwest::Response;
use serde_json::{Value, json};

use crate::asking::{Question, SIGNED, request};

const FILE: &str = "if (a = 1) {\n  go();\n}\n";

async fn call(bedrock: &LocalBedrock, operation: &str, body: &Value) -> Response {
    let url = format!("{}/model/local/{operation}", bedrock.url);
    let request = reqwest::Client::new().post(url).header("authorization", SIGNED).body(body.to_string());
    request.send().await.expect("an answer")
}

async fn stream(bedrock: &LocalBedrock) -> Response {
    call(bedrock, "converse-stream", &request(&Question::about("JavaScript", FILE).prompt())).await
}

fn header<'a>(message: &'a Message, name: &str) -> &'a str {
    let header = message.headers().iter().find(|header| header.name().as_str() == name);
    header.map_or("", |header| header.value().as_string().expect("text").as_str())
}

/// The events in these bytes: the name and the payload of each.
fn events(bytes: &[u8]) -> Vec<(String, Value)> {
    let (mut decoder, mut rest) = (MessageFrameDecoder::new(), bytes);
    let mut found = Vec::new();
    while let Ok(DecodedFrame::Complete(message)) = decoder.decode_frame(&mut rest) {
        assert_eq!(header(&message, ":content-type"), "application/json");
        let kind = header(&message, ":message-type");
        let name = header(&message, if kind == "event" { ":event-type" } else { ":exception-type" });
        found.push((name.to_owned(), serde_json::from_slice(message.payload()).expect("JSON")));
    }
    found
}

#[tokio::test]
async fn a_stream_sends_the_same_answer_in_many_events() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let body = request(&Question::about("JavaScript", FILE).prompt());
    let whole: Value = call(&bedrock, "converse", &body).await.json().await.expect("JSON");
    let response = stream(&bedrock).await;
    assert_eq!(response.headers()["content-type"], "application/vnd.amazon.eventstream");
    let events = events(&response.bytes().await.expect("a whole stream"));
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..3], ["messageStart", "contentBlockStart", "contentBlockDelta"]);
    assert_eq!(names[names.len() - 3..], ["contentBlockStop", "messageStop", "metadata"]);
    let pieces: Vec<&str> =
        events.iter().filter_map(|(_, event)| event["delta"]["toolUse"]["input"].as_str()).collect();
    assert!(pieces.len() > 20);
    let input: Value = serde_json::from_str(&pieces.concat()).expect("JSON");
    assert_eq!(input, whole["output"]["message"]["content"][0]["toolUse"]["input"]);
    assert_eq!(events[1].1["start"]["toolUse"]["name"], "review_answer");
    assert_eq!(events[events.len() - 2].1, json!({ "stopReason": "tool_use" }));
    assert_eq!(events[events.len() - 1].1["usage"], whole["usage"]);
}

#[tokio::test]
async fn a_stream_ends_at_the_scripted_place_with_the_scripted_fault() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let places = [Place::Nothing, Place::Begun, Place::Half, Place::Written, Place::Stopped];
    let mut lengths = Vec::new();
    for place in places {
        bedrock.script(vec![Act::Break(place, Fault::End)]);
        lengths.push(events(&stream(&bedrock).await.bytes().await.expect("the stream ends normally")).len());
    }
    assert!(lengths[0] == 0 && lengths.is_sorted_by(|fewer, more| fewer < more), "{lengths:?}");
    assert_eq!(lengths[4], lengths[3] + 1, "only messageStop is between them");

    for (fault, more) in
        [(Fault::BadChecksum, 0), (Fault::HalfAnEvent, 0), (Fault::Exception("throttlingException", "x"), 1)]
    {
        bedrock.script(vec![Act::Break(Place::Half, fault.clone())]);
        let found = events(&stream(&bedrock).await.bytes().await.expect("the stream ends normally"));
        assert_eq!(found.len(), lengths[2] + more, "{fault:?}");
        if more == 1 {
            assert_eq!(found[lengths[2]], ("throttlingException".to_owned(), json!({ "message": "x" })));
        }
    }
    bedrock.script(vec![Act::Break(Place::Half, Fault::Cut)]);
    assert!(stream(&bedrock).await.bytes().await.is_err(), "the connection closes in the middle");
    assert!(bedrock.seen().iter().all(|seen| !seen.cancelled));
}

#[tokio::test]
async fn the_request_of_a_client_that_leaves_a_stalled_stream_is_cancelled() {
    let bedrock = LocalBedrock::start().expect("a free port");
    bedrock.script(vec![Act::Break(Place::Half, Fault::Stall)]);
    let mut response = stream(&bedrock).await;
    assert!(response.chunk().await.expect("a beginning").is_some());
    drop(response);
    let cancelled = async {
        while !bedrock.seen()[0].cancelled {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), cancelled).await.expect("the endpoint notices the closed connection");
}

#[tokio::test]
async fn a_request_for_a_stream_passes_the_same_checks() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let response = call(&bedrock, "converse-stream", &json!({ "messages": [] })).await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers()["x-amzn-errortype"], "ValidationException");
    bedrock.script(vec![Act::fault(429, "ThrottlingException", "x").retry_after(Duration::from_millis(1_500))]);
    let response = stream(&bedrock).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-amz-retry-after"]),
        (429, &"1500".parse().expect("a header"))
    );
}
