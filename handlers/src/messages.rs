//! `/threads/{id}/messages`. The routes are `post`, `retry`, `cancel`, `apply`, `list` and `read`.
//!
//! The modules are in reading order. `post` or `retry` checks the request. `accept` stores the message once and creates
//! a `run`. The run holds the lease of the question, builds the prompt (`context`), asks the model
//! (`ai/analysis.rs`, then `bedrock`) and stores the answer (`size_limit`). `respond` returns the `outcome` at its end,
//! or sends it as a `stream`.

mod post;
mod retry;

mod accept;
mod waiting;

mod run;

mod context;
mod size_limit;

mod outcome;
mod respond;
mod stream;
mod view;

mod apply;
mod cancel;
mod list;
mod read;

pub use apply::{__path_apply, apply};
pub use cancel::{__path_cancel, cancel};
pub use list::{__path_list, list};
pub use post::{__path_post, post};
pub use read::{__path_read, read};
pub use retry::{__path_retry, retry};
pub use waiting::Waiting;
