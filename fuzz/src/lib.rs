//! Fuzz targets: mutated inputs for every parser that reads bytes from outside, each with properties that must hold.
//!
//! A [`Target`] decodes an input, calls the product and asserts properties: round trips, order, limits, and outputs
//! without forbidden content. Its seeds reach deep, and files in `corpus/<target>/` are inputs that once failed or that
//! reach new code. [`Inputs`] derives input number `n` from a seed of random numbers, so every failure can be repeated.
//!
//! There are three ways to run the targets. `cargo test` replays all seeds and files, and then a short run with a fixed
//! seed. `cargo run -p fuzz -- --inputs 1000000` measures a long run. `scripts/fuzz-coverage` lets libFuzzer search for
//! inputs that reach new code.

mod inputs;
pub mod measured;
pub mod run;
mod target;
mod targets;

pub use inputs::Inputs;
pub use target::Target;
pub use targets::TARGETS;
