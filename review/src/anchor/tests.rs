//! Anchors after edits: their positions, and that they never claim to be stable wrongly.

use super::*;
use proptest::prelude::*;
use std::time::Duration;

fn number(line: usize) -> u32 {
    u32::try_from(line).expect("small")
}

fn later() -> Instant {
    Instant::now() + Duration::from_mins(1)
}

/// Selects some lines of `old` exactly. Returns their position in `new`, and whether they are stable there.
fn moved(old: &str, lines: (u32, u32), new: &str) -> (u32, u32, bool) {
    let at = |line: u32| usize::try_from(line).expect("small");
    let text = Lines::of(old).text(at(lines.0), at(lines.1)).to_owned();
    let selected = Selection { start_line: lines.0, end_line: lines.1, text: &text };
    let placed = re_anchor(old, new, &[selected], later())[0];
    (placed.start_line, placed.end_line, placed.is_stable)
}

const OLD: &str = "use std;\n\nfn first() {\n    one();\n}\n\nfn second() {\n    two();\n}\n";

#[test]
fn an_anchor_follows_its_lines() {
    for (what, lines, new, expected) in [
        ("nothing changes", (3, 5), OLD.to_owned(), (3, 5, true)),
        ("lines above are added", (3, 5), format!("// a\n// b\n{OLD}"), (5, 7, true)),
        ("lines above are removed", (7, 9), OLD.replace("use std;\n\n", ""), (5, 7, true)),
        ("lines below change", (3, 5), OLD.replace("two", "three"), (3, 5, true)),
        ("line ends change", (3, 5), OLD.replace('\n', "\r\n"), (3, 5, true)),
        (
            "the block moves below another",
            (3, 5),
            "use std;\n\nfn second() {\n    two();\n}\n\nfn first() {\n    one();\n}\n".to_owned(),
            (7, 9, true),
        ),
        ("a line in the middle changes", (3, 5), OLD.replace("one()", "zero()"), (3, 5, false)),
        ("a line is put in the middle", (3, 5), OLD.replace("    one", "    zero();\n    one"), (3, 6, false)),
        ("its first line is rewritten", (3, 4), OLD.replace("fn first()", "pub fn first_of()"), (3, 4, false)),
        ("all of it is rewritten", (3, 4), OLD.replace("first()", "last()").replace("one()", "ones()"), (3, 4, false)),
        (
            "it is indented",
            (3, 5),
            OLD.replace("fn first() {\n    one();\n}", "  fn first() {\n\tone();\n  }"),
            (3, 5, false),
        ),
        (
            "it moves and is rewritten",
            (3, 4),
            "use std;\n\nfn second() {\n    two();\n}\n\npub fn first() {\n    one(1);\n}\n".to_owned(),
            (7, 8, false),
        ),
        ("a copy is put above it", (3, 5), format!("fn other() {{\n    one();\n}}\n{OLD}"), (6, 8, true)),
        ("the block is deleted", (3, 5), OLD.replace("fn first() {\n    one();\n}\n", ""), (3, 3, false)),
        ("everything is deleted", (3, 5), String::new(), (1, 1, false)),
    ] {
        assert_eq!(moved(OLD, lines, &new), expected, "{what}");
    }
}

#[test]
fn an_anchor_never_moves_to_a_copy_of_its_block() {
    let old = "fn copy() {}\n// between\nfn copy() {}\nend\n";
    let new = "// between\nstart here\nfn copy() {}\nend\n";
    let (start, _, stable) = moved(old, (1, 1), new);
    assert!(!(stable && start == 3), "line 1 was deleted; line 3 is its copy");
    assert_eq!(moved(old, (3, 3), new), (3, 3, true));
}

#[test]
fn a_lost_anchor_is_found_again_with_its_text() {
    let changed = OLD.replace("one()", "zero()");
    let selected = Selection { start_line: 3, end_line: 5, text: "fn first() {\n    one();\n}" };
    let undone = re_anchor(&changed, OLD, &[selected], later())[0];
    assert_eq!((undone.start_line, undone.end_line, undone.is_stable), (3, 5, true));
}

