//! Patches: an edit the model proposes, checked against the very text it was made for.

use std::fmt;

use crate::limits::CODE_BYTES;
use crate::review::lines::{Lines, with_feeds};

/// Consecutive whole lines, from 1 and inclusive, and what they become. Does not print the code.
#[derive(Clone, PartialEq, Eq)]
pub struct Patch {
    /// The first line it replaces.
    pub start_line: u32,
    /// The last line it replaces.
    pub end_line: u32,
    /// The text of those lines.
    pub original: String,
    /// What they become; empty to delete them.
    pub replacement: String,
}

/// Why a patch is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Withheld {
    /// It is about lines that the file does not have.
    #[error("The patch is about lines that the file does not have.")]
    OutOfRange,
    /// The file has another text there.
    #[error("The patch was made for another text than the file's.")]
    OriginalDiffers,
    /// It would change nothing.
    #[error("The patch would change nothing.")]
    NoChange,
    /// The file would be larger than a session may be.
    #[error("With the patch the file would be larger than 5 MB.")]
    TooLarge,
    /// The code was saved since, and has no such text any more.
    #[error("The file has changed since, and the text that the patch replaces is not there any more.")]
    Gone,
    /// The code was saved since, and has the text in several places.
    #[error("The file has changed since, and the text that the patch replaces is there more than once.")]
    Ambiguous,
}

impl Patch {
    /// Checks the patch against the text it was made for, and returns it in the form in which it can be applied:
    /// `original` exactly as it stands, `replacement` with the file's line ends. Checking that again changes nothing.
    ///
    /// # Errors
    /// With the reason why the patch must not be shown.
    pub fn check(&self, text: &str) -> Result<Self, Withheld> {
        let lines = Lines::of(text);
        let (first, last) = self.range(&lines)?;
        let exact = lines.text(first, last);
        let replacement = self.fitted(exact).ok_or(Withheld::OriginalDiffers)?;
        let patch =
            Self { original: exact.to_owned(), replacement: replacement.replace('\n', lines.line_end()), ..*self };
        let patched = patch.splice(text, &lines, (first, last));
        if patched == text {
            Err(Withheld::NoChange)
        } else if patched.len() > CODE_BYTES {
            Err(Withheld::TooLarge)
        } else {
            Ok(patch)
        }
    }

    /// The text with the patch applied. Outside of the replaced lines every byte stays as it is.
    ///
    /// # Errors
    /// As [`check`](Self::check): what is not checked is not applied.
    pub fn apply(&self, text: &str) -> Result<String, Withheld> {
        let lines = Lines::of(text);
        let range = self.range(&lines)?;
        Ok(self.check(text)?.splice(text, &lines, range))
    }

    /// The patch as it is stored, with the version of the code it was checked against and where the thread was in it.
    #[must_use]
    pub fn based_on(self, base_version: u32, anchor_line: Option<u32>) -> model::Patch {
        let Self { start_line, end_line, original, replacement } = self;
        model::Patch { start_line, end_line, original, replacement, base_version, anchor_line }
    }

    fn range(&self, lines: &Lines<'_>) -> Result<(usize, usize), Withheld> {
        let at = |line: u32| usize::try_from(line).unwrap_or(usize::MAX);
        let (first, last) = (at(self.start_line), at(self.end_line));
        if lines.has(first, last) { Ok((first, last)) } else { Err(Withheld::OutOfRange) }
    }

    /// The replacement as it fits the lines whose text is `exact`, with line feeds; none if `original` is not that text.
    fn fitted(&self, exact: &str) -> Option<String> {
        let (exact, original, replacement) =
            (with_feeds(exact), with_feeds(&self.original), with_feeds(&self.replacement));
        if let Some(fitted) = fit(&exact, &original, &replacement) {
            return Some(fitted);
        }
        // Models sometimes repeat the numbers they were shown.
        let original = unnumbered(&original)?;
        let replacement = unnumbered(&replacement).unwrap_or(replacement);
        fit(&exact, &original, &replacement)
    }

    fn splice(&self, text: &str, lines: &Lines<'_>, (first, last): (usize, usize)) -> String {
        let span = lines.span(first, last);
        // Deleted lines take their last end with them, else an empty line would stay.
        let end = if self.replacement.is_empty() { lines.after(last) } else { span.end };
        // One empty line is written as its end alone, since an empty replacement deletes.
        let blank = matches!(&*self.replacement, "\n" | "\r\n") && !lines.text(first, last).ends_with('\n');
        let replacement = if blank { "" } else { &self.replacement };
        [&text[..span.start], replacement, &text[end..]].concat()
    }
}

/// The replacement as it fits `exact`: when `original` ends in one line end too many, so does the replacement. None if
/// `original` is another text.
fn fit(exact: &str, original: &str, replacement: &str) -> Option<String> {
    if original == exact {
        return Some(replacement.to_owned());
    }
    let shorter = replacement.strip_suffix('\n').filter(|shorter| !shorter.is_empty());
    (original.strip_suffix('\n') == Some(exact)).then(|| shorter.unwrap_or(replacement).to_owned())
}

/// The text without the `12|` that every one of its lines begins with; none if one does not.
fn unnumbered(text: &str) -> Option<String> {
    let ended = text.strip_suffix('\n');
    let lines = ended.unwrap_or(text).split('\n').map(|line| {
        let (number, rest) = line.split_once('|')?;
        let number = number.trim_start();
        (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(rest)
    });
    let mut lines = lines.collect::<Option<Vec<_>>>()?;
    lines.extend(ended.map(|_| ""));
    Some(lines.join("\n"))
}

impl fmt::Debug for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patch(lines {} to {})", self.start_line, self.end_line)
    }
}

#[cfg(test)]
mod tests;
