//! `/sessions/{id}/threads` and `/threads/{id}`: one verb a file.

mod create;
mod list;
mod read;
mod view;

pub(crate) use create::locate;
pub use create::{ThreadForm, create};
pub use list::list;
pub use read::read;
pub use view::ThreadView;
