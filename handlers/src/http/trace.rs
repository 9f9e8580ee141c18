//! Tracing of requests: the trace id, the user, and one log line for each request.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use bedrock::Usage;
use model::{CallCost, Clock, Ids};
use tokio::sync::oneshot;
use tracing::{Instrument as _, Span};

use crate::error::ErrorCode;
use crate::http::metrics::{Measured, Metrics};
use crate::http::request_cost::RequestCost;

/// The header of every response with the trace id.
pub const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// The label of requests without a route.
const NO_ROUTE: &str = "(no route)";

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

tokio::task_local! {
    static REQUEST: Arc<CurrentRequest>;
}

/// The time of arrival, from the outermost layer.
#[derive(Clone, Copy, Debug)]
pub struct Arrival(pub Instant);

/// The current request.
struct CurrentRequest {
    id: Arc<str>,
    /// The trace id in the request's header, from a gateway or a client.
    sent_id: Option<String>,
    user: OnceLock<String>,
    usage: Mutex<Usage>,
    span: Span,
    details: Details,
    /// The continuation that finishes the request, if its response is streamed.
    continuation: Mutex<Option<oneshot::Sender<(Done, Follower)>>>,
}

impl CurrentRequest {
    fn new(id: Arc<str>, span: Span) -> Self {
        Self {
            id,
            sent_id: None,
            user: OnceLock::new(),
            usage: Mutex::default(),
            span,
            details: Details::Omitted,
            continuation: Mutex::default(),
        }
    }

    fn usage(&self) -> Usage {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request with a streamed response. Its line is logged at the end of the stream.
pub struct Continuation {
    known: Arc<CurrentRequest>,
    done: oneshot::Receiver<(Done, Follower)>,
}

impl Continuation {
    /// Ends the request, with the error of the stream and the calls since its head.
    pub async fn end(self, code: Option<ErrorCode>, calls: Vec<CallCost>) {
        let Ok((mut done, follower)) = self.done.await else { return };
        done.code = code;
        done.cost.get_or_insert_with(|| RequestCost(Vec::new())).0.extend(calls);
        done.finish(&self.known, &follower);
    }
}

/// The dependencies of [`follow`].
#[derive(Clone)]
pub struct Follower {
    ids: Ids,
    clock: Clock,
    metrics: Metrics,
    details: Details,
}

/// Whether errors include their causes for the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Details {
    /// No, because causes reveal internals of the service.
    #[default]
    Omitted,
    /// Yes, on a developer's machine.
    Included,
}

impl Follower {
    /// A follower that omits the causes of errors.
    #[must_use]
    pub const fn new(ids: Ids, clock: Clock, metrics: Metrics) -> Self {
        Self { ids, clock, metrics, details: Details::Omitted }
    }

    /// Sets whether errors include their causes.
    #[must_use]
    pub fn with_details(self, details: Details) -> Self {
        Self { details, ..self }
    }
}

/// The trace id of the current request; `None` outside of [`follow`].
#[must_use]
pub fn current_id() -> Option<Arc<str>> {
    REQUEST.try_with(|request| Arc::clone(&request.id)).ok()
}

/// Whether errors of the current request include their causes.
pub(crate) fn includes_details() -> bool {
    REQUEST.try_with(|request| request.details == Details::Included).unwrap_or_default()
}

/// Sets the user of the request, for its log line and all later lines. Only the first call has an effect.
pub fn identify(user: impl fmt::Display) {
    let _ = REQUEST.try_with(|request| {
        let user = request.user.get_or_init(|| user.to_string());
        request.span.record("user_id", user);
    });
}

/// Adds tokens and cost of the model to the metrics of the request.
pub fn spent(usage: Usage) {
    let _ = REQUEST.try_with(|request| request.usage.lock().unwrap_or_else(PoisonError::into_inner).add(usage));
}

/// Runs a future as part of the request with this trace id.
pub async fn within<F: Future>(id: impl Into<Arc<str>>, future: F) -> F::Output {
    REQUEST.scope(Arc::new(CurrentRequest::new(id.into(), Span::none())), future).await
}

/// The same on a developer's machine.
#[cfg(test)]
pub(crate) async fn within_development<F: Future>(id: impl Into<Arc<str>>, future: F) -> F::Output {
    let known = CurrentRequest { details: Details::Included, ..CurrentRequest::new(id.into(), Span::none()) };
    REQUEST.scope(Arc::new(known), future).await
}

/// Carries the current request into a future, for instance of a separate task.
pub fn carried<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let known = REQUEST.try_with(Arc::clone).ok();
    async move {
        let Some(known) = known else { return future.await };
        let span = known.span.clone();
        REQUEST.scope(known, future.instrument(span)).await
    }
}

