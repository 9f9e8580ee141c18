//! Text as numbered lines, the way an editor counts them.

use std::ops::Range;

/// Lines that someone selected, from 1 and inclusive, and their text as it was then. Does not print it.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    /// The first line.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// The text.
    pub text: &'a str,
}

/// A text and where its lines begin.
///
/// A line feed ends a line and begins the next, so a text that ends with one has an empty last line, which an editor
/// can select. A carriage return before it belongs to the line's end, not to the line.
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Splits a text.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        let feeds = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(feeds.map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// How many lines there are, at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// How many lines a person would say there are: an empty last line is not one.
    #[must_use]
    pub fn written(&self) -> usize {
        if self.text.ends_with('\n') { self.count() - 1 } else { self.count() }
    }

    /// Whether both ends, from 1 and inclusive, are lines of this text in the right order.
    #[must_use]
    pub fn has(&self, first: usize, last: usize) -> bool {
        1 <= first && first <= last && last <= self.count()
    }

    /// The lines, without their ends.
    pub fn iter(&self) -> impl Iterator<Item = &'t str> + '_ {
        (1..=self.count()).map(|line| self.line(line))
    }

    /// The line with this number, without its end; empty when there is none.
    #[must_use]
    pub fn line(&self, number: usize) -> &'t str {
        if self.has(number, number) { &self.text[self.span(number, number)] } else { "" }
    }

    /// The lines from `first` to `last` as they stand, without the last one's end; empty when there are none.
    #[must_use]
    pub fn text(&self, first: usize, last: usize) -> &'t str {
        if self.has(first, last) { &self.text[self.span(first, last)] } else { "" }
    }

    /// The bytes from the beginning of `first` to the end of `last`, without the last one's line end.
    ///
    /// # Panics
    /// When [`has`](Self::has) is false.
    #[must_use]
    pub fn span(&self, first: usize, last: usize) -> Range<usize> {
        let start = self.starts[first - 1];
        let end = self.starts.get(last).map_or(self.text.len(), |next| next - 1);
        let returned = end > self.starts[last - 1] && self.text.as_bytes()[end - 1] == b'\r';
        start..if returned { end - 1 } else { end }
    }

    /// Where the line after this one begins, or the end of the text.
    #[must_use]
    pub fn after(&self, last: usize) -> usize {
        self.starts.get(last).copied().unwrap_or(self.text.len())
    }

    /// The line end that most lines have; a line feed when there is none or as many of each.
    #[must_use]
    pub fn line_end(&self) -> &'static str {
        let ends = self.count() - 1;
        let returned = self.text.as_bytes().windows(2).filter(|pair| pair == b"\r\n").count();
        if returned * 2 > ends { "\r\n" } else { "\n" }
    }
}

/// The text with every line end a line feed, and no line ending in a carriage return.
#[must_use]
pub fn with_feeds(text: &str) -> String {
    text.split('\n').map(|line| line.trim_end_matches('\r')).collect::<Vec<_>>().join("\n")
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
            ("\r\n\n\r", &["", "", ""], 3),
            ("a\rb\n", &["a\rb", ""], 1),
        ] {
            let split = Lines::of(text);
            assert_eq!(split.iter().collect::<Vec<_>>(), lines, "{text:?}");
            assert_eq!(split.written(), written, "{text:?}");
        }
        let lines = Lines::of("a\r\nb\nc");
        assert_eq!((lines.text(1, 2), lines.text(2, 9), lines.text(0, 1), lines.line(9)), ("a\r\nb", "", "", ""));
    }

    #[test]
    fn the_most_common_line_end_wins() {
        for (text, end) in [("", "\n"), ("a\r\nb", "\r\n"), ("a\r\nb\n", "\n"), ("\r\n\r\n\n", "\r\n")] {
            assert_eq!(Lines::of(text).line_end(), end, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_range_is_a_slice_of_the_text(text in "[a\u{e9}\r\n]{0,20}", first in 0usize..8, last in 0usize..8) {
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
