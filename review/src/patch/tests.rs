//! Patches on texts with every kind of line end: their positions, and the reasons to withhold them.

use super::*;
use proptest::prelude::*;

mod additions;

fn patch(lines: (u32, u32), original: &str, replacement: &str) -> Patch {
    Patch { start_line: lines.0, end_line: lines.1, original: original.to_owned(), replacement: replacement.to_owned() }
}

const ALL: (u32, u32) = (1, u32::MAX);

/// The text after a patch that was checked against it.
fn applied(text: &str, lines: (u32, u32), original: &str, replacement: &str) -> Result<String, Withheld> {
    patch(lines, original, replacement).check(text, ALL)?.patch.apply(text)
}

#[test]
fn whole_lines_are_replaced_and_other_lines_are_unchanged() {
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
fn no_empty_line_is_lost_between_two_kinds_of_line_ends() {
    for (text, lines, original, replacement, expected) in [
        ("a\nb\rc\rd\r", (1, 1), "a", "x\n\n", "x\n\nb\rc\rd\r"),
        ("\ra\nb\n", (2, 2), "a", "\nx\n\n", "\r\rx\n\nb\n"),
        ("a\nb\rc\rd\r", (1, 1), "a", "\n\n", "\n\nb\rc\rd\r"),
        ("a\rb\nc\nd\n", (2, 2), "b", "\nx", "a\r\rx\nc\nd\n"),
        ("a\rb\r\nc\r\nd\r\n", (2, 2), "b", "\nx", "a\r\rx\r\nc\r\nd\r\n"),
        ("a\nb\rc\rd\r", (1, 1), "a", "x\ny", "x\ry\nb\rc\rd\r"),
    ] {
        assert_eq!(applied(text, lines, original, replacement).as_deref(), Ok(expected), "{text:?} {replacement:?}");
    }
}

#[test]
fn final_line_ends_and_line_numbers_in_a_patch_are_accepted() {
    for (original, replacement) in
        [("b\n", "x\n"), ("b\n", "x"), ("2|b", "2|x"), ("  2|b\n", "x\n"), ("b\r\n", "x\r\n")]
    {
        assert_eq!(applied("a\nb\nc\n", (2, 2), original, replacement).as_deref(), Ok("a\nx\nc\n"), "{original:?}");
    }
    let checked = patch((2, 2), "2|b\n", "2|x\n").check("a\nb\n", ALL).expect("it fits").patch;
    assert_eq!((&*checked.original, &*checked.replacement), ("b", "x"));
    let table = applied("1|one\n2|two\n", (2, 2), "2|two", "2|deux");
    assert_eq!(table.as_deref(), Ok("1|one\n2|deux\n"), "code that looks numbered is code");
}

#[test]
fn a_patch_that_does_not_apply_is_withheld() {
    let large = "x".repeat(CODE_BYTES - 1);
    for (text, lines, original, replacement, reason) in [
        ("a\nb\n", (0, 1), "a", "x", Withheld::OutOfRange),
        ("a\nb\n", (2, 1), "a", "x", Withheld::OutOfRange),
        ("a\nb\n", (4, 4), "", "x", Withheld::OutOfRange),
        ("a\nb\n", (1, u32::MAX), "a", "x", Withheld::OutOfRange),
        ("a\nb\n", (1, 1), "c", "x", Withheld::OriginalDiffers),
        ("a\nb\nb\n", (1, 1), "b", "x", Withheld::Ambiguous),
        ("a\nb\nc\nb\n", (1, 1), "b\n", "x\n", Withheld::Ambiguous),
        ("a\n b\n  b\n", (1, 1), "b", "x", Withheld::Ambiguous),
        ("a\n\tb\n  c\n", (1, 1), "b\nc", "x", Withheld::OriginalDiffers),
        ("a\nb\n", (2, 2), "  b", "x", Withheld::OriginalDiffers),
        ("a\nb\n", (1, 1), "A", "x", Withheld::OriginalDiffers),
        ("a\nb\n", (1, 1), "", "x", Withheld::OriginalDiffers),
        ("a\r\nb\nc", (1, 2), "a\nb", "a\nb", Withheld::NoChange),
        ("a\nb", (1, 1), "a", &"x\n".repeat(401), Withheld::TooLong),
        ("a\nb\n", (1, 1), "a\n", "a\n", Withheld::NoChange),
        ("a\r\nb\r\n", (1, 2), "a\nb", "a\nb", Withheld::NoChange),
        ("a\nb", (1, 1), "a", &large, Withheld::TooLarge),
    ] {
        let withheld = applied(text, lines, original, replacement).map(|patched| patched.len());
        assert_eq!(withheld, Err(reason), "{text:?} {original:?}");
    }
    assert_eq!(format!("{:?}", patch((1, 2), "secret", "secret")), "Patch(lines 1 to 2)");
}

#[test]
fn too_many_places_with_another_indentation_are_ambiguous() {
    // Of a hundred places, only the first has both lines indented alike.
    let text = format!("    x\n    y\n{}", "x\n y\n".repeat(99));
    assert_eq!(applied(&text, (1, 2), "  x\n  y", "z"), Err(Withheld::Ambiguous));
    let fewer = format!("    x\n    y\n{}", "x\n y\n".repeat(98));
    let expected = format!("    z\n{}", "x\n y\n".repeat(98));
    assert_eq!(applied(&fewer, (1, 2), "  x\n  y", "  z"), Ok(expected));
}

#[test]
fn a_replacement_may_have_400_lines_or_ten_times_the_replaced_ones() {
    let text = "a\n".repeat(50);
    for (replaced, becomes, outcome) in
        [(1, 400, Ok(())), (1, 401, Err(Withheld::TooLong)), (41, 410, Ok(())), (41, 411, Err(Withheld::TooLong))]
    {
        let original = vec!["a"; replaced].join("\n");
        let replacement = vec!["x"; becomes].join("\n");
        let lines = (5, 4 + u32::try_from(replaced).expect("few"));
        assert_eq!(applied(&text, lines, &original, &replacement).map(drop), outcome, "{replaced} to {becomes}");
    }
}

#[test]
fn a_patched_text_may_have_the_largest_size() {
    for (bytes, outcome) in [(CODE_BYTES, Ok(())), (CODE_BYTES + 1, Err(Withheld::TooLarge))] {
        let replacement = "x".repeat(bytes - "\nb".len());
        assert_eq!(applied("a\nb", (1, 1), "a", &replacement).map(drop), outcome, "{bytes}");
    }
}

#[test]
fn the_final_line_end_of_a_replacement_adds_no_line() {
    for (text, original, replacement, expected) in [
        ("a\nb\nc\n", "b", "x\n", "a\nx\nc\n"),
        ("a\r\nb\r\nc\r\n", "b", "x\r\n", "a\r\nx\r\nc\r\n"),
        ("a\rb\rc\r", "b", "x\n", "a\rx\rc\r"),
        ("a\nb", "b", "x\n", "a\nx"),
        ("a\nb\nc\n", "b", "x\n\n", "a\nx\n\nc\n"),
        ("a\nb\nc\n", "b\n", "x\n\n", "a\nx\n\nc\n"),
        ("a\nb\nc\n", "b", "\n", "a\n\nc\n"),
        ("a\nb\nc\n", "b", "\n\n", "a\n\n\nc\n"),
        ("a\n\nc\n", "", "x\n", "a\nx\nc\n"),
    ] {
        assert_eq!(applied(text, (2, 2), original, replacement).as_deref(), Ok(expected), "{text:?} {replacement:?}");
    }
}

#[test]
fn a_patch_of_the_first_line_keeps_the_byte_order_mark() {
    let text = "\u{FEFF}use a;\nuse b;\n";
    for (original, replacement) in
        [("use a;", "use x;"), ("\u{FEFF}use a;", "\u{FEFF}use x;"), ("use a;\n", "use x;\n")]
    {
        let patched = applied(text, (1, 1), original, replacement);
        assert_eq!(patched.as_deref(), Ok("\u{FEFF}use x;\nuse b;\n"), "{original:?}");
    }
    assert_eq!(applied(text, (1, 1), "use a;", "").as_deref(), Ok("\u{FEFF}use b;\n"));
    assert_eq!(applied(text, (2, 2), "use a;", "use x;").as_deref(), Ok("\u{FEFF}use x;\nuse b;\n"), "moved");
}

#[test]
fn doubled_carriage_returns_are_unchanged() {
    let text = "a\r\r\nb\r\r\nc\r\r\n";
    for original in ["b", "b\r", "b\r\n", "b\r\r\n"] {
        assert_eq!(applied(text, (2, 2), original, "x").as_deref(), Ok("a\r\r\nx\r\r\nc\r\r\n"), "{original:?}");
    }
    assert_eq!(applied(text, (2, 2), "b", "x\ny").as_deref(), Ok("a\r\r\nx\r\r\ny\r\r\nc\r\r\n"));
    assert_eq!(applied(text, (2, 3), "b\nc", "x").as_deref(), Ok("a\r\r\nx\r\r\n"));
    assert_eq!(applied(text, (1, 1), "a", "").as_deref(), Ok("b\r\r\nc\r\r\n"));
}

#[test]
fn a_patch_with_wrong_line_numbers_moves_to_the_only_place_of_its_text() {
    let text = "fn f() {\n    a();\n    if b {\n        c();\n    }\n}\n";
    for (what, lines, original, replacement, expected) in [
        ("where it says", (2, 2), "    a();", "    x();", (2, 2, "    a();", "    x();", PatchStatus::Verified)),
        ("one line off", (1, 1), "    a();", "    x();", (2, 2, "    a();", "    x();", PatchStatus::Relocated)),
        (
            "another number of lines",
            (3, 3),
            "    if b {\n        c();\n    }",
            "    c();",
            (3, 5, "    if b {\n        c();\n    }", "    c();", PatchStatus::Relocated),
        ),
        (
            "without its indentation",
            (3, 5),
            "if b {\n    c();\n}",
            "if b && d {\n\n    c();\n}",
            (3, 5, "    if b {\n        c();\n    }", "    if b && d {\n\n        c();\n    }", PatchStatus::Relocated),
        ),
        (
            "with too much of it",
            (1, 1),
            "      a();",
            "      x();",
            (2, 2, "    a();", "    x();", PatchStatus::Relocated),
        ),
    ] {
        let checked = patch(lines, original, replacement).check(text, ALL).expect(what);
        let Patch { start_line, end_line, original, replacement } = &checked.patch;
        assert_eq!((*start_line, *end_line, &**original, &**replacement, checked.status), expected, "{what}");
    }
}

#[test]
fn lines_that_the_model_did_not_see_are_neither_changed_nor_searched() {
    let text = "a\nb\nc\nb\n";
    let checked = |lines, original| patch(lines, original, "x").check(text, (2, 3));
    assert_eq!(checked((4, 4), "b").map(|checked| checked.patch), Err(Withheld::NotShown));
    assert_eq!(checked((1, 2), "a\nb").map(|checked| checked.patch), Err(Withheld::NotShown));
    assert_eq!(checked((3, 3), "a").map(|checked| checked.patch), Err(Withheld::OriginalDiffers));
    assert_eq!(checked((3, 3), "b").map(|checked| checked.patch), Ok(patch((2, 2), "b", "x")));
    assert_eq!(patch((5, 5), "", "x").check(text, (1, 4)).map(|checked| checked.patch), Ok(patch((5, 5), "", "x")));
}

#[test]
fn unbalanced_brackets_make_a_patch_doubtful() {
    for (replacement, doubt) in
        [("g(x);", None), ("g(x", Some(Doubt::Brackets)), ("if y { g(x) }", None), ("g(x]", Some(Doubt::Brackets))]
    {
        let checked = patch((1, 1), "f(x);", replacement).check("f(x);\n", ALL).expect("it fits");
        assert_eq!(checked.doubt, doubt, "{replacement:?}");
    }
}

#[test]
fn a_checked_patch_is_located_in_later_code_or_withheld() {
    let by = |lines| Base::Earlier { thread_moved_by: Some(lines) };
    let unknown = Base::Earlier { thread_moved_by: None };
    for (what, text, base, expected) in [
        ("its own version", "a\nb\nb\n", Base::Current, Ok(2)),
        ("its own version, somehow another", "a\nc\nb\n", Base::Current, Err(Withheld::OriginalDiffers)),
        ("moved", "0\na\nc\nb\n", unknown, Ok(4)),
        ("other line ends", "a\r\nb\r\n", unknown, Ok(2)),
        ("indented", "a\n  b\n", by(0), Err(Withheld::Gone)),
        ("twice, and the thread knows", "b\na\nb\n", by(1), Ok(3)),
        ("twice, and the thread is elsewhere", "b\na\nb\n", by(0), Err(Withheld::NoLongerUnique)),
        ("twice, and the thread is unknown", "b\na\nb\n", unknown, Err(Withheld::NoLongerUnique)),
    ] {
        let located = patch((2, 2), "b", "x").locate(base, text);
        assert_eq!(located.map(|patch| patch.start_line), expected, "{what}");
    }
    let above = patch((1, 1), "b", "x").locate(by(-8), "b\nb\n");
    assert_eq!(above, Err(Withheld::NoLongerUnique), "above the first line");
}

/// Texts of lines with their ends: line feeds, carriage returns before them or alone, both, and none at the end of the
/// text; with and without a byte order mark.
fn text() -> impl Strategy<Value = String> {
    let ends = vec![vec!["\n"], vec!["\r\n"], vec!["\r"], vec!["\r\r\n"], vec!["\n", "\r\n", "\r\r\n", "\r"]];
    let ends = prop::sample::select(ends);
    let lines = prop::collection::vec(("[ab{ \u{e9}\u{2028}]{0,3}", any::<prop::sample::Index>()), 1..12);
    (ends, lines, any::<bool>(), "\u{FEFF}?").prop_map(|(ends, lines, ended, mark)| {
        let last = lines.len() - 1;
        let lines = lines.iter().enumerate();
        let line =
            lines.map(|(n, (line, end))| [&**line, if n < last || ended { *end.get(&ends) } else { "" }].concat());
        mark + &line.collect::<String>()
    })
}

#[test]
fn empty_lines_between_two_kinds_of_line_ends_are_kept() {
    for (text, line, replacement, patched) in [
        ("a\rb\nc\nd\n", 2, "\n", "a\r\n\nc\nd\n"),
        ("a\rb\nc\nd\n", 2, "\n\n", "a\r\n\n\nc\nd\n"),
        ("a\rb\nc\nd\n", 2, "\n\n\n", "a\r\n\n\n\nc\nd\n"),
        ("a\rb\nc\rd\r", 2, "\n\n", "a\r\n\n\nc\rd\r"),
        ("a\r\rb\nc\n", 3, "\n", "a\r\r\n\n\nc\n"),
        ("a\rb\r\nc\n", 2, "\n", "a\r\n\r\nc\n"),
    ] {
        let checked = patch((line, line), "b", replacement).check(text, ALL).expect("it applies");
        assert_eq!(checked.patch.apply(text).as_deref(), Ok(patched), "{text:?} {replacement:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn only_the_range_changes_and_the_replacement_is_applied_as_written(
        text in text(), first in 0usize..12, length in 0usize..4, replacement in "(x|y|\n|\r\n|\r|```|1\\||a|b|\u{2028}| ){0,9}",
    ) {
        let lines = Lines::of(&text);
        let first = first.min(lines.count() - 1) + 1;
        let last = (first + length).min(lines.count());
        let span = lines.span(first, last);
        let original = &text[span.clone()];
        let proposed = patch((number(first), number(last)), original, &replacement);
        match proposed.check(&text, ALL) {
            Err(reason) => prop_assert_eq!(reason, Withheld::NoChange),
            Ok(Checked { patch, status, .. }) => {
                prop_assert_eq!((patch.start_line, patch.end_line), (proposed.start_line, proposed.end_line));
                prop_assert_eq!((&*patch.original, status), (original, PatchStatus::Verified));
                let patched = patch.apply(&text).expect("it was checked");
                let (original, wanted) = (with_feeds(original), with_feeds(&replacement));
                let end = if wanted.is_empty() { lines.after(last) } else { span.end };
                let (before, after) = (&text[..span.start], &text[end..]);
                prop_assert!(patched.starts_with(before) && patched.ends_with(after));
                prop_assert!(patched.len() >= before.len() + after.len(), "they do not overlap");
                let between = &patched[before.len()..patched.len() - after.len()];
                let wanted = if original.ends_with('\n') { &*wanted } else { wanted.strip_suffix('\n').unwrap_or(&wanted) };
                let usual = wanted.replace('\n', lines.line_end());
                let count = |text: &str| Lines::of(text).count();
                let expected = lines.count() + wanted.split('\n').count() - (last + 1 - first);
                if count(&[before, &usual, after].concat()) == expected || replacement.is_empty() {
                    prop_assert_eq!(between, usual);
                } else {
                    prop_assert_eq!(count(&patched), expected, "no line end becomes a part of another");
                    let has_text = wanted.contains(|c| c != '\n');
                    prop_assert!(!has_text || with_feeds(between) == wanted);
                }
                prop_assert_eq!(patch.locate(Base::Current, &text), Ok(patch));
            }
        }
    }

    #[test]
    fn a_relocated_patch_changes_only_its_new_range(
        text in text(), said in (1u32..12, 1u32..4), original in "[ab{ ]{1,3}(\n[ab{ ]{0,3}){0,2}", replacement in "[xy \n]{1,8}",
    ) {
        if let Ok(Checked { patch, .. }) = patch((said.0, said.0 + said.1 - 1), &original, &replacement).check(&text, ALL) {
            let lines = Lines::of(&text);
            let at = |line: u32| usize::try_from(line).expect("small");
            let span = lines.span(at(patch.start_line), at(patch.end_line));
            prop_assert_eq!(&text[span.clone()], &*patch.original);
            let bare = |text: &str| with_feeds(text).split('\n').map(|line| line.trim().to_owned()).collect::<Vec<_>>();
            prop_assert!(bare(&original).starts_with(&bare(&patch.original)), "it is the text that the model meant");
            let patched = patch.apply(&text).expect("it was checked");
            prop_assert!(patched.starts_with(&text[..span.start]) && patched.ends_with(&text[span.end..]));
        }
    }

}

proptest! {
    #[test]
    fn no_patch_causes_a_panic(
        text: String, lines: (u32, u32), shown: (u32, u32), original: String, replacement: String, moved in -5i64..5,
    ) {
        for lines in [lines, (lines.0 % 4, lines.1 % 4)] {
            let proposed = patch(lines, &original, &replacement);
            let _ = proposed.check(&text, shown);
            let _ = proposed.check(&text, (shown.0 % 4, shown.1 % 4));
            let _ = proposed.apply(&text);
            let _ = proposed.locate(Base::Current, &text);
            let _ = proposed.locate(Base::Earlier { thread_moved_by: Some(moved) }, &text);
        }
    }
}
