//! Whatever the file, the selection and the line ends: the patch quotes the file's true lines, within its range.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use crate::asking::{Asked, ask, lines_of, patched};
use crate::corpus::LANGUAGES;

/// What each language's cases are made of, so that generated files hold what the rules look for.
static LINES: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let lines_in = |folder: &str| {
        let files = fs::read_dir(root.join(folder)).expect("a folder of cases").flatten();
        let texts = files.map(|file| fs::read_to_string(file.path()).expect("a case"));
        let lines = texts.flat_map(|text| lines_of(&text).into_iter().map(str::to_owned).collect::<Vec<_>>());
        lines.collect()
    };
    LANGUAGES.iter().map(|(folder, _)| lines_in(folder)).collect()
});

/// A line of a language's cases, or of any's.
fn known(language: usize) -> impl Strategy<Value = String> {
    (any::<Index>(), any::<Index>(), 0..5_usize).prop_map(move |(other, at, luck)| {
        let own = if luck > 0 { &LINES[language] } else { other.get(&LINES[..]) };
        at.get(own).clone()
    })
}

/// A place between two characters, or at an end.
fn place(line: &str, at: Index) -> usize {
    let places: Vec<usize> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
    *at.get(&places)
}

/// A known line, one cut and joined to another, one with a symbol put in, or anything at all.
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

/// A language and a file in it.
fn file() -> impl Strategy<Value = (&'static str, String)> {
    let ends = || prop_oneof![3 => Just("\n"), 1 => Just("\r\n")];
    (0..LANGUAGES.len()).prop_flat_map(move |language| {
        let lines = prop::collection::vec(line(language), 1..40);
        (lines, ends(), any::<bool>()).prop_map(move |(lines, end, last)| {
            let text = lines.join(end);
            let text = if last { text + end } else { text };
            (LANGUAGES[language].1, text)
        })
    })
}

fn asked(file: &str, language: &str, ends: (usize, usize), sent: (usize, usize), question: &str) -> Value {
    let total = lines_of(file).len();
    let within = |(a, b): (usize, usize)| {
        let (a, b) = (a % total + 1, b % total + 1);
        (a.min(b), a.max(b))
    };
    let asked = Asked {
        language,
        file,
        sent: (sent.0 & 3 > 0).then(|| within(sent)),
        selection: (ends.0 & 3 > 0).then(|| within(ends)),
        question,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(ask(&asked))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_patch_quotes_the_true_lines(
        (language, file) in file(),
        selection in any::<(usize, usize)>(),
        sent in any::<(usize, usize)>(),
        question in prop::sample::select(&["Please review.", "Why does line 3 fail?", "Is it safe?", ""][..]),
    ) {
        let answer = asked(&file, language, selection, sent, question);
        prop_assert!(answer["explanation"].as_str().is_some_and(|text| text.contains("no model was asked")));
        prop_assert!(["low", "medium", "high"].contains(&answer["confidence"].as_str().unwrap_or("")));
        // `patched` checks the range and that the original is the file's text.
        if let Some(fixed) = patched(&file, &answer) {
            prop_assert!(fixed.ends_with('\n') == file.ends_with('\n'));
            let windows = file.contains("\r\n") && !file.replace("\r\n", "").contains('\n');
            if windows {
                prop_assert!(!fixed.replace("\r\n", "").contains('\n'), "mixed line ends in {fixed:?}");
            }
        }
    }
}
