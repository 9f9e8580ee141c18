//! What one request is called in the log: its trace id, its user, and the one line it leaves.

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
use crate::http::bill::Bill;
use crate::http::metrics::{Measured, Metrics};

/// The header of every answer that names its request in the log.
pub const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// The label of requests without a route.
const NO_ROUTE: &str = "(no route)";

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

tokio::task_local! {
    static REQUEST: Arc<Known>;
}

/// When a request arrived, before anything of it was read. The outermost layer notes it.
#[derive(Clone, Copy, Debug)]
pub struct Arrival(pub Instant);

/// What is known about the request that is being answered.
struct Known {
    id: Arc<str>,
    /// The id that came with the request: a gateway's, or what a client wrote in its place.
    sent_id: Option<String>,
    user: OnceLock<String>,
    usage: Mutex<Usage>,
    span: Span,
    details: Details,
    /// Who finishes the request, if its answer goes on after its head was sent.
    goes_on: Mutex<Option<oneshot::Sender<(Done, Follower)>>>,
}

impl Known {
    fn new(id: Arc<str>, span: Span) -> Self {
        Self {
            id,
            sent_id: None,
            user: OnceLock::new(),
            usage: Mutex::default(),
            span,
            details: Details::Hidden,
            goes_on: Mutex::default(),
        }
    }

    fn usage(&self) -> Usage {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request whose answer goes on after its head was sent: its line is logged when that ends.
pub struct Continuation {
    known: Arc<Known>,
    done: oneshot::Receiver<(Done, Follower)>,
}

impl Continuation {
    /// The answer ended, with this error if any; `calls` are those that its head's bill does not have.
    pub async fn end(self, code: Option<ErrorCode>, calls: Vec<CallCost>) {
        let Ok((mut done, follower)) = self.done.await else { return };
        done.code = code;
        done.bill.get_or_insert_with(|| Bill(Vec::new())).0.extend(calls);
        done.finish(&self.known, &follower);
    }
}

/// What following a request takes.
#[derive(Clone)]
pub struct Follower {
    ids: Ids,
    clock: Clock,
    metrics: Metrics,
    details: Details,
}

/// Whether an error tells its cause, as the log has it, to the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Details {
    /// No: causes tell how the service is built.
    #[default]
    Hidden,
    /// Yes, on a developer's machine.
    Shown,
}

impl Follower {
    /// One with trace ids and times from here, and with lines of metrics to there.
    #[must_use]
    pub const fn new(ids: Ids, clock: Clock, metrics: Metrics) -> Self {
        Self { ids, clock, metrics, details: Details::Hidden }
    }

    /// The same, with the causes of errors shown or not.
    #[must_use]
    pub fn with_details(self, details: Details) -> Self {
        Self { details, ..self }
    }
}

/// The trace id of the request that is being answered; none outside of [`follow`].
#[must_use]
pub fn current_id() -> Option<Arc<str>> {
    REQUEST.try_with(|request| Arc::clone(&request.id)).ok()
}

/// Whether errors of the request that is being answered tell their causes to the client.
pub(crate) fn shows_details() -> bool {
    REQUEST.try_with(|request| request.details == Details::Shown).unwrap_or_default()
}

/// Notes whose request this is, for its log line and for every line that follows. The first call counts.
pub fn identify(user: impl fmt::Display) {
    let _ = REQUEST.try_with(|request| {
        let user = request.user.get_or_init(|| user.to_string());
        request.span.record("user_id", user);
    });
}

/// Notes what the model was paid for this request, whatever came of it, for its line of metrics.
pub fn spent(usage: Usage) {
    let _ = REQUEST.try_with(|request| request.usage.lock().unwrap_or_else(PoisonError::into_inner).add(usage));
}

/// Runs a future as part of the request with this trace id.
pub async fn within<F: Future>(id: impl Into<Arc<str>>, future: F) -> F::Output {
    REQUEST.scope(Arc::new(Known::new(id.into(), Span::none())), future).await
}

/// The same on a developer's machine.
#[cfg(test)]
pub(crate) async fn within_development<F: Future>(id: impl Into<Arc<str>>, future: F) -> F::Output {
    let known = Known { details: Details::Shown, ..Known::new(id.into(), Span::none()) };
    REQUEST.scope(Arc::new(known), future).await
}

/// The future as part of the request that is being answered, in a task of its own for instance.
pub fn carried<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let known = REQUEST.try_with(Arc::clone).ok();
    async move {
        let Some(known) = known else { return future.await };
        let span = known.span.clone();
        REQUEST.scope(known, future.instrument(span)).await
    }
}

