//! For every file, selection and line end, a patch quotes the file's exact lines, within its range.

use std::sync::LazyLock;

use offline_reviewer::{DISCLAIMER, Language, Request, review, rules};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::examples::{patched, whole};

/// The lines of each language's examples, so that generated files contain matches.
static LINES: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
    let examples = |language| rules(language).iter().flat_map(offline_reviewer::Rule::examples);
    Language::ALL
        .iter()
        .map(|language| examples(*language).flat_map(|example| example.code.lines()).collect())
        .collect()
});

/// A line of the examples of one language, or of all.
fn known(language: usize) -> impl Strategy<Value = String> {
    (any::<Index>(), any::<Index>(), 0..5_usize).prop_map(move |(other, at, luck)| {
        let own = if luck > 0 { &LINES[language] } else { other.get(&LINES[..]) };
        (*at.get(own)).to_owned()
    })
}

/// A position between two characters, or at an end.
fn place(line: &str, at: Index) -> usize {
    let places: Vec<usize> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
    *at.get(&places)
}

/// A line of an example, one joined to another, one with an inserted symbol, or arbitrary text.
fn line(language: usize) -> impl Strategy<Value = String> {
    let joined = (known(language), known(language), any::<Index>())
        .prop_map(|(left, right, at)| format!("{}{right}", &left[..place(&left, at)]));
    let symbol = "[(){}\\[\\];:,.<>=!&|+*/'\"`$#@\\\\ é→]";
    let disturbed = (known(language), symbol, any::<Index>()).prop_map(|(mut line, symbol, at)| {
        line.insert_str(place(&line, at), &symbol);
        line
    });
    let symbols = "[ \t(){}\\[\\];:,.<>=!&|+*/'\"`$#@\\\\_a-zé→0-9-]{0,40}";
    prop_oneof![8 => known(language), 2 => joined, 2 => disturbed, 1 => symbols, 1 => "[^\n\r]{0,30}"]
}

/// A language and a file in this language.
fn file() -> impl Strategy<Value = (Language, String)> {
    let ends = || prop_oneof![3 => Just("\n"), 1 => Just("\r\n")];
    (0..Language::ALL.len()).prop_flat_map(move |language| {
        let lines = prop::collection::vec(line(language), 1..40);
        (lines, ends(), any::<bool>()).prop_map(move |(lines, end, last)| {
            let text = lines.join(end);
            (Language::ALL[language], if last { text + end } else { text })
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_patch_quotes_the_exact_lines(
        (language, file) in file(),
        selection in any::<(usize, usize)>(),
        question in prop::sample::select(&["Please review.", "Why does line 3 fail?", "Is it safe?", ""][..]),
    ) {
        let mut request = Request { question, ..whole(language, &file) };
        let total = request.lines.len();
        let (a, b) = (selection.0 % total + 1, selection.1 % total + 1);
        request.selection = (selection.0 & 3 > 0).then_some((a.min(b), a.max(b)));
        let answer = review(&request);
        prop_assert!(answer.explanation.starts_with(DISCLAIMER));
        prop_assert_eq!(answer.suggested_code.as_ref(), answer.patch.as_ref().map(|patch| &patch.replacement));
        if let Some(patch) = answer.patch {
            prop_assert!(patch.original != patch.replacement);
            // `patched` checks the range, and that the original is the file's text.
            let fixed = patched(&file, &patch);
            prop_assert!(fixed.ends_with('\n') == file.ends_with('\n'));
            let windows = file.contains("\r\n") && !file.replace("\r\n", "").contains('\n');
            if windows {
                prop_assert!(!fixed.replace("\r\n", "").contains('\n'), "mixed line ends in {:?}", fixed);
            }
        }
    }
}
