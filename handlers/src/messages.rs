//! `/threads/{id}/messages`: one verb a file.

mod ask;
mod list;
mod post;
mod view;

pub use list::list;
pub use post::post;
