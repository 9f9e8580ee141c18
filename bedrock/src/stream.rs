//! An answer in pieces: what a stream of events says, as long as it keeps going.
//!
//! The SDK watches over no stream: one that stands still would be waited for without end, and one that just ends looks like
//! success. So every event has a limit here, and only a stream with both its last events is an answer.

use std::time::{Duration, Instant};

use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamOutput;
use aws_sdk_bedrockruntime::types::{ContentBlockDelta, ContentBlockStart, ConverseStreamOutput as Event};
use serde_json::Value;

use crate::Usage;
use crate::failure::{Failure, Kind};
use crate::response::{self, Received};
use review::answer::{self, Form};
use review::partial::Growing;

/// Takes the explanation as it grows, piece by piece.
pub(super) type Sink<'a> = &'a mut (dyn FnMut(&str) + Send);

/// An answer that is being written.
pub(super) struct Writing<'a> {
    form: Form,
    /// How long it may say nothing.
    pause: Duration,
    sink: Sink<'a>,
    /// The answer's JSON, be it the tool's input or the text.
    answer: Growing,
    /// The tool that was called first, and its place among the blocks of the answer.
    tool: Option<(String, i32)>,
    text: String,
    stop_reason: Option<String>,
    usage: Option<Usage>,
}

impl<'a> Writing<'a> {
    pub(super) fn new(form: Form, pause: Duration, sink: Sink<'a>) -> Self {
        let answer = Growing::default();
        Self { form, pause, sink, answer, tool: None, text: String::new(), stop_reason: None, usage: None }
    }

    /// What of the explanation was passed on.
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
            let until = deadline.min(Instant::now() + self.pause);
            match tokio::time::timeout_at(until.into(), events.recv()).await {
                Err(_) if until == deadline => return Err(Failure::timeout()),
                Err(_) => return Err(Failure::new(Kind::Timeout, "Stalled")),
                Ok(Err(error)) => return Err(error.into()),
                Ok(Ok(None)) => return Err(Failure::new(Kind::Unfinished, "StreamEnded")),
                Ok(Ok(Some(event))) => self.take(&event),
            }
        }
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::ContentBlockStart(start) => {
                if let (None, Some(ContentBlockStart::ToolUse(tool))) = (&self.tool, start.start()) {
                    self.tool = Some((tool.name().to_owned(), start.content_block_index()));
                }
            }
            Event::ContentBlockDelta(delta) => match delta.delta() {
                Some(ContentBlockDelta::ToolUse(input)) => {
                    self.take_input(delta.content_block_index(), input.input());
                }
                Some(ContentBlockDelta::Text(text)) => self.take_text(text),
                _ => {}
            },
            Event::MessageStop(stop) => self.stop_reason = Some(stop.stop_reason().as_str().to_owned()),
            Event::Metadata(metadata) => self.usage = metadata.usage().map(response::usage),
            _ => {}
        }
    }

    fn take_input(&mut self, index: i32, fragment: &str) {
        let ours = self.tool.as_ref().is_some_and(|(name, at)| name == answer::TOOL && *at == index);
        if ours && self.form == Form::Tool {
            self.grow(fragment);
        }
    }

    fn take_text(&mut self, text: &str) {
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
        // What is not whole stays a string, of which the explanation may still be read.
        let input = || serde_json::from_str(json).unwrap_or_else(|_| Value::from(json));
        let tool = self.tool.as_ref().map(|(name, _)| (name.clone(), input()));
        Received { form: self.form, stop_reason, usage, tool, text: self.text.clone() }
    }
}
