//! `/sessions`: one verb a file.

mod create;
mod list;
mod read;
mod save;
mod view;

pub use create::create;
pub use list::list;
pub use read::read;
pub use save::save;
