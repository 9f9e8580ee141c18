//! The command `codesensei`: the whole backend on one machine.

pub mod aws;
pub mod bench;
pub mod costs;
pub mod demo;
pub mod doctor;
pub mod engine;
pub mod error;
pub mod export;
pub mod folder;
mod host;
pub mod keys;
pub mod local;
pub mod local_keys;
pub mod options;
pub mod output;
pub mod patterns;
pub mod query;
pub mod seed;
pub mod serve;
pub mod store_choice;
pub mod sweep;
pub mod table;
pub mod target;
pub mod torture;
pub mod user_ref;
pub mod verify;

mod connections;
mod docs;
mod grid;
mod interruption;
mod origin;
mod page;
mod picture;
mod private_files;
mod section;
mod shell;
mod site;

/// The error of a failed command, as its user reads it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