/// Selects `text`, cuts it with the text around it, makes another edit, and undoes the cut.
#[test]
fn a_part_of_a_line_is_found_after_cut_and_paste() {
    let body = |n: usize| format!("def f{n}(x):\n    return x + {n}\n\n");
    let file: String = (0..20).map(body).collect();
    let cut = |from: usize, to: usize| -> String { (0..20).filter(|n| !(from..to).contains(n)).map(body).collect() };
    for (text, lines) in [
        ("x + 10", (32, 32)),
        ("f10(x):\n    return x", (31, 32)),
        ("    return x + 10", (32, 32)),
        ("x + 10\n", (32, 32)),
    ] {
        for between in [cut(10, 11), cut(8, 14), String::new()] {
            for (back, expected) in [
                (file.clone(), lines),
                (file.replace('\n', "\r\n"), lines),
                (format!("{}{}", cut(10, 11), body(10)), (lines.0 + 27, lines.1 + 27)),
            ] {
                let mut selected = Selection { start_line: lines.0, end_line: lines.1, text };
                let lost = re_anchor(&file, &between, &[selected], later())[0];
                assert!(!lost.is_stable);
                (selected.start_line, selected.end_line) = (lost.start_line, lost.end_line);
                let found = re_anchor(&between, &back, &[selected], later())[0];
                assert_eq!(
                    (found.start_line, found.end_line, found.is_stable),
                    (expected.0, expected.1, true),
                    "{text}"
                );
            }
        }
    }
}

/// The shared limit bounds the time only if each search takes as many steps as it compares.
#[test]
fn each_search_takes_its_steps_of_the_limit() {
    let rewritten = OLD.replace("fn first()", "pub fn first_of()");
    let twice = format!("{OLD}fn first() {{\n    one();\n}}\n");
    let rest = "one\ntwo\nthree\nfour\nfive\n";
    let moved = (format!("first\nsecond\n{rest}"), format!("{rest}second\nfirst\nbetween\nfirst\nsecond"));
    let cases = [
        ("a moved block of lines that are there twice", &*moved.0, &*moved.1, (1, 2), None, true, 24),
        ("lines that stay together need no search", OLD, &*format!("// a\n{OLD}"), (3, 5), None, true, 0),
        ("a block with copies", &*twice, &*twice.replace("use std;\n\n", "fn zero() {\n"), (1, 5), None, false, 224),
        ("a rewritten line", OLD, &*rewritten, (3, 4), None, false, 144),
        ("a lost line", OLD, "use std;\n// nothing is left\n", (3, 4), None, false, 240),
        ("pasted text", &*OLD.replace("one()", "zero()"), OLD, (4, 4), Some("one()"), true, 82),
        ("pasted lines", &*OLD.replace("one()", "zero()"), OLD, (3, 5), Some("first() {\n    one();\n}"), true, 87),
    ];
    let found = cases.map(|(what, old, new, lines, text, ..)| {
        let (is_stable, steps) = taken(old, new, lines, text);
        (what, is_stable, steps)
    });
    assert_eq!(found, cases.map(|(what, .., is_stable, steps)| (what, is_stable, steps)));
}

/// Whether the selection is stable, and how many steps that took. Without a text, it is that of the lines.
fn taken(old: &str, new: &str, lines: (u32, u32), text: Option<&str>) -> (bool, usize) {
    let at = |line: u32| usize::try_from(line).expect("small");
    let selected = text.unwrap_or_else(|| Lines::of(old).text(at(lines.0), at(lines.1)));
    let comparison = Comparison::of(Lines::of(old), Lines::of(new), later());
    let placed = comparison.place(&Selection { start_line: lines.0, end_line: lines.1, text: selected });
    (placed.is_stable, comparison.effort.spent())
}

/// 100 short lines become long ones, which are too different to be compared.
#[test]
fn rewritten_lines_are_sought_near_the_selection_and_not_among_too_many() {
    let short = |n: usize| format!("o{n:02}\n");
    let long = |n: usize| format!("a new line with the number {n:04}\n");
    let old: String = (0..100).map(short).collect();
    for (lines, fresh, paired) in [((50, 50), 10, 41 * 10), ((50, 59), 2_000, 50 * 2_000), ((50, 59), 2_001, 0)] {
        let new: String = (0..fresh).map(long).collect();
        let selected = usize::try_from(lines.1 - lines.0 + 1).expect("small");
        // Both texts have an empty line at the end, which is the same.
        let pasted = 4 * (100 + 1 + fresh + 1);
        let steps = pasted + 16 * selected + 8 * paired + 8 * selected * fresh;
        assert_eq!(taken(&old, &new, lines, None), (false, steps), "{lines:?} and {fresh}");
    }
}

