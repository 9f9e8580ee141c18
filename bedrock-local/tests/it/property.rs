//! Whatever the file, the selection and the line ends: the patch quotes the file's true lines, within its range.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

use crate::asking::{Asked, ask, lines_of, patched};

const LANGUAGES: [&str; 17] = [
    "JavaScript",
    "TypeScript",
    "Python",
    "Java",
    "Go",
    "Rust",
    "C",
    "C++",
    "C#",
    "PHP",
    "Ruby",
    "Kotlin",
    "Swift",
    "SQL",
    "Shell",
    "Markdown",
    "",
];

/// Every line of the corpus, so that generated files hold what the rules look for.
static LINES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let folders = fs::read_dir(root).expect("the corpus").flatten();
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).expect("a folder").flatten());
    let texts = files.map(|file| fs::read_to_string(file.path()).expect("a case"));
    texts
        .flat_map(|text| {
            lines_of(&text)
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
});

/// A line of the corpus, one of them cut and joined to another, or anything at all.
fn line() -> impl Strategy<Value = String> {
    let known = || any::<prop::sample::Index>().prop_map(|at| at.get(&LINES).clone());
    let joined = (known(), known(), any::<prop::sample::Index>()).prop_map(|(left, right, cut)| {
        let cuts: Vec<usize> = left.char_indices().map(|(at, _)| at).collect();
        let end = if cuts.is_empty() { 0 } else { *cut.get(&cuts) };
        format!("{}{right}", &left[..end])
    });
    let symbols = "[ \t(){}\\[\\];:,.<>=!&|+*/'\"`$#@\\\\_a-zé→0-9-]{0,40}";
    prop_oneof![6 => known(), 3 => joined, 2 => symbols, 1 => "[^\n\r]{0,30}"]
}

fn file() -> impl Strategy<Value = String> {
    let ends = prop_oneof![3 => Just("\n"), 1 => Just("\r\n")];
    (prop::collection::vec(line(), 1..40), ends, any::<bool>()).prop_map(|(lines, end, last)| {
        let text = lines.join(end);
        if last { text + end } else { text }
    })
}

fn asked(
    file: &str,
    language: &str,
    ends: (usize, usize),
    sent: (usize, usize),
    question: &str,
) -> Value {
    let total = lines_of(file).len();
    let within = |(a, b): (usize, usize)| {
        let (a, b) = (a % total + 1, b % total + 1);
        (a.min(b), a.max(b))
    };
    let asked = Asked {
        language,
        file,
        sent: (sent.0 % 3 > 0).then(|| within(sent)),
        selection: (ends.0 % 4 > 0).then(|| within(ends)),
        question,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(ask(&asked))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_patch_quotes_the_true_lines(
        file in file(),
        language in prop::sample::select(&LANGUAGES[..]),
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
