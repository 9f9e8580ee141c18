//! `GET /users/me/devices`: lists the sign-ins of the caller.

use axum::Json;
use model::RefreshFamily;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::auth::user_agent;
use crate::error::{ApiResult, ErrorCode};
use crate::fields;
use crate::state::Ctx;

/// `{"devices": […]}`.
#[derive(Serialize, ToSchema)]
#[schema(as = Devices)]
pub struct DevicesView {
    devices: Vec<DeviceView>,
}

/// A sign-in. Its browser and system come from its `User-Agent`, and are absent if they are unknown.
#[derive(Serialize, ToSchema)]
#[schema(as = Device)]
struct DeviceView {
    device_id: fields::DeviceId,
    created_at: fields::CreatedAt,
    last_used_at: fields::LastUsedAt,
    #[serde(skip_serializing_if = "Option::is_none")]
    browser: Option<fields::Browser>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<fields::System>,
    is_this: fields::IsThis,
}

/// Lists the sign-ins, the last used first. The same read shows whether the caller's sign-in has ended.
#[utoipa::path(
    get,
    path = "/users/me/devices",
    summary = "List my sign-ins",
    description = "All sign-ins that have not ended, the last used first.",
    responses((status = 200, description = "The sign-ins.", body = DevicesView)),
)]
pub async fn devices(ctx: Ctx, caller: Caller) -> ApiResult<Json<DevicesView>> {
    let mut sign_ins = ctx.store.sign_ins().list(caller.user_id).await?;
    if !sign_ins.iter().any(|family| family.family_id == caller.family_id) {
        return Err(ErrorCode::Unauthorized.into());
    }
    sign_ins.sort_by_key(|family| std::cmp::Reverse((family.last_used(), family.family_id)));
    Ok(Json(DevicesView { devices: sign_ins.iter().map(|family| DeviceView::of(family, caller)).collect() }))
}

impl DeviceView {
    fn of(family: &RefreshFamily, caller: Caller) -> Self {
        let user_agent = family.user_agent.as_deref().unwrap_or_default();
        Self {
            device_id: family.family_id.into(),
            created_at: family.created_at.into(),
            last_used_at: family.last_used().into(),
            browser: user_agent::browser(user_agent).map(Into::into),
            system: user_agent::system(user_agent).map(Into::into),
            is_this: (family.family_id == caller.family_id).into(),
        }
    }
}
