//! The events of a streamed response: the message, the pieces of the explanation, the patch, and the stored messages.

use serde::Serialize;
use utoipa::ToSchema;

use crate::ai::Delta;
use crate::fields;
use crate::http::events::Events;
use crate::messages::accept::Accepted;
use crate::messages::outcome::Outcome;
use crate::messages::view::{MessageView, PatchView, Posted};
use crate::openapi::errors::Failure;

/// The event `accepted`: the message is stored.
#[derive(Serialize, ToSchema)]
pub(super) struct AcceptedEvent {
    message: MessageView,
    replayed: fields::Replayed,
}

/// The event `done`: the stored messages.
#[derive(Serialize, ToSchema)]
pub(super) struct DoneEvent {
    message: MessageView,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<MessageView>,
    replayed: fields::Replayed,
}

/// An event of the stream: its name and its data.
#[derive(ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
#[expect(
    dead_code,
    clippy::large_enum_variant,
    reason = "it names the schemas of the events, which are sent one by one"
)]
pub(super) enum MessageEvent {
    /// First: the message is stored.
    Accepted(AcceptedEvent),
    /// Any number of times: a piece of the explanation.
    Delta(Delta),
    /// The answer's patch, if it has one.
    Patch(PatchView),
    /// Last: the stored messages.
    Done(DoneEvent),
    /// Last, on failure.
    Error(Failure),
}

/// Sends the first event.
pub(super) fn send_accepted(events: &Events, accepted: &Accepted) {
    let (message, replayed) = match accepted {
        Accepted::Settled(outcome) => (&outcome.message, outcome.is_repeated),
        Accepted::Asked(run) => (&run.question, false),
        Accepted::Running(question, _) => (&**question, true),
    };
    events.send("accepted", &AcceptedEvent { message: message.into(), replayed: replayed.into() });
}

/// Sends the last events.
pub(super) fn send_outcome(events: &Events, outcome: &Outcome) {
    let Posted { message, reply } = outcome.into();
    if let Some(patch) = reply.as_ref().and_then(MessageView::patch) {
        events.send("patch", patch);
    }
    events.send("done", &DoneEvent { message, reply, replayed: outcome.is_repeated.into() });
}
