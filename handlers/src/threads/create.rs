//! `POST /sessions/{id}/threads`: opens a thread on some lines or on the whole file.

use axum::Json;
use axum::http::StatusCode;
use model::{NewThread, NewThreadError, SelectionTooLong, SessionId, ThreadKind};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode, Wrong};
use crate::fields;
use crate::http::form::{Check, SelectionForm};
use crate::http::path::Path;
use crate::state::Ctx;
use crate::threads::view::OneThread;

/// A new thread. A thread on the whole file has no lines.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewThread)]
pub struct ThreadForm {
    #[serde(rename = "type")]
    kind: fields::ThreadKind,
    start_line: Option<fields::LineToSelect>,
    end_line: Option<fields::LineToSelect>,
    selected_text: Option<fields::TextToSelect>,
    client_thread_id: Option<fields::ClientThreadId>,
}

/// Opens a thread. 201 with the thread; 200 when an earlier request with the same client id opened it.
#[utoipa::path(
    post,
    path = "/sessions/{id}/threads",
    summary = "Open a thread on some lines, or on the whole file",
    description = "A selection without text, such as a cursor, selects its lines. A selection of a whole file that \
                   exceeds the limit becomes a thread on the whole file. A request with a `client_thread_id` can be \
                   repeated: it opens one thread and returns it.",
    request_body = ThreadForm,
    responses(
        (status = 201, description = "The thread.", body = OneThread),
        (status = 200, description = "The thread of an earlier request with this UUID.", body = OneThread),
    ),
)]
pub async fn create(
    ctx: Ctx,
    caller: Caller,
    Path(session_id): Path<SessionId>,
    SelectionForm { checked: (client_id, new), memory: _held }: SelectionForm<ThreadForm>,
) -> ApiResult<(StatusCode, Json<OneThread>)> {
    let threads = ctx.store.threads();
    let created = threads.create(caller.user_id, session_id, client_id, new).await?;
    let status = if created.is_repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(OneThread::from(&created.item))))
}

impl Check for ThreadForm {
    /// The client's id for the thread, and the thread.
    type Checked = (Option<Uuid>, NewThread);

    fn check(self, wrong: &mut Wrong) -> Option<Self::Checked> {
        let lines = UncheckedLines {
            kind: self.kind.0,
            start_line: self.start_line.map(|line| line.0),
            end_line: self.end_line.map(|line| line.0),
            selected_text: self.selected_text.map(|text| text.0),
        };
        Some((self.client_thread_id.map(|id| id.0), lines.check(wrong)?))
    }
}

/// The lines that a request names, before they are checked.
pub(crate) struct UncheckedLines {
    pub(crate) kind: ThreadKind,
    pub(crate) start_line: Option<u32>,
    pub(crate) end_line: Option<u32>,
    pub(crate) selected_text: Option<String>,
}

impl UncheckedLines {
    /// Checks the lines, and notes an error for each line that is missing or out of order.
    pub(crate) fn check(self, wrong: &mut Wrong) -> Option<NewThread> {
        // With a wrong type it is unknown whether lines are required.
        let needs_lines = self.kind == ThreadKind::Block && !wrong.is_at("type");
        let line = |given: Option<u32>, field| match given {
            Some(number) => counted_line(field, number),
            None if needs_lines => Err(ApiError::invalid(field, "A thread on a block needs this line.")),
            None => Ok(1),
        };
        let start_line = wrong.take(line(self.start_line, "start_line"));
        let end_line = wrong.take(line(self.end_line, "end_line"));
        let (start_line, end_line) = (start_line?, end_line?);
        if end_line < start_line {
            wrong.note(ApiError::invalid("end_line", "The last line comes before the first."));
        }
        let selected_text = self.selected_text.unwrap_or_default();
        Some(NewThread { kind: self.kind, start_line, end_line, selected_text })
    }
}

/// Checks a line number in the field of this name.
pub(super) fn counted_line(field: &'static str, number: u32) -> ApiResult<u32> {
    if number == 0 { Err(ApiError::invalid(field, "Lines are counted from 1.")) } else { Ok(number) }
}

impl From<NewThreadError> for ApiError {
    fn from(error: NewThreadError) -> Self {
        match error {
            NewThreadError::Access(error) => Self::no_access(error, ErrorCode::SessionNotFound),
            NewThreadError::LimitExceeded => ErrorCode::ThreadLimitExceeded.into(),
            NewThreadError::OtherContents => Self::invalid("client_thread_id", "This id was used for another thread."),
            NewThreadError::Gone => ErrorCode::ThreadNotFound.into(),
            NewThreadError::OutsideTheCode => Self::invalid("end_line", "The file does not have this many lines."),
            NewThreadError::TooLong(error) => error.into(),
        }
    }
}

impl From<SelectionTooLong> for ApiError {
    fn from(_: SelectionTooLong) -> Self {
        let message =
            "The selection is larger than 64 KB. Select fewer lines, or open a thread on the whole file, of type file.";
        Self::invalid("selected_text", message)
    }
}
