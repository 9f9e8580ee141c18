//! The generator: documents in, code out. Load into one design, check it, then one small emitter for each output.
#![expect(
    missing_docs,
    unreachable_pub,
    reason = "a tool of this repository: what is public is public to its own modules and tests"
)]

pub mod check;
pub mod codegen;
pub mod design;
pub mod emit;
pub mod load;
pub mod problem;
pub mod source;
