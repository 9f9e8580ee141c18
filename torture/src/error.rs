//! Why a run could not be made. A loss that a run finds is not an error.

use std::io;

/// A run could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TortureError {
    /// The server, a proxy or the folder failed.
    #[error("cannot run the server under test: {0}")]
    Server(#[from] io::Error),
    /// The table failed without a planned fault.
    #[error("the table failed: {0}; check --store")]
    Store(String),
    /// A step that prepares a scenario, without faults, failed.
    #[error("cannot prepare the scenario: {step} was answered with {answer}")]
    Preparation {
        /// The step.
        step: &'static str,
        /// The status and the code.
        answer: String,
    },
}
