//! An endpoint on localhost that speaks Bedrock's Converse protocol and answers with a review by fixed rules.
//!
//! [`LocalBedrock`] binds a port and serves [`router`]. It checks a request as the real service would, reads the numbered
//! code out of the product's prompt, lets the crate `offline-reviewer` review it and answers through the declared tool. No
//! model is asked, and every answer says so.
//!
//! Tests queue an [`Act`] to have the next call fail, wait or be cut, and look at what was [`Seen`]. Both work in-process
//! only: nothing but the two Converse routes is served, and nothing of a request is logged.
//!
//! # The operations
//!
//! `src/converse.rs` serves both: checks, script, answer. `converse-stream` sends the same answer as events, in the frames
//! that AWS's own crate writes.

mod cache;
mod converse;
mod prompt;
mod script;
mod seen;
mod server;

pub use script::{Act, Fault, Place};
pub use seen::Seen;
pub use server::{LocalBedrock, router};
