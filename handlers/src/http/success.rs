//! The answer that has nothing to tell but that it is done.

use serde::Serialize;
use utoipa::ToSchema;

use crate::fields;

/// `{"success": true}`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Success {
    #[schema(schema_with = fields::success)]
    success: bool,
}

impl Default for Success {
    fn default() -> Self {
        Self { success: true }
    }
}
