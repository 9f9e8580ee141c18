//! The local endpoint: any request gets an answer or an error of the protocol, and its streams can be decoded.

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use review::answer::TOOL;
use review::fence::Fence;
use review::prompt::{Prompt, Question};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::block_on;
use crate::target::{Fields, Target, joined};

pub(super) const TARGET: Target = Target {
    name: "converse",
    holds: "any body gets status 200, or an error from 400 to 499 with a type; an answer is JSON with usage; a stream is \
            whole frames with correct checksums and has the same content as the answer",
    max_bytes: 6_144,
    short_run: 60,
    words: &[
        "{",
        "}",
        "[",
        "]",
        "\"messages\":",
        "\"role\":",
        "\"user\"",
        "\"assistant\"",
        "\"content\":",
        "\"text\":",
        "\"toolConfig\":",
        "\"toolUse\":",
        "\"toolResult\":",
        "\"cachePoint\":",
        "\"guardContent\":",
        "\"inferenceConfig\":",
        "\"maxTokens\":",
        "<code-af09 ",
        "first_line=\\\"",
        "</code-af09>",
        "1|",
        "\\n",
        "<selection-af09 start_line=\\\"1\\\" end_line=\\\"2\\\">",
        "\u{1f980}",
        "null",
    ],
    seeds,
    run: |input| check(input, |bytes| bytes),
    planted: |input| {
        check(input, |mut bytes| {
            // A fault in the last frame.
            bytes.pop();
            bytes
        });
    },
};

fn seeds() -> Vec<Vec<u8>> {
    let code = "fn a() {\n    let x = \"1\".parse::<u8>().unwrap();\n}\n";
    let question = Question { language: "Rust", filename: "a.rs", code, selection: None, history: &[], text: "Why?" };
    let prompt = Prompt::build(&Fence::new(b"key", "session", 1), &question).expect("small");
    let forced = json!({
        "messages": [{ "role": "user", "content": prompt_blocks(&prompt) }],
        "system": [{ "text": "Review." }, { "cachePoint": { "type": "default" } }],
        "inferenceConfig": { "maxTokens": 900 },
        "toolConfig": {
            "tools": [{ "toolSpec": { "name": TOOL, "inputSchema": { "json": { "type": "object" } } } }],
            "toolChoice": { "tool": { "name": TOOL } },
        },
    });
    let prose = json!({
        "messages": [
            { "role": "user", "content": [{ "text": "Hello" }] },
            { "role": "assistant", "content": [{ "toolUse": { "toolUseId": "t", "name": "x", "input": {} } }] },
            { "role": "user", "content": [
                { "toolResult": { "toolUseId": "t", "content": [{ "text": "y" }] } },
                { "text": "<code-af09 language=\"rust\" first_line=\"1\">\n1|fn a() {}\n</code-af09>" },
            ] },
        ],
        "outputConfig": { "textFormat": { "type": "json_schema" } },
    });
    let seed = |model: &str, body: &Value| joined(&[model.as_bytes(), body.to_string().as_bytes()]);
    vec![
        seed("local", &forced),
        seed("us.first-v1:0", &prose),
        seed("%00", &json!({ "messages": [] })),
        seed("a b", &Value::Null),
    ]
}

/// The prompt as the blocks of a message.
fn prompt_blocks(prompt: &Prompt) -> Value {
    prompt.blocks.iter().map(|text| json!({ "text": text })).collect()
}

fn check(input: &[u8], seen: fn(Vec<u8>) -> Vec<u8>) {
    let mut fields = Fields::of(input);
    let model = fields.text().into_owned();
    let body = fields.rest();
    let Some((status, whole)) = answered(&model, "converse", body) else { return };
    let Some((stream_status, streamed)) = answered(&model, "converse-stream", body) else { return };
    assert_eq!(status, stream_status, "both operations check a request alike");
    if status != StatusCode::OK {
        assert!(status.is_client_error(), "{status}");
        return;
    }
    let answer: Value = serde_json::from_slice(&whole).expect("an answer is JSON");
    let usage = &answer["usage"];
    let [input, output, total] = ["inputTokens", "outputTokens", "totalTokens"].map(|name| usage[name].as_u64());
    assert!(input.is_some() && output.is_some() && total >= input, "{usage}");
    assert_eq!(content_of(&seen(streamed)), content_of_whole(&answer), "the stream has the same content");
}

/// The status and the body of the endpoint; `None` if the name of the model cannot be in an address.
fn answered(model: &str, operation: &str, body: &[u8]) -> Option<(StatusCode, Vec<u8>)> {
    let request = Request::post(format!("/model/{model}/{operation}"))
        .header(header::AUTHORIZATION, "AWS4-HMAC-SHA256 Credential=x")
        .body(Body::from(body.to_vec()))
        .ok()?;
    block_on(async {
        let response = bedrock_local::router().oneshot(request).await.expect("the router has no error");
        let status = response.status();
        let has_type = response.headers().contains_key("x-amzn-errortype");
        assert_eq!(has_type, status != StatusCode::OK, "an error has a type: {status}");
        let body = response.into_body().collect().await.expect("the body comes from memory");
        Some((status, body.to_bytes().into()))
    })
}

/// The text or the tool's input of a stream.
fn content_of(mut stream: &[u8]) -> Value {
    let (mut decoder, mut content) = (MessageFrameDecoder::new(), String::new());
    while let DecodedFrame::Complete(message) = decoder.decode_frame(&mut stream).expect("whole frames") {
        let event: Value = serde_json::from_slice(message.payload()).expect("an event is JSON");
        let delta = &event["delta"];
        content.push_str(delta["text"].as_str().or(delta["toolUse"]["input"].as_str()).unwrap_or_default());
    }
    assert!(stream.is_empty(), "nothing is left after the last frame");
    read(content)
}

fn content_of_whole(answer: &Value) -> Value {
    let block = &answer["output"]["message"]["content"][0];
    match &block["toolUse"]["input"] {
        Value::Null => read(block["text"].as_str().unwrap_or_default().to_owned()),
        Value::String(input) => read(input.clone()),
        input => input.clone(),
    }
}

/// JSON without the order of its fields; other text as it is.
fn read(content: String) -> Value {
    serde_json::from_str(&content).unwrap_or(Value::String(content))
}
