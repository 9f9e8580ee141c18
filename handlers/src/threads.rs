//! `/sessions/{id}/threads` and `/threads/{id}`: one route per file.

mod anchor;
mod create;
mod delete;
mod list;
mod read;
mod view;

pub use anchor::{__path_anchor, anchor};
#[doc(hidden)] // Public for the fuzz targets.
pub use create::ThreadForm;
pub(crate) use create::UncheckedLines;
pub use create::{__path_create, create};
pub use delete::{__path_delete, delete};
pub use list::{__path_list, list};
pub use read::{__path_read, read};
pub use view::ThreadView;
