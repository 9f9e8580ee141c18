//! Converts a rule's edit to a patch: the exact replaced text, with the file's own line ends.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::scan::Edit;
use crate::source::Source;

/// A patch does not quote longer lines.
const LONGEST_LINE: usize = 4_000;

/// New text for lines `start_line` to `end_line`, both included.
#[derive(Debug, Serialize)]
pub struct Patch {
    /// The number of the first line.
    pub start_line: usize,
    /// The number of the last line.
    pub end_line: usize,
    /// The text of these lines.
    pub original: String,
    /// Their new text.
    pub replacement: String,
}

/// The patch of an edit, unless it changes nothing, would quote a secret, or seems to repeat a neighbouring line.
pub(crate) fn of(source: &Source<'_>, edit: &Edit, secret: &BTreeSet<usize>) -> Option<Patch> {
    let range = edit.first..=edit.last;
    let lines = source.exact.get(range.clone())?;
    let quotes_secret = secret.range(range).next().is_some();
    let is_long = lines.iter().any(|line| line.len() > LONGEST_LINE);
    if quotes_secret || is_long || repeats_neighbour(source, edit) {
        return None;
    }
    let original = lines.join("\n");
    let replacement = with_line_ends(lines, &edit.text);
    (original != replacement).then_some(Patch {
        start_line: source.number(edit.first),
        end_line: source.number(edit.last),
        original,
        replacement,
    })
}

/// Whether the new text begins or ends with the line next to it while the old text does not. A reader, or a program
/// that repairs patches, would think that the line was quoted by mistake.
fn repeats_neighbour(source: &Source<'_>, edit: &Edit) -> bool {
    let text = |index: usize| source.text(index).map(str::trim);
    let new_first = edit.text.lines().next().map(str::trim);
    let new_last = edit.text.lines().last().map(str::trim);
    let above = edit.first.checked_sub(1).and_then(text);
    let below = text(edit.last + 1);
    let begins_anew = new_first != text(edit.first);
    let ends_anew = new_last != text(edit.last);
    (begins_anew && above.is_some() && new_first == above) || (ends_anew && below.is_some() && new_last == below)
}

/// The new text with the byte order mark and the carriage returns of the old one.
fn with_line_ends(lines: &[&str], text: &str) -> String {
    let mark = if lines[0].starts_with('\u{feff}') { "\u{feff}" } else { "" };
    let between = if lines[0].ends_with('\r') { "\r\n" } else { "\n" };
    let end = if lines[lines.len() - 1].ends_with('\r') { "\r" } else { "" };
    format!("{mark}{}{end}", text.replace('\n', between))
}
