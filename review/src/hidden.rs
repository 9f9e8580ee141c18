//! Hidden characters: characters that an editor does not show. This module finds them in code, makes them visible to
//! the model, and restores them in its quotations.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

pub use characters::{has_hidden, hidden, shows_nothing};

use crate::lines::Lines;
use crate::patch::Patch;

mod characters;

/// The number of lines that a warning names; it counts the others.
const NAMED_LINES: usize = 8;
/// The number of characters that a warning names.
const NAMED_CHARACTERS: usize = 4;
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// The text with every hidden character written as an escape such as `\u{202E}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    replaced(text, hidden(text).map(|(at, c)| (at..at + c.len_utf8(), escape(c))))
}

/// A warning about the lines with hidden characters. A byte order mark at the beginning is no reason for a warning,
/// because some editors write it.
#[must_use]
pub fn warning_about_code(code: &str) -> Option<String> {
    let mut characters = BTreeSet::new();
    let (mut lines, mut more, mut last) = (Vec::new(), 0_usize, 0);
    let mut found = hidden(code).filter(|found| *found != (0, BYTE_ORDER_MARK)).peekable();
    found.peek()?;
    let numbered = Lines::of(code);
    for (at, c) in found {
        let line = numbered.number_at(at);
        characters.insert(c);
        if line == last {
            continue;
        }
        last = line;
        if lines.len() < NAMED_LINES { lines.push(line.to_string()) } else { more += 1 }
    }
    if more > 0 {
        lines.push(format!("{more} more"));
    }
    let (end, front) = lines.split_last()?;
    let subject = match front {
        [] => format!("Line {end} contains"),
        front => format!("Lines {} and {end} contain", front.join(", ")),
    };
    Some(format!("{subject} characters that an editor does not show ({}).", named(&characters)))
}

/// The same for the question.
#[must_use]
pub fn warning_about_question(question: &str) -> Option<String> {
    let characters = all_of(question);
    (!characters.is_empty())
        .then(|| format!("The question contains characters that an editor does not show ({}).", named(&characters)))
}

/// The same for the characters that a patch adds to the lines that it replaces.
#[must_use]
pub fn warning_about_patch(patch: &Patch) -> Option<String> {
    let added: BTreeSet<_> = all_of(&patch.replacement).difference(&all_of(&patch.original)).copied().collect();
    (!added.is_empty()).then(|| format!("The patch adds characters that an editor does not show ({}).", named(&added)))
}

/// A patch in which the escapes of [`visible`] are replaced by the hidden characters.
///
/// A line that is quoted exactly as the model saw it becomes the original line. In other lines, each escape of a
/// character that is hidden in the code becomes that character, unless the code also contains the escape itself. Then
/// the escape stays, because that form is visible.
#[must_use]
pub fn restored(patch: Patch, code: &str) -> Patch {
    if escapes(&patch.original).chain(escapes(&patch.replacement)).next().is_none() {
        return patch;
    }
    let originals = Originals::of(code);
    Patch {
        original: originals.restored(&patch.original),
        replacement: originals.restored(&patch.replacement),
        ..patch
    }
}

/// The lines and characters of a file whose visible form differs.
struct Originals<'t> {
    /// The original of each visible line; `None` if two lines have the same visible form.
    lines: HashMap<Cow<'t, str>, Option<&'t str>>,
    /// Hidden characters whose escape does not occur in the code itself.
    characters: HashSet<char>,
}

impl<'t> Originals<'t> {
    fn of(code: &'t str) -> Self {
        let mut lines = HashMap::new();
        for line in Lines::of(code).iter() {
            if hidden(line).next().is_some() || escapes(line).next().is_some() {
                let original = lines.entry(visible(line)).or_insert(Some(line));
                *original = original.filter(|other| *other == line);
            }
        }
        let spelled: HashSet<_> = escapes(code).map(|(_, c)| c).collect();
        let characters = hidden(code).map(|(_, c)| c).filter(|c| !spelled.contains(c)).collect();
        Self { lines, characters }
    }

    fn restored(&self, text: &str) -> String {
        let lines = text.split('\n').map(|line| {
            if let Some(original) = self.lines.get(line) {
                return Cow::Borrowed(original.unwrap_or(line));
            }
            let known = escapes(line).filter(|(_, c)| self.characters.contains(c));
            replaced(line, known.map(|(range, c)| (range, c.to_string())))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The escape of a hidden character.
#[must_use]
pub fn escape(c: char) -> String {
    format!("\\u{{{:04X}}}", u32::from(c))
}

/// The characters that a text names as [`escape`] does, with upper-case or lower-case digits.
fn escapes(text: &str) -> impl Iterator<Item = (Range<usize>, char)> {
    text.match_indices("\\u{").filter_map(|(at, open)| {
        let digits = at + open.len();
        // The highest code point has six digits, so a longer escape is not valid.
        let length = text.as_bytes()[digits..].iter().take(7).position(|byte| *byte == b'}')?;
        let c = u32::from_str_radix(&text[digits..digits + length], 16).ok().and_then(char::from_u32)?;
        Some((at..digits + length + 1, c))
    })
}

/// The text with these ranges replaced. The ranges are in order.
fn replaced(text: &str, ranges: impl Iterator<Item = (Range<usize>, String)>) -> Cow<'_, str> {
    let (mut out, mut seen) = (String::new(), 0);
    for (range, replacement) in ranges {
        out.push_str(&text[seen..range.start]);
        out.push_str(&replacement);
        seen = range.end;
    }
    if seen == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[seen..]);
    Cow::Owned(out)
}

fn all_of(text: &str) -> BTreeSet<char> {
    hidden(text).map(|(_, c)| c).collect()
}

fn named(characters: &BTreeSet<char>) -> String {
    let named = characters.iter().take(NAMED_CHARACTERS).map(|c| format!("U+{:04X}", u32::from(*c)));
    let mut named: Vec<_> = named.collect();
    if characters.len() > NAMED_CHARACTERS {
        named.push("others".to_owned());
    }
    named.join(", ")
}

#[cfg(test)]
mod tests;
