//! The tidy checks: rules of this repository that no other tool holds.
#![expect(
    unreachable_pub,
    reason = "what is `pub` in a private module is for the crate, and reads better so than as `pub(crate)`"
)]

pub mod routes;
pub mod tidy;
