//! `/sessions/{id}/threads` and `/threads/{id}`: one verb a file.

mod create;
mod list;
mod read;
mod view;

pub(crate) use create::locate;
pub use create::{__path_create, ThreadForm, create};
pub use list::{__path_list, list};
pub use read::{__path_read, read};
pub use view::ThreadView;
