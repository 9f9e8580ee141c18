//! The service's answers: the message, the stop reason, the usage.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::Json;
use axum::response::{IntoResponse, Response};
use offline_reviewer::{Answer, DISCLAIMER};
use serde::Serialize;
use serde_json::Value;

use super::body::CHARACTERS_PER_TOKEN;
use super::events::{Events, Parts};
use super::request::{Form, Request};

/// The assistant's message and its stop reason.
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

/// The input of the tool call: an answer, a truncated answer, or a scripted value.
#[derive(Serialize)]
#[serde(untagged)]
enum Input {
    Whole(Answer),
    Truncated { explanation: String },
    Scripted(Value),
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
    #[serde(rename = "cacheReadInputTokens")]
    cache_read: usize,
    #[serde(rename = "cacheWriteInputTokens")]
    cache_write: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    latency_ms: u128,
}

impl Reply {
    /// Plain text that ends the turn.
    pub(super) fn text(request: &Request, text: String) -> Self {
        let mut reply = Self { content: Content::Text(text), stop: "end_turn" };
        reply.truncate_to_limit(request);
        reply
    }

    /// The review in the form that the request asks for.
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
                reply.truncate_to_limit(request);
                return reply;
            }
            Form::Json => serde_json::to_string(&answer).unwrap_or_default(),
            Form::Prose => prose(&answer),
        };
        Self::text(request, text)
    }

    /// A scripted value in the form that the request asks for.
    pub(super) fn scripted(request: &Request, stop: &'static str, value: Value) -> Self {
        let content = match &request.form {
            Form::Tool(name) => {
                Content::ToolUse(ToolUse { id: next_tool_use_id(), name: name.clone(), input: Input::Scripted(value) })
            }
            // A string stands for truncated JSON.
            Form::Json | Form::Prose => Content::Text(value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
        };
        let stop = if stop == "tool_use" && !matches!(request.form, Form::Tool(_)) { "end_turn" } else { stop };
        Self { content, stop }
    }

    /// Truncates the answer to the request's token limit.
    fn truncate_to_limit(&mut self, request: &Request) {
        let Some(most) = request.max_tokens else {
            return;
        };
        if self.tokens() > most {
            self.truncate(most.saturating_mul(CHARACTERS_PER_TOKEN));
        }
    }

    /// Truncates the answer as if the tokens had run out half-way. The disclaimer in its first line remains.
    pub(super) fn truncate_to_half(&mut self) {
        let length = match &self.content {
            Content::Text(text) => text.chars().count(),
            Content::ToolUse(tool) => tool.input.explanation().chars().count(),
        };
        self.truncate((length / 2).max(DISCLAIMER.len()));
    }

    fn truncate(&mut self, characters: usize) {
        let kept = |text: &str| text.chars().take(characters).collect::<String>();
        match &mut self.content {
            Content::Text(text) => *text = kept(text),
            Content::ToolUse(tool) => {
                let explanation = kept(tool.input.explanation());
                tool.input = Input::Truncated { explanation };
            }
        }
        self.stop = "max_tokens";
    }

    fn tokens(&self) -> usize {
        let length = match &self.content {
            Content::Text(text) => text.chars().count(),
            Content::ToolUse(tool) => serde_json::to_string(&tool.input).map_or(0, |json| json.chars().count()),
        };
        length.div_ceil(CHARACTERS_PER_TOKEN)
    }

    fn usage(&self, request: &Request) -> Usage {
        let (cached, output) = (request.cached, self.tokens());
        let all = request.input.div_ceil(CHARACTERS_PER_TOKEN);
        let input = all.saturating_sub(cached.read + cached.written);
        let total = input + cached.read + cached.written + output;
        Usage { input, output, total, cache_read: cached.read, cache_write: cached.written }
    }

    pub(super) fn send(&self, request: &Request, started: Instant) -> Response {
        let wire = Wire {
            output: Output { message: Message { role: "assistant", content: [&self.content] } },
            stop_reason: self.stop,
            usage: self.usage(request),
            metrics: Metrics { latency_ms: started.elapsed().as_millis() },
        };
        Json(wire).into_response()
    }

    /// The answer as a stream of events.
    pub(super) fn events(&self, request: &Request, started: Instant) -> Events {
        let json;
        let (tool, content) = match &self.content {
            Content::Text(text) => (None, text.as_str()),
            Content::ToolUse(tool) => {
                json = match &tool.input {
                    Input::Scripted(Value::String(piece)) => piece.clone(),
                    input => serde_json::to_string(input).unwrap_or_default(),
                };
                (Some((&*tool.id, &*tool.name)), json.as_str())
            }
        };
        let usage = serde_json::to_value(self.usage(request)).unwrap_or_default();
        let latency_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Events::of(&Parts { tool, content, stop: self.stop, usage, latency_ms })
    }
}

impl Input {
    fn explanation(&self) -> &str {
        match self {
            Self::Whole(answer) => &answer.explanation,
            Self::Truncated { explanation } => explanation,
            Self::Scripted(value) => value["explanation"].as_str().unwrap_or_default(),
        }
    }
}

fn next_tool_use_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("tooluse_local{:016x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The answer as prose: the explanation, then the suggested code in a fence that is longer than any run of backticks in
/// it.
fn prose(answer: &Answer) -> String {
    let Some(code) = &answer.suggested_code else {
        return answer.explanation.clone();
    };
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{}\n\n{fence}\n{code}\n{fence}", answer.explanation)
}
