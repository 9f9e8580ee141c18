//! A client that is connected to the local endpoint over a socket.

use std::time::{Duration, Instant};

use bedrock_local::{Act, LocalBedrock};
use serde_json::{Value, json};

use crate::{AiError, Reviewed, Reviewer, ReviewerConfig};
use review::fence::Fence;
use review::prompt::{Prompt, Question};

/// The models of the tests' configuration.
pub(super) const MODELS: [&str; 2] = ["us.first-v1:0", "us.second"];

/// A client, and the endpoint that plays a script for it.
pub(super) struct Connection {
    pub(super) reviewer: Reviewer,
    pub(super) endpoint: LocalBedrock,
}

pub(super) async fn play(script: impl Into<Vec<Act>>) -> Connection {
    play_with(script, |_| {}).await
}

pub(super) async fn play_with(script: impl Into<Vec<Act>>, change: impl FnOnce(&mut ReviewerConfig)) -> Connection {
    let endpoint = LocalBedrock::start().expect("a free port");
    endpoint.script(script.into());
    let mut config = ReviewerConfig {
        model_ids: MODELS.map(str::to_owned).to_vec(),
        endpoint_url: Some(endpoint.url.clone()),
        stand_in_credentials: true,
        ..ReviewerConfig::default()
    };
    change(&mut config);
    Connection { reviewer: Reviewer::connect(config).await, endpoint }
}

/// A question about this code.
pub(super) fn prompt(code: &str) -> Prompt {
    let question = Question { language: "Rust", filename: "a.rs", code, selection: None, history: &[], text: "Why?" };
    Prompt::build(&Fence::new(b"key", "session", 1), &question).expect("small")
}

/// The text that the sink got, and the result of the question.
pub(super) type Streamed = (String, Result<Reviewed, AiError>);

impl Connection {
    pub(super) async fn ask(&self) -> Result<Reviewed, AiError> {
        self.ask_within(Duration::from_secs(30)).await
    }

    pub(super) async fn ask_within(&self, time: Duration) -> Result<Reviewed, AiError> {
        self.reviewer.ask(&prompt("loop {}"), None, Instant::now() + time).await
    }

    pub(super) async fn stream(&self) -> Streamed {
        self.stream_within(Duration::from_secs(30)).await
    }

    pub(super) async fn stream_within(&self, time: Duration) -> Streamed {
        let mut passed_on = String::new();
        let mut sink = |text: &str| {
            assert!(!text.is_empty(), "no piece is empty");
            passed_on.push_str(text);
        };
        let found = self.reviewer.ask_streaming(&prompt("loop {}"), None, Instant::now() + time, &mut sink).await;
        (passed_on, found)
    }

    /// Waits until the endpoint notices that the client closed its first connection.
    pub(super) async fn first_call_is_cancelled(&self) {
        let cancelled = async {
            while !self.endpoint.seen()[0].cancelled {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), cancelled).await.expect("the client closes the connection");
    }

    /// The request bodies, oldest first.
    pub(super) fn bodies(&self) -> Vec<Value> {
        self.endpoint.seen().into_iter().map(|seen| seen.body).collect()
    }

    /// The models that were called, in order.
    pub(super) fn models(&self) -> Vec<String> {
        self.endpoint.seen().into_iter().map(|seen| seen.model_id).collect()
    }

    /// The number of calls.
    pub(super) fn calls(&self) -> usize {
        self.endpoint.seen().len()
    }
}

pub(super) fn good() -> Act {
    Act::say("tool_use", json!({"explanation": "It never ends.", "confidence": "high"}))
}

/// A malformed answer with a readable part.
pub(super) fn broken() -> Act {
    Act::say("malformed_tool_use", json!({"explanation": "It never"}))
}

pub(super) fn busy() -> Act {
    Act::fault(429, "ThrottlingException", "slow down")
}

pub(super) fn invalid(message: &str) -> Act {
    Act::fault(400, "ValidationException", message)
}

pub(super) fn raw(body: &str) -> Act {
    Act::Raw { status: 200, body: body.to_owned() }
}
