//! `DELETE /users/me`: the end of an account and of all that is in it.

use axum::Json;
use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::auth::routes::Done;
use crate::error::ApiResult;
use crate::fields;
use crate::http::body::Body;
use crate::http::cookie::{Cookies, SetCookies};
use crate::state::Ctx;
use crate::users::password::{counted_account, prove, refused};

const PASSWORD: &str = "password";

/// The form as it is sent.
#[derive(Deserialize, ToSchema)]
#[schema(as = DeleteAccount)]
pub struct DeleteForm {
    password: fields::Password,
}

/// Deletes the account. 200 without cookies; its name and address are free from now on.
#[utoipa::path(
    delete,
    path = "/users/me",
    summary = "Delete my account",
    description = "With all sessions and everything in them, for good. Its username and address are free at once.",
    request_body = DeleteForm,
    responses((
        status = 200,
        description = "It is deleted.",
        body = Done,
        headers(("set-cookie" = String, description = "Both tokens, cleared, and `device` without this account.")),
    )),
)]
pub async fn delete(
    ctx: Ctx,
    caller: Caller,
    headers: HeaderMap,
    Body(form): Body<DeleteForm>,
) -> ApiResult<(SetCookies, Json<Done>)> {
    let (user, _) = counted_account(&ctx, caller).await?;
    prove(&ctx, &user, &form.password.0, PASSWORD).await?;
    ctx.store.accounts().delete(&user).await.map_err(|error| refused(error, PASSWORD))?;
    let devices = ctx.app.devices.read(Cookies::parse(&headers, ctx.app.cookies).device()).without(user.user_id);
    let cookies = SetCookies::clear(ctx.app.cookies).device(&ctx.app.devices.write(&devices));
    Ok((cookies, Json(Done::default())))
}
