//! `/sessions`: one verb a file.

mod create;
mod list;
mod read;
mod save;
mod view;

pub use create::{__path_create, create};
pub use list::{__path_list, list};
pub use read::{__path_read, read};
pub use save::{__path_save, save};
