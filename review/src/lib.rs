//! The pure part of a review: the prompt for the model, reading and checking its answer, and re-anchoring lines after a
//! save.
//!
//! This crate reads no table, socket or environment variable, and knows no HTTP, no DynamoDB and no model SDK.
//! Everything is a function of its arguments; only re-anchoring reads the clock, for its deadline.
//!
//! Start with [`prompt`], then read [`answer`], [`patch`] and [`anchor`]. [`lines`] and [`hidden`] hold two basic
//! definitions: what a line is, and which characters a person cannot see.

pub mod anchor;
pub mod answer;
mod excerpt;
pub mod fence;
pub mod hidden;
#[rustfmt::skip] // Its formatting is the generator's.
#[path = "generated/limits.rs"]
pub mod limits;
pub mod lines;
pub mod markdown;
mod outline;
pub mod partial;
pub mod patch;
pub mod prompt;
mod search;
pub mod selection;
pub mod shown;
