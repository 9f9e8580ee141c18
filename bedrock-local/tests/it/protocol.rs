//! The wire format: the requests that the endpoint accepts, and its responses, over a real socket.

use bedrock_local::LocalBedrock;
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::asking::{Question, SIGNED, request};

const FILE: &str = "fn main() {\n    let port = \"80\".parse::<u16>().unwrap();\n    println!(\"{port}\");\n}\n";

fn valid() -> Value {
    request(&Question::about("Rust", FILE).prompt())
}

fn to(url: &str, model: &str) -> RequestBuilder {
    reqwest::Client::new().post(format!("{url}/model/{model}/converse")).header("content-type", "application/json")
}

async fn send(url: &str, body: &Value) -> Response {
    let request = to(url, "local").header("authorization", SIGNED).body(body.to_string());
    request.send().await.expect("the endpoint answers")
}

fn error_type(response: &Response) -> String {
    let value = response.headers().get("x-amzn-errortype").expect("an error type");
    value.to_str().expect("plain text").to_owned()
}

#[tokio::test]
async fn the_answer_is_a_call_of_the_forced_tool() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let response = send(&bedrock.url, &valid()).await;
    assert_eq!(response.status(), 200);
    let answer: Value = response.json().await.expect("JSON");
    let message = &answer["output"]["message"];
    assert_eq!(message["role"], "assistant");
    let tool = &message["content"][0]["toolUse"];
    assert_eq!(tool["name"], "review_answer");
    assert!(tool["toolUseId"].as_str().expect("an id").starts_with("tooluse_"));
    assert!(tool["input"]["explanation"].is_string());
    assert_eq!(answer["stopReason"], "tool_use");
    assert!(answer["metrics"]["latencyMs"].is_u64());
    let usage = &answer["usage"];
    let sum = usage["inputTokens"].as_u64().zip(usage["outputTokens"].as_u64());
    assert_eq!(usage["totalTokens"].as_u64(), sum.map(|(input, output)| input + output));
}

#[tokio::test]
async fn a_longer_request_costs_more() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let mut costs = Vec::new();
    for file in [FILE.to_owned(), FILE.repeat(20)] {
        let body = request(&Question::about("Rust", &file).prompt());
        let answer: Value = send(&bedrock.url, &body).await.json().await.expect("JSON");
        costs.push(answer["usage"]["inputTokens"].as_u64().expect("a number"));
    }
    assert!(costs[1] > costs[0] * 5, "{costs:?}");
}

#[tokio::test]
async fn the_log_has_the_decoded_model_id_and_the_body() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let model = "us.anthropic.claude-sonnet-4-5-20250929-v1%3A0";
    let request = to(&bedrock.url, model).header("authorization", SIGNED).body(valid().to_string());
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    let seen = bedrock.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].model_id, "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
    assert_eq!(seen[0].body, valid());
    assert!(!seen[0].cancelled);
    assert!(!format!("{seen:?}").contains("unwrap"), "the code must not be printed");
}

#[tokio::test]
async fn an_unsigned_request_is_rejected() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let response = to(&bedrock.url, "local").body(valid().to_string()).send().await.expect("an answer");
    assert_eq!(response.status(), 403);
    assert_eq!(error_type(&response), "MissingAuthenticationTokenException");
    let bearer = to(&bedrock.url, "local").header("authorization", "Bearer x").body(valid().to_string());
    let response = bearer.send().await.expect("an answer");
    assert_eq!(response.status(), 403);
    assert_eq!(error_type(&response), "AccessDeniedException");
}

#[tokio::test]
async fn other_routes_are_unknown_operations() {
    let bedrock = LocalBedrock::start().expect("a free port");
    for path in ["/", "/model/local/invoke", "/__script", "/__seen"] {
        let url = format!("{}{path}", bedrock.url);
        let response = reqwest::Client::new().post(url).send().await.expect("an answer");
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(error_type(&response), "UnknownOperationException");
    }
    let url = format!("{}/model/local/converse", bedrock.url);
    let response = reqwest::get(url).await.expect("an answer");
    assert_eq!(response.status(), 404);
}

fn text(text: &str) -> Value {
    json!([{ "text": text }])
}

fn message(role: &str, content: &Value) -> Value {
    json!({ "role": role, "content": content })
}

/// A valid request with one field replaced.
fn with(pointer: &str, value: &Value) -> Value {
    let mut body = valid();
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).expect("a known field");
    match parent.as_array_mut() {
        Some(list) => list[key.parse::<usize>().expect("an index")] = value.clone(),
        None => parent[key] = value.clone(),
    }
    body
}

