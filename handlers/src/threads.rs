//! `/sessions/{id}/threads` and `/threads/{id}`: one verb a file.

mod create;
mod list;
mod read;
mod view;

pub use create::create;
pub use list::list;
pub use read::read;
pub use view::ThreadView;
