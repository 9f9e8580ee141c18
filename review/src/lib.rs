//! The review itself, pure: what the model is asked, how its answer is read and checked, and where lines are after a
//! save.
//!
//! Nothing here reads a table, a socket or the environment, and nothing knows HTTP, DynamoDB or a model's SDK.
//! Everything is a function of its arguments; re-anchoring alone looks at the clock, for its deadline.
//!
//! Start with [`prompt`], then [`answer`] and [`patch`], then [`anchor`]. [`lines`] and [`hidden`] are the two
//! definitions under all of them: what a line is, and which characters a person does not see.

pub mod anchor;
pub mod answer;
mod excerpt;
pub mod fence;
pub mod hidden;
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
