//! Text as numbered lines, as an editor counts them. The only module that knows line ends.

use std::ops::Range;

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// A text and the starts of its lines.
///
/// A line ends with a line feed and all carriage returns right before it, so also with `\r
/// `, and with `\r\r
/// `, which careless conversions produce; or with a carriage return without a line feed after it. Other possible line
/// ends, such as U+2028, are ordinary characters. A text that ends with a line end has an empty last line, which an
/// editor can select. A byte order mark at the beginning belongs to the file and not to its first line.
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Splits a text.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![text.len() - without_mark(text).len()];
        let mut at = 0;
        while let Some(next) = bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let first = at + next;
            let returns = bytes[first..].iter().take_while(|byte| **byte == b'\r').count();
            at = first + returns;
            if bytes.get(at) == Some(&b'\n') {
                at += 1;
                starts.push(at);
            } else {
                starts.extend(first + 1..=at);
            }
        }
        Self { text, starts }
    }

    /// The number of lines, at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The number of written lines: an empty last line does not count.
    #[must_use]
    pub fn written(&self) -> usize {
        if self.text.ends_with(['\n', '\r']) { self.count() - 1 } else { self.count() }
    }

    /// Whether `first` and `last`, from 1 and inclusive, are lines of this text in the right order.
    #[must_use]
    pub fn has(&self, first: usize, last: usize) -> bool {
        1 <= first && first <= last && last <= self.count()
    }

    /// The lines, without their ends.
    pub fn iter(&self) -> impl Iterator<Item = &'t str> + '_ {
        (1..=self.count()).map(|line| self.line(line))
    }

    /// The line with this number, without its end; empty if there is no such line.
    #[must_use]
    pub fn line(&self, number: usize) -> &'t str {
        if self.has(number, number) { &self.text[self.span(number, number)] } else { "" }
    }

    /// The lines from `first` to `last`, without the last line end; empty if there are no such lines.
    #[must_use]
    pub fn text(&self, first: usize, last: usize) -> &'t str {
        if self.has(first, last) { &self.text[self.span(first, last)] } else { "" }
    }

    /// The bytes from the beginning of `first` to the end of `last`, without the last one's line end.
    ///
    /// # Panics
    /// Panics if [`has`](Self::has) is false.
    #[must_use]
    pub fn span(&self, first: usize, last: usize) -> Range<usize> {
        let line = &self.text[self.starts[last - 1]..self.after(last)];
        self.starts[first - 1]..self.after(last) - end_of(line).len()
    }

    /// The start of the next line, or the end of the text.
    #[must_use]
    pub fn after(&self, last: usize) -> usize {
        self.starts.get(last).copied().unwrap_or(self.text.len())
    }

    /// The number of the line that contains this byte. A line end belongs to its line.
    #[must_use]
    pub fn number_at(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).max(1)
    }

    /// The most frequent line end; the shortest of equally frequent ones; a line feed in a text of one line.
    #[must_use]
    pub fn line_end(&self) -> &'t str {
        let mut counted: Vec<(&str, usize)> = vec![("\n", 0)];
        for pair in self.starts.windows(2) {
            let end = end_of(&self.text[pair[0]..pair[1]]);
            match counted.iter_mut().find(|(other, _)| *other == end) {
                Some((_, count)) => *count += 1,
                // No editor writes longer runs of carriage returns, and counting them would be slow.
                None if end.len() <= "\r\r\n".len() => counted.push((end, 1)),
                None => {}
            }
        }
        // Of line ends with the same length, the line feed comes first.
        counted.sort_by_key(|(end, count)| (std::cmp::Reverse(*count), end.len()));
        counted.first().map_or("\n", |(end, _)| end)
    }
}

