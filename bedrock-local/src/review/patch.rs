//! From a rule's fix to a patch: the exact text it replaces, with the file's own line ends.

use std::collections::HashSet;

use serde::Serialize;

use crate::rules::{Fix, HARD_CODED_SECRET, Hit, Rule};
use crate::source::Source;

/// New text for lines `start_line` to `end_line`, both included.
#[derive(Debug, Serialize)]
pub(crate) struct Patch {
    pub(crate) start_line: usize,
    pub(crate) end_line: usize,
    pub(crate) original: String,
    pub(crate) replacement: String,
}

/// The indexes of lines that hold secrets and so must never be quoted.
pub(super) fn secret_lines(source: &Source<'_>, hits: &[(&Rule, Hit)]) -> HashSet<usize> {
    let mut secret = HashSet::new();
    for (rule, hit) in hits {
        if rule.id != HARD_CODED_SECRET {
            continue;
        }
        secret.insert(hit.line);
        // A key in several lines is secret down to its end.
        if source.lines[hit.line].text.contains("-----BEGIN ") {
            let rest = source.lines.iter().enumerate().skip(hit.line);
            let key = rest.take_while(|(_, line)| !line.text.contains("-----END "));
            secret.extend(key.map(|(index, _)| index));
        }
    }
    secret
}

/// The patch for a fix, unless it changes nothing, would quote a secret, or looks as if it repeated its surroundings.
pub(super) fn of(source: &Source<'_>, fix: &Fix, secret: &HashSet<usize>) -> Option<Patch> {
    let range = fix.first..fix.last + 1;
    let first = source.lines.get(fix.first)?;
    let last = source.lines.get(fix.last)?;
    let quotes_secret = range.clone().any(|index| secret.contains(&index));
    if quotes_secret || repeats_neighbour(source, fix) {
        return None;
    }
    let original = source.quote(range);
    let replacement = with_line_ends(source, fix);
    (original != replacement).then_some(Patch {
        start_line: first.number,
        end_line: last.number,
        original,
        replacement,
    })
}

/// Whether the new text begins or ends with the line next to it while the old one does not: a reader, or a program that
/// repairs patches, would take that for a line quoted by mistake.
fn repeats_neighbour(source: &Source<'_>, fix: &Fix) -> bool {
    let text = |index: usize| source.lines.get(index).map(|line| line.text.trim());
    let (new_first, new_last) = (fix.lines.first(), fix.lines.last());
    let new_first = new_first.map(|line| line.trim());
    let new_last = new_last.map(|line| line.trim());
    let above = fix.first.checked_sub(1).and_then(text);
    let below = text(fix.last + 1);
    let begins_anew = new_first != text(fix.first);
    let ends_anew = new_last != text(fix.last);
    (begins_anew && above.is_some() && new_first == above) || (ends_anew && below.is_some() && new_last == below)
}

fn with_line_ends(source: &Source<'_>, fix: &Fix) -> String {
    let between = if source.ends_in_return(0) { "\r\n" } else { "\n" };
    let end = if source.ends_in_return(fix.last) { "\r" } else { "" };
    format!("{}{end}", fix.lines.join(between))
}
