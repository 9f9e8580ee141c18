//! `/ai`: the model, asked about code that comes with the request; and how it is asked, whoever does.

mod analysis;
mod analyze;
mod telling;
mod view;

pub(crate) use analysis::Analysis;
pub use analyze::{__path_analyze, analyze};
pub(crate) use telling::{Delta, Telling};