/// Defers the request's log line to the end of its stream. Call it before the head of the response is returned.
#[must_use]
pub fn continues() -> Option<Continuation> {
    let known = REQUEST.try_with(Arc::clone).ok()?;
    let (finisher, done) = oneshot::channel();
    *known.continuation.lock().unwrap_or_else(PoisonError::into_inner) = Some(finisher);
    Some(Continuation { known, done })
}

/// Middleware: creates a trace id, returns it in a header, and writes one log line and one line of metrics when the
/// response is ready. The log line contains method, route, status, error code, time, user and cost, and never the path,
/// a header or a body.
pub async fn follow(State(follower): State<Follower>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    request.extensions_mut().insert(Arrival(began));
    // Ids from requests are not used: a client could repeat one or use another client's.
    let id: Arc<str> = follower.ids.token().simple().to_string().into();
    let sent_id = sent_id(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = tracing::info_span!("request", trace_id = &*id, user_id = tracing::field::Empty);
    let known = Arc::new(CurrentRequest {
        sent_id,
        details: follower.details,
        ..CurrentRequest::new(Arc::clone(&id), span.clone())
    });
    let answer = next.run(request).instrument(span);
    let mut response = REQUEST.scope(Arc::clone(&known), answer).await;
    let done = Done::of(method, route, &response, began);
    let continuation = known.continuation.lock().unwrap_or_else(PoisonError::into_inner).take();
    match continuation {
        // The receiver is dropped only when the process ends.
        Some(finisher) => drop(finisher.send((done, follower))),
        None => done.finish(&known, &follower),
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(TRACE_ID, value);
    }
    response
}

/// A request whose response is ready.
struct Done {
    method: Method,
    route: Option<MatchedPath>,
    status: u16,
    code: Option<ErrorCode>,
    began: Instant,
    cost: Option<RequestCost>,
}

impl Done {
    fn of(method: Method, route: Option<MatchedPath>, response: &Response, began: Instant) -> Self {
        Self {
            method,
            route,
            status: response.status().as_u16(),
            code: response.extensions().get().copied(),
            began,
            cost: response.extensions().get::<RequestCost>().cloned(),
        }
    }

    fn finish(&self, known: &CurrentRequest, follower: &Follower) {
        let duration_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.log(known, duration_ms);
        self.measure(known, follower, duration_ms);
    }

    fn route(&self) -> Option<&str> {
        self.route.as_ref().map(MatchedPath::as_str)
    }

    /// Logs outside of the request's span, because the line has the fields of the span itself.
    fn log(&self, known: &CurrentRequest, duration_ms: u64) {
        let Self { status, code, .. } = *self;
        let code = code.map(ErrorCode::as_str);
        let (method, route) = (self.method(), self.route().unwrap_or(NO_ROUTE));
        let user_id = known.user.get().map(String::as_str);
        let (trace_id, sent_trace_id) = (&*known.id, known.sent_id.as_deref());
        let table_calls = self.cost.as_ref().map(RequestCost::patterns);
        let total = self.cost.as_ref().map(RequestCost::total);
        tracing::info!(
            method,
            route,
            status,
            code,
            duration_ms,
            user_id,
            trace_id,
            sent_trace_id,
            table_calls,
            table_requests = total.map(|total| total.requests),
            rcu = total.map(|total| total.rcu),
            wcu = total.map(|total| total.wcu),
            "{method} {route} {status}"
        );
    }

    fn measure(&self, known: &CurrentRequest, follower: &Follower, duration_ms: u64) {
        let endpoint = self.endpoint();
        follower.metrics.write(&Measured {
            at: follower.clock.now(),
            endpoint: &endpoint,
            status: self.status,
            code: self.code,
            trace_id: &known.id,
            duration_ms,
            table: self.cost.as_ref().map(RequestCost::total).unwrap_or_default(),
            model: known.usage(),
        });
    }

    /// The method, or `OTHER` for an unknown one, because a client could write into the log with it.
    fn method(&self) -> &str {
        let method = self.method.as_str();
        METHODS.iter().find(|known| **known == method).copied().unwrap_or("OTHER")
    }

    /// The method and the route. Unmatched paths and unknown methods share one label, so that clients cannot create
    /// metrics.
    fn endpoint(&self) -> Cow<'static, str> {
        match self.route() {
            Some(route) if METHODS.contains(&self.method.as_str()) => format!("{} {route}", self.method).into(),
            _ => NO_ROUTE.into(),
        }
    }
}

/// The root of the request's `x-amzn-trace-id`, which the gateway sets or passes on. Ignores malformed values, because
/// the root is logged.
fn sent_id(headers: &HeaderMap) -> Option<String> {
    let header = headers.get("x-amzn-trace-id")?.to_str().ok()?;
    let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
    let mut parts = root.split('-');
    let is_hex = |part: Option<&str>, digits| {
        part.is_some_and(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    let well_formed =
        parts.next() == Some("1") && is_hex(parts.next(), 8) && is_hex(parts.next(), 24) && parts.next().is_none();
    well_formed.then(|| root.to_owned())
}

#[cfg(test)]
mod tests;
