//! Answers as the service sends them: the message, why it stopped, what it cost.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::review::{Answer, DISCLAIMER};

use super::request::{Form, Request};

/// How many characters count as one token.
const PER_TOKEN: usize = 4;

/// What the assistant says and why it stops.
pub(super) struct Reply {
    content: Content,
    stop: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Content {
    Text(String),
    ToolUse(ToolUse),
}

#[derive(Serialize)]
struct ToolUse {
    #[serde(rename = "toolUseId")]
    id: String,
    name: String,
    input: Input,
}

/// The tool's input: an answer, or as much of one as the tokens allowed.
#[derive(Serialize)]
#[serde(untagged)]
enum Input {
    Whole(Answer),
    Cut { explanation: String },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    output: Output<'a>,
    stop_reason: &'static str,
    usage: Usage,
    metrics: Metrics,
}

#[derive(Serialize)]
struct Output<'a> {
    message: Message<'a>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: [&'a Content; 1],
}

#[derive(Serialize)]
struct Usage {
    #[serde(rename = "inputTokens")]
    input: usize,
    #[serde(rename = "outputTokens")]
    output: usize,
    #[serde(rename = "totalTokens")]
    total: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    latency_ms: u128,
}

impl Reply {
    /// Plain text that ends its turn.
    pub(super) fn text(request: &Request, text: String) -> Self {
        let mut reply = Self { content: Content::Text(text), stop: "end_turn" };
        reply.fit(request);
        reply
    }

    /// The review in the form that was asked for.
    pub(super) fn answer(request: &Request, answer: Answer) -> Self {
        let text = match &request.form {
            Form::Tool(name) => {
                let mut reply = Self {
                    content: Content::ToolUse(ToolUse {
                        id: next_tool_use_id(),
                        name: name.clone(),
                        input: Input::Whole(answer),
                    }),
                    stop: "tool_use",
                };
                reply.fit(request);
                return reply;
            }
            Form::Json => serde_json::to_string(&answer).unwrap_or_default(),
            Form::Prose => prose(&answer),
        };
        Self::text(request, text)
    }

    /// Cuts what exceeds the tokens the request allows.
    fn fit(&mut self, request: &Request) {
        let Some(most) = request.max_tokens else {
            return;
        };
        if self.tokens() > most {
            self.cut_to(most.saturating_mul(PER_TOKEN));
        }
    }

    /// Cuts the answer as if the tokens had run out half-way. What it is still stands in its first line.
    pub(super) fn cut_in_half(&mut self) {
        let length = match &self.content {
            Content::Text(text) => text.chars().count(),
            Content::ToolUse(tool) => tool.input.explanation().chars().count(),
        };
        self.cut_to((length / 2).max(DISCLAIMER.len()));
    }

    fn cut_to(&mut self, characters: usize) {
        let kept = |text: &str| text.chars().take(characters).collect::<String>();
        match &mut self.content {
            Content::Text(text) => *text = kept(text),
            Content::ToolUse(tool) => {
                let explanation = kept(tool.input.explanation());
                tool.input = Input::Cut { explanation };
            }
        }
        self.stop = "max_tokens";
    }

    fn tokens(&self) -> usize {
        let length = match &self.content {
            Content::Text(text) => text.chars().count(),
            Content::ToolUse(tool) => serde_json::to_string(&tool.input).map_or(0, |json| json.chars().count()),
        };
        length.div_ceil(PER_TOKEN)
    }

    pub(super) fn send(self, request: &Request, started: Instant) -> Response {
        let input = request.input.div_ceil(PER_TOKEN);
        let output = self.tokens();
        let wire = Wire {
            output: Output { message: Message { role: "assistant", content: [&self.content] } },
            stop_reason: self.stop,
            usage: Usage { input, output, total: input + output },
            metrics: Metrics { latency_ms: started.elapsed().as_millis() },
        };
        Json(wire).into_response()
    }
}

impl Input {
    fn explanation(&self) -> &str {
        match self {
            Self::Whole(answer) => &answer.explanation,
            Self::Cut { explanation } => explanation,
        }
    }
}

fn next_tool_use_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("tooluse_local{:016x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The answer for a reader: the explanation, then the suggested code in a fence that the code cannot close.
fn prose(answer: &Answer) -> String {
    let Some(code) = &answer.suggested_code else {
        return answer.explanation.clone();
    };
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{}\n\n{fence}\n{code}\n{fence}", answer.explanation)
}
