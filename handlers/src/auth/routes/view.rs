//! The JSON of a user, and the cookies of a sign-in.

use model::{RefreshFamily, User};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::device::Devices;
use crate::error::{ApiError, ApiResult};
use crate::fields;
use crate::http::cookie::SetCookies;
use crate::state::Ctx;

/// `{"success": true, "user": …}`.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    success: fields::Success,
    user: UserView,
}

/// `{"success": true}`.
#[derive(Serialize, ToSchema)]
pub struct Done {
    success: fields::Success,
}

/// The signed-in user.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(super) struct UserView {
    id: fields::UserId,
    name: fields::Name,
    email: fields::Email,
    username: fields::Username,
}

impl From<&User> for SignedIn {
    fn from(user: &User) -> Self {
        let user = UserView {
            id: user.user_id.into(),
            name: user.name.clone().into(),
            email: (&user.email).into(),
            username: (&user.username).into(),
        };
        Self { success: true.into(), user }
    }
}

impl Default for Done {
    fn default() -> Self {
        Self { success: true.into() }
    }
}

/// Both tokens of a sign-in, in their cookies.
pub(crate) async fn cookies(ctx: &Ctx, family: &RefreshFamily) -> ApiResult<SetCookies> {
    let now = ctx.store.clock().now();
    let cookies = access_cookie(ctx, family).await?;
    let refresh = ctx.app.tokens.refresh(family.user_id, family.family_id, family.seq, family.rotated_at);
    Ok(cookies.refresh(&refresh.map_err(ApiError::internal)?, now))
}

/// Both tokens, and the device cookie of this browser.
pub(super) async fn cookies_of_device(ctx: &Ctx, family: &RefreshFamily, devices: Devices) -> ApiResult<SetCookies> {
    let devices = devices.with(family.user_id, ctx.store.ids().token());
    Ok(cookies(ctx, family).await?.device(&ctx.app.devices.write(&devices)))
}

/// A new access token of a sign-in, in its cookie. The refresh token stays unchanged.
pub(super) async fn access_cookie(ctx: &Ctx, family: &RefreshFamily) -> ApiResult<SetCookies> {
    let now = ctx.store.clock().now();
    ctx.app.tokens.keep_current(now).await;
    let access = ctx.app.tokens.access(family.user_id, family.family_id, now).map_err(ApiError::internal)?;
    Ok(SetCookies::new(ctx.app.cookies).access(&access))
}
