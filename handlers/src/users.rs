//! `/users/me`: one verb a file.

mod delete;
mod password;
mod read;
mod update;
mod view;

pub use delete::{__path_delete, delete};
pub use password::{__path_password, password};
pub use read::{__path_read, read};
pub use update::{__path_update, update};
