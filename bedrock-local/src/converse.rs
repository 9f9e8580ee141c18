//! `POST /model/{modelId}/converse`: the request is checked, the script is asked, the review is sent.

mod check;
mod fault;
mod messages;
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

use crate::review;
use crate::script::Act;
use crate::server::Shared;

pub(crate) use fault::Fault;
use reply::Reply;
use request::Request;

/// How long a cut answer waits before it breaks off, so that its first half has left.
const BEFORE_CUT: Duration = Duration::from_millis(20);

/// The route's handler.
pub(crate) async fn converse(
    State(shared): State<Arc<Shared>>,
    model_id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
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
    let request = check::signature(&headers).and_then(|()| Request::read(body.as_ref()));
    let mut response = match request {
        Ok(request) => play(shared.script.next(), request, started).await,
        Err(fault) => fault.into_response(),
    };
    response.headers_mut().insert("x-amzn-requestid", next_request_id());
    tracing::debug!(model = %model_id, status = response.status().as_u16(), "Answered a Converse call");
    if let Some(pending) = pending {
        pending.finish();
    }
    response
}

fn next_request_id() -> HeaderValue {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    HeaderValue::from(NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn play(act: Act, request: Request, started: Instant) -> Response {
    let mut act = act;
    while let Act::Delay(wait, next) = act {
        tokio::time::sleep(wait).await;
        act = *next;
    }
    match act {
        Act::Fault { status, kind, message } => Fault::new(status, kind, message).into_response(),
        Act::Raw { status, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        Act::Text(text) => Reply::text(&request, text).send(&request, started),
        Act::Answer | Act::MaxTokens | Act::CutBody | Act::Delay(..) => answer(&act, request, started).await,
    }
}

/// The review, whole or cut. It runs beside the async workers: a large file takes a while.
async fn answer(act: &Act, request: Request, started: Instant) -> Response {
    let reviewed = tokio::task::spawn_blocking(move || {
        let answer = review::review(request.user_texts());
        (request, answer)
    });
    let Ok((request, answer)) = reviewed.await else {
        return Fault::internal().into_response();
    };
    let mut reply = Reply::answer(&request, answer);
    if matches!(act, Act::MaxTokens) {
        reply.cut_in_half();
    }
    let whole = reply.send(&request, started);
    if matches!(act, Act::CutBody) {
        return cut(whole).await;
    }
    whole
}

/// Half of a body, after which the connection breaks off.
async fn cut(whole: Response) -> Response {
    let (parts, body) = whole.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return Fault::internal().into_response();
    };
    let half = bytes.slice(..bytes.len() / 2);
    let breaks_off = stream::once(async {
        tokio::time::sleep(BEFORE_CUT).await;
        Err(std::io::Error::other("scripted"))
    });
    let body = stream::once(async { Ok::<_, std::io::Error>(half) }).chain(breaks_off);
    Response::from_parts(parts, Body::from_stream(body))
}
