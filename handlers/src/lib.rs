//! CodeSensei over HTTP: the same routers on Lambda and on a developer's machine.

pub mod ai;
pub mod auth;
mod document;
pub mod error;
mod fields;
pub mod health;
pub mod http;
pub mod lambda;
pub mod logging;
pub mod messages;
pub mod openapi;
pub mod rates;
mod reloadable;
pub mod report;
pub mod routes;
pub mod secrets;
pub mod sessions;
pub mod state;
pub mod sweep;
pub mod threads;
pub mod users;

pub use error::{ApiError, ApiResult, ErrorCode};
pub use routes::{Domain, router};
pub use state::App;
