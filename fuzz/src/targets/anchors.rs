//! Anchors: a position is within the new text, and stable if and only if the selected text is there.

use std::time::{Duration, Instant};

use review::anchor::{Placement, re_anchor};
use review::lines::Lines;
use review::selection::Selection;

use crate::target::{Fields, Target, texts};

pub(super) const TARGET: Target = Target {
    name: "anchors",
    holds: "each position is within the new text; it is stable if and only if the selected text is there; an unchanged \
            text changes no position; lines above and below an unchanged part do not change its stability",
    max_bytes: 4_096,
    short_run: 1_000,
    words: &["\n", "\r\n", "\r", "    ", "\t", "a\n", "b\n", "}\n", "{\n", "\u{feff}", "fn a() {\n", "x();\n"],
    seeds,
    run: |input| check(input, re_anchor),
    planted: |input| {
        check(input, |old, new, selections, deadline| {
            let mut placements = re_anchor(old, new, selections, deadline);
            for placement in &mut placements {
                placement.is_stable |= placement.start_line == 1;
            }
            placements
        });
    },
};

type ReAnchor = fn(&str, &str, &[Selection<'_>], Instant) -> Vec<Placement>;

fn seeds() -> Vec<Vec<u8>> {
    let code = "fn a() {\n    b();\n}\n\nfn c() {\n    d();\n}\n";
    let moved = "use x;\n\nfn c() {\n    d();\n}\n\nfn a() {\n    b();\n}\n";
    texts(&[
        ["1", "3", "0", "0", code, moved],
        ["5", "6", "4", "9", code, "mod m {\n    fn c() {\n        d(1);\n    }\n}\n"],
        ["2", "2", "1", "1", "a\nb\nb\na\n", "b\r\na\r\nb\r\n"],
        ["1", "1", "0", "1", "", "x"],
        ["9", "9", "0", "0", "\u{feff}a\r\rb", "a"],
        ["2", "4", "0", "0", "x();\nx();\nx();\nx();\ny();\n", "y();\nx();\nx();\nx();\nx();\n"],
    ])
}

fn check(input: &[u8], re_anchor: ReAnchor) {
    let mut fields = Fields::of(input);
    let (first, last) = (fields.number(), fields.number());
    let (cut, from_end) = (fields.number() as usize, fields.number() as usize);
    let old = fields.text().into_owned();
    let new = String::from_utf8_lossy(fields.rest());

    // Lines of the old text, and a part of them; also lines that it does not have.
    let lines = Lines::of(&old);
    let whole = lines.text(first as usize, last as usize);
    let (from, until) =
        (whole.floor_char_boundary(cut), whole.floor_char_boundary(whole.len().saturating_sub(from_end)));
    let part = whole.get(from..until).unwrap_or_default();
    let selections = [whole, part].map(|text| Selection { start_line: first, end_line: last, text });

    let deadline = Instant::now() + Duration::from_secs(5);
    let placements = re_anchor(&old, &new, &selections, deadline);
    assert_eq!(placements.len(), selections.len());
    for (placement, selection) in placements.iter().zip(&selections) {
        is_right(*placement, selection, &new);
    }
    if lines.has(first as usize, last as usize) {
        for (placement, selection) in re_anchor(&old, &old, &selections, deadline).iter().zip(&selections) {
            is_right(*placement, selection, &old);
            if selection.is_at_its_lines(&old) == Some(true) {
                assert_eq!((placement.start_line, placement.end_line), (first, last), "no change, no move");
                assert!(placement.is_stable);
            }
        }
        // A mark or a line end at the edge would get another meaning.
        if !whole.trim().is_empty() && !old.starts_with('\u{feff}') && !old.ends_with('\r') {
            // A line that the old text does not have, above and below. It ends each line that it touches.
            let around = format!("another line above\n{old}\nanother line below");
            let placement = re_anchor(&old, &around, &selections[..1], deadline)[0];
            assert_eq!((placement.start_line, placement.is_stable), (first + 1, true), "the lines moved down by one");
        }
    }
}

fn is_right(placement: Placement, selection: &Selection<'_>, new: &str) {
    let (start, end) = (placement.start_line as usize, placement.end_line as usize);
    assert!(Lines::of(new).has(start, end), "lines {start} to {end} are in the new text");
    let there = Selection { start_line: placement.start_line, end_line: placement.end_line, text: selection.text };
    assert_eq!(Some(placement.is_stable), there.is_at_its_lines(new), "stable if and only if the text is there");
    if placement.is_stable && !selection.text.trim().is_empty() {
        let feeds = |text: &str| Lines::of(text).iter().collect::<Vec<_>>().join("\n");
        let (new, text) = (feeds(new), feeds(selection.text));
        assert!(new.contains(text.trim_end_matches('\n')), "a stable text is in the new text, with equal line ends");
    }
}
