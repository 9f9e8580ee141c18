//! A client, the local endpoint it asks over a socket, and a question.

use std::time::{Duration, Instant};

use bedrock_local::{Act, LocalBedrock};
use serde_json::{Value, json};

use crate::{AiError, Reviewed, Reviewer, ReviewerConfig};
use review::fence::Fence;
use review::prompt::{Prompt, Question};

/// The models of the tests' configuration.
pub(super) const MODELS: [&str; 2] = ["us.first-v1:0", "us.second"];

/// A client of an endpoint that plays a script.
pub(super) struct Scene {
    pub(super) reviewer: Reviewer,
    pub(super) endpoint: LocalBedrock,
}

pub(super) async fn play(script: impl Into<Vec<Act>>) -> Scene {
    play_with(script, |_| {}).await
}

pub(super) async fn play_with(script: impl Into<Vec<Act>>, change: impl FnOnce(&mut ReviewerConfig)) -> Scene {
    let endpoint = LocalBedrock::start().expect("a free port");
    endpoint.script(script.into());
    let mut config = ReviewerConfig {
        model_ids: MODELS.map(str::to_owned).to_vec(),
        endpoint_url: Some(endpoint.url.clone()),
        stand_in_credentials: true,
        ..ReviewerConfig::default()
    };
    change(&mut config);
    Scene { reviewer: Reviewer::connect(config).await, endpoint }
}

/// A question about this code.
pub(super) fn prompt(code: &str) -> Prompt {
    let question = Question { language: "Rust", filename: "a.rs", code, selection: None, history: &[], text: "Why?" };
    Prompt::build(&Fence::new(b"key", "session", 1), &question).expect("small")
}

/// What a stream passed on, and what came of the question.
pub(super) type Streamed = (String, Result<Reviewed, AiError>);

impl Scene {
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
            assert!(!text.is_empty(), "something is passed on each time");
            passed_on.push_str(text);
        };
        let found = self.reviewer.ask_streaming(&prompt("loop {}"), None, Instant::now() + time, &mut sink).await;
        (passed_on, found)
    }

    /// Waits until the endpoint notices that the client has closed its first connection.
    pub(super) async fn first_call_is_cancelled(&self) {
        let cancelled = async {
            while !self.endpoint.seen()[0].cancelled {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), cancelled).await.expect("the client closes the connection");
    }

    /// What was sent, oldest first.
    pub(super) fn bodies(&self) -> Vec<Value> {
        self.endpoint.seen().into_iter().map(|seen| seen.body).collect()
    }

    /// Who was asked, in order.
    pub(super) fn models(&self) -> Vec<String> {
        self.endpoint.seen().into_iter().map(|seen| seen.model_id).collect()
    }

    /// How many calls there were.
    pub(super) fn calls(&self) -> usize {
        self.endpoint.seen().len()
    }
}

pub(super) fn good() -> Act {
    Act::say("tool_use", json!({"explanation": "It never ends.", "confidence": "high"}))
}

/// An answer that is none, of which something can be read.
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
