//! What models write around the lines they mean: numbers, fences, neighbouring lines.

use crate::lines::{Lines, with_feeds};

/// The text without the `12|` that every one of its lines begins with; none if one does not.
pub(super) fn unnumbered(text: &str) -> Option<String> {
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

/// What is inside of the Markdown fence that the text is; none if it is none.
pub(super) fn unfenced(text: &str) -> Option<&str> {
    let (opening, rest) = text.trim().split_once('\n')?;
    let (info, inside) = (opening.strip_prefix("```")?, rest.strip_suffix("```")?);
    let is_fence = !info.contains('`') && (inside.is_empty() || inside.ends_with('\n'));
    is_fence.then(|| inside.strip_suffix('\n').unwrap_or(inside))
}

/// What a replacement seems to bring along that is not meant to be in the file. It is applied as it is written all the same: in
/// a text about Markdown a fence is what the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It leaves more or fewer brackets open than the lines that it replaces.
    Brackets,
    /// It is a Markdown fence as a whole, and the lines that it replaces are none.
    Fence,
    /// Each of its lines begins with a number and a bar, and none of the lines that it replaces does.
    Numbers,
    /// It begins or ends with the lines next to those that it replaces.
    Repetition,
}

impl Doubt {
    /// What is doubtful about the replacement, with line feeds, of these lines.
    pub(super) fn about(replacement: &str, lines: &Lines<'_>, (first, last): (usize, usize)) -> Option<Self> {
        let exact = with_feeds(lines.text(first, last));
        if open_brackets(&exact) != open_brackets(replacement) {
            Some(Self::Brackets)
        } else if unfenced(replacement).is_some() && unfenced(&exact).is_none() {
            Some(Self::Fence)
        } else if unnumbered(replacement).is_some() && unnumbered(&exact).is_none() {
            Some(Self::Numbers)
        } else {
            repeats_its_surroundings(replacement, lines, (first, last)).then_some(Self::Repetition)
        }
    }

    /// What the user should know about the patch.
    #[must_use]
    pub const fn warning(self) -> Option<&'static str> {
        match self {
            Self::Brackets => None,
            Self::Fence => Some("The patch puts a Markdown fence into the file."),
            Self::Numbers => Some("Each line of the patch begins with a number and a bar."),
            Self::Repetition => Some("The patch repeats lines that stand next to it."),
        }
    }
}

/// Whether the replacement begins with lines above the range, or ends with lines below it, which the range does not: models quote
/// some context although they are asked for the lines alone.
fn repeats_its_surroundings(replacement: &str, lines: &Lines<'_>, (first, last): (usize, usize)) -> bool {
    let (begins, ends) = (lines.line(first), lines.line(last));
    let all: Vec<_> = replacement.split('\n').collect();
    let above: Vec<_> = (first.saturating_sub(all.len() - 1).max(1)..first).map(|line| lines.line(line)).collect();
    let below: Vec<_> = (last + 1..=(last + all.len() - 1).min(lines.count())).map(|line| lines.line(line)).collect();
    let heads = (0..above.len()).map(|from| &above[from..]);
    let tails = (1..=below.len()).map(|to| &below[..to]);
    heads.filter(|head| head[0] != begins && says_something(head)).any(|head| all.starts_with(head))
        || tails.filter(|tail| tail.last() != Some(&ends) && says_something(tail)).any(|tail| all.ends_with(tail))
}

fn says_something(lines: &[&str]) -> bool {
    lines.iter().any(|line| line.chars().any(char::is_alphanumeric))
}

/// How many brackets of each kind are opened and not closed, or the other way round. Those in strings and comments count
/// like the others: an edit seldom changes their number.
pub(super) fn open_brackets(text: &str) -> [i64; 3] {
    let mut open = [0; 3];
    for c in text.chars() {
        match c {
            '(' => open[0] += 1,
            ')' => open[0] -= 1,
            '[' => open[1] += 1,
            ']' => open[1] -= 1,
            '{' => open[2] += 1,
            '}' => open[2] -= 1,
            _ => {}
        }
    }
    open
}
