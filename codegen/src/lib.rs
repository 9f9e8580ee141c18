//! The generator: it loads the documents into one design, checks it, and runs one small emitter for each output.
//!
//! `docs/your-own-table.md` shows its use for a table outside of this repository. `schema/README.md` explains the
//! documents.
#![expect(unreachable_pub, reason = "in a private module, `pub` has the effect of `pub(crate)` and is easier to read")]

mod codegen;
pub mod commands;
pub mod corpus;

mod check;
mod design;
mod emit;
mod emitted;
pub mod files;
mod load;
mod problem;
mod source;
mod suggestion;
pub mod used;
pub mod vet;

pub use crate::codegen::{
    Mode, Outcome, PatternName, compile, next_id, notices, owned_folders, patterns, run, stale_report,
};
pub use crate::emit::anchor;
pub use crate::emitted::Emitted;
pub use crate::load::{Documents, LIMITS, LOCK, PATTERNS, TABLE};
pub use crate::problem::problem_report;
