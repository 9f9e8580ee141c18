//! An endpoint on localhost that speaks Bedrock's Converse protocol and answers with a rule-based review.
//!
//! [`LocalBedrock`] binds a port and serves [`router`]. It checks a request like the real service, reads the numbered
//! code from the product's prompt, reviews it with the crate `offline-reviewer`, and answers through the declared tool.
//! It calls no model, and each answer says so.
//!
//! Tests queue an [`Act`] to make the next call fail, wait or end early, and read the requests as [`Seen`]. Both work
//! only inside the process: the endpoint serves the two Converse routes and logs no part of a request.
//!
//! # The operations
//!
//! `src/converse.rs` serves both operations: checks, script, answer. `converse-stream` sends the same answer as events,
//! in the frames of AWS's own crate.

mod cache;
mod converse;
mod prompt;
mod script;
mod seen;
mod server;

pub use script::{Act, Fault, Place};
pub use seen::Seen;
pub use server::{LocalBedrock, router};
