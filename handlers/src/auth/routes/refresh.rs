//! `POST /auth/refresh`: a new access token for a refresh token.

use axum::Json;
use axum::http::HeaderMap;
use model::{RefreshRule, RenewError};

use crate::auth::routes::view::{SignedIn, access_cookie, cookies};
use crate::auth::token::Refresh;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::cookie::{Cookies, SetCookies};
use crate::http::trace;
use crate::limits::{REFRESH_GRACE, REFRESH_ROTATES_BELOW, REFRESH_TOKEN_LIFE, RateLimit};
use crate::state::Ctx;

const RULE: RefreshRule =
    RefreshRule { lifetime: REFRESH_TOKEN_LIFE, rotates_below: REFRESH_ROTATES_BELOW, grace: REFRESH_GRACE };

/// Refreshes. 200 with the user and a new access token, and a new refresh token when the one that came is not the one to
/// use any more. A refusal that no retry turns into a success clears both cookies.
#[utoipa::path(
    post,
    path = "/auth/refresh",
    summary = "Get a new access token",
    description = "For the refresh token in its cookie, which is replaced when less than a day of it is left. A refresh token that was \
                   replaced more than ten seconds ago ends the sign-in: somebody else has it too.",
    responses((
        status = 200,
        description = "The user. The new access token is in its cookie.",
        body = SignedIn,
        headers(("set-cookie" = String, description = "`access_token`, and sometimes in a header of its own `refresh_token`.")),
    )),
)]
pub async fn refresh(ctx: Ctx, headers: HeaderMap) -> Result<(SetCookies, Json<SignedIn>), (SetCookies, ApiError)> {
    renewed(&ctx, &headers).await.map_err(|error| match error.code() {
        ErrorCode::RefreshTokenInvalid => (SetCookies::clear(), error),
        _ => (SetCookies::none(), error),
    })
}

async fn renewed(ctx: &Ctx, headers: &HeaderMap) -> ApiResult<(SetCookies, Json<SignedIn>)> {
    let token = presented(ctx, headers).ok_or(ErrorCode::RefreshTokenInvalid)?;
    trace::identify(token.user_id);
    ctx.count(RateLimit::REFRESH, &token.user_id.to_string()).await?;
    let (user, family) = ctx.store.renew(token.seen(), RULE).await?;
    let cookies = if family.seq == token.seq { access_cookie(ctx, &family)? } else { cookies(ctx, &family)? };
    Ok((cookies, Json(SignedIn::from(&user))))
}

/// The refresh token of a request, if it is one of ours that is good by itself.
pub(super) fn presented(ctx: &Ctx, headers: &HeaderMap) -> Option<Refresh> {
    let cookies = Cookies::parse(headers).ok()?;
    ctx.app.tokens.verify_refresh(cookies.refresh()?, ctx.store.clock().now()).ok()
}

impl From<RenewError> for ApiError {
    fn from(error: RenewError) -> Self {
        match error {
            RenewError::Ended | RenewError::Replayed => Self::new(ErrorCode::RefreshTokenInvalid).caused_by(error),
            RenewError::Store(error) => error.into(),
        }
    }
}
