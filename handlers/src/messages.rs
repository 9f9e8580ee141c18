//! `/threads/{id}/messages`. The routes are `post`, `retry`, `cancel`, `apply`, `list` and `read`.
//!
//! A route that asks the model reads top-down: `post` or `retry` checks the request; `accept` stores the message
//! once, however often it is sent, and makes a `run`; the run holds the question by its lease, asks the model and
//! stores the answer; `respond` waits for that, or sends it as a `stream`.

mod post;
mod retry;

mod accept;
mod run;

mod respond;
mod stream;

mod context;
mod fit;
mod outcome;
mod view;
mod waiting;

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
