//! The review itself, without any I/O: what the model is asked, what it may answer, and where lines are afterwards.

pub mod anchor;
pub mod answer;
pub mod excerpt;
pub mod fence;
pub mod hidden;
pub mod lines;
pub mod markdown;
pub mod outline;
pub mod partial;
pub mod patch;
pub mod prompt;
mod search;
pub mod shown;
