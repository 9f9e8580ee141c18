//! Finds the lines of a patch: those that the model named, or else the only place of its text.

use crate::lines::{Lines, with_feeds};
use crate::patch::cleaning::{unfenced, unnumbered};
use crate::patch::{Patch, PatchStatus, Withheld};
use crate::search::occurrences;

/// The limit of compared places of a text with another indentation. A text at more places is ambiguous.
const PLACES: usize = 100;

/// A patch with its lines.
pub(super) struct Placed {
    pub(super) first: usize,
    pub(super) last: usize,
    /// With line feeds.
    pub(super) replacement: String,
    pub(super) status: PatchStatus,
}

/// Finds the lines of a patch that names `range`, among the shown lines.
pub(super) fn place(
    patch: &Patch,
    lines: &Lines<'_>,
    range: (usize, usize),
    shown: (usize, usize),
) -> Result<Placed, Withheld> {
    let here: Vec<_> = (range.0..=range.1).map(|line| lines.line(line).trim_end()).collect();
    let forms = forms(&with_feeds(&patch.original), &with_feeds(&patch.replacement));
    let unended: Vec<_> = forms.iter().filter_map(Form::unended).collect();
    if let Some(form) = forms.iter().chain(&unended).find(|form| form.lines() == here) {
        let replacement = form.replacement.clone();
        return Ok(Placed { first: range.0, last: range.1, replacement, status: PatchStatus::Verified });
    }
    let shown_lines: Vec<_> = (shown.0..=shown.1).map(|line| lines.line(line).trim_end()).collect();
    // At other places, a final line end in `original` could match an empty line by accident.
    let forms = forms.into_iter().map(|form| form.unended().unwrap_or(form));
    for form in forms.filter(Form::has_text) {
        let original = form.lines();
        let found = match occurrences(&original, &shown_lines, 2)[..] {
            [] => form.shifted(&shown_lines)?,
            [only] => Some((only, form.replacement.clone())),
            _ => return Err(Withheld::Ambiguous),
        };
        if let Some((at, replacement)) = found {
            let (first, last) = (shown.0 + at, shown.0 + at + original.len() - 1);
            return Ok(Placed { first, last, replacement, status: PatchStatus::Relocated });
        }
    }
    Err(Withheld::OriginalDiffers)
}

/// A reading of the texts that the model wrote.
struct Form {
    original: String,
    replacement: String,
}

/// The readings, in order: as written; without a fence; without numbers; without both. The first reading that matches
/// is used. The replacement keeps a fence that `original` does not have, because it may be intended.
fn forms(original: &str, replacement: &str) -> Vec<Form> {
    let replacement = if original.ends_with('\n') { replacement } else { unended(replacement) };
    let mut forms = vec![Form { original: original.to_owned(), replacement: replacement.to_owned() }];
    for also in [Form::unfenced, Form::unnumbered] {
        let more: Vec<_> = forms.iter().filter_map(also).collect();
        forms.extend(more);
    }
    forms
}

/// The text without its final line end. A text of line ends only is as many empty lines.
fn unended(text: &str) -> &str {
    text.strip_suffix('\n').filter(|rest| rest.contains(|c| c != '\n')).unwrap_or(text)
}

impl Form {
    fn unfenced(&self) -> Option<Self> {
        let original = unfenced(&self.original)?.to_owned();
        let replacement = unfenced(&self.replacement).unwrap_or_else(|| unended(&self.replacement));
        Some(Self { original, replacement: replacement.to_owned() })
    }

    fn unnumbered(&self) -> Option<Self> {
        let original = unnumbered(&self.original)?;
        let replacement = unnumbered(&self.replacement).map(kept);
        Some(Self { original, replacement: replacement.unwrap_or_else(|| self.replacement.clone()) })
    }

    /// Without the final line end.
    fn unended(&self) -> Option<Self> {
        let original = self.original.strip_suffix('\n')?.to_owned();
        Some(Self { original, replacement: unended(&self.replacement).to_owned() })
    }

    fn lines(&self) -> Vec<&str> {
        self.original.split('\n').map(str::trim_end).collect()
    }

    fn has_text(&self) -> bool {
        !self.original.trim().is_empty()
    }

    /// The only place where the text stands with all lines indented by the same white space more or less, and its
    /// replacement there.
    fn shifted(&self, shown: &[&str]) -> Result<Option<(usize, String)>, Withheld> {
        let original = self.lines();
        let bare = |lines: &[&str]| lines.iter().map(|line| line.trim_start().to_owned()).collect::<Vec<_>>();
        let places = occurrences(&bare(&original), &bare(shown), PLACES);
        let shifts = places.iter().filter_map(|at| Some((*at, shift(&original, &shown[*at..at + original.len()])?)));
        let shifts: Vec<_> = shifts.collect();
        match shifts[..] {
            _ if places.len() == PLACES => Err(Withheld::Ambiguous),
            [] => Ok(None),
            [(at, (less, more))] => Ok(indented(&self.replacement, less, more).map(|replacement| (at, replacement))),
            _ => Err(Withheld::Ambiguous),
        }
    }
}

/// A remaining empty line is kept as a line end, because an empty replacement deletes.
fn kept(rest: String) -> String {
    if rest.is_empty() { "\n".to_owned() } else { rest }
}

/// The text with the prefix `less` of every line replaced by `more`; blank lines are unchanged. `None` if a line does
/// not begin with `less`.
fn indented(text: &str, less: &str, more: &str) -> Option<String> {
    let line = |line: &str| {
        if line.trim().is_empty() { Some(line.to_owned()) } else { Some(format!("{more}{}", line.strip_prefix(less)?)) }
    };
    Some(text.split('\n').map(line).collect::<Option<Vec<_>>>()?.join("\n"))
}

/// The white space to remove from the beginning of every line, and the white space to add, so that one text becomes the
/// other. One of the two is empty.
fn shift<'a>(from: &[&'a str], to: &[&'a str]) -> Option<(&'a str, &'a str)> {
    let mut lines = from.iter().zip(to).filter(|(from, _)| !from.is_empty());
    let one = |(from, to): (&&'a str, &&'a str)| {
        let less = from.strip_suffix(*to).map(|less| (less, ""));
        less.or_else(|| to.strip_suffix(*from).map(|more| ("", more)))
    };
    let first = one(lines.next()?)?;
    lines.all(|line| one(line) == Some(first)).then_some(first)
}
