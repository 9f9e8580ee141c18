//! Removes additions that models write around lines: numbers, fences, neighbouring lines.

use crate::lines::{Lines, with_feeds};

/// The text without the `12|` at the beginning of each line; `None` if a line does not begin like that.
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

/// The content of a text that is one Markdown fence; `None` for another text.
pub(super) fn unfenced(text: &str) -> Option<&str> {
    let (opening, rest) = text.trim().split_once('\n')?;
    let (info, inside) = (opening.strip_prefix("```")?, rest.strip_suffix("```")?);
    let is_fence = !info.contains('`') && (inside.is_empty() || inside.ends_with('\n'));
    is_fence.then(|| inside.strip_suffix('\n').unwrap_or(inside))
}

/// A sign that a replacement contains more than the user wants in the file. The patch is applied as written all the
/// same: in a text about Markdown, a fence may be intended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The number of open brackets differs between the replacement and the replaced lines.
    Brackets,
    /// The replacement is one Markdown fence, and the replaced lines are not.
    Fence,
    /// Each line of the replacement begins with a number and a bar, and not each replaced line does.
    Numbers,
    /// The replacement begins or ends with lines next to the replaced ones.
    Repetition,
}

impl Doubt {
    /// The doubt about this replacement, which has line feeds, of these lines.
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

    /// The warning for the user.
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

/// Whether the replacement begins with lines above the range, or ends with lines below it, unlike the range itself.
/// Some models quote context although the prompt asks for the lines alone.
fn repeats_its_surroundings(replacement: &str, lines: &Lines<'_>, (first, last): (usize, usize)) -> bool {
    let (begins, ends) = (lines.line(first), lines.line(last));
    let all: Vec<_> = replacement.split('\n').collect();
    let above: Vec<_> = (first.saturating_sub(all.len() - 1).max(1)..first).map(|line| lines.line(line)).collect();
    let below: Vec<_> = (last + 1..=(last + all.len() - 1).min(lines.count())).map(|line| lines.line(line)).collect();
    let heads = (0..above.len()).map(|from| &above[from..]);
    let tails = (1..=below.len()).map(|to| &below[..to]);
    heads.filter(|head| head[0] != begins && has_text(head)).any(|head| all.starts_with(head))
        || tails.filter(|tail| tail.last() != Some(&ends) && has_text(tail)).any(|tail| all.ends_with(tail))
}

fn has_text(lines: &[&str]) -> bool {
    lines.iter().any(|line| line.chars().any(char::is_alphanumeric))
}

/// For each kind of bracket, the number of opening ones minus the number of closing ones. Brackets in strings and
/// comments count too; an edit seldom changes their number.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_bracket_is_counted_by_itself() {
        for (text, open) in [
            ("(([{{{", [2, 1, 3]),
            ("))]]]}", [-2, -3, -1]),
            ("fn a(b: [u8; 2]) { c(); }", [0, 0, 0]),
            ("(] a < b >", [1, -1, 0]),
        ] {
            assert_eq!(open_brackets(text), open, "{text}");
        }
    }
}
