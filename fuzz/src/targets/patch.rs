//! Patches: a checked patch applies, changes only its lines, and was shown; every other patch is refused.

use review::limits::CODE_BYTES;
use review::lines::{Lines, with_feeds};
use review::patch::{Base, Checked, Patch, PatchStatus, Withheld};

use crate::target::{Fields, Target, texts};

pub(super) const TARGET: Target = Target {
    name: "patch",
    holds: "a checked patch names shown lines with exactly their text, applies, changes the text, keeps every byte \
            outside of its lines, and moves with its thread; applying a patch that was not checked is refused or changes only its lines",
    max_bytes: 4_096,
    short_run: 1_500,
    words: &["\n", "\r\n", "\r", "\r\r\n", "```", "```rust\n", "1|", " 2|", "  ", "\t", "{", "}", "\u{feff}", "a", "b"],
    seeds,
    run: |input| check(input, Patch::apply),
    planted: |input| {
        check(input, |patch, text| {
            let patched = patch.apply(text)?;
            Ok(if text.contains('\r') { patched.replace("\r\n", "\n") } else { patched })
        });
    },
};

type Apply = fn(&Patch, &str) -> Result<String, Withheld>;

fn seeds() -> Vec<Vec<u8>> {
    let code = "fn a() {\n    b();\n}\n\nfn c() {\n    d();\n}\n";
    texts(&[
        ["2", "2", "1", "4294967295", "    b();", "    b(1);\n    b(2);", code],
        ["5", "6", "4", "7", "fn c() {\n    d();", "", code],
        ["1", "1", "1", "9", "b", "x\ny", "a\r\nb\r\nc\r\n"],
        ["2", "2", "1", "9", "2|b\n", "2|x\n", "a\nb\nc\n"],
        ["2", "2", "1", "9", "```rust\nb\n```", "```rust\nx\n```", "a\n  b\nc\n"],
        ["1", "1", "1", "9", "use a;", "use b;", "\u{feff}use a;\r\r\nuse c;\r"],
        ["1", "2", "1", "2", "a\nb", "\n\n", "a\nb\n"],
        ["9", "9", "1", "9", "no", "x", "yes\nno\nno\n"],
    ])
}

fn check(input: &[u8], apply: Apply) {
    let mut fields = Fields::of(input);
    let (start_line, end_line) = (fields.number(), fields.number());
    let shown = (fields.number(), fields.number());
    let (original, replacement) = (fields.text().into_owned(), fields.text().into_owned());
    let text = String::from_utf8_lossy(fields.rest());
    let patch = Patch { start_line, end_line, original, replacement };

    let count = Lines::of(&text).count();
    let are_lines = 1 <= start_line && start_line <= end_line && end_line as usize <= count;
    match patch.check(&text, shown) {
        Ok(checked) => {
            assert!(are_lines, "the named lines exist");
            checked_patch(&checked, &text, shown, apply);
            let is_moved = (checked.patch.start_line, checked.patch.end_line) != (start_line, end_line);
            assert!(!is_moved || checked.status == PatchStatus::Relocated, "a moved patch says so");
        }
        Err(withheld) => assert_eq!(withheld == Withheld::OutOfRange, !are_lines, "{withheld:?}"),
    }
    if let Ok(patched) = apply(&patch, &text) {
        changes_only_its_lines(&patch, &text, &patched);
    }
}

fn checked_patch(checked: &Checked, text: &str, shown: (u32, u32), apply: Apply) {
    let Checked { patch, .. } = checked;
    let lines = Lines::of(text);
    let (first, last) = (patch.start_line as usize, patch.end_line as usize);
    assert!(lines.has(first, last));
    let is_shown = shown.0 as usize <= first && (last <= shown.1 as usize || shown.1 as usize >= lines.written());
    assert!(is_shown, "its lines were shown");
    assert_eq!(patch.original, lines.text(first, last), "it has exactly the text of its lines");
    let patched = apply(patch, text).expect("a checked patch applies");
    assert!(patched != text && patched.len() <= CODE_BYTES);
    changes_only_its_lines(patch, text, &patched);
    assert_eq!(patch.locate(Base::Current, text).as_ref(), Ok(patch), "in its own version, it is where it was");
    // One more line above. A byte order mark would not be at the beginning any more, and have another meaning; and
    // `locate` takes a mark at the beginning of `original` for that of a file, so the patch counts as gone.
    let below = format!("another line\n{text}");
    if ![text, &patch.original, &patch.replacement].iter().any(|text| text.starts_with('\u{feff}')) {
        match patch.locate(Base::Earlier { thread_moved_by: Some(1) }, &below) {
            Ok(located) => {
                assert_eq!((located.start_line, located.end_line), (patch.start_line + 1, patch.end_line + 1));
                assert_eq!(
                    located.apply(&below).map(|below| with_feeds(&below)),
                    Ok(format!("another line\n{}", with_feeds(&patched)))
                );
            }
            Err(withheld) => panic!("a patch moves with its thread: {withheld}"),
        }
    }
}

fn changes_only_its_lines(patch: &Patch, text: &str, patched: &str) {
    let lines = Lines::of(text);
    let (first, last) = (patch.start_line as usize, patch.end_line as usize);
    let span = lines.span(first, last);
    let end = if patch.replacement.is_empty() { lines.after(last) } else { span.end };
    let (before, after) = (&text[..span.start], &text[end..]);
    assert!(patched.starts_with(before), "every byte above stays");
    assert!(patched.ends_with(after), "every byte below stays");
    let between = patched.get(before.len()..patched.len() - after.len()).expect("they do not overlap");
    // Byte order marks at the beginning of a replacement are dropped, and line ends at its end are interpreted.
    let content = |text: &str| with_feeds(text).trim_start_matches('\u{feff}').trim_end_matches('\n').to_owned();
    assert!(content(between) == content(&patch.replacement), "between them is the replacement");
}
