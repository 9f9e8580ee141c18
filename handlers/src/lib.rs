//! CodeSensei over HTTP: the routers that run on Lambda and on a developer's machine alike.

pub mod auth;
pub mod bedrock;
pub mod error;
pub mod http;
pub mod limits;
pub mod review;

pub use error::{ApiError, ApiResult, ErrorCode};