fn invalid_conversations() -> Vec<(&'static str, Value)> {
    let hello = text("hello");
    let tool_use = json!([{ "toolUse": { "toolUseId": "a", "name": "review_answer", "input": {} } }]);
    let other = json!([{ "toolResult": { "toolUseId": "b", "content": [] } }]);
    let turns = |turns: &[(&str, &Value)]| {
        let list: Vec<_> = turns.iter().map(|(role, content)| message(role, content)).collect();
        with("/messages", &json!(list))
    };
    vec![
        ("no messages", turns(&[])),
        ("messages is not a list", with("/messages", &json!("x"))),
        ("begins with the assistant", turns(&[("assistant", &hello)])),
        ("same role twice", turns(&[("user", &hello), ("user", &hello)])),
        ("unknown role", turns(&[("system", &hello)])),
        ("no content", turns(&[("user", &json!([]))])),
        ("blank text", turns(&[("user", &text("  \n"))])),
        ("text is not a string", turns(&[("user", &json!([{ "text": 1 }]))])),
        ("two kinds in one block", turns(&[("user", &json!([{ "text": "x", "image": {} }]))])),
        ("unknown block", turns(&[("user", &json!([{ "txt": "x" }]))])),
        ("result without a use", turns(&[("user", &hello), ("assistant", &tool_use), ("user", &other)])),
        ("use without a result", turns(&[("user", &hello), ("assistant", &tool_use), ("user", &hello)])),
    ]
}

fn invalid_settings() -> Vec<(&'static str, Value)> {
    let mut points = vec![json!({ "cachePoint": { "type": "default" } }); 5];
    points.push(json!({ "text": "x" }));
    let odd_point = json!([{ "cachePoint": { "type": "default", "ttl": "2h" } }]);
    let no_schema = json!([{ "toolSpec": { "name": "review_answer" } }]);
    vec![
        ("not an object", json!(["x"])),
        ("unknown key", with("/modelId", &json!("local"))),
        ("five cache points", with("/messages/0/content", &json!(points))),
        ("odd cache point", with("/system", &odd_point)),
        ("blank system text", with("/system", &text(" "))),
        ("unknown system block", with("/system", &json!([{ "image": {} }]))),
        ("zero tokens", with("/inferenceConfig/maxTokens", &json!(0))),
        ("temperature above 1", with("/inferenceConfig/temperature", &json!(1.1))),
        ("negative topP", with("/inferenceConfig/topP", &json!(-0.1))),
        ("unknown setting", with("/inferenceConfig/topK", &json!(5))),
        ("no tools", with("/toolConfig/tools", &json!([]))),
        ("tool without a schema", with("/toolConfig/tools", &no_schema)),
        ("undeclared tool", with("/toolConfig/toolChoice/tool/name", &json!("other"))),
        ("unknown tool choice", with("/toolConfig/toolChoice", &json!({ "none": {} }))),
        ("metadata is not a map of texts", with("/requestMetadata", &json!({ "user": 7 }))),
    ]
}

fn invalid_options() -> Vec<(&'static str, Value)> {
    let output = |schema: Value| {
        let structure = json!({ "jsonSchema": { "name": "answer", "schema": schema } });
        with("/outputConfig", &json!({ "textFormat": { "type": "json_schema", "structure": structure } }))
    };
    let guardrail = |id: &str, version: &str| {
        with("/guardrailConfig", &json!({ "guardrailIdentifier": id, "guardrailVersion": version }))
    };
    let strict = json!([{ "toolSpec": {
        "name": "review_answer",
        "strict": true,
        "inputSchema": { "json": { "type": "object", "properties": {} } },
    } }]);
    let bounded = json!({
        "type": "object", "additionalProperties": false, "properties": { "line": { "type": "integer", "minimum": 1 } },
    });
    let blank = json!([{ "guardContent": { "text": { "text": " " } } }]);
    vec![
        ("a schema that is an object", output(json!({ "type": "object", "additionalProperties": false }))),
        ("a schema that is not JSON", output(json!("{"))),
        ("an open object", output(json!("{\"type\":\"object\"}"))),
        ("a bounded number", output(json!(bounded.to_string()))),
        ("another format", with("/outputConfig", &json!({ "textFormat": { "type": "xml" } }))),
        ("an open object of a strict tool", with("/toolConfig/tools", &strict)),
        ("a guardrail without a name", guardrail("", "1")),
        ("a guardrail's unknown version", guardrail("abc", "latest")),
        ("a blank text to guard", with("/messages/0/content", &blank)),
        ("an unknown tier", with("/serviceTier", &json!({ "type": "express" }))),
    ]
}

#[tokio::test]
async fn a_model_without_a_temperature_rejects_one() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let warm = with("/inferenceConfig/temperature", &json!(0.7)).to_string();
    for (model, status) in [("us.anthropic.claude-opus-4-7", 400), ("us.anthropic.claude-sonnet-4-6", 200)] {
        let request = to(&bedrock.url, model).header("authorization", SIGNED).body(warm.clone());
        assert_eq!(request.send().await.expect("an answer").status(), status, "{model}");
    }
}

