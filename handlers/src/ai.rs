//! `/ai`: asks the model about code in the request. All routes ask the model through `analysis.rs`.

mod analysis;
mod analyze;
mod explanation;
mod view;

pub(crate) use analysis::Analysis;
pub use analyze::{__path_analyze, analyze};
pub(crate) use explanation::{Delta, ExplanationStream};
