//! The emitters: each turns the design into its files, independently of the others.

pub mod analytics;
pub mod any;
pub mod by_name;
pub mod counts;
mod debug;
pub mod entity;
pub mod ids;
pub mod index;
pub mod json_schema;
pub mod keys;
pub mod limits;
pub mod lock;
pub mod partiql;
pub mod pattern;
pub mod registry;
mod required;
mod returned;
pub mod root;
mod rust;
mod sample;
pub mod schema;
pub mod stack;
pub mod table;
mod types;
pub mod typescript;
pub mod workbench;

pub use index::anchor;
pub use required::{has_required, required_name};
pub use rust::camel;
pub use stack::requests_of;
