//! Patches: an edit that the model proposes, checked against the text that it was made for.

use std::fmt;

use crate::limits::CODE_BYTES;
use crate::lines::{Lines, with_feeds};
use crate::search::occurrences;
pub use cleaning::Doubt;
use placing::Placed;

mod cleaning;
mod placing;

/// Consecutive whole lines, from 1 and inclusive, and their replacement. Does not print the code.
#[derive(Clone, PartialEq, Eq)]
pub struct Patch {
    /// The first replaced line.
    pub start_line: u32,
    /// The last replaced line.
    pub end_line: u32,
    /// The text of those lines.
    pub original: String,
    /// The new text; empty to delete the lines. A text of line ends only is as many empty lines.
    pub replacement: String,
}

/// A patch that applies to the text it was checked against: `original` is exactly the text of its lines, and
/// `replacement` has the text's line ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The patch.
    pub patch: Patch,
    /// Whether `original` was at the lines that the model named, or elsewhere.
    pub status: PatchStatus,
    /// A reason to doubt the patch, although it applies.
    pub doubt: Option<Doubt>,
}

/// The place at which the text of a checked patch was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchStatus {
    /// At the lines that the model named.
    Verified,
    /// Elsewhere, at one place.
    Relocated,
}

impl PatchStatus {
    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Relocated => "relocated",
        }
    }
}

/// The version of the text that a patch was checked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The text as it is now.
    Current,
    /// An earlier version.
    Earlier {
        /// By how many lines the patch's thread has moved down since; `None` if its text has changed.
        thread_moved_by: Option<i64>,
    },
}

/// The reason why a patch is not shown or not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Withheld {
    /// The patch has a wrong form.
    #[error("The model proposed a patch that cannot be read: {0}.")]
    Unreadable(&'static str),
    /// The patch names lines that the file does not have.
    #[error("The patch is about lines that the file does not have.")]
    OutOfRange,
    /// The patch names lines that the model did not see.
    #[error("The patch is about lines that the model was not shown.")]
    NotShown,
    /// The named lines have another text, and `original` is nowhere else.
    #[error("The patch was made for another text than the file's.")]
    OriginalDiffers,
    /// The named lines have another text, and `original` is at several other places.
    #[error("The text that the patch replaces is in the file more than once, and not where the patch says.")]
    Ambiguous,
    /// The patch would change nothing.
    #[error("The patch would change nothing.")]
    NoChange,
    /// The replacement is out of proportion to the replaced lines.
    #[error("The patch is much longer than the lines that it replaces.")]
    TooLong,
    /// The patched file would be larger than a session may be.
    #[error("With the patch the file would be larger than 5 MB.")]
    TooLarge,
    /// The patch was made for an earlier version, and its `original` was changed or removed.
    #[error("The file has moved on and the text that the patch replaces is no longer there.")]
    Gone,
    /// The patch was made for an earlier version, and its `original` is at several places.
    #[error("The file has moved on and the text that the patch replaces is there more than once.")]
    NoLongerUnique,
}

impl Patch {
    /// Checks the patch against the text that it was made for, of which the model saw the lines `shown`, from 1 and
    /// inclusive. Returns it in a form that can be applied.
    ///
    /// `original` must stand at the named lines; white space at the end of lines is ignored. Otherwise the patch moves
    /// to the only place, among the shown lines, where `original` stands; otherwise to the only place where it stands
    /// with all lines indented by the same white space more or less, and the replacement is indented likewise. If
    /// `original` stands there as written, the replacement is applied as written. Only if it does not, both are read
    /// without line numbers or a Markdown fence around them. A line end at the end of a text ends its last line, and
    /// begins another line only if `original` has that line too.
    ///
    /// # Errors
    /// Returns the reason why the patch must not be shown.
    pub fn check(&self, text: &str, shown: (u32, u32)) -> Result<Checked, Withheld> {
        let lines = Lines::of(text);
        let range = self.range(&lines)?;
        let shown = shown_lines(&lines, shown);
        if range.0 < shown.0 || shown.1 < range.1 {
            return Err(Withheld::NotShown);
        }
        let Placed { first, last, replacement, status } = placing::place(self, &lines, range, shown)?;
        let exact = lines.text(first, last);
        let (replaced, becomes) = (last + 1 - first, replacement.split('\n').count());
        if becomes > (10 * replaced).max(REPLACEMENT_LINES) {
            return Err(Withheld::TooLong);
        }
        let doubt = Doubt::about(&replacement, &lines, (first, last));
        let patch = Self {
            start_line: number(first),
            end_line: number(last),
            original: exact.to_owned(),
            replacement: replacement.replace('\n', lines.line_end()),
        };
        patch.apply(text)?;
        Ok(Checked { patch, status, doubt })
    }

