//! The targets, from the storage outwards to the documents of the generator.

mod anchors;
mod answer;
mod body;
mod code;
mod converse;
mod cookies;
mod cursor;
mod documents;
mod events;
mod keys;
mod lines;
mod markdown;
mod patch;
mod stream;
mod tokens;

use crate::target::Target;

/// Every target.
pub const TARGETS: [Target; 15] = [
    keys::TARGET,
    cursor::TARGET,
    code::TARGET,
    body::TARGET,
    cookies::TARGET,
    tokens::TARGET,
    events::TARGET,
    lines::TARGET,
    anchors::TARGET,
    patch::TARGET,
    markdown::TARGET,
    answer::TARGET,
    stream::TARGET,
    converse::TARGET,
    documents::TARGET,
];

/// Runs a future of a target. Each thread has one runtime.
fn block_on<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime needs only a few descriptors");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}
