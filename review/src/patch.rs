//! Patches: an edit the model proposes, checked against the very text it was made for.

use std::fmt;

use crate::limits::CODE_BYTES;
use crate::lines::{Lines, with_feeds};
use crate::search::occurrences;
pub use cleaning::Doubt;
use placing::Placed;

mod cleaning;
mod placing;

/// Consecutive whole lines, from 1 and inclusive, and what they become. Does not print the code.
#[derive(Clone, PartialEq, Eq)]
pub struct Patch {
    /// The first line it replaces.
    pub start_line: u32,
    /// The last line it replaces.
    pub end_line: u32,
    /// The text of those lines.
    pub original: String,
    /// What they become; empty to delete them. Nothing but line ends is so many empty lines.
    pub replacement: String,
}

/// A patch that applies to the text it was checked against: `original` is exactly what stands there, and `replacement` has
/// the text's line ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The patch.
    pub patch: Patch,
    /// Whether `original` stood where the model said or was found elsewhere.
    pub status: PatchStatus,
    /// What speaks against it, though it applies.
    pub doubt: Option<Doubt>,
}

/// Where the text of a checked patch was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchStatus {
    /// At the lines that the model named.
    Verified,
    /// Elsewhere, in one place.
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
        /// How many lines further down the thread of the patch is now; none if the thread is not on its text any more.
        thread_moved_by: Option<i64>,
    },
}

/// Why a patch is not shown, or not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Withheld {
    /// It has not the form of a patch.
    #[error("The model proposed a patch that cannot be read: {0}.")]
    Unreadable(&'static str),
    /// It is about lines that the file does not have.
    #[error("The patch is about lines that the file does not have.")]
    OutOfRange,
    /// It is about lines that the model was not shown.
    #[error("The patch is about lines that the model was not shown.")]
    NotShown,
    /// The file has another text there, and what it replaces is nowhere else.
    #[error("The patch was made for another text than the file's.")]
    OriginalDiffers,
    /// It is not where the model said, and there are several places where it could be.
    #[error("The text that the patch replaces is in the file more than once, and not where the patch says.")]
    Ambiguous,
    /// It would change nothing.
    #[error("The patch would change nothing.")]
    NoChange,
    /// It is out of proportion to what it replaces.
    #[error("The patch is much longer than the lines that it replaces.")]
    TooLong,
    /// The file would be larger than a session may be.
    #[error("With the patch the file would be larger than 5 MB.")]
    TooLarge,
    /// The patch was made for an earlier version, and the text that it replaces was changed or removed.
    #[error("The file has moved on and the text that the patch replaces is no longer there.")]
    Gone,
    /// The patch was made for an earlier version, and it cannot be told which of equal texts it replaces.
    #[error("The file has moved on and the text that the patch replaces is there more than once.")]
    NoLongerUnique,
}

impl Patch {
    /// Checks what the model proposes against the text it was made for, of which it was shown the lines `shown`, from 1 and
    /// inclusive, and returns it in the form in which it can be applied.
    ///
    /// `original` has to stand at the lines that the patch names, white space at the end of lines aside; else the patch is moved
    /// to the only place, among the lines shown, where it does stand; else to the only place where it stands with all lines
    /// indented by the same white space more or less, and the replacement is indented likewise. Where `original` stands as it is
    /// written, the replacement is applied as it is written. Only an `original` that does not is read without the line numbers or
    /// the Markdown fence around it, and the replacement likewise. The line end that a text ends with ends its last line; it is
    /// no further line, unless `original` has that one too.
    ///
    /// # Errors
    /// With the reason why the patch must not be shown.
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

    /// The text with the patch applied. Outside of the replaced lines every byte stays as it is.
    ///
    /// # Errors
    /// If `original` is not exactly what stands there, line ends aside, or the text would not change or be too large.
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

    /// Where a patch that was checked before applies in this text.
    ///
    /// In its own version a patch is where it was. In a later one it is where its `original` stands, line ends aside,
    /// if that is one place; of several places it is the one that moved as far as the thread did, if the thread is
    /// still on the text that was selected. It is never guessed.
    ///
    /// # Errors
    /// With the reason why the patch cannot be applied any more.
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
        // Deleted lines take their last end with them, else an empty line would stay.
        let end = if self.replacement.is_empty() { lines.after(last) } else { span.end };
        // One empty line is written as its end alone, since an empty replacement deletes.
        let replacement = with_feeds(&self.replacement);
        // Empty lines are written as their ends alone, since an empty replacement deletes; the last one's end is there already.
        let are_blank = !replacement.contains(|c| c != '\n') && !lines.text(first, last).ends_with(['\n', '\r']);
        let written = if are_blank { replacement.strip_suffix('\n') } else { None };
        let written = written.unwrap_or(&replacement).replace('\n', lines.line_end());
        [&text[..span.start], &written, &text[end..]].concat()
    }
}

/// Replacements of this many lines are in proportion to anything.
const REPLACEMENT_LINES: usize = 400;

/// The lines shown, as far as there are any. Who was shown the last line has seen the empty one after it.
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