#[test]
fn a_part_of_a_line_at_several_places_is_not_followed() {
    let selected = Selection { start_line: 2, end_line: 2, text: "x + 1" };
    for (old, new) in [("a\n\nb\n", "a\n\nb\nx + 1\ny(x + 1)\n"), ("a\n\nb\nx + 1\n", "a\n\nb\nx + 1;\n")] {
        assert!(!re_anchor(old, new, &[selected], later())[0].is_stable, "{new}");
    }
}

#[test]
fn selections_of_missing_lines_are_clamped() {
    for (start_line, end_line) in [(0, 0), (9, 2), (u32::MAX, u32::MAX), (1, u32::MAX)] {
        let selected = Selection { start_line, end_line, text: "x" };
        for (old, new) in [("", ""), (OLD, ""), ("", OLD), (OLD, OLD)] {
            let placed = re_anchor(old, new, &[selected], later())[0];
            assert!(1 <= placed.start_line && placed.start_line <= placed.end_line);
            assert!(usize::try_from(placed.end_line).expect("small") <= Lines::of(new).count());
        }
    }
    assert_eq!(re_anchor(OLD, OLD, &[], later()), []);
}

#[test]
fn the_comparison_of_hostile_text_ends_at_the_deadline() {
    // Without the deadline, the comparison takes hours.
    let old = "a\nb\n".repeat(100_000);
    let new = "b\na\na\n".repeat(70_000);
    let selected = Selection { start_line: 50_000, end_line: 50_010, text: "x" };
    let placed = re_anchor(&old, &new, &[selected; 50], Instant::now() + Duration::from_millis(250));
    assert_eq!(placed.len(), 50);
}

#[test]
fn the_search_for_a_long_repetitive_text_ends_after_a_number_of_steps() {
    let new = "a\n".repeat(1_000_000);
    let text = format!("{}zzz", "a\n".repeat(30_000));
    let lost = Selection { start_line: 1, end_line: 1, text: &text };
    let deadline = Instant::now() + Duration::from_millis(250);
    let comparison = Comparison::of(Lines::of("b\nc\n"), Lines::of(&new), deadline);
    assert!(comparison.effort.spend(1), "no step is taken before");
    let found: Vec<_> = (0..50).map(|_| comparison.place(&lost)).collect();
    assert!(found.iter().all(|anchor| !anchor.is_stable));
    assert!(!comparison.effort.spend(1), "all steps are taken");
}

proptest! {
    #[test]
    fn stable_anchors_have_the_selected_text(
        old in prop::collection::vec("(aaa|bbb|ccc|\\}|)", 1..12),
        new in prop::collection::vec("(aaa|bbb|ccc|\\}|)", 1..12),
        start in 0usize..12, length in 0usize..6, other in prop::option::of("(aaa|bbb)(\n(aaa|bbb)){0,2}"), crlf: bool,
    ) {
        let (old, new) = (old.join("\n"), new.join(if crlf { "\r\n" } else { "\n" }));
        let lines = Lines::of(&old);
        let first = start.min(lines.count() - 1) + 1;
        let last = (first + length).min(lines.count());
        let selected_text = other.unwrap_or_else(|| lines.text(first, last).to_owned());
        let selected = Selection {
            start_line: number(first), end_line: number(last), text: &selected_text,
        };
        let placed = re_anchor(&old, &new, &[selected], later())[0];
        let at = |line: u32| usize::try_from(line).expect("small");
        let new = Lines::of(&new);
        prop_assert!(new.has(at(placed.start_line), at(placed.end_line)));
        let range = (at(placed.start_line), at(placed.end_line));
        let is_stable = placed.is_stable;
        prop_assert_eq!(is_stable, crate::selection::stands_at(&new, range, &selected_text));
        let there = crate::lines::with_feeds(new.text(range.0, range.1));
        prop_assert!(!is_stable || there.contains(selected_text.trim()));
    }

    #[test]
    fn unchanged_text_keeps_every_anchor(
        lines in prop::collection::vec("[a-c }]{0,4}", 1..20), start in 0usize..20, length in 0usize..9,
    ) {
        let text = lines.join("\n");
        let first = start.min(lines.len() - 1) + 1;
        let last = (first + length).min(lines.len());
        prop_assert_eq!(moved(&text, (number(first), number(last)), &text), (number(first), number(last), true));
    }
}
