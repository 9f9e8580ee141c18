//! The emitters: each turns the design into its files, and knows nothing of the others.

pub mod any;
pub mod by_name;
mod debug;
pub mod entity;
pub mod ids;
pub mod index;
pub mod keys;
pub mod lock;
pub mod pattern;
pub mod registry;
pub mod root;
mod rust;
pub mod schema;
pub mod table;
mod types;

pub use rust::{GENERATED, camel};
