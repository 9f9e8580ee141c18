//! `DELETE /users/me/devices/{device_id}`: ends a sign-in, on this device or another.

use axum::Json;
use model::FamilyId;

use crate::auth::caller::Caller;
use crate::auth::routes::Done;
use crate::error::{ApiResult, ErrorCode};
use crate::http::cookie::SetCookies;
use crate::http::path::Path;
use crate::state::Ctx;

/// Ends the sign-in. Sign-ins of other users are not found, because they have another key.
#[utoipa::path(
    delete,
    path = "/users/me/devices/{device_id}",
    summary = "Sign a device out",
    description = "Its refresh token is refused at once, its access token within 15 minutes. For this device, clears \
                   the cookies.",
    responses((
        status = 200,
        description = "The device is signed out.",
        body = Done,
        headers(("set-cookie" = String, description = "For this device: both tokens, cleared.")),
    )),
)]
pub async fn end_device(
    ctx: Ctx,
    caller: Caller,
    Path(device_id): Path<FamilyId>,
) -> ApiResult<(SetCookies, Json<Done>)> {
    let sign_ins = ctx.store.sign_ins().list(caller.user_id).await?;
    let stands = |id: FamilyId| sign_ins.iter().any(|family| family.family_id == id);
    if !stands(caller.family_id) {
        return Err(ErrorCode::Unauthorized.into());
    }
    if !stands(device_id) {
        return Err(ErrorCode::DeviceNotFound.into());
    }
    ctx.store.sign_ins().end(caller.user_id, device_id).await?;
    let is_this = device_id == caller.family_id;
    let cookies = if is_this { SetCookies::clear(ctx.app.cookies) } else { SetCookies::new(ctx.app.cookies) };
    Ok((cookies, Json(Done::default())))
}
