//! The markers in access-patterns.md that enclose the generated index of patterns.

use crate::problem::Problems;
use crate::source::At;

pub const INDEX_BEGIN: &str = "<!-- generated:begin index -->";
pub const INDEX_END: &str = "<!-- generated:end index -->";

/// Reports markers that are incomplete, repeated or out of order. A page without markers has no index.
pub fn check(text: &str, at: At, problems: &mut Problems) {
    let places = |marker: &str| text.match_indices(marker).map(|(offset, _)| offset).collect::<Vec<_>>();
    let message = match (places(INDEX_BEGIN).as_slice(), places(INDEX_END).as_slice()) {
        ([], []) => return,
        ([begin], [end]) if begin < end => return,
        ([first, ..], [] | [_]) | ([], [first, ..]) | ([first, _, ..], _) | ([_], [_, first, ..]) => {
            (*first, format!("the index needs one {INDEX_BEGIN}, followed by one {INDEX_END}"))
        }
    };
    problems.push("index-has-its-markers", at.plus(message.0), message.1);
}
