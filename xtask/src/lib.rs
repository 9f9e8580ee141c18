//! The generator: documents in, code out. Load into one design, check it, then one small emitter for each output.
#![expect(
    unreachable_pub,
    reason = "what is `pub` in a private module is for the crate, and reads better so than as `pub(crate)`"
)]

pub mod codegen;
pub mod corpus;

mod check;
mod design;
mod emit;
pub mod files;
mod load;
mod problem;
mod source;
pub mod tidy;
pub mod used;
pub mod vet;

pub use load::{Documents, LOCK};
