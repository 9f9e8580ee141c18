//! The response of routes without a result.

use serde::Serialize;
use utoipa::ToSchema;

use crate::fields;

/// `{"success": true}`.
#[derive(Clone, Serialize, ToSchema)]
pub struct Success {
    success: fields::Success,
}

impl Default for Success {
    fn default() -> Self {
        Self { success: true.into() }
    }
}
