//! `GET /users/me`: reads the caller's profile.

use axum::Json;

use crate::auth::caller::Caller;
use crate::error::ApiResult;
use crate::state::Ctx;
use crate::users::view::OneUser;

/// Returns the profile.
#[utoipa::path(
    get,
    path = "/users/me",
    summary = "My profile",
    responses((status = 200, description = "The caller's profile.", body = OneUser)),
)]
pub async fn read(ctx: Ctx, caller: Caller) -> ApiResult<Json<OneUser>> {
    let (user, _) = caller.account(&ctx).await?;
    Ok(Json(OneUser::from(&user)))
}
