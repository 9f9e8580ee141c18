//! What models write around the lines they mean: numbers, fences, neighbouring lines.

use crate::review::lines::Lines;

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

/// The replacement of these lines without the lines next to them that it repeats and the original does not: models quote
/// some context although they are asked for the lines alone. They stay if the brackets are balanced only with them.
pub(super) fn without_context(replacement: String, lines: &Lines<'_>, (first, last): (usize, usize)) -> String {
    let exact: Vec<_> = (first..=last).map(|line| lines.line(line)).collect();
    let all: Vec<_> = replacement.split('\n').collect();
    let above: Vec<_> = (first.saturating_sub(all.len()).max(1)..first).map(|line| lines.line(line)).collect();
    let below: Vec<_> = (last + 1..=(last + all.len()).min(lines.count())).map(|line| lines.line(line)).collect();

    let begins = |n: &usize| {
        let repeated = &above[above.len() - n..];
        all.starts_with(repeated) && exact.first() != repeated.first() && says_something(repeated)
    };
    // Something of it stays: a replacement of nothing would be a deletion.
    let head = (1..=above.len().min(all.len() - 1)).rev().find(begins).unwrap_or(0);
    let rest = &all[head..];
    let ends = |n: &usize| {
        let repeated = &below[..*n];
        rest.ends_with(repeated) && exact.last() != repeated.last() && says_something(repeated)
    };
    let tail = (1..=below.len().min(rest.len() - 1)).rev().find(ends).unwrap_or(0);
    if head + tail == 0 {
        return replacement;
    }
    let trimmed = rest[..rest.len() - tail].join("\n");
    let before = open_brackets(&exact.join("\n"));
    if open_brackets(&replacement) == before && open_brackets(&trimmed) != before {
        return replacement;
    }
    if trimmed.is_empty() { "\n".to_owned() } else { trimmed }
}

fn says_something(lines: &[&str]) -> bool {
    lines.iter().any(|line| !line.trim().is_empty())
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