/// The line end of a line that has at most one.
fn end_of(line: &str) -> &str {
    let content = match line.strip_suffix('\n') {
        Some(returned) => returned.trim_end_matches('\r'),
        None => line.strip_suffix('\r').unwrap_or(line),
    };
    &line[content.len()..]
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// The text with line feeds as its line ends, and without a byte order mark at its beginning.
#[must_use]
pub fn with_feeds(text: &str) -> String {
    if text.contains('\r') {
        Lines::of(text).iter().collect::<Vec<_>>().join("\n")
    } else {
        without_mark(text).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        for (text, lines, written) in [
            ("", &[""][..], 1),
            ("a", &["a"], 1),
            ("a\n", &["a", ""], 1),
            ("a\r\nb", &["a", "b"], 2),
            ("a\r\r\nb\r\r\n", &["a", "b", ""], 2),
            ("\r\n\n\r", &["", "", "", ""], 3),
            ("a\rb\n", &["a", "b", ""], 2),
            ("a\r\rb\r", &["a", "", "b", ""], 3),
            ("a\u{2028}b\u{2029}c\u{85}d\u{B}e\u{C}f", &["a\u{2028}b\u{2029}c\u{85}d\u{B}e\u{C}f"], 1),
            ("\u{FEFF}a\n\u{FEFF}b", &["a", "\u{FEFF}b"], 2),
            ("\u{FEFF}", &[""], 1),
        ] {
            let split = Lines::of(text);
            assert_eq!(split.iter().collect::<Vec<_>>(), lines, "{text:?}");
            assert_eq!((split.written(), split.count()), (written, lines.len()), "{text:?}");
        }
        let lines = Lines::of("a\r\nb\nc");
        assert_eq!((lines.text(1, 2), lines.text(2, 9), lines.text(0, 1), lines.line(9)), ("a\r\nb", "", "", ""));
        let lines = Lines::of("a\r\r\nb\r");
        assert_eq!((lines.text(1, 2), lines.text(1, 3), lines.after(1)), ("a\r\r\nb", "a\r\r\nb\r", 4));
        assert_eq!([0, 3, 4, 5, 6].map(|byte| lines.number_at(byte)), [1, 1, 2, 2, 3]);
        assert_eq!(Lines::of("\u{FEFF}a").number_at(0), 1);
    }

    #[test]
    fn the_most_frequent_line_end_is_used() {
        for (text, end) in [
            ("", "\n"),
            ("a\r\nb", "\r\n"),
            ("a\r\nb\n", "\n"),
            ("\r\n\r\n\n", "\r\n"),
            ("a\rb\r", "\r"),
            ("a\rb\n", "\n"),
            ("a\r\r\nb", "\r\r\n"),
            ("a\r\r\r\r\nb", "\n"),
        ] {
            assert_eq!(Lines::of(text).line_end(), end, "{text:?}");
        }
    }

    #[test]
    fn with_feeds_keeps_every_line() {
        for (text, expected) in
            [("a\r\nb\rc\r\r\nd\n", "a\nb\nc\nd\n"), ("\u{FEFF}a\r", "a\n"), ("a\n\nb", "a\n\nb"), ("\r\r\n", "\n")]
        {
            assert_eq!(with_feeds(text), expected);
        }
    }

    proptest! {
        #[test]
        fn the_lines_with_their_ends_are_the_text(lines in prop::collection::vec(("[a\u{e9}\u{2028} ]{0,3}", "(\n|\r\n|\r\r\n|\r)"), 0..9), last in "[ab]{0,2}") {
            let text: String = lines.iter().map(|(line, end)| [&**line, end].concat()).collect::<String>() + &last;
            let split = Lines::of(&text);
            let whole: Vec<_> = (1..=split.count()).map(|n| &text[split.span(n, n).start..split.after(n)]).collect();
            prop_assert_eq!(whole.concat(), &*text, "nothing is lost and nothing is twice");
            prop_assert!(split.iter().all(|line| !line.contains(['\n', '\r'])));
            prop_assert_eq!(with_feeds(&text), split.iter().collect::<Vec<_>>().join("\n"));
            // A carriage return before an empty line would become a part of that line's end.
            if !lines.windows(2).any(|pair| pair[0].1 == "\r" && pair[1].0.is_empty()) {
                let written: Vec<_> = lines.iter().map(|(line, _)| &**line).chain([&*last]).collect();
                prop_assert_eq!(split.iter().collect::<Vec<_>>(), written);
            }
        }

        #[test]
        fn any_range_is_a_slice_of_the_text(text in "\u{FEFF}?[a\u{e9}\r\n]{0,20}", first in 0usize..8, last in 0usize..8) {
            let lines = Lines::of(&text);
            let slice = lines.text(first, last);
            if lines.has(first, last) {
                let expected: Vec<_> = lines.iter().skip(first - 1).take(last + 1 - first).collect();
                prop_assert_eq!(with_feeds(slice), with_feeds(&expected.join("\n")));
                prop_assert!(lines.after(last) >= lines.span(first, last).end);
            } else {
                prop_assert_eq!(slice, "");
            }
        }
    }
}
