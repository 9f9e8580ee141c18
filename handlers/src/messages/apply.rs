//! `POST /threads/{thread_id}/messages/{message_id}/apply`: applies an answer's patch to the saved code on the server.

use axum::Json;
use axum::extract::{FromRequest as _, Request};
use model::{AccessError, ApplyError, MessageId, SaveCodeError, SessionVersion};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode, Wrong};
use crate::fields;
use crate::http::form::{Check, Form};
use crate::http::path::MessagePath;
use crate::messages::view::MessageView;
use crate::rates::RateLimit;
use crate::sessions::SessionView;
use crate::state::Ctx;
use crate::threads::ThreadView;

/// The version of the code that the client expects.
#[derive(Deserialize, ToSchema)]
pub(super) struct ApplyForm {
    expected_version_number: fields::ExpectedVersion,
}

/// The answer with its patch applied, the lines that the patch replaced, and the current session and threads.
#[derive(Serialize, ToSchema)]
#[schema(as = Applied)]
pub struct AppliedView {
    message: MessageView,
    start_line: fields::AppliedStartLine,
    end_line: fields::AppliedEndLine,
    session: SessionView,
    threads: Vec<ThreadView>,
}

/// Applies the patch. 409 with the current code when the session has a newer version, or with the reason when the patch
/// does not fit. A repeated request returns the first result with the current session.
#[utoipa::path(
    post,
    path = "/threads/{thread_id}/messages/{message_id}/apply",
    summary = "Apply an answer's patch to the saved code",
    description = "Changes code, threads and answer in one transaction. A patch for an older version is applied at the \
                   current position of its lines, if their text is unchanged. A repeated request returns the version \
                   that the patch created (`applied_version`) and the current session.",
    request_body = ApplyForm,
    responses((
        status = 200,
        description = "The answer, the lines that its patch replaced, the session without its code, and all threads.",
        body = AppliedView,
    )),
)]
pub async fn apply(
    ctx: Ctx,
    caller: Caller,
    id: Result<MessagePath, ApiError>,
    request: Request,
) -> ApiResult<Json<AppliedView>> {
    let user = caller.user_id.to_string();
    let (id, expected) = match asked(id, request).await {
        Ok(asked) => asked,
        // A refused request counts too, and reads nothing.
        Err(refused) => return Err(ctx.count(RateLimit::SESSION_SAVE, &user).await.err().unwrap_or(refused)),
    };
    // The reads run together with the count. A request over the limit stops after them.
    let proposal = ctx.store.sessions().read_proposal(caller.user_id, id);
    let proposal = ctx.count_during(RateLimit::SESSION_SAVE, &user, proposal).await?.map_err(ApplyError::from)?;
    let applied = ctx.store.sessions().apply_proposal(proposal, expected).await?;
    Ok(Json(AppliedView {
        message: (&applied.answer).into(),
        start_line: applied.lines.start_line.into(),
        end_line: applied.lines.end_line.into(),
        session: (&applied.saved.head).into(),
        threads: applied.saved.threads.iter().map(ThreadView::from).collect(),
    }))
}

/// The answer whose patch is applied, and the version of the code that the client expects.
async fn asked(id: Result<MessagePath, ApiError>, request: Request) -> ApiResult<(MessageId, SessionVersion)> {
    let MessagePath(id) = id?;
    let Form(expected) = Form::<ApplyForm>::from_request(request, &()).await?;
    Ok((id, expected))
}

impl Check for ApplyForm {
    type Checked = SessionVersion;

    fn check(self, wrong: &mut Wrong) -> Option<SessionVersion> {
        wrong.take(self.expected_version_number.parse())
    }
}

impl From<ApplyError> for ApiError {
    fn from(error: ApplyError) -> Self {
        let conflict = |reason: String| Self::new(ErrorCode::PatchConflict).with_message(reason);
        match error {
            // The request names the thread, not the session.
            ApplyError::ThreadNotFound | ApplyError::Save(SaveCodeError::Access(AccessError::NotFound)) => {
                ErrorCode::ThreadNotFound.into()
            }
            ApplyError::MessageNotFound => ErrorCode::MessageNotFound.into(),
            ApplyError::NoPatch => conflict("This message has no patch.".to_owned()),
            ApplyError::Unfit(reason) => conflict(reason.to_string()),
            ApplyError::Save(error) => error.into(),
        }
    }
}
