//! The command `codesensei`: the whole backend on one machine.

pub mod aws;
pub mod costs;
pub mod demo;
pub mod doctor;
pub mod engine;
pub mod export;
pub mod folder;
mod host;
pub mod keys;
pub mod local;
pub mod options;
pub mod output;
pub mod patterns;
pub mod query;
pub mod seed;
pub mod serve;
pub mod sweep;
pub mod table;
pub mod target;
pub mod verify;
pub mod who;

mod connections;
mod docs;
mod interruption;
mod page;
mod private;
mod secrets;
mod shell;
mod site;

/// Why a command failed, for the person who gave it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