#[tokio::test]
async fn a_prefix_before_a_cache_point_is_cached_for_the_same_model() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let point = json!({ "cachePoint": { "type": "default" } });
    let ask = async |model: &str, text: &str, question: &str| {
        let content = json!([{ "text": text }, point, { "text": question }]);
        let body = with("/messages/0/content", &content).to_string();
        let request = to(&bedrock.url, model).header("authorization", SIGNED).body(body);
        let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        let tokens = |name: &str| answer["usage"][name].as_u64().expect("a number");
        (tokens("cacheReadInputTokens"), tokens("cacheWriteInputTokens"), tokens("inputTokens"))
    };
    let long = "word ".repeat(2_000);
    let (read, written, rest) = ask("one", &long, "Why?").await;
    assert!(read == 0 && written > 2_000 && rest < 1_000, "{read} {written} {rest}");
    assert_eq!(ask("one", &long, "Why not?").await.0, written);
    assert_eq!(ask("two", &long, "Why?").await.0, 0);
    assert_eq!(ask("one", &format!("{long}."), "Why?").await.0, 0);
    assert_eq!(ask("one", "short", "Why?").await.1, 0);
}

#[tokio::test]
async fn every_invalid_request_is_a_validation_exception() {
    let bedrock = LocalBedrock::start().expect("a free port");
    for (name, body) in [invalid_conversations(), invalid_settings(), invalid_options()].concat() {
        let response = send(&bedrock.url, &body).await;
        assert_eq!(response.status(), 400, "{name}");
        assert_eq!(error_type(&response), "ValidationException", "{name}");
        let answer: Value = response.json().await.expect("JSON");
        assert!(answer["message"].as_str().is_some_and(|message| !message.is_empty()), "{name}");
    }
    let request = to(&bedrock.url, "local").header("authorization", SIGNED).body("{\"messages\":");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 400);
    assert!(bedrock.seen().last().is_some_and(|seen| seen.body.is_null()));
}

#[tokio::test]
async fn input_that_is_too_long_is_rejected() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let body = with("/messages/0/content", &text(&"word ".repeat(170_000)));
    let response = send(&bedrock.url, &body).await;
    assert_eq!(response.status(), 400);
    let answer: Value = response.json().await.expect("JSON");
    assert_eq!(answer["message"], "Input is too long for requested model.");
}

#[tokio::test]
async fn four_cache_points_and_every_known_key_are_accepted() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let mut body = valid();
    let point = json!({ "cachePoint": { "type": "default", "ttl": "1h" } });
    body["system"] = json!([{ "text": "You review code." }, point, point]);
    body["toolConfig"]["tools"] = json!([body["toolConfig"]["tools"][0], point]);
    body["messages"][0]["content"] = json!([body["messages"][0]["content"][0], point]);
    body["inferenceConfig"] = json!({ "maxTokens": 1, "temperature": 0.0, "topP": 1.0, "stopSequences": ["x"] });
    body["requestMetadata"] = json!({ "trace": "abc" });
    for key in ["additionalModelRequestFields", "outputConfig", "performanceConfig"] {
        body[key] = json!({});
    }
    body["guardrailConfig"] = json!({ "guardrailIdentifier": "abc", "guardrailVersion": "DRAFT" });
    body["serviceTier"] = json!({ "type": "flex" });
    assert_eq!(send(&bedrock.url, &body).await.status(), 200);
}

#[tokio::test]
async fn without_tools_the_answer_is_text() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let mut body = valid();
    body.as_object_mut().expect("an object").remove("toolConfig");
    let answer: Value = send(&bedrock.url, &body).await.json().await.expect("JSON");
    assert_eq!(answer["stopReason"], "end_turn");
    let text = answer["output"]["message"]["content"][0]["text"].as_str().expect("text");
    assert!(text.starts_with("*Local rule-based reviewer: no model was asked.*"), "{text}");
    let structure = json!({ "jsonSchema": { "schema": "{\"type\":\"object\",\"additionalProperties\":false}" } });
    body["outputConfig"] = json!({ "textFormat": { "type": "json_schema", "structure": structure } });
    let answer: Value = send(&bedrock.url, &body).await.json().await.expect("JSON");
    let text = answer["output"]["message"]["content"][0]["text"].as_str().expect("text");
    let parsed: Value = serde_json::from_str(text).expect("JSON in the text");
    assert!(parsed["explanation"].is_string());
}

#[tokio::test]
async fn the_token_limit_truncates_the_answer() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let body = with("/inferenceConfig/maxTokens", &json!(20));
    let answer: Value = send(&bedrock.url, &body).await.json().await.expect("JSON");
    assert_eq!(answer["stopReason"], "max_tokens");
    let input = &answer["output"]["message"]["content"][0]["toolUse"]["input"];
    assert_eq!(input["explanation"].as_str().map(|text| text.chars().count()), Some(80));
    assert!(input.get("patch").is_none());
}
