//! The command `codesensei`: the backend on a developer's machine.

pub mod engine;
