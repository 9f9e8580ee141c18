//! The review itself, without any I/O: what the model is asked, what it may answer, and where lines are afterwards.

pub mod anchor;
pub mod answer;
pub mod fence;
pub mod lines;
pub mod patch;
pub mod prompt;
mod search;
