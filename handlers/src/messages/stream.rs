//! The answer as server-sent events, for clients that want to show it while it is written.

use std::convert::Infallible;

use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::{Stream, StreamExt as _, stream};
use serde::Serialize;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use crate::error::{ApiError, ApiResult};
use crate::http::trace;
use crate::messages::once::{Outcome, Request};
use crate::messages::post::NewMessage;

/// Whether the client asks for a stream.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .any(|kind| kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream")))
}

/// Runs the request, and answers as soon as there is something to tell. What fails before that has its own status; after
/// it, the stream ends with the error. The run is a task of its own: whoever hangs up finds its answer stored.
pub(super) async fn answer(request: Request, new: NewMessage) -> ApiResult<Response> {
    let (deltas, mut pieces) = mpsc::unbounded_channel::<String>();
    let (ended, outcome) = oneshot::channel();
    let (told, end) = oneshot::channel();
    let (goes_on, head_is_sent) = oneshot::channel::<Option<trace::Continuation>>();
    tokio::spawn(trace::carried(async move {
        let request = Request { deltas: Some(deltas), ..request };
        let outcome = request.run(&new).await;
        let ctx = request.ctx.clone();
        // Who reads the pieces sees their end.
        drop(request);
        let code = outcome.as_ref().err().map(ApiError::code);
        let Ok(continuation) = head_is_sent.await else {
            let _ = ended.send(outcome);
            return;
        };
        // Here, not where the events are sent: an error is logged, under its request, also when nobody listens any more.
        let _ = told.send(last(outcome));
        if let Some(continuation) = continuation {
            continuation.end(code, ctx.calls()).await;
        }
    }));
    let Some(first) = pieces.recv().await else {
        drop(goes_on);
        let outcome = outcome.await.map_err(ApiError::internal)??;
        return Ok(events(stream::iter(last(Ok(outcome)))));
    };
    let _ = goes_on.send(trace::continues());
    let rest = stream::unfold(pieces, |mut pieces| async move { Some((pieces.recv().await?, pieces)) });
    let deltas = stream::iter([first]).chain(rest).map(|text| event("delta", &json!({ "text": text })));
    let end = trace::carried(async { end.await.unwrap_or_else(|gone| last(Err(ApiError::internal(gone)))) });
    Ok(events(deltas.chain(stream::once(end).flat_map(stream::iter))))
}

fn events(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(KeepAlive::default()).into_response()
}

/// The events that end a stream.
fn last(outcome: ApiResult<Outcome>) -> Vec<Event> {
    match outcome {
        Ok(outcome) => {
            let posted = outcome.shown();
            let patch = posted.patch().map(|patch| event("patch", patch));
            patch.into_iter().chain([event("done", &posted)]).collect()
        }
        Err(error) => vec![event("error", &error.told())],
    }
}

fn event(name: &str, data: &impl Serialize) -> Event {
    Event::default().event(name).json_data(data).expect("what we show is JSON without surprises")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_stream_is_for_those_who_ask_for_one() {
        for (accept, wanted) in [
            ("text/event-stream", true),
            ("application/json, Text/Event-Stream;q=0.9", true),
            ("application/json", false),
            ("*/*", false),
            ("text/event-stream2", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(is_wanted(&headers), wanted, "{accept}");
        }
        assert!(!is_wanted(&HeaderMap::new()));
    }
}