    /// Applies the patch. All bytes outside of the replaced lines stay the same.
    ///
    /// # Errors
    /// Fails if the named lines differ from `original`, except for line ends, or if the text would not change or become
    /// too large.
    pub fn apply(&self, text: &str) -> Result<String, Withheld> {
        let lines = Lines::of(text);
        let range = self.range(&lines)?;
        if with_feeds(lines.text(range.0, range.1)) != with_feeds(&self.original) {
            return Err(Withheld::OriginalDiffers);
        }
        let patched = self.splice(text, &lines, range);
        if patched == text
            || with_feeds(&self.original) == with_feeds(&self.replacement) && !self.replacement.is_empty()
        {
            Err(Withheld::NoChange)
        } else if patched.len() > CODE_BYTES {
            Err(Withheld::TooLarge)
        } else {
            Ok(patched)
        }
    }

    /// Finds the lines of this text to which a patch applies that was checked before.
    ///
    /// In its own version, these are its lines. In a later version, they are the only place of `original`, with any
    /// line ends. Of several places, it is the one that moved as far as the thread, if the thread is still on its
    /// selected text. The result is never a guess.
    ///
    /// # Errors
    /// Returns the reason why the patch cannot be applied any more.
    pub fn locate(&self, base: Base, text: &str) -> Result<Self, Withheld> {
        let Base::Earlier { thread_moved_by } = base else {
            self.apply(text)?;
            return Ok(self.clone());
        };
        let (lines, original): (Vec<_>, Vec<_>) =
            (Lines::of(text).iter().collect(), Lines::of(&self.original).iter().collect());
        let first = match occurrences(&original, &lines, 2)[..] {
            [] => return Err(Withheld::Gone),
            [only] => only,
            _ => thread_moved_by
                .and_then(|lines| usize::try_from(i64::from(self.start_line) + lines - 1).ok())
                .filter(|first| lines.get(*first..first + original.len()) == Some(&*original))
                .ok_or(Withheld::NoLongerUnique)?,
        };
        let located = Self { start_line: number(first + 1), end_line: number(first + original.len()), ..self.clone() };
        located.apply(text)?;
        Ok(located)
    }

    fn range(&self, lines: &Lines<'_>) -> Result<(usize, usize), Withheld> {
        let at = |line: u32| usize::try_from(line).unwrap_or(usize::MAX);
        let (first, last) = (at(self.start_line), at(self.end_line));
        if lines.has(first, last) { Ok((first, last)) } else { Err(Withheld::OutOfRange) }
    }

    fn splice(&self, text: &str, lines: &Lines<'_>, (first, last): (usize, usize)) -> String {
        let span = lines.span(first, last);
        // Deleted lines take their last line end with them; otherwise an empty line would remain.
        let end = if self.replacement.is_empty() { lines.after(last) } else { span.end };
        let replacement = with_feeds(&self.replacement);
        // Empty lines are written as their line ends alone, because an empty replacement deletes. The last line end is
        // there already.
        let are_blank = !replacement.contains(|c| c != '\n') && !lines.text(first, last).ends_with(['\n', '\r']);
        let written = if are_blank { replacement.strip_suffix('\n') } else { None };
        let written = written.unwrap_or(&replacement);
        let (before, after) = (&text[..span.start], &text[end..]);
        let is_empty_lines = !self.replacement.is_empty() && !written.contains(|c| c != '\n');
        let written = if is_empty_lines && merges(before, after) {
            // Carriage returns before a line feed are one line end with it, so each of them needs a line feed more.
            let merged = before.len() - before.trim_end_matches('\r').len();
            "\n".repeat(written.len() + merged)
        } else {
            with_line_ends(written, lines.line_end(), before, after)
        };
        [before, &written, after].concat()
    }
}

/// The text with these line ends, between two others. In a file with several kinds of line ends, one at an edge could
/// become a part of another, and an empty line would be lost. Then the line ends at this edge are of another kind.
fn with_line_ends(text: &str, line_end: &str, before: &str, after: &str) -> String {
    let usual = text.replace('\n', line_end);
    let (merges_before, merges_after) = (merges(before, &usual), merges(&usual, after));
    let first = if merges_before { "\r" } else { line_end };
    let last = if merges_after { "\n" } else { line_end };
    let rest = text.trim_start_matches('\n');
    let content = rest.trim_end_matches('\n');
    let first = if content.is_empty() && !merges_before { last } else { first };
    let (leading, trailing) = (first.repeat(text.len() - rest.len()), last.repeat(rest.len() - content.len()));
    [&leading, &*content.replace('\n', line_end), &trailing].concat()
}

/// Whether a carriage return at the end of a text would become a part of the line end at the beginning of the other.
fn merges(text: &str, next: &str) -> bool {
    text.ends_with('\r') && next.trim_start_matches('\r').starts_with('\n')
}

/// A replacement of this many lines is never out of proportion.
const REPLACEMENT_LINES: usize = 400;

/// The shown lines, clamped to the text. After the last written line, the empty line behind it counts as shown too.
fn shown_lines(lines: &Lines<'_>, (first, last): (u32, u32)) -> (usize, usize) {
    let at = |line: u32| usize::try_from(line).unwrap_or(usize::MAX);
    (at(first).max(1), if at(last) >= lines.written() { lines.count() } else { at(last) })
}

fn number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

impl fmt::Debug for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patch(lines {} to {})", self.start_line, self.end_line)
    }
}

#[cfg(test)]
mod tests;
