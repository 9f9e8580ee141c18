//! `/users/me`: one route per file.

mod delete;
mod devices;
mod end_device;
mod password;
mod read;
mod update;
mod usage;
mod view;

pub use delete::{__path_delete, delete};
pub use devices::{__path_devices, devices};
pub use end_device::{__path_end_device, end_device};
pub use password::{__path_password, password};
pub use read::{__path_read, read};
pub use update::{__path_update, update};
pub use usage::{__path_usage, usage};
