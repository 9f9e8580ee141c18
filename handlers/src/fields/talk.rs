//! The fields of what is said in a thread, and of how it is told.

use std::borrow::Cow;

use model::{ReplyState, Role};
use serde_json::json;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::fields::{client_id, one_of, or_null, text, time, whole_number};

/// The envelope of an error where it is no response of its own: in a stream.
pub(crate) struct Failure;

impl PartialSchema for Failure {
    fn schema() -> RefOr<Schema> {
        // The document's own, see `openapi/errors.rs`.
        Ref::from_schema_name(Self::name()).into()
    }
}

impl ToSchema for Failure {
    fn name() -> Cow<'static, str> {
        "Error".into()
    }
}

pub(crate) fn stored_client_message_id() -> Object {
    let format = SchemaFormat::Custom("uuid".to_owned());
    text("What its client calls it.", "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77").format(Some(format)).build()
}

pub(crate) fn new_role() -> Object {
    or_null(one_of(
        "Who says it: `user`, whatever is sent here. Only the server writes as `ai`.",
        [Role::User.as_str()],
    ))
}

pub(crate) fn seen_version() -> Object {
    let about =
        "Of a question: the session's version that the client sees. When the code has moved on, nothing is asked.";
    let mut version = whole_number(about, 1, 1).build();
    version.schema_type = [Type::Integer, Type::Null].into_iter().collect();
    version
}

pub(crate) fn message_count() -> Object {
    whole_number("Messages that were stored in it: questions, notes and answers.", 0, 2).build()
}

pub(crate) fn excerpt() -> Object {
    text("How the message begins: at most 120 characters in one line.", "Is this comparison right?").build()
}

pub(crate) fn timestamp() -> Object {
    time("When it was stored.")
}

pub(crate) fn delta() -> Object {
    text("The next piece of the explanation, in Markdown.", "A list is never ").build()
}

pub(crate) fn explanation() -> Object {
    text(
        "What the model explains, in Markdown.",
        "It should be `is`: `None` is one object, and `==` can be overridden.",
    )
    .build()
}

pub(crate) fn replayed() -> Object {
    let field = ObjectBuilder::new().schema_type(Type::Boolean);
    field.description(Some("Whether an earlier request stored it.")).build()
}

pub(crate) fn client_message_id() -> Object {
    client_id("the same whenever it sends this message again: it is then stored, asked and paid for once.")
}

pub(crate) fn ask() -> Object {
    let about = "Whether the model is asked. A note is stored and not answered.";
    let field = ObjectBuilder::new().schema_type(Type::Boolean).description(Some(about));
    field.default(Some(json!(true))).build()
}

pub(crate) fn reply_state() -> Object {
    let words =
        [ReplyState::Pending, ReplyState::Answered, ReplyState::Failed, ReplyState::Cancelled].map(ReplyState::as_str);
    one_of("Of a question: what became of its answer.", words)
}

pub(crate) fn reply_error() -> Object {
    text("Of a question that failed: the code of the error.", "AI_TIMEOUT").build()
}
