//! Counts, lists and line numbers as text.

use std::ops::Range;

use crate::source::Source;

/// “line 4” or “lines 3 to 7”.
pub(crate) fn lines_in_words(source: &Source<'_>, scope: &Range<usize>) -> String {
    let (first, last) = (source.number(scope.start), source.number(scope.end - 1));
    if first == last { format!("line {first}") } else { format!("lines {first} to {last}") }
}

/// “1 branch”, “2 branches”.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    let ending = match (count, noun.ends_with("ch")) {
        (1, _) => "",
        (_, true) => "es",
        _ => "s",
    };
    format!("{count} {noun}{ending}")
}

/// “a”, “a and b”, “a, b and c”.
pub(crate) fn and_list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
