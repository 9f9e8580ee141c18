//! `POST /auth/refresh`: issues a new access token for a refresh token.

use axum::Json;
use axum::http::HeaderMap;
use model::limits::{REFRESH_GRACE, REFRESH_ROTATES_BELOW, REFRESH_TOKEN_LIFE};
use model::{RefreshRule, RenewError};

use crate::auth::routes::view::{SignedIn, access_cookie, cookies};
use crate::auth::token::{Refresh, TokenError};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::client_ip::ClientIp;
use crate::http::cookie::{Cookies, SetCookies};
use crate::http::trace;
use crate::rates::RateLimit;
use crate::state::Ctx;

const RULE: RefreshRule =
    RefreshRule { lifetime: REFRESH_TOKEN_LIFE, rotates_below: REFRESH_ROTATES_BELOW, grace: REFRESH_GRACE };

/// Maximum sign-ins that are tried for a request with tokens of several.
const SIGN_INS: usize = 3;

/// Refreshes. 200 with the user and a new access token, and a new refresh token when the old one was replaced. A final
/// refusal clears both cookies.
#[utoipa::path(
    post,
    path = "/auth/refresh",
    summary = "Get a new access token",
    description = "For the refresh token in its cookie, which is replaced when it expires in less than a day. A \
                   refresh token that was replaced more than ten seconds ago ends the sign-in, because it may be \
                   stolen. Needs no body.",
    responses((
        status = 200,
        description = "The user. The new access token is in its cookie.",
        body = SignedIn,
        headers((
            "set-cookie" = String,
            description = "`access_token`, and sometimes in a separate header `refresh_token`."
        )),
    )),
)]
pub async fn refresh(
    ctx: Ctx,
    client: ClientIp,
    headers: HeaderMap,
) -> Result<(SetCookies, Json<SignedIn>), (SetCookies, ApiError)> {
    let cookies = Cookies::parse(&headers, ctx.app.cookies);
    let presented = ctx.app.tokens.refresh_among(cookies.refresh(), ctx.store.clock().now()).await;
    // Another process may know the key.
    let kept = if presented.refusal == Some(TokenError::UnknownKey) {
        SetCookies::new(ctx.app.cookies)
    } else {
        SetCookies::clear(ctx.app.cookies)
    };
    renewed(&ctx, client, &presented.good).await.map_err(|error| match error.code() {
        ErrorCode::RefreshTokenInvalid => (kept, error),
        _ => (SetCookies::new(ctx.app.cookies), error),
    })
}

/// Refreshes by the newest token whose sign-in has not ended.
async fn renewed(ctx: &Ctx, client: ClientIp, tokens: &[Refresh]) -> ApiResult<(SetCookies, Json<SignedIn>)> {
    let mut refused = None;
    for token in tokens.iter().take(SIGN_INS) {
        match renewed_by(ctx, token).await {
            Err(error) if error.code() == ErrorCode::RefreshTokenInvalid => refused = Some(error),
            answer => return answer,
        }
    }
    if let Some(error) = refused {
        return Err(error);
    }
    ctx.count(RateLimit::REFRESH_REFUSED, &client.subject()).await?;
    Err(ErrorCode::RefreshTokenInvalid.into())
}

/// Counts the sign-in and not the user, so that a stolen token of an ended sign-in cannot exhaust the user's limit. The
/// sign-in is read together with the count. A request over the limit stops after that.
async fn renewed_by(ctx: &Ctx, token: &Refresh) -> ApiResult<(SetCookies, Json<SignedIn>)> {
    trace::identify(token.user_id);
    let found = ctx.store.sign_ins().find(token.user_id, token.family_id);
    let found = ctx.count_during(RateLimit::REFRESH, &token.family_id.to_string(), found).await??;
    let (user, family) = ctx.store.sign_ins().refresh(found, token.seen(), RULE).await?;
    let cookies =
        if family.seq == token.seq { access_cookie(ctx, &family).await? } else { cookies(ctx, &family).await? };
    Ok((cookies, Json(SignedIn::from(&user))))
}

impl From<RenewError> for ApiError {
    fn from(error: RenewError) -> Self {
        match error {
            RenewError::Ended | RenewError::Replayed => Self::new(ErrorCode::RefreshTokenInvalid).caused_by(error),
            RenewError::Store(error) => error.into(),
        }
    }
}
