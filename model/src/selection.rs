//! Selections: whether the text that was selected stands at the lines of an anchor.

/// Whether the lines from `first` to `last`, from 1 and inclusive, are the selected text, line ends aside; `None` when the
/// text has no such lines.
///
/// A line feed ends a line and begins the next, so a text that ends with one has an empty last line. A carriage return before
/// it belongs to the line's end.
#[must_use]
pub fn is_selected_at(text: &str, first: u32, last: u32, selected: &str) -> Option<bool> {
    let (first, last) = (usize::try_from(first).ok()?, usize::try_from(last).ok()?);
    let count = lines(text).count();
    if first < 1 || first > last || last > count {
        return None;
    }
    Some(lines(text).skip(first - 1).take(last - first + 1).eq(lines(selected)))
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_stands_where_its_lines_are_line_ends_aside() {
        for (text, first, last, selected, stands) in [
            ("a\nb\nc", 2, 2, "b", Some(true)),
            ("a\r\nb\r\nc", 1, 2, "a\nb", Some(true)),
            ("a\nb\nc", 1, 2, "a\r\nb", Some(true)),
            ("a\nb\nc", 2, 2, " b", Some(false)),
            ("a\nb\nc", 2, 3, "b", Some(false)),
            ("a\nb\n", 3, 3, "", Some(true)),
            ("a\nb", 3, 3, "", None),
            ("a\nb", 0, 1, "a", None),
            ("a\nb", 2, 1, "a", None),
        ] {
            assert_eq!(is_selected_at(text, first, last, selected), stands, "{text:?} {first} to {last}");
        }
    }
}
