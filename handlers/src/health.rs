//! `GET /health`: whether the service and its table respond. Names the program, without details of the table.

use std::time::Duration;

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::fields;
use crate::state::Ctx;

/// A table that takes longer counts as unhealthy.
const PATIENCE: Duration = Duration::from_secs(2);

/// The name of the service.
const SERVICE: &str = "codesensei";

/// `{"status": "ok", "service": …, "version": …}`.
#[derive(Serialize, ToSchema)]
pub struct Health {
    status: fields::HealthStatus,
    service: fields::Service,
    version: fields::ServiceVersion,
}

/// 200, or `DATABASE_ERROR` for every failure of the table.
#[utoipa::path(
    get,
    path = "/health",
    summary = "Check the service and its table",
    responses((status = 200, description = "Both respond.", body = Health)),
)]
pub async fn check(ctx: Ctx) -> ApiResult<Json<Health>> {
    let unhealthy = || ApiError::new(ErrorCode::DatabaseError);
    let answer = tokio::time::timeout(PATIENCE, ctx.store.ping()).await;
    answer.map_err(|late| unhealthy().caused_by(late))?.map_err(|error| unhealthy().caused_by(error))?;
    Ok(Json(Health { status: "ok".into(), service: SERVICE.into(), version: env!("CARGO_PKG_VERSION").into() }))
}
