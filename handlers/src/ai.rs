//! `/ai`: the model is asked about code that comes with the request. `analysis.rs` is how every route asks it.

mod analysis;
mod analyze;
mod explanation;
mod view;

pub(crate) use analysis::Analysis;
pub use analyze::{__path_analyze, analyze};
pub(crate) use explanation::{Delta, ExplanationStream};
