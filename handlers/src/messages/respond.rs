//! The response to a request with a message: one JSON body at the end, or a stream of events.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::error::ApiResult;
use crate::http::events::{self, Events};
use crate::messages::accept::{Accepted, Request};
use crate::messages::outcome::Outcome;
use crate::messages::stream;
use crate::messages::view::Posted;

/// Responds when all is stored, or at once with a stream.
pub(super) async fn respond(request: Request, accepted: Accepted, streams: bool) -> ApiResult<Response> {
    if streams {
        let ctx = request.ctx.clone();
        return Ok(events::answer(&ctx, |events| async move {
            stream::send_accepted(&events, &accepted);
            let outcome = outcome(&request, accepted, Some(events.clone())).await?;
            stream::send_outcome(&events, &outcome);
            Ok(())
        }));
    }
    let outcome = outcome(&request, accepted, None).await?;
    let status = if outcome.is_repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(Posted::from(&outcome))).into_response())
}

/// Waits for the outcome of this request's run, or of another request's run.
async fn outcome(request: &Request, accepted: Accepted, events: Option<Events>) -> ApiResult<Outcome> {
    match accepted {
        Accepted::Settled(outcome) => Ok(*outcome),
        Accepted::Asked(run) => run.outcome(events).await,
        Accepted::Running(question, permit) => {
            let outcome = request.wait_for_outcome(&question).await;
            drop(permit);
            outcome
        }
    }
}
