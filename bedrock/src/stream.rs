//! Reads an answer from a stream of events.
//!
//! The SDK has no limits for streams: it would wait for a stalled stream without end, and a stream that just ends looks
//! like success. So each event has a time limit here, and only a stream with both of its last events is an answer.

use std::time::{Duration, Instant};

use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamOutput;
use aws_sdk_bedrockruntime::types::{ContentBlockDelta, ContentBlockStart, ConverseStreamOutput as Event};
use serde_json::Value;

use crate::Usage;
use crate::failure::{Failure, FailureKind};
use crate::response::{self, Received};
use review::answer::{self, Form};
use review::partial::PartialAnswer;

/// Receives the explanation piece by piece.
pub(super) type Sink<'a> = &'a mut (dyn FnMut(&str) + Send);

/// The answer of a stream so far.
pub(super) struct StreamReader<'a> {
    form: Form,
    /// The longest pause between two events.
    idle_timeout: Duration,
    sink: Sink<'a>,
    /// The answer's JSON: the tool's input, or the text.
    answer: PartialAnswer,
    /// The first tool that was called, and its index among the blocks of the answer.
    tool: Option<(String, i32)>,
    text: String,
    stop_reason: Option<String>,
    usage: Option<Usage>,
}

impl<'a> StreamReader<'a> {
    pub(super) fn new(form: Form, idle_timeout: Duration, sink: Sink<'a>) -> Self {
        let answer = PartialAnswer::default();
        Self { form, idle_timeout, sink, answer, tool: None, text: String::new(), stop_reason: None, usage: None }
    }

    /// The part of the explanation that the sink got.
    pub(super) fn passed_on(&self) -> Option<String> {
        self.answer.has_begun().then(|| self.answer.explanation())
    }

    /// Reads the stream to its end.
    pub(super) async fn read(&mut self, stream: ConverseStreamOutput, deadline: Instant) -> Result<Received, Failure> {
        let mut events = stream.stream;
        loop {
            if let (Some(stop_reason), Some(usage)) = (&self.stop_reason, self.usage) {
                return Ok(self.received(stop_reason.clone(), usage));
            }
            let until = deadline.min(Instant::now() + self.idle_timeout);
            match tokio::time::timeout_at(until.into(), events.recv()).await {
                Err(_) if until == deadline => return Err(Failure::timeout()),
                Err(_) => return Err(Failure::new(FailureKind::Timeout, "Stalled")),
                Ok(Err(error)) => return Err(error.into()),
                Ok(Ok(None)) => return Err(Failure::new(FailureKind::Unfinished, "StreamEnded")),
                Ok(Ok(Some(event))) => self.handle(&event),
            }
        }
    }

    fn handle(&mut self, event: &Event) {
        match event {
            Event::ContentBlockStart(start) => {
                if let (None, Some(ContentBlockStart::ToolUse(tool))) = (&self.tool, start.start()) {
                    self.tool = Some((tool.name().to_owned(), start.content_block_index()));
                }
            }
            Event::ContentBlockDelta(delta) => match delta.delta() {
                Some(ContentBlockDelta::ToolUse(input)) => {
                    self.add_tool_input(delta.content_block_index(), input.input());
                }
                Some(ContentBlockDelta::Text(text)) => self.add_text(text),
                _ => {}
            },
            Event::MessageStop(stop) => self.stop_reason = Some(stop.stop_reason().as_str().to_owned()),
            Event::Metadata(metadata) => self.usage = metadata.usage().map(response::usage),
            _ => {}
        }
    }

    fn add_tool_input(&mut self, index: i32, fragment: &str) {
        let is_review_tool = self.tool.as_ref().is_some_and(|(name, at)| name == answer::TOOL && *at == index);
        if is_review_tool && self.form == Form::Tool {
            self.grow(fragment);
        }
    }

    fn add_text(&mut self, text: &str) {
        self.text.push_str(text);
        if self.form == Form::Json {
            self.grow(text);
        }
    }

    fn grow(&mut self, fragment: &str) {
        if let Some(new) = self.answer.push(fragment) {
            (self.sink)(&new);
        }
    }

    fn received(&self, stop_reason: String, usage: Usage) -> Received {
        let json = self.answer.json();
        // An incomplete answer stays a string, from which the explanation may still be read.
        let input = || serde_json::from_str(json).unwrap_or_else(|_| Value::from(json));
        let tool = self.tool.as_ref().map(|(name, _)| (name.clone(), input()));
        Received { form: self.form, stop_reason, usage, tool, text: self.text.clone() }
    }
}
