//! Selections: lines and their text, and whether a file has that text at these lines.

use crate::lines::Lines;

/// Lines that the user selected, from 1 and inclusive, with their text at that time. Does not print the text.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    /// The first line.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// The text.
    pub text: &'a str,
}

impl Selection<'_> {
    /// Whether the file has the text at these lines; `None` if the file has no such lines. See [`stands_at`].
    #[must_use]
    pub fn is_at_its_lines(&self, file: &str) -> Option<bool> {
        let (first, last) = (usize::try_from(self.start_line).ok()?, usize::try_from(self.end_line).ok()?);
        let lines = Lines::of(file);
        lines.has(first, last).then(|| stands_at(&lines, (first, last), self.text))
    }
}

/// Whether the selected text begins in the first of these lines, from 1 and inclusive, and ends in the last.
///
/// So a part of a line stands where its line is, and so do lines without the indentation of the first one. All line
/// ends are equal. The selection may include the last line's end. A text of white space stands where the lines are
/// blank.
#[must_use]
pub fn stands_at(lines: &Lines<'_>, (first, last): (usize, usize), selected: &str) -> bool {
    let wanted = Lines::of(selected);
    let (count, there) = (wanted.count(), last + 1 - first);
    if selected.trim().is_empty() {
        return (first..=last).all(|line| lines.line(line).trim().is_empty());
    }
    let middle = |count: usize| (1..count.max(2) - 1).all(|n| lines.line(first + n) == wanted.line(n + 1));
    let (begin, end) = (lines.line(first), lines.line(last));
    if count == there {
        return match count {
            1 => begin.contains(wanted.line(1)),
            _ => begin.ends_with(wanted.line(1)) && middle(count) && end.starts_with(wanted.line(count)),
        };
    }
    // The selection includes the last line's end.
    count == there + 1
        && wanted.line(count).is_empty()
        && begin.ends_with(wanted.line(1))
        && middle(there)
        && (there == 1 || end == wanted.line(there))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_selection_begins_in_the_first_line_and_ends_in_the_last() {
        for (text, first, last, selected, stands) in [
            ("a\nb\nc", 2, 2, "b", Some(true)),
            ("a\r\nb\r\nc", 1, 2, "a\nb", Some(true)),
            ("a\nb\nc", 1, 2, "a\r\nb", Some(true)),
            ("a\r\r\nb\r\r\n", 2, 2, "b", Some(true)),
            ("a\r\r\nb\r\r\n", 2, 2, "b\r", Some(true)),
            ("a\rb\rc", 1, 2, "a\nb", Some(true)),
            ("\u{FEFF}a\nb", 1, 1, "a", Some(true)),
            ("a\nb\nc", 2, 2, " b", Some(false)),
            ("a\nb\nc", 2, 3, "b", Some(false)),
            ("a\nb", 3, 3, "", None),
            ("a\nb", 0, 1, "a", None),
            ("a\nb", 2, 1, "a", None),
            // A part of a line; a part of the first and of the last line.
            ("let x = f(a);\n", 1, 1, "f(a)", Some(true)),
            ("  if a {\n    b();\n  }\n", 1, 3, "if a {\n    b();\n  }", Some(true)),
            ("  if a {\n    b();\n  }\n", 1, 3, "a {\n    b();\n ", Some(true)),
            ("  if a {\n    b();\n  }\n", 1, 3, "if a {\n  b();\n  }", Some(false)),
            ("  if a {\n    b();\n  }\n", 1, 3, "if a \n    b();\n  }", Some(false)),
            ("  if a {\n    b();\n  }\n", 1, 3, "if a {\n    b();\n }", Some(false)),
            // With the last line's end, whether or not the editor counts the next line.
            ("a\nb\nc", 2, 2, "b\n", Some(true)),
            ("a\nb\nc", 2, 2, "b\r\n", Some(true)),
            ("a\nb\nc", 2, 3, "b\n", Some(true)),
            ("a\nbb\nc", 1, 2, "a\nb\n", Some(false)),
            ("a\nbb\nc", 2, 2, "bb\n\n", Some(false)),
            ("a\nbx\nc", 2, 2, "b\n", Some(false)),
            // White space only.
            ("a\nb\n", 3, 3, "", Some(true)),
            ("a\n  \nb\n", 2, 2, "", Some(true)),
            ("a\n\nb\n", 2, 2, "\n", Some(true)),
            ("a\nb\n", 1, 1, "", Some(false)),
            ("a\nb\n", 1, 1, "\n", Some(false)),
        ] {
            let selection = Selection { start_line: first, end_line: last, text: selected };
            assert_eq!(selection.is_at_its_lines(text), stands, "{text:?} {first} to {last}: {selected:?}");
        }
    }

    proptest! {
        #[test]
        fn every_selection_of_an_editor_stands_at_its_lines(
            lines in prop::collection::vec("[ab {\u{e9}\u{2028}]{0,4}", 1..8), end in "(\n|\r\n|\r|\r\r\n)", other_end in "(\n|\r\n|\r)",
            from: prop::sample::Index, to: prop::sample::Index, begin: prop::sample::Index, stop: prop::sample::Index, is_ended: bool,
        ) {
            let text = lines.join(&end);
            let (first, last) = (from.index(lines.len()), to.index(lines.len()));
            let (first, last) = (first.min(last), first.max(last));
            let cut = |line: &str, at: &prop::sample::Index| line.floor_char_boundary(at.index(line.len() + 1));
            let mut chosen: Vec<_> = lines[first..=last].to_vec();
            let selected = if first == last && !is_ended {
                let line = &lines[first];
                let (one, other) = (cut(line, &begin), cut(line, &stop));
                line[one.min(other)..one.max(other)].to_owned()
            } else {
                chosen[0] = chosen[0][cut(&chosen[0], &begin)..].to_owned();
                let stop = if is_ended { lines[last].len() } else { cut(&lines[last], &stop) };
                let cut_off = lines[last].len() - stop;
                let whole = chosen[last - first].len();
                chosen[last - first].truncate(whole - cut_off);
                chosen.join(&other_end) + if is_ended { &*other_end } else { "" }
            };
            // Carriage returns next to empty lines merge with other line ends.
            let is_ambiguous = (end.contains('\r') || other_end.contains('\r')) && lines.iter().chain(&chosen).any(String::is_empty);
            if !selected.trim().is_empty() && !is_ambiguous {
                let at = |line: usize| u32::try_from(line + 1).expect("few");
                let selection = Selection { start_line: at(first), end_line: at(last), text: &selected };
                prop_assert_eq!(selection.is_at_its_lines(&text), Some(true), "{:?} in {:?}", selected, text);
            }
        }
    }
}
