//! Drains the bodies of refused requests within limits: if the server closes the connection while the client still
//! writes, many clients report a broken pipe instead of the response.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use model::limits::{DRAINED_BYTES, DRAINED_WITHIN};

/// Middleware: reads and drops the rest of the body when the response is ready, up to [`DRAINED_BYTES`] and
/// [`DRAINED_WITHIN`]. Does not read from a client that waits for `100 Continue`, which has not sent a body yet.
pub(super) async fn drained(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let waits = parts.headers.contains_key(header::EXPECT);
    let rest = Rest::of(body);
    let response = next.run(Request::from_parts(parts, Body::new(rest.clone()))).await;
    if !waits || rest.state().is_begun {
        rest.drain(DRAINED_BYTES as u64, DRAINED_WITHIN).await;
    }
    response
}

/// A body that can still be read after its reader was dropped.
#[derive(Clone)]
struct Rest(Arc<Mutex<State>>);

struct State {
    body: Body,
    is_begun: bool,
    is_ended: bool,
}

impl Rest {
    fn of(body: Body) -> Self {
        Self(Arc::new(Mutex::new(State { body, is_begun: false, is_ended: false })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn drain(mut self, bytes: u64, within: Duration) {
        let left = {
            let state = self.state();
            if state.is_ended { 0 } else { state.body.size_hint().lower() }
        };
        if left > bytes {
            return;
        }
        let reading = async {
            let mut read = 0_u64;
            while let Some(Ok(frame)) = self.frame().await
                && read <= bytes
            {
                read += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
        };
        let _ = tokio::time::timeout(within, pin!(reading)).await;
    }
}

impl HttpBody for Rest {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut state = self.state();
        state.is_begun = true;
        if state.is_ended {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut state.body).poll_frame(cx);
        state.is_ended = matches!(polled, Poll::Ready(None | Some(Err(_))));
        polled
    }

    fn is_end_stream(&self) -> bool {
        let state = self.state();
        state.is_ended || state.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.state().body.size_hint()
    }
}
