//! An endpoint on localhost that speaks Bedrock's Converse protocol and answers with a review by fixed rules.
//!
//! [`LocalBedrock`] binds a port and serves [`router`]. It checks a request as the real service would, reads the numbered
//! code out of the product's prompt, runs [its rules](#the-rules) over it and answers through the declared tool, with a
//! patch whose `original` is the true text of the lines. No model is asked, and every answer says so.
//!
//! Tests queue an [`Act`] to have the next call fail, wait or be cut, and look at what was [`Seen`]. Both work in-process
//! only: nothing but the Converse route is served, and nothing of a request is logged.
//!
//! # The rules
//!
//! `src/rules.rs` lists them, `src/rules/` holds one file per language or kind. A rule reads tokens, never raw text, so
//! what stands in comments and strings cannot pass for code, and instructions in there have no effect.
//!
//! # Another operation
//!
//! `src/converse.rs` is one route: checks, script, answer. `converse-stream` would be its sibling, with the same checks
//! and the same answer, sent as events.

mod converse;
mod language;
mod prompt;
mod review;
mod rules;
mod script;
mod seen;
mod server;
mod source;

pub use script::Act;
pub use seen::Seen;
pub use server::{LocalBedrock, router};
