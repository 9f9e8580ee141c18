//! `POST /auth/logout`: ends a sign-in.

use axum::Json;
use axum::http::HeaderMap;

use crate::auth::routes::view::Done;
use crate::error::ApiResult;
use crate::http::cookie::{Cookies, SetCookies};
use crate::http::trace;
use crate::state::Ctx;

/// Signs out. 200 with cleared cookies, also for a client that is not signed in. Only when the table is unavailable the
/// cookies stay, so that the client can repeat the request.
#[utoipa::path(
    post,
    path = "/auth/logout",
    summary = "Sign out",
    description = "Ends each sign-in whose token is in the request. Sign-ins on other devices stay. Needs no body.",
    responses((
        status = 200,
        description = "This browser is signed out.",
        body = Done,
        headers(("set-cookie" = String, description = "Both cookies, cleared.")),
    )),
)]
pub async fn logout(ctx: Ctx, headers: HeaderMap) -> ApiResult<(SetCookies, Json<Done>)> {
    let cookies = Cookies::parse(&headers, ctx.app.cookies);
    let sign_ins = ctx.app.tokens.sign_ins(&cookies, ctx.store.clock().now()).await;
    if let Some((user_id, _)) = sign_ins.first() {
        trace::identify(user_id);
    }
    let end = |(user_id, family_id)| ctx.store.sign_ins().end(user_id, family_id);
    futures::future::try_join_all(sign_ins.into_iter().map(end)).await?;
    Ok((SetCookies::clear(ctx.app.cookies), Json(Done::default())))
}
