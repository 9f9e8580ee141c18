//! `/threads/{id}/messages`: one verb a file. Each route that asks goes from `accept` to `run` to `respond`.

mod accept;
mod apply;
mod cancel;
mod context;
mod fit;
mod list;
mod outcome;
mod post;
mod read;
mod respond;
mod retry;
mod run;
mod view;
mod waiting;

pub use apply::{__path_apply, apply};
pub use cancel::{__path_cancel, cancel};
pub use list::{__path_list, list};
pub use post::{__path_post, post};
pub use read::{__path_read, read};
pub use retry::{__path_retry, retry};
pub use waiting::Waiting;
