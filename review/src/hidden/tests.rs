//! The characters that count as hidden, and restoring them.

use super::*;
use proptest::prelude::*;

#[test]
fn hidden_characters_become_visible() {
    for (text, shown) in [
        ("a\u{202E}b\u{2066}", "a\\u{202E}b\\u{2066}"),
        ("zero\u{200B}width\u{2060}\u{AD}", "zero\\u{200B}width\\u{2060}\\u{00AD}"),
        ("tag\u{E0041}\u{E007F}", "tag\\u{E0041}\\u{E007F}"),
        ("let \u{3164} = \u{FFA0}", "let \\u{3164} = \\u{FFA0}"),
        ("x\u{FE0F}\u{E0100}", "x\\u{FE0F}\\u{E0100}"),
        ("a\0\u{1B}[31m\u{8}\u{7F}\u{85}", "a\\u{0000}\\u{001B}[31m\\u{0008}\\u{007F}\\u{0085}"),
        ("1\rfake\r\nb\r", "1\\u{000D}fake\r\nb\\u{000D}"),
        ("a\r\rb\r\r\nc\r\r", "a\\u{000D}\\u{000D}b\r\r\nc\\u{000D}\\u{000D}"),
        ("a\u{FE0F}\u{200D}\u{1F469}", "a\\u{FE0F}\\u{200D}\u{1F469}"),
        ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}"),
        ("a\u{200D}b\u{200C}", "a\\u{200D}b\\u{200C}"),
        // A joiner between a letter that joins and one that does not, and the wrong joiner.
        ("ی\u{200C}b", "ی\\u{200C}b"),
        ("b\u{200C}ی", "b\\u{200C}ی"),
        ("ی\u{200D}ی", "ی\\u{200D}ی"),
        // A key needs a key's character and the frame behind the selector.
        ("1\u{FE0F}b", "1\\u{FE0F}b"),
        ("a\u{FE0F}\u{20E3}", "a\\u{FE0F}\u{20E3}"),
    ] {
        assert_eq!(visible(text), shown, "{text:?}");
        assert_eq!(hidden(shown).next(), None, "nothing in the result is hidden");
    }
}

#[test]
fn characters_that_writing_needs_are_unchanged() {
    for text in [
        "a\tb\r\n\u{C}fn x() {}",
        "é ñ — “quotes” 漢字 ¡",
        "\u{2764}\u{FE0F} \u{26A0}\u{FE0E} 1\u{FE0F}\u{20E3}",
        "\u{1F469}\u{1F3FD}\u{200D}\u{1F4BB} \u{1F3F3}\u{FE0F}\u{200D}\u{1F308} \u{1F469}\u{200D}\u{1F467}",
        "می\u{200C}خواهم",
        "क्\u{200D}ष",
    ] {
        assert!(matches!(visible(text), Cow::Borrowed(_)), "{}", visible(text));
    }
}

#[test]
fn a_warning_names_the_lines_and_the_characters() {
    let warning = |code: &str| warning_about_code(code).unwrap_or_default();
    assert_eq!(warning("a\nb\u{FE0F}"), "Line 2 contains characters that an editor does not show (U+FE0F).");
    assert_eq!(
        warning("\u{200B}\u{202E}\nb\nc\u{200B}\r\nd"),
        "Lines 1 and 3 contain characters that an editor does not show (U+200B, U+202E)."
    );
    assert_eq!(
        warning(&"\0\u{1}\u{2}\u{3}\u{4}\n".repeat(10)),
        "Lines 1, 2, 3, 4, 5, 6, 7, 8 and 2 more contain characters that an editor does not show (U+0000, U+0001, \
         U+0002, U+0003, others)."
    );
    assert_eq!(warning("\u{FEFF}using System;\n"), "");
    assert!(warning("a\n\u{FEFF}b").starts_with("Line 2"));
    assert_eq!(
        warning_about_question("why\u{E0041}").as_deref(),
        Some("The question contains characters that an editor does not show (U+E0041).")
    );
    assert_eq!(warning_about_question("why"), None);
    assert_eq!(
        warning_about_patch(&patch("a\u{200B}", "a\u{200B}\u{202E}")).as_deref(),
        Some("The patch adds characters that an editor does not show (U+202E).")
    );
    assert_eq!(warning_about_patch(&patch("a\u{200B}", "b\u{200B}")), None);
}

