//! `GET /health`: whether the service and its table answer. Says nothing about how.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiResult;
use crate::openapi::fields;
use crate::state::Ctx;

/// `{"status": "ok"}`.
#[derive(Serialize, ToSchema)]
pub struct Health {
    #[schema(schema_with = fields::health)]
    status: &'static str,
}

/// Says that all is well, or `DATABASE_ERROR`.
#[utoipa::path(
    get,
    path = "/health",
    summary = "Ask whether the service and its table answer",
    responses((status = 200, description = "Both do.", body = Health)),
)]
pub async fn check(ctx: Ctx) -> ApiResult<Json<Health>> {
    ctx.store.ping().await?;
    Ok(Json(Health { status: "ok" }))
}
