//! `/threads/{id}/messages`: one verb a file.

mod ask;
mod list;
mod once;
mod post;
mod view;

pub use list::{__path_list, list};
pub use post::{__path_post, post};
