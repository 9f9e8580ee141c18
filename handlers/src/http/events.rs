//! Streamed responses: server-sent events from a separate task.

use std::convert::Infallible;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream;
use http_body_util::BodyExt as _;
use model::limits::HEARTBEAT;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::error::{ApiError, ApiResult, BoxError, caught};
use crate::http::{accept, failure, trace};
use crate::state::Ctx;

/// Tells nginx and proxies based on it not to buffer the stream.
const BUFFERING: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// The events of one response. After its end, or after the client disconnects, events are dropped.
#[derive(Clone)]
pub(crate) struct Events(mpsc::UnboundedSender<Frame>);

enum Frame {
    Event(Event),
    End,
}

impl Events {
    /// Sends an event with this JSON.
    pub(crate) fn send(&self, name: &str, data: &impl Serialize) {
        let event = Event::default().event(name).json_data(data).expect("events are JSON");
        self.push(Frame::Event(event));
    }

    fn push(&self, frame: Frame) {
        // The task continues after the client disconnects.
        let _ = self.0.send(frame);
    }
}

/// Whether the client requests a stream.
pub(crate) fn are_wanted(headers: &HeaderMap) -> bool {
    accept::prefers(headers, "text/event-stream", "application/json")
}

/// A response whose head is sent at once, and whose events `write` sends in a separate task. Its failure becomes the
/// event `error`. The request's log line is written at the end, even after the client disconnects.
pub(crate) fn answer<F>(ctx: &Ctx, write: impl FnOnce(Events) -> F) -> Response
where
    F: Future<Output = ApiResult<()>> + Send + 'static,
{
    let (sender, receiver) = mpsc::unbounded_channel();
    let (events, ctx, continuation) = (Events(sender), ctx.clone(), trace::continues());
    let written = write(events.clone());
    tokio::spawn(trace::carried(async move {
        let outcome = caught(written).await;
        let code = outcome.as_ref().err().map(ApiError::code);
        if let Err(error) = outcome {
            events.send("error", &failure::envelope(error));
        }
        // The log line is first: Lambda freezes a process as soon as its response ends.
        if let Some(continuation) = continuation {
            continuation.end(code, ctx.calls()).await;
        }
        events.push(Frame::End);
    }));
    sent(receiver)
}

/// The body of a stream with these events: a name and JSON each. For the fuzz targets.
///
/// # Errors
/// When the body cannot be read.
pub async fn body_of(events: &[(&str, Value)]) -> Result<Vec<u8>, BoxError> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let sink = Events(sender);
    for (name, data) in events {
        sink.send(name, data);
    }
    sink.push(Frame::End);
    Ok(sent(receiver).into_body().collect().await?.to_bytes().into())
}

/// The response with these events. A comment every few seconds keeps the connection open.
fn sent(receiver: mpsc::UnboundedReceiver<Frame>) -> Response {
    let events = stream::unfold(receiver, |mut receiver| async move {
        match receiver.recv().await? {
            Frame::Event(event) => Some((Ok::<_, Infallible>(event), receiver)),
            Frame::End => None,
        }
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    let (name, value) = BUFFERING;
    response.headers_mut().insert(name, value);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::Instant;

    /// The next frame of a response, and the seconds since an instant.
    async fn next(answer: &mut Response, since: Instant) -> (String, u64) {
        let frame = answer.body_mut().frame().await.expect("it goes on").expect("nothing fails");
        let text = String::from_utf8(frame.into_data().expect("no trailers").to_vec()).expect("events are text");
        (text, since.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_sends_a_comment_every_ten_seconds() {
        let (sender, receiver) = mpsc::unbounded_channel();
        let (events, mut answer, began) = (Events(sender), sent(receiver), Instant::now());
        assert_eq!(next(&mut answer, began).await, (":\n\n".to_owned(), 10));
        assert_eq!(next(&mut answer, began).await, (":\n\n".to_owned(), 20));
        tokio::time::sleep(Duration::from_secs(4)).await;
        events.send("delta", &"a");
        assert_eq!(next(&mut answer, began).await, ("event: delta\ndata: \"a\"\n\n".to_owned(), 24));
        assert_eq!(next(&mut answer, began).await, (":\n\n".to_owned(), 34), "counted from the last event");
        events.push(Frame::End);
        assert!(answer.body_mut().frame().await.is_none(), "it ends");
    }
}