/// Leaves the request's line to whoever ends its answer. To be asked for before the head of the answer is returned.
#[must_use]
pub fn continues() -> Option<Continuation> {
    let known = REQUEST.try_with(Arc::clone).ok()?;
    let (finisher, done) = oneshot::channel();
    *known.goes_on.lock().unwrap_or_else(PoisonError::into_inner) = Some(finisher);
    Some(Continuation { known, done })
}

/// Middleware: gives the request a trace id of ours, sends it back, and logs one line when the
/// answer is ready: method, route, status, error code, time, user, and what it cost at the table; and beside it, where
/// they are wanted, one of metrics. Never the address as it was typed, a header or a body.
pub async fn follow(State(follower): State<Follower>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    request.extensions_mut().insert(Arrival(began));
    // Never one that came with the request: a client could give two requests one id, or another's.
    let id: Arc<str> = follower.ids.token().simple().to_string().into();
    let sent_id = sent_id(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = tracing::info_span!("request", trace_id = &*id, user_id = tracing::field::Empty);
    let known = Arc::new(Known { sent_id, details: follower.details, ..Known::new(Arc::clone(&id), span.clone()) });
    let answer = next.run(request).instrument(span);
    let mut response = REQUEST.scope(Arc::clone(&known), answer).await;
    let done = Done::of(method, route, &response, began);
    let goes_on = known.goes_on.lock().unwrap_or_else(PoisonError::into_inner).take();
    match goes_on {
        // Whoever would finish it is gone only when the process ends.
        Some(finisher) => drop(finisher.send((done, follower))),
        None => done.finish(&known, &follower),
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(TRACE_ID, value);
    }
    response
}

/// A request whose answer is ready.
struct Done {
    method: Method,
    route: Option<MatchedPath>,
    status: u16,
    code: Option<ErrorCode>,
    began: Instant,
    bill: Option<Bill>,
}

impl Done {
    fn of(method: Method, route: Option<MatchedPath>, response: &Response, began: Instant) -> Self {
        Self {
            method,
            route,
            status: response.status().as_u16(),
            code: response.extensions().get().copied(),
            began,
            bill: response.extensions().get::<Bill>().cloned(),
        }
    }

    fn finish(&self, known: &Known, follower: &Follower) {
        let duration_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.log(known, duration_ms);
        self.measure(known, follower, duration_ms);
    }

    fn route(&self) -> Option<&str> {
        self.route.as_ref().map(MatchedPath::as_str)
    }

    /// Outside of the request's span, whose fields it has itself: whoever searches for a user finds them in one place.
    fn log(&self, known: &Known, duration_ms: u64) {
        let Self { status, code, .. } = *self;
        let code = code.map(ErrorCode::as_str);
        let (method, route) = (self.method(), self.route().unwrap_or(NO_ROUTE));
        let user_id = known.user.get().map(String::as_str);
        let (trace_id, sent_trace_id) = (&*known.id, known.sent_id.as_deref());
        let table_calls = self.bill.as_ref().map(Bill::patterns);
        let total = self.bill.as_ref().map(Bill::total);
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

    fn measure(&self, known: &Known, follower: &Follower, duration_ms: u64) {
        let endpoint = self.endpoint();
        follower.metrics.write(&Measured {
            at: follower.clock.now(),
            endpoint: &endpoint,
            status: self.status,
            code: self.code,
            trace_id: &known.id,
            duration_ms,
            table: self.bill.as_ref().map(Bill::total).unwrap_or_default(),
            model: known.usage(),
        });
    }

    /// The method, if anything is routed by it: a client may make one up, and write into the log with it.
    fn method(&self) -> &str {
        let method = self.method.as_str();
        METHODS.iter().find(|known| **known == method).copied().unwrap_or("OTHER")
    }

    /// The method and the route. Where nothing is routed, or by no method that anything is routed by, clients could make
    /// up as many as they like: those are one.
    fn endpoint(&self) -> Cow<'static, str> {
        match self.route() {
            Some(route) if METHODS.contains(&self.method.as_str()) => format!("{} {route}", self.method).into(),
            _ => NO_ROUTE.into(),
        }
    }
}

/// The root of the `x-amzn-trace-id` that came with the request: the gateway's, or the client's, which the gateway
/// passes on. Anything that does not have exactly its form is ignored, since it goes to the log.
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