fn patch(original: &str, replacement: &str) -> Patch {
    Patch { start_line: 1, end_line: 1, original: original.into(), replacement: replacement.into() }
}

#[test]
fn a_quoted_escape_becomes_the_character() {
    let restored = |code: &str, original: &str, replacement: &str| {
        let Patch { original, replacement, .. } = restored(patch(original, replacement), code);
        (original, replacement)
    };
    let pair = |original: &str, replacement: &str| (original.to_owned(), replacement.to_owned());
    // The whole line; the model's hexadecimal digits may have either case.
    assert_eq!(restored("a\u{200B}b", "a\\u{200b}b", "a\\u{200B}c"), pair("a\u{200B}b", "a\u{200B}c"));
    // An escape that the file contains stays an escape.
    assert_eq!(restored("\"\\u{200B}\"", "\"\\u{200B}\"", "\"\\u{202E}\""), pair("\"\\u{200B}\"", "\"\\u{202E}\""));
    // Both: a line that is quoted whole is recognised; in a new line, the escape stays.
    let both = "a\u{200B}b\n\"\\u{200B}\"";
    assert_eq!(restored(both, "a\\u{200B}b", "c\\u{200B}"), pair("a\u{200B}b", "c\\u{200B}"));
    assert_eq!(restored(both, "\"\\u{200B}\"", "a\\u{200B}b\nx"), pair("\"\\u{200B}\"", "a\u{200B}b\nx"));
    // Two lines with the same visible form.
    assert_eq!(restored("\u{200B}\n\\u{200B}", "\\u{200B}", "x"), pair("\\u{200B}", "x"));
    for odd in ["\\u{", "\\u{}", "\\u{110000}", "\\u{D800}", "\\u{00000200B}", "\\u{zz}", "\\u{200B"] {
        assert_eq!(restored("a\u{200B}", odd, odd), pair(odd, odd));
    }
}

#[test]
fn a_patch_of_a_line_with_hidden_characters_verifies() {
    let code = "let a = 1;\r\nif access\u{202E} != user {\r\n";
    let quoted = Patch { start_line: 2, end_line: 2, ..patch("if access\\u{202E} != user {", "if access != user {") };
    let checked = restored(quoted, code).check(code, (1, 9)).expect("what the file has").patch;
    assert_eq!(checked.apply(code).as_deref(), Ok("let a = 1;\r\nif access != user {\r\n"));
}

fn tricky() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[a-z(){} \\\\]{0,4}",
        Just("\u{200B}".to_owned()),
        Just("\u{202E}".to_owned()),
        Just("\0".to_owned()),
        Just("\u{1F469}\u{200D}".to_owned()),
        Just("\\u{200B}".to_owned()),
        Just("\\u{7}".to_owned()),
        any::<String>(),
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn visible_text_has_no_hidden_characters(text in tricky()) {
        let shown = visible(&text);
        prop_assert_eq!(hidden(&shown).next(), None);
        prop_assert_eq!(visible(&shown), shown.clone(), "a second pass changes nothing");
    }

    #[test]
    fn a_line_quoted_in_its_visible_form_is_restored(lines in prop::collection::vec(tricky(), 1..5), at: prop::sample::Index) {
        let code = lines.join("\n");
        let lines = Lines::of(&code);
        let line = lines.line(at.index(lines.count()) + 1);
        let shown = visible(line);
        let alike = lines.iter().filter(|other| visible(other) == shown).collect::<HashSet<_>>().len();
        let restored = restored(patch(&shown, "x"), &code);
        prop_assert!(alike > 1 || restored.original == line, "{restored:?}");
    }

    #[test]
    fn without_hidden_characters_a_patch_is_unchanged(code in "[a-z\\\\u{}0-9\n]{0,30}", text in "[a-z\\\\u{}0-9\n]{0,30}") {
        let before = patch(&text, &text);
        prop_assert_eq!(restored(before.clone(), &code), before);
    }
}

#[test]
fn four_kinds_of_characters_are_named_and_more_are_others() {
    let kinds = ['\u{200B}', '\u{200C}', '\u{2060}', '\u{202E}', '\u{FEFF}'];
    let warning = |count| warning_about_question(&kinds[..count].iter().collect::<String>()).expect("a warning");
    assert!(warning(4).ends_with("(U+200B, U+200C, U+202E, U+2060)."), "{}", warning(4));
    assert!(warning(5).ends_with("(U+200B, U+200C, U+202E, U+2060, others)."), "{}", warning(5));
}
