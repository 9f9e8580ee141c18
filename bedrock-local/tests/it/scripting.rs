//! Scripted faults: each reaches the client like one of the service, and affects one call.

use std::time::{Duration, Instant};

use bedrock_local::{Act, LocalBedrock};
use reqwest::Response;
use serde_json::{Value, json};

use crate::asking::{Question, SIGNED, request};

const FILE: &str = "if (a = 1) {\n  go();\n}\n";

async fn call(bedrock: &LocalBedrock) -> reqwest::Result<Response> {
    let body = request(&Question::about("JavaScript", FILE).prompt());
    let url = format!("{}/model/local/converse", bedrock.url);
    let request = reqwest::Client::new().post(url).header("authorization", SIGNED);
    request.body(body.to_string()).send().await
}

async fn answered(bedrock: &LocalBedrock) -> Value {
    call(bedrock).await.expect("an answer").json().await.expect("JSON")
}

#[tokio::test]
async fn acts_are_played_in_order_and_later_calls_get_the_review() {
    let bedrock = LocalBedrock::start().expect("a free port");
    bedrock.script(vec![
        Act::fault(429, "ThrottlingException", "slow down"),
        Act::Raw { status: 502, body: "<html>".to_owned() },
        Act::Text("Looks good to me.".to_owned()),
        Act::Answer,
    ]);
    let throttled = call(&bedrock).await.expect("an answer");
    assert_eq!(throttled.status(), 429);
    assert_eq!(throttled.headers()["x-amzn-errortype"], "ThrottlingException");
    assert_eq!(throttled.json::<Value>().await.expect("JSON"), json!({ "message": "slow down" }));
    let raw = call(&bedrock).await.expect("an answer");
    assert_eq!(raw.status(), 502);
    assert_eq!(raw.text().await.expect("text"), "<html>");
    let text = answered(&bedrock).await;
    assert_eq!(text["stopReason"], "end_turn");
    assert_eq!(text["output"]["message"]["content"], json!([{ "text": "Looks good to me." }]));
    for _ in 0..2 {
        assert_eq!(answered(&bedrock).await["stopReason"], "tool_use");
    }
    assert_eq!(bedrock.seen().len(), 5);
}

#[tokio::test]
async fn an_answer_at_the_token_limit_has_an_explanation_without_a_patch() {
    let bedrock = LocalBedrock::start().expect("a free port");
    bedrock.script(vec![Act::MaxTokens]);
    let answer = answered(&bedrock).await;
    assert_eq!(answer["stopReason"], "max_tokens");
    let input = &answer["output"]["message"]["content"][0]["toolUse"]["input"];
    let explanation = input["explanation"].as_str().expect("text");
    assert!(explanation.starts_with("*Local rule-based reviewer: no model was asked.*"));
    assert_eq!(input.as_object().map(serde_json::Map::len), Some(1));
}

#[tokio::test]
async fn an_act_is_played_after_its_delay() {
    let bedrock = LocalBedrock::start().expect("a free port");
    let wait = Duration::from_millis(120);
    bedrock.script(vec![Act::fault(503, "ServiceUnavailableException", "later").after(wait)]);
    let started = Instant::now();
    assert_eq!(call(&bedrock).await.expect("an answer").status(), 503);
    assert!(started.elapsed() >= wait);
}

#[tokio::test]
async fn a_truncated_body_is_an_error_for_the_client() {
    let bedrock = LocalBedrock::start().expect("a free port");
    bedrock.script(vec![Act::CutBody]);
    let response = call(&bedrock).await.expect("the headers arrive");
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
    assert_eq!(answered(&bedrock).await["stopReason"], "tool_use");
}

#[tokio::test]
async fn the_request_of_a_client_that_disconnects_is_cancelled() {
    let bedrock = LocalBedrock::start().expect("a free port");
    bedrock.script(vec![Act::Answer.after(Duration::from_secs(30))]);
    let arrived = async {
        while bedrock.calls() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        response = call(&bedrock) => panic!("it is answered before its delay: {response:?}"),
        () = arrived => {}
    }
    let noticed = async {
        while !bedrock.seen().first().is_some_and(|seen| seen.cancelled) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), noticed).await.expect("the cancel is noticed");
    assert_eq!(answered(&bedrock).await["stopReason"], "tool_use");
    assert!(!bedrock.seen()[1].cancelled);
}

#[tokio::test]
async fn an_invalid_request_leaves_the_script_unchanged() {
    let bedrock = LocalBedrock::start().expect("a free port");
    bedrock.script(vec![Act::fault(500, "InternalServerException", "broken")]);
    let url = format!("{}/model/local/converse", bedrock.url);
    let request = reqwest::Client::new().post(url).header("authorization", SIGNED).body("{}");
    assert_eq!(request.send().await.expect("an answer").status(), 400);
    assert_eq!(call(&bedrock).await.expect("an answer").status(), 500);
}

#[tokio::test]
async fn a_dropped_endpoint_closes_its_port() {
    let bedrock = LocalBedrock::start().expect("a free port");
    assert_eq!(answered(&bedrock).await["stopReason"], "tool_use");
    let url = format!("{}/model/local/converse", bedrock.url);
    drop(bedrock);
    let refused = async {
        while reqwest::Client::new().post(&url).send().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), refused).await.expect("the port is closed");
}

#[tokio::test]
async fn an_endpoint_starts_on_the_given_listener() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let bedrock = LocalBedrock::start_on(listener).expect("a server");
    assert_eq!(bedrock.url, format!("http://127.0.0.1:{port}"));
    assert_eq!(answered(&bedrock).await["stopReason"], "tool_use");
}
