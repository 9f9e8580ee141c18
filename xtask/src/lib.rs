//! The tidy checks: rules of this repository that no other tool checks.
#![expect(unreachable_pub, reason = "`pub` in a private module means the crate, and is shorter than `pub(crate)`")]

pub mod mutants;
pub mod routes;
pub mod tidy;
