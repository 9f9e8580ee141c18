//! `POST /auth/logout`: the end of a sign-in.

use axum::Json;
use axum::http::HeaderMap;

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
    description = "Ends every sign-in whose token comes with the request; those on other devices stay. Wants no body.",
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
