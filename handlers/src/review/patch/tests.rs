//! Patches on texts with every kind of line end, and what is withheld.

use super::*;
use proptest::prelude::*;

fn patch(lines: (u32, u32), original: &str, replacement: &str) -> Patch {
    Patch { start_line: lines.0, end_line: lines.1, original: original.to_owned(), replacement: replacement.to_owned() }
}

fn applied(text: &str, lines: (u32, u32), original: &str, replacement: &str) -> Result<String, Withheld> {
    patch(lines, original, replacement).apply(text)
}

#[test]
fn whole_lines_are_replaced_and_everything_else_stays() {
    for (text, lines, original, replacement, expected) in [
        ("a\nb\nc\n", (2, 2), "b", "x\ny", "a\nx\ny\nc\n"),
        ("a\nb\nc\n", (2, 3), "b\nc", "x", "a\nx\n"),
        ("a\nb", (2, 2), "b", "x", "a\nx"),
        ("a\r\nb\r\nc\r\n", (2, 2), "b", "x\ny", "a\r\nx\r\ny\r\nc\r\n"),
        ("a\r\nb\r\nc\n", (1, 2), "a\nb", "x\ny", "x\r\ny\r\nc\n"),
        ("a\r\nb\nc\n", (2, 2), "b", "x\ny", "a\r\nx\ny\nc\n"),
        ("a\nb\nc\n", (2, 2), "b", "", "a\nc\n"),
        ("a\nb\n", (1, 2), "a\nb", "", ""),
        ("a\nb\nc\n", (2, 2), "b", "\n", "a\n\nc\n"),
        ("a\n\nc\n", (1, 2), "a\n", "x\n", "x\n\nc\n"),
        ("a\n", (1, 2), "a\n", "b\n", "b\n"),
        ("\u{e9}\n\u{1f980}", (2, 2), "\u{1f980}", "\u{e9}", "\u{e9}\n\u{e9}"),
    ] {
        assert_eq!(applied(text, lines, original, replacement).as_deref(), Ok(expected), "{text:?} {replacement:?}");
    }
}

#[test]
fn a_line_end_by_habit_and_repeated_numbers_are_forgiven() {
    for (original, replacement) in
        [("b\n", "x\n"), ("b\n", "x"), ("2|b", "2|x"), ("  2|b\n", "x\n"), ("b\r\n", "x\r\n")]
    {
        assert_eq!(applied("a\nb\nc\n", (2, 2), original, replacement).as_deref(), Ok("a\nx\nc\n"), "{original:?}");
    }
    let checked = patch((2, 2), "2|b\n", "2|x\n").check("a\nb\n").expect("it fits");
    assert_eq!((&*checked.original, &*checked.replacement), ("b", "x"));
    let table = applied("1|one\n2|two\n", (2, 2), "2|two", "2|deux");
    assert_eq!(table.as_deref(), Ok("1|one\n2|deux\n"), "code that looks numbered is code");
}

#[test]
fn what_does_not_fit_is_withheld() {
    let large = "x".repeat(CODE_BYTES - 1);
    for (text, lines, original, replacement, reason) in [
        ("a\nb\n", (0, 1), "a", "x", Withheld::OutOfRange),
        ("a\nb\n", (2, 1), "a", "x", Withheld::OutOfRange),
        ("a\nb\n", (4, 4), "", "x", Withheld::OutOfRange),
        ("a\nb\n", (1, u32::MAX), "a", "x", Withheld::OutOfRange),
        ("a\nb\n", (1, 1), "b", "x", Withheld::OriginalDiffers),
        ("a\nb\n", (1, 1), "a ", "x", Withheld::OriginalDiffers),
        ("a\nb\n", (1, 1), "A", "x", Withheld::OriginalDiffers),
        ("a\nb\n", (1, 1), "", "x", Withheld::OriginalDiffers),
        ("a\nb\n", (1, 2), "a", "x", Withheld::OriginalDiffers),
        ("a\nb\n", (1, 1), "a\n", "a\n", Withheld::NoChange),
        ("a\r\nb\r\n", (1, 2), "a\nb", "a\nb", Withheld::NoChange),
        ("a\nb", (1, 1), "a", &large, Withheld::TooLarge),
    ] {
        let withheld = applied(text, lines, original, replacement).map(|patched| patched.len());
        assert_eq!(withheld, Err(reason), "{text:?} {original:?}");
    }
    assert!(!format!("{:?}", patch((1, 1), "secret", "secret")).contains("secret"));
}

proptest! {
    #[test]
    fn only_the_range_changes(
        text in "[ab \u{e9}\r\n]{0,30}", first in 0usize..8, length in 0usize..4, replacement in "[xy\r\n]{0,12}",
    ) {
        let lines = Lines::of(&text);
        let first = first.min(lines.count() - 1) + 1;
        let last = (first + length).min(lines.count());
        let span = lines.span(first, last);
        let number = |line: usize| u32::try_from(line).expect("small");
        let patch = patch((number(first), number(last)), &text[span.clone()], &replacement);
        match patch.apply(&text) {
            Err(reason) => prop_assert_eq!(reason, Withheld::NoChange),
            Ok(patched) => {
                let end = if with_feeds(&replacement).is_empty() { lines.after(last) } else { span.end };
                let (before, after) = (&text[..span.start], &text[end..]);
                prop_assert!(patched.starts_with(before) && patched.ends_with(after));
                prop_assert!(patched.len() >= before.len() + after.len(), "they do not overlap");
                let between = &patched[before.len()..patched.len() - after.len()];
                let (between, wanted) = (with_feeds(between), with_feeds(&replacement));
                prop_assert!(between == wanted || Some(&*between) == wanted.strip_suffix('\n'));
                let checked = patch.check(&text).expect("applied once");
                prop_assert_eq!(checked.check(&text), Ok(checked.clone()), "checking twice changes nothing");
                prop_assert_eq!(checked.apply(&text), Ok(patched));
            }
        }
    }

    #[test]
    fn no_patch_makes_it_panic(text: String, lines: (u32, u32), original: String, replacement: String) {
        let _ = applied(&text, lines, &original, &replacement);
        let _ = applied(&text, (lines.0 % 4, lines.1 % 4), &original, &replacement);
    }
}
