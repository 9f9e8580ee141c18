//! `/sessions`: one route per file.

mod create;
mod delete;
mod list;
mod read;
mod rename;
mod save;
mod view;

#[doc(hidden)] // Public for the fuzz targets.
pub use create::NewFile;
pub use create::{__path_create, create};
pub use delete::{__path_delete, delete};
pub use list::{__path_list, list};
pub use read::{__path_read, read};
pub use rename::{__path_rename, rename};
pub use save::{__path_save, save};
pub(crate) use view::SessionView;
