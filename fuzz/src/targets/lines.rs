//! Lines: compared with a second, simple definition of line ends; nothing is lost and nothing is twice.

use review::lines::{Lines, with_feeds};

use crate::target::{Fields, Target, texts};

pub(super) const TARGET: Target = Target {
    name: "lines",
    holds: "lines are those of a second definition; lines and line ends together are the text; every byte has a line; \
            a text with line feeds only has the same lines",
    max_bytes: 4_096,
    short_run: 2_000,
    words: &["\n", "\r", "\r\n", "\r\r\n", "\u{feff}", "\u{2028}", "\u{85}", "  ", "a"],
    seeds,
    run: |input| check(input, |text| Lines::of(text).iter().map(str::to_owned).collect()),
    planted: |input| check(input, |text| text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect()),
};

fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        ["1", "2", "fn main() {\n    body();\n}\n"],
        ["2", "3", "a\r\nb\r\r\nc\rd\r\re\n\n"],
        ["1", "1", "\u{feff}first\r\n\u{feff}second\u{2028}x\u{85}y\u{b}z"],
        ["0", "0", ""],
        ["3", "3", "\r\n\n\r"],
    ])
}

fn check(input: &[u8], split: fn(&str) -> Vec<String>) {
    let mut fields = Fields::of(input);
    let (first, last) = (fields.number() as usize, fields.number() as usize);
    let text = String::from_utf8_lossy(fields.rest());

    let expected = simple(&text);
    assert_eq!(split(&text), expected, "the lines");
    let lines = Lines::of(&text);
    assert_eq!(lines.count(), expected.len());
    let is_ended = text.ends_with(['\n', '\r']);
    assert_eq!(lines.written() + usize::from(is_ended), lines.count());

    let mut after = text.len() - without_mark(&text).len();
    for number in 1..=lines.count() {
        let span = lines.span(number, number);
        assert_eq!(span.start, after, "a line begins where the one before ends");
        assert_eq!(lines.number_at(span.start), number, "its first byte is on it");
        after = lines.after(number);
        assert!(text[span.end..after].bytes().all(|byte| matches!(byte, b'\n' | b'\r')), "then comes its end");
    }
    assert_eq!(after, text.len(), "the last line ends the text");

    let feeds = with_feeds(&text);
    assert!(!feeds.contains('\r'));
    assert_eq!(feeds.split('\n').collect::<Vec<_>>(), expected, "the same lines with line feeds");
    assert_eq!(with_feeds(&feeds), without_mark(&feeds), "nothing else is left to change");

    let end = lines.line_end();
    assert!(matches!(end, "\n" | "\r" | "\r\n" | "\r\r\n"), "{end:?} is a line end");
    if lines.has(first, last) {
        assert!(text.contains(lines.text(first, last)), "a range of lines is a part of the text");
        assert_eq!(lines.text(first, first), expected[first - 1]);
    } else {
        assert_eq!(lines.text(first, last), "", "no such lines");
    }
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// A second definition: carriage returns before a line feed belong to it; each other one ends a line.
fn simple(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut returns = 0;
    for c in without_mark(text).chars() {
        match c {
            '\r' => returns += 1,
            '\n' => {
                returns = 0;
                lines.push(String::new());
            }
            other => {
                lines.extend(std::iter::repeat_n(String::new(), returns));
                returns = 0;
                lines.last_mut().expect("there is one line").push(other);
            }
        }
    }
    lines.extend(std::iter::repeat_n(String::new(), returns));
    lines
}
