//! An answer as a stream of events, in `application/vnd.amazon.eventstream`.

use std::io;
use std::time::Duration;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures::future::ready;
use futures::stream::{self, BoxStream, StreamExt as _};
use serde_json::{Value, json};

use crate::script::{Fault, Place};
use crate::seen::Pending;

/// The number of characters in an event: few, so that words, escapes and numbers are split too.
const CHARACTERS_PER_EVENT: usize = 7;
/// The wait before a stream's connection closes, so that the first events arrive.
const DELAY_BEFORE_CLOSE: Duration = Duration::from_millis(20);

/// The events of one answer in order, each with its place.
pub(super) struct Events(Vec<(Place, Bytes)>);

/// The content of a stream.
pub(super) struct Parts<'a> {
    /// The id and the name of the called tool. `None` for an answer as text.
    pub(super) tool: Option<(&'a str, &'a str)>,
    /// The answer's text, or the tool's input as JSON.
    pub(super) content: &'a str,
    pub(super) stop: &'a str,
    pub(super) usage: Value,
    pub(super) latency_ms: u64,
}

impl Events {
    pub(super) fn of(parts: &Parts<'_>) -> Self {
        let mut events = vec![(Place::Nothing, event("messageStart", &json!({ "role": "assistant" })))];
        if let Some((id, name)) = parts.tool {
            let start = json!({ "contentBlockIndex": 0, "start": { "toolUse": { "toolUseId": id, "name": name } } });
            events.push((Place::Nothing, event("contentBlockStart", &start)));
        }
        let characters: Vec<char> = parts.content.chars().collect();
        let pieces = characters.chunks(CHARACTERS_PER_EVENT).map(|piece| piece.iter().collect::<String>());
        let half = characters.len().div_ceil(CHARACTERS_PER_EVENT) / 2;
        for (at, piece) in pieces.enumerate() {
            let delta = match parts.tool {
                Some(_) => json!({ "toolUse": { "input": piece } }),
                None => json!({ "text": piece }),
            };
            let place = if at < half { Place::Begun } else { Place::Half };
            events.push((place, event("contentBlockDelta", &json!({ "contentBlockIndex": 0, "delta": delta }))));
        }
        events.push((Place::Half, event("contentBlockStop", &json!({ "contentBlockIndex": 0 }))));
        events.push((Place::Written, event("messageStop", &json!({ "stopReason": parts.stop }))));
        let metrics = json!({ "latencyMs": parts.latency_ms });
        events.push((Place::Stopped, event("metadata", &json!({ "usage": parts.usage, "metrics": metrics }))));
        Self(events)
    }

    /// Sends all events, with a pause before each. The request counts as cancelled if the client closes the connection
    /// before the end.
    pub(super) fn send(self, pace: Duration, pending: Option<Pending>) -> Response {
        let frames = stream::iter(self.0).then(move |(_, frame)| async move {
            if !pace.is_zero() {
                tokio::time::sleep(pace).await;
            }
            Ok(frame)
        });
        respond(frames.boxed(), pending)
    }

    /// Sends the events up to the place, and then the fault.
    pub(super) fn break_off(self, place: Place, fault: &Fault, pending: Option<Pending>) -> Response {
        let (sent, rest): (Vec<_>, Vec<_>) = self.0.into_iter().partition(|(at, _)| at.comes_before(place));
        let sent = stream::iter(sent.into_iter().map(|(_, frame)| Ok(frame)));
        let next = rest.into_iter().next().map(|(_, frame)| frame).unwrap_or_default();
        let last = match fault {
            Fault::Cut => {
                let closes = stream::once(async {
                    tokio::time::sleep(DELAY_BEFORE_CLOSE).await;
                    finish(pending);
                    Err(io::Error::other("scripted"))
                });
                return respond(sent.chain(closes).boxed(), None);
            }
            Fault::Stall => return respond(sent.chain(stream::pending()).boxed(), pending),
            Fault::End => Bytes::new(),
            Fault::Exception(kind, message) => exception(kind, message),
            Fault::BadChecksum => with_wrong_checksum(&next),
            Fault::HalfAnEvent => next.slice(..next.len() / 2),
        };
        respond(sent.chain(stream::iter([Ok(last)])).boxed(), pending)
    }
}

impl Place {
    /// Whether a stream that ends at `end` sends an event at this place.
    fn comes_before(self, end: Self) -> bool {
        (self as u8) < end as u8
    }
}

type Frames = BoxStream<'static, io::Result<Bytes>>;

fn respond(frames: Frames, pending: Option<Pending>) -> Response {
    // Each frame is sent on its own, like the output of a model.
    let paced = frames.then(async |frame| {
        tokio::task::yield_now().await;
        frame
    });
    let end = stream::once(async move {
        finish(pending);
        Ok(Bytes::new())
    });
    let body = paced.chain(end).filter(|frame| ready(!frame.as_ref().is_ok_and(Bytes::is_empty)));
    ([(header::CONTENT_TYPE, "application/vnd.amazon.eventstream")], Body::from_stream(body)).into_response()
}

fn finish(pending: Option<Pending>) {
    if let Some(pending) = pending {
        pending.finish();
    }
}

fn event(name: &'static str, payload: &Value) -> Bytes {
    frame("event", ":event-type", name, payload)
}

fn exception(name: &'static str, message: &str) -> Bytes {
    frame("exception", ":exception-type", name, &json!({ "message": message }))
}

fn frame(kind: &'static str, type_header: &'static str, name: &'static str, payload: &Value) -> Bytes {
    let text = |value: &'static str| HeaderValue::String(value.into());
    let headers = vec![
        Header::new(":message-type", text(kind)),
        Header::new(type_header, text(name)),
        Header::new(":content-type", text("application/json")),
    ];
    let message = Message::new_from_parts(headers, payload.to_string());
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).expect("headers and payload are far below the format's limits");
    bytes.into()
}

/// The last four bytes of a frame are its checksum.
fn with_wrong_checksum(frame: &Bytes) -> Bytes {
    let mut bytes = frame.to_vec();
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    bytes.into()
}
