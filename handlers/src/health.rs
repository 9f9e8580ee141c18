//! `GET /health`: whether the service and its table answer. Says which program answers, and nothing about how the table is.

use std::time::Duration;

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::fields;
use crate::state::Ctx;

/// Whoever asks wants to know now: a table that takes longer is not well, even if it answers in the end.
const PATIENCE: Duration = Duration::from_secs(2);

/// The name that the service answers by.
const SERVICE: &str = "codesensei";

/// `{"status": "ok", "service": …, "version": …}`.
#[derive(Serialize, ToSchema)]
pub struct Health {
    status: fields::HealthStatus,
    service: fields::Service,
    version: fields::ServiceVersion,
}

/// Says that all is well, or `DATABASE_ERROR`, whatever is wrong with the table.
#[utoipa::path(
    get,
    path = "/health",
    summary = "Ask whether the service and its table answer",
    responses((status = 200, description = "Both do.", body = Health)),
)]
pub async fn check(ctx: Ctx) -> ApiResult<Json<Health>> {
    let unwell = || ApiError::new(ErrorCode::DatabaseError);
    let answer = tokio::time::timeout(PATIENCE, ctx.store.ping()).await;
    answer.map_err(|late| unwell().caused_by(late))?.map_err(|error| unwell().caused_by(error))?;
    Ok(Json(Health { status: "ok".into(), service: SERVICE.into(), version: env!("CARGO_PKG_VERSION").into() }))
}
