//! `GET /health`: whether the service and its table answer. Says nothing about how.

use axum::Json;
use serde_json::{Value, json};

use crate::error::ApiResult;
use crate::state::Ctx;

/// Says that all is well, or `DATABASE_ERROR`.
pub async fn check(ctx: Ctx) -> ApiResult<Json<Value>> {
    ctx.store.ping().await?;
    Ok(Json(json!({ "status": "ok" })))
}
