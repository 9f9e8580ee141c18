//! `POST /model/{modelId}/converse` and `converse-stream`: check the request, take the next act of the script, send the
//! review.

mod body;
mod check;
mod events;
mod fault;
mod messages;
mod options;
mod reply;
mod request;
mod settings;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt as _, stream};
use serde_json::Value;

use crate::cache::Cache;
use crate::prompt;
use crate::script::{Act, Place, Script};
use crate::seen::{Log, Pending};

pub(crate) use fault::Fault;
use reply::Reply;
use request::Request;

/// The wait before a truncated response closes, so that its first half arrives.
const DELAY_BEFORE_CLOSE: Duration = Duration::from_millis(20);

/// The state that the calls of one endpoint share.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) script: Script,
    pub(crate) cache: Cache,
    /// `None` in [`crate::router`], whose caller cannot read the log.
    pub(crate) log: Option<Log>,
    /// The pause before each event of a streamed answer.
    pub(crate) pace: Duration,
}

/// The form of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Converse,
    ConverseStream,
}

/// The handler of `converse`.
pub(crate) async fn converse(
    State(shared): State<Arc<Shared>>,
    model_id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    respond(&shared, Operation::Converse, model_id, &headers, body).await
}

/// The handler of `converse-stream`.
pub(crate) async fn converse_stream(
    State(shared): State<Arc<Shared>>,
    model_id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    respond(&shared, Operation::ConverseStream, model_id, &headers, body).await
}

async fn respond(
    shared: &Shared,
    operation: Operation,
    model_id: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let started = Instant::now();
    let Ok(Path(model_id)) = model_id else {
        return Fault::invalid("The model identifier is invalid.").into_response();
    };
    let body = body.ok().and_then(|body| serde_json::from_slice::<Value>(&body).ok());
    let pending = shared.log.as_ref().map(|log| {
        let body = body.clone().unwrap_or(Value::Null);
        log.begin(&model_id, body)
    });
    let request = check::signature(headers).and_then(|()| Request::read(&model_id, body.as_ref(), &shared.cache));
    let mut response = match request {
        Ok(request) => {
            Call { operation, request, started, pending, pace: shared.pace }.play(shared.script.next()).await
        }
        Err(fault) => fault_response(fault, pending),
    };
    response.headers_mut().insert("x-amzn-requestid", next_request_id());
    tracing::debug!(model = %model_id, status = response.status().as_u16(), "Answered a Converse call");
    response
}

fn fault_response(fault: Fault, pending: Option<Pending>) -> Response {
    finish(pending);
    fault.into_response()
}

fn finish(pending: Option<Pending>) {
    if let Some(pending) = pending {
        pending.finish();
    }
}

fn next_request_id() -> HeaderValue {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    HeaderValue::from(NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A call that passed the checks.
struct Call {
    operation: Operation,
    request: Request,
    started: Instant,
    pending: Option<Pending>,
    pace: Duration,
}

impl Call {
    async fn play(self, act: Act) -> Response {
        let mut act = act;
        while let Act::Delay(wait, next) = act {
            tokio::time::sleep(wait).await;
            act = *next;
        }
        match act {
            Act::Fault { status, kind, message, retry_after } => {
                fault_response(Fault::new(status, kind, message).retry_after(retry_after), self.pending)
            }
            Act::Raw { status, body } => {
                finish(self.pending);
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
            }
            Act::Reset => {
                finish(self.pending);
                // Unwinds the task of the connection, which closes it. The panic hook does not run.
                std::panic::resume_unwind(Box::new("a scripted reset"))
            }
            Act::Text(text) => {
                let reply = Reply::text(&self.request, text);
                self.send(&reply)
            }
            Act::Say { stop, input } => {
                let reply = Reply::scripted(&self.request, stop, input);
                self.send(&reply)
            }
            Act::Answer | Act::MaxTokens | Act::CutBody | Act::Break(..) | Act::Delay(..) => self.review(&act).await,
        }
    }

    fn send(self, reply: &Reply) -> Response {
        match self.operation {
            Operation::Converse => {
                finish(self.pending);
                reply.send(&self.request, self.started)
            }
            Operation::ConverseStream => reply.events(&self.request, self.started).send(self.pace, self.pending),
        }
    }

    /// Sends the review, complete or truncated. It runs on a blocking thread, because a large file takes long.
    async fn review(self, act: &Act) -> Response {
        let Self { operation, request, started, pending, pace } = self;
        let reviewed = tokio::task::spawn_blocking(move || {
            let answer = prompt::review(request.user_texts());
            (request, answer)
        });
        let Ok((request, answer)) = reviewed.await else {
            return fault_response(Fault::internal(), pending);
        };
        let mut reply = Reply::answer(&request, answer);
        if matches!(act, Act::MaxTokens) {
            reply.truncate_to_half();
        }
        match (act, operation) {
            (Act::Break(place, fault), Operation::ConverseStream) => {
                reply.events(&request, started).break_off(*place, fault, pending)
            }
            (Act::Break(..), Operation::Converse) => fault_response(Fault::internal(), pending),
            (Act::CutBody, Operation::ConverseStream) => {
                reply.events(&request, started).break_off(Place::Half, &crate::script::Fault::Cut, pending)
            }
            (Act::CutBody, Operation::Converse) => {
                finish(pending);
                truncated(reply.send(&request, started)).await
            }
            _ => Self { operation, request, started, pending, pace }.send(&reply),
        }
    }
}

/// Sends half of a body and then closes the connection.
async fn truncated(whole: Response) -> Response {
    let (parts, body) = whole.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return Fault::internal().into_response();
    };
    let half = bytes.slice(..bytes.len() / 2);
    let closes = stream::once(async {
        tokio::time::sleep(DELAY_BEFORE_CLOSE).await;
        Err(std::io::Error::other("scripted"))
    });
    let body = stream::once(async { Ok::<_, std::io::Error>(half) }).chain(closes);
    Response::from_parts(parts, Body::from_stream(body))
}
