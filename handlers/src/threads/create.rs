//! `POST /sessions/{id}/threads`: a conversation on some lines, or on the whole file.

use axum::Json;
use axum::http::StatusCode;
use model::{AnchorStatus, NewThread, NewThreadError, SessionId, ThreadKind};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::body::SelectionBody;
use crate::http::path::Path;
use crate::limits::SELECTED_TEXT_BYTES;
use crate::openapi::fields;
use crate::review::anchor::status_at;
use crate::review::lines::Selection;
use crate::state::Ctx;
use crate::threads::view::OneThread;

/// The form as it is sent. A thread on the whole file needs no lines.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewThread)]
pub struct ThreadForm {
    #[serde(rename = "type")]
    #[schema(schema_with = fields::thread_kind)]
    pub(super) kind: ThreadKind,
    #[schema(schema_with = fields::line_to_select)]
    pub(super) start_line: Option<u32>,
    #[schema(schema_with = fields::line_to_select)]
    pub(super) end_line: Option<u32>,
    #[schema(schema_with = fields::text_to_select)]
    pub(super) selected_text: Option<String>,
}

/// Opens a thread. 201 with the thread.
#[utoipa::path(
    post,
    path = "/sessions/{id}/threads",
    summary = "Open a thread on some lines, or on the whole file",
    request_body = ThreadForm,
    responses((status = 201, description = "The thread.", body = OneThread)),
)]
pub async fn create(
    ctx: Ctx,
    caller: Caller,
    Path(session_id): Path<SessionId>,
    SelectionBody { 0: form }: SelectionBody<ThreadForm>,
) -> ApiResult<(StatusCode, Json<OneThread>)> {
    let new = form.check()?;
    let thread = ctx.store.new_thread(caller.user_id, session_id, new, locate).await?;
    Ok((StatusCode::CREATED, Json(OneThread::from(&thread))))
}

impl ThreadForm {
    pub(super) fn check(self) -> ApiResult<NewThread> {
        let whole_file = self.kind == ThreadKind::File;
        let line = |given: Option<u32>, field| match given {
            Some(number @ 1..) => Ok(number),
            Some(0) => Err(ApiError::invalid(field, "Lines are counted from 1.")),
            None if whole_file => Ok(1),
            None => Err(ApiError::invalid(field, "A thread on some lines says which.")),
        };
        let start_line = line(self.start_line, "start_line")?;
        let end_line = line(self.end_line, "end_line")?;
        if end_line < start_line {
            return Err(ApiError::invalid("end_line", "The last line comes before the first."));
        }
        let selected_text = match self.selected_text {
            Some(text) => text,
            None if whole_file => String::new(),
            None => {
                return Err(ApiError::invalid("selected_text", "A thread on some lines has their text."));
            }
        };
        if selected_text.len() > SELECTED_TEXT_BYTES {
            let message =
                "The selection is larger than 16 KB. Select fewer lines, or open the thread on the whole file.";
            return Err(ApiError::invalid("selected_text", message));
        }
        Ok(NewThread { kind: self.kind, start_line, end_line, selected_text })
    }
}

/// A thread on the whole file is always where it should be.
pub(super) fn locate(code: &str, new: &NewThread) -> Option<AnchorStatus> {
    if new.kind == ThreadKind::File {
        return Some(AnchorStatus::Stable);
    }
    let text = &new.selected_text;
    status_at(code, &Selection { start_line: new.start_line, end_line: new.end_line, text })
}

impl From<NewThreadError> for ApiError {
    fn from(error: NewThreadError) -> Self {
        match error {
            NewThreadError::Access(error) => Self::no_access(error, ErrorCode::SessionNotFound),
            NewThreadError::LimitExceeded => ErrorCode::ThreadLimitExceeded.into(),
            NewThreadError::OutsideTheCode => Self::invalid("end_line", "The file does not have this many lines."),
        }
    }
}
