//! The deadline of a request.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use bedrock::DEFAULT_DEADLINE;
use lambda_http::RequestExt as _;
use model::{Clock, Timestamp};

use crate::http::trace::Arrival;
use crate::state::App;

/// The time to store and send an answer before Lambda ends the function. Without it the client would get no response
/// and would not know the state of its question.
const LAMBDA_MARGIN: Duration = Duration::from_millis(1_500);

/// Extractor: the deadline of a request that asks the model, counted from its arrival, and before Lambda's deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(pub Instant);

impl FromRequestParts<App> for Deadline {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let arrived = parts.extensions.get().map_or_else(Instant::now, |Arrival(arrived)| *arrived);
        let ours = arrived + app.reviewer.as_ref().map_or(DEFAULT_DEADLINE, |reviewer| reviewer.deadline());
        let lambdas = parts.lambda_context_ref().map(|context| end(context.deadline, app.store.clock()));
        Ok(Self(lambdas.map_or(ours, |lambdas| lambdas.min(ours))))
    }
}

/// Lambda's deadline, in milliseconds since 1970, less the margin; at least now.
fn end(deadline_millis: u64, clock: &Clock) -> Instant {
    let at = i64::try_from(deadline_millis).ok().and_then(|millis| Timestamp::from_millis(millis).ok());
    let left = at.unwrap_or(Timestamp::EPOCH).since(clock.now());
    Instant::now() + left.saturating_sub(LAMBDA_MARGIN)
}
