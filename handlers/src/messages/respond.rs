//! The answer to a request with a message, when all is stored or as a stream.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::error::ApiResult;
use crate::http::events::{self, Events};
use crate::messages::accept::{Accepted, Request};
use crate::messages::outcome::Outcome;
use crate::messages::stream;
use crate::messages::view::Posted;

/// Answers when all is stored, or with events from now on.
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

/// Waits for the outcome: of this request's own run, or of another request's.
async fn outcome(request: &Request, accepted: Accepted, events: Option<Events>) -> ApiResult<Outcome> {
    match accepted {
        Accepted::Settled(outcome) => Ok(*outcome),
        Accepted::Asked(run) => run.outcome(events).await,
        Accepted::Running(question, seat) => {
            let outcome = request.wait_for_outcome(&question).await;
            drop(seat);
            outcome
        }
    }
}
