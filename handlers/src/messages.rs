//! `/threads/{id}/messages`: one verb a file.

mod apply;
mod ask;
mod fit;
mod list;
mod once;
mod post;
mod read;
mod run;
mod stream;
mod view;

pub use apply::{__path_apply, apply};
pub use list::{__path_list, list};
pub use post::{__path_post, post};
pub use read::{__path_read, read};
