//! `PUT /threads/{thread_id}`: moves a thread to other lines.

use axum::Json;
use model::{MoveError, NewThread, PlacedThread, ThreadId, ThreadKind};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode, Wrong};
use crate::fields;
use crate::http::form::{Check, SelectionForm};
use crate::http::json::given;
use crate::http::path::Path;
use crate::state::Ctx;
use crate::threads::create::{UncheckedLines, counted_line};
use crate::threads::view::OneThread;

/// A new anchor. Absent fields stay unchanged, unless the type changes.
#[derive(Deserialize, ToSchema)]
#[schema(as = Anchor)]
pub struct AnchorForm {
    #[serde(rename = "type", default, deserialize_with = "given")]
    #[schema(nullable = false)]
    kind: Option<fields::ThreadKind>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    start_line: Option<fields::StartLine>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    end_line: Option<fields::EndLine>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    selected_text: Option<fields::SelectedText>,
}

/// Moves the thread. 200 with the thread, whose anchor is checked against the saved code.
#[utoipa::path(
    put,
    path = "/threads/{thread_id}",
    summary = "Move a thread to other lines",
    description = "Requires at least one field; absent fields stay unchanged. A new type requires the fields of a new \
                   thread.",
    request_body = AnchorForm,
    responses((status = 200, description = "The thread, its anchor checked against the saved code.", body = OneThread)),
)]
pub async fn anchor(
    ctx: Ctx,
    caller: Caller,
    Path(id): Path<ThreadId>,
    SelectionForm { checked: form, memory: _held }: SelectionForm<AnchorForm>,
) -> ApiResult<Json<OneThread>> {
    let opened = ctx.store.threads().open(caller.user_id, id).await;
    let opened = opened.map_err(|error| ApiError::no_access(error, ErrorCode::ThreadNotFound))?;
    let to = form.onto(&opened.thread)?;
    let moved = ctx.store.threads().move_to(opened, to).await?;
    Ok(Json(OneThread::from(&moved)))
}

impl Check for AnchorForm {
    /// The form with valid fields. The thread provides the absent ones.
    type Checked = Self;

    fn check(self, wrong: &mut Wrong) -> Option<Self> {
        let Self { kind, start_line, end_line, selected_text } = &self;
        if kind.is_none() && start_line.is_none() && end_line.is_none() && selected_text.is_none() {
            let message = "Send one or more of type, start_line, end_line and selected_text.";
            wrong.note(ApiError::new(ErrorCode::InvalidInput).with_message(message));
        }
        for (field, line) in
            [("start_line", start_line.as_ref().map(|line| line.0)), ("end_line", end_line.as_ref().map(|line| line.0))]
        {
            wrong.take(line.map(|line| counted_line(field, line)).transpose());
        }
        Some(self)
    }
}

impl AnchorForm {
    /// Completes the anchor from the thread, and checks it like a new one.
    fn onto(self, thread: &PlacedThread) -> ApiResult<NewThread> {
        if self.kind.is_none() && thread.kind == ThreadKind::File {
            let field = [("start_line", self.start_line.is_some()), ("end_line", self.end_line.is_some())];
            let field = field.iter().find(|(_, is_given)| *is_given).map_or("selected_text", |(field, _)| field);
            return Err(ApiError::invalid(
                field,
                "A thread on the whole file has no lines. Send type block with them.",
            ));
        }
        let kind = self.kind.map_or(thread.kind, |kind| kind.0);
        let old = (kind == thread.kind).then_some(thread);
        // If the request has only the first line, an error of the order is an error of the first line.
        let start_line_alone = old.is_some() && self.start_line.is_some() && self.end_line.is_none();
        let lines = UncheckedLines {
            kind,
            start_line: self.start_line.map(|line| line.0).or(old.map(|thread| thread.anchor.start_line)),
            end_line: self.end_line.map(|line| line.0).or(old.map(|thread| thread.anchor.end_line)),
            selected_text: self.selected_text.map(|text| text.0).or_else(|| old.map(|old| old.selected_text.clone())),
        };
        let mut wrong = Wrong::default();
        let selection = lines.check(&mut wrong);
        wrong.or(selection).map_err(|error| {
            if start_line_alone && error.field() == Some("end_line") {
                ApiError::invalid("start_line", "The thread ends before this line. Send end_line too.")
            } else {
                error
            }
        })
    }
}

impl From<MoveError> for ApiError {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::Access(error) => Self::no_access(error, ErrorCode::ThreadNotFound),
            MoveError::OutsideTheCode => Self::invalid("end_line", "The file does not have this many lines."),
            MoveError::TooLong(error) => error.into(),
        }
    }
}
