//! The answer to a request with a message: as JSON, or as events while it comes about.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use model::Message;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ai::Delta;
use crate::error::ApiResult;
use crate::http::events::{self, Events};
use crate::messages::accept::{Accepted, Request};
use crate::messages::outcome::Outcome;
use crate::messages::view::{MessageView, PatchView, Posted};
use crate::openapi::{Failure, talk};

/// The event `accepted`: the message is stored.
#[derive(Serialize, ToSchema)]
pub(super) struct AcceptedEvent {
    message: MessageView,
    #[schema(schema_with = talk::replayed)]
    replayed: bool,
}

/// The event `done`: what is stored now.
#[derive(Serialize, ToSchema)]
pub(super) struct DoneEvent {
    message: MessageView,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<MessageView>,
    #[schema(schema_with = talk::replayed)]
    replayed: bool,
}

/// An event of the stream: its name, and its data.
#[derive(ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
#[expect(
    dead_code,
    clippy::large_enum_variant,
    reason = "it names the schemas of the events, which are told one by one"
)]
pub(super) enum MessageEvent {
    /// At once: the message is stored.
    Accepted(AcceptedEvent),
    /// Any number of times: a piece of the explanation.
    Delta(Delta),
    /// The answer's patch, if it has one.
    Patch(PatchView),
    /// Last: what is stored.
    Done(DoneEvent),
    /// Last, when it failed.
    Error(Failure),
}

/// Answers when all is stored, or with events from now on.
pub(super) async fn respond(request: Request, accepted: Accepted, streams: bool) -> ApiResult<Response> {
    if streams {
        let ctx = request.ctx.clone();
        return Ok(events::answer(&ctx, |events| async move {
            events.tell("accepted", &AcceptedEvent::of(&accepted));
            let outcome = outcome(&request, accepted, Some(events.clone())).await?;
            tell(&events, &outcome);
            Ok(())
        }));
    }
    let outcome = outcome(&request, accepted, None).await?;
    let status = if outcome.is_repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(outcome.shown())).into_response())
}

async fn outcome(request: &Request, accepted: Accepted, events: Option<Events>) -> ApiResult<Outcome> {
    match accepted {
        Accepted::Settled(outcome) => Ok(*outcome),
        Accepted::Asked(run) => run.outcome(events).await,
        Accepted::Running(question, seat) => {
            let outcome = request.settled(&question).await;
            drop(seat);
            outcome
        }
    }
}

/// The events that end a stream.
fn tell(events: &Events, outcome: &Outcome) {
    let Posted { message, reply } = outcome.shown();
    if let Some(patch) = reply.as_ref().and_then(MessageView::patch) {
        events.tell("patch", patch);
    }
    events.tell("done", &DoneEvent { message, reply, replayed: outcome.is_repeated });
}

impl AcceptedEvent {
    fn of(accepted: &Accepted) -> Self {
        let (message, replayed): (&Message, bool) = match accepted {
            Accepted::Settled(outcome) => (&outcome.message, outcome.is_repeated),
            Accepted::Asked(run) => (&run.question, false),
            Accepted::Running(question, _) => (question, true),
        };
        Self { message: message.into(), replayed }
    }
}

impl Outcome {
    fn shown(&self) -> Posted {
        Posted { message: (&self.message).into(), reply: self.answer.as_ref().map(MessageView::from) }
    }
}
