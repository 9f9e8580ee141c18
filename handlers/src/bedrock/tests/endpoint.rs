//! An endpoint that plays a script over a real socket, and the words that scripts are made of.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde_json::{Value, json};

use crate::bedrock::{Reviewer, ReviewerConfig};

/// The models of the tests' configuration.
pub(super) const MODELS: [&str; 2] = ["us.first-v1:0", "us.second"];

/// What the endpoint does with one call.
pub(super) enum Act {
    Answer(Value),
    Fail(u16, &'static str, &'static str),
    Raw(&'static str),
    Stall,
}

/// An endpoint that plays a script and remembers what it heard.
#[derive(Default)]
pub(super) struct Endpoint {
    script: Mutex<VecDeque<Act>>,
    heard: Mutex<Vec<(String, Value)>>,
    pub(super) signed: AtomicBool,
}

impl Endpoint {
    pub(super) fn heard(&self) -> Vec<(String, Value)> {
        self.heard.lock().expect("no panic while held").clone()
    }

    pub(super) fn models(&self) -> Vec<String> {
        self.heard().into_iter().map(|(model, _)| model).collect()
    }
}

async fn converse(
    State(endpoint): State<Arc<Endpoint>>,
    Path(model): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = serde_json::from_slice(&body).expect("the SDK sends JSON");
    endpoint.heard.lock().expect("no panic while held").push((model, body));
    endpoint.signed.store(headers.contains_key("authorization"), Ordering::Relaxed);
    let act = endpoint.script.lock().expect("no panic while held").pop_front().expect("the script is long enough");
    match act {
        Act::Answer(answer) => axum::Json(answer).into_response(),
        Act::Raw(text) => ([("content-type", "application/json")], text).into_response(),
        Act::Fail(status, kind, message) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, [("x-amzn-errortype", kind)], axum::Json(json!({ "message": message }))).into_response()
        }
        Act::Stall => {
            tokio::time::sleep(Duration::from_mins(1)).await;
            StatusCode::OK.into_response()
        }
    }
}

pub(super) async fn play(
    script: impl IntoIterator<Item = Act>,
    change: impl FnOnce(&mut ReviewerConfig),
) -> (Reviewer, Arc<Endpoint>) {
    let endpoint = Arc::new(Endpoint { script: Mutex::new(script.into_iter().collect()), ..Endpoint::default() });
    let routes = axum::Router::new().route("/model/{id}/converse", post(converse)).with_state(Arc::clone(&endpoint));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let mut config = ReviewerConfig {
        model_ids: MODELS.map(str::to_owned).to_vec(),
        endpoint_url: Some(url),
        stand_in_credentials: true,
        ..ReviewerConfig::default()
    };
    change(&mut config);
    (Reviewer::connect(config).await, endpoint)
}

pub(super) fn stopped(stop_reason: &str, input: &Value) -> Act {
    let tool = json!({ "toolUse": { "toolUseId": "t1", "name": "review_answer", "input": input } });
    Act::Answer(json!({
        "output": { "message": { "role": "assistant", "content": [{ "text": "Let me see." }, tool] } },
        "stopReason": stop_reason,
        "usage": { "inputTokens": 1_000, "outputTokens": 100, "totalTokens": 1_100 },
        "metrics": { "latencyMs": 5 },
    }))
}

pub(super) fn good() -> Act {
    stopped("tool_use", &json!({"explanation": "It never ends.", "confidence": "high"}))
}

pub(super) fn broken() -> Act {
    stopped("tool_use", &json!({"explanation": "It never", "patch": {"start_line": 1}}))
}

pub(super) fn busy() -> Act {
    Act::Fail(429, "ThrottlingException", "slow down")
}
