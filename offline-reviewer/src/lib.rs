//! A rule-based code reviewer, for use without a model.
//!
//! [`review()`] parses a file with tree-sitter, matches the rules of its language against the syntax tree, and writes
//! an [`Answer`]: an explanation in Markdown and, if a rule has a fix, a patch. The patch's `original` is the text of
//! the lines. Every explanation begins with [`DISCLAIMER`]. The crate reads no files, opens no connections and keeps no
//! state.
//!
//! The rules are YAML files in `rules/`, in the format of ast-grep. `README.md` explains how to add one.

mod describe;
mod explain;
mod finding;
mod language;
mod patch;
mod question;
mod review;
mod rules;
mod scan;
mod secrets;
mod source;
mod wording;

pub use explain::DISCLAIMER;
pub use finding::{Finding, Request};
pub use language::Language;
pub use patch::Patch;
pub use review::{Answer, Confidence, findings, no_code, review};
pub use rules::{Example, Rule, rules};
