//! `DELETE /users/me`: deletes an account and all its data.

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

/// The confirmation of a deletion.
#[derive(Deserialize, ToSchema)]
#[schema(as = DeleteAccount)]
pub struct DeleteForm {
    password: fields::Password,
}

/// Deletes the account. 200 with cleared cookies. Its name and address are available again.
#[utoipa::path(
    delete,
    path = "/users/me",
    summary = "Delete my account",
    description = "Deletes all sessions and their data permanently. Username and address are available again at once.",
    request_body = DeleteForm,
    responses((
        status = 200,
        description = "The account is deleted.",
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
    ctx.app.hasher.check_room()?;
    let (user, _) = counted_account(&ctx, caller).await?;
    // The place is free again when the password is checked, because the delete takes longer.
    prove(&ctx.app.hasher.enter()?, &user, &form.password.0, PASSWORD).await?;
    ctx.store.accounts().delete(&user).await.map_err(|error| refused(error, PASSWORD))?;
    let devices = ctx.app.devices.read(Cookies::parse(&headers, ctx.app.cookies).device()).without(user.user_id);
    let cookies = SetCookies::clear(ctx.app.cookies).device(&ctx.app.devices.write(&devices));
    Ok((cookies, Json(Done::default())))
}
