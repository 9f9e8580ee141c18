//! `/sessions/{id}/threads` and `/threads/{id}`: one verb a file.

mod anchor;
mod create;
mod delete;
mod list;
mod read;
mod view;

pub use anchor::{__path_anchor, anchor};
pub use create::{__path_create, ThreadForm, create};
pub use delete::{__path_delete, delete};
pub use list::{__path_list, list};
pub use read::{__path_read, read};
pub use view::ThreadView;
