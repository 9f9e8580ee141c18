//! `POST /auth/logout`: the end of a sign-in.

use axum::Json;
use axum::http::HeaderMap;
use model::{FamilyId, UserId};

use crate::auth::routes::refresh::presented;
use crate::auth::routes::view::Done;
use crate::error::ApiResult;
use crate::http::cookie::{Cookies, SetCookies};
use crate::http::trace;
use crate::state::Ctx;

/// Signs out. 200 without cookies, whatever came: who is not signed in is signed out. Only when the table cannot be asked
/// do the cookies stay, so that the same request can be sent again.
#[utoipa::path(
    post,
    path = "/auth/logout",
    summary = "Sign out",
    description = "Ends this sign-in, if there is one; those on other devices stay.",
    responses((
        status = 200,
        description = "Nobody is signed in.",
        body = Done,
        headers(("set-cookie" = String, description = "Both cookies, cleared.")),
    )),
)]
pub async fn logout(ctx: Ctx, headers: HeaderMap) -> ApiResult<(SetCookies, Json<Done>)> {
    for (user_id, family_id) in sign_ins(&ctx, &headers) {
        trace::identify(user_id);
        ctx.store.end_refresh_family(user_id, family_id).await?;
    }
    Ok((SetCookies::clear(), Json(Done::default())))
}

/// The sign-ins that the tokens of a request belong to: one, unless somebody has mixed the cookies of two.
fn sign_ins(ctx: &Ctx, headers: &HeaderMap) -> Vec<(UserId, FamilyId)> {
    let refresh = presented(ctx, headers).map(|token| (token.user_id, token.family_id));
    let cookies = Cookies::parse(headers).unwrap_or_default();
    let now = ctx.store.clock().now();
    let access = cookies.access().and_then(|token| ctx.app.tokens.verify_access(token, now).ok());
    let access = access.map(|token| (token.user_id, token.family_id)).filter(|access| Some(*access) != refresh);
    refresh.into_iter().chain(access).collect()
}
