//! Real-looking snippets in every language: what is found in each, and what its patch makes of it.
//!
//! `testdata/<language>/<rule>.<extension>` is a case whose first finding is that rule's, `clean.<extension>` one without
//! any, `<case>.fixed.<extension>` the file after the patch, and `expected.txt` everything an answer tells of.
//! `BLESS=1 cargo test -p bedrock-local` writes the last two anew.

use std::fs;
use std::path::{Path, PathBuf};

use crate::asking::{Asked, ask, patched, told};

pub(crate) const LANGUAGES: [(&str, &str); 15] = [
    ("c", "C"),
    ("cpp", "C++"),
    ("csharp", "C#"),
    ("go", "Go"),
    ("java", "Java"),
    ("javascript", "JavaScript"),
    ("kotlin", "Kotlin"),
    ("php", "PHP"),
    ("python", "Python"),
    ("ruby", "Ruby"),
    ("rust", "Rust"),
    ("shell", "Shell"),
    ("sql", "SQL"),
    ("swift", "Swift"),
    ("typescript", "TypeScript"),
];

fn folder(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(language)
}

/// The cases of a language: source files that are not results.
fn cases(language: &str) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder(language)).expect("every language has a folder");
    let paths = listed.map(|entry| entry.expect("a readable folder").path());
    let mut cases: Vec<_> =
        paths.filter(|path| !name(path).contains(".fixed.") && name(path) != "expected.txt").collect();
    cases.sort();
    cases
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("a plain name")
}

fn fixed_path(case: &Path) -> PathBuf {
    let (stem, extension) = name(case).rsplit_once('.').expect("a name with an extension");
    case.with_file_name(format!("{stem}.fixed.{extension}"))
}

/// Compares with a file, or writes it when told to.
fn same_as_file(path: &Path, text: Option<&str>) -> Result<(), String> {
    if std::env::var_os("BLESS").is_some() {
        let written = match text {
            Some(text) => fs::write(path, text),
            None if path.exists() => fs::remove_file(path),
            None => Ok(()),
        };
        return written.map_err(|error| error.to_string());
    }
    let stored = fs::read_to_string(path).ok();
    if stored.as_deref() == text {
        return Ok(());
    }
    Err(format!("{} is not what the review gives; it gives:\n{text:?}", path.display()))
}

async fn check(folder_name: &str, language: &str) {
    let mut expected = String::new();
    let mut problems = Vec::new();
    for case in cases(folder_name) {
        let source = fs::read_to_string(&case).expect("a case in UTF-8");
        let answer = ask(&Asked::about(language, &source)).await;
        let findings = told(&answer);
        let fixed = patched(&source, &answer);
        let rule = name(&case).split('.').next().unwrap_or("");
        let first = findings.first().map_or("clean", |(rule, _)| rule.as_str());
        if first != rule {
            problems.push(format!("{}: the first finding is {first}", case.display()));
        }
        for (rule, place) in &findings {
            expected.extend([name(&case), ": ", rule, " on ", place, "\n"]);
        }
        problems.extend(same_as_file(&fixed_path(&case), fixed.as_deref()).err());
    }
    let golden = folder(folder_name).join("expected.txt");
    problems.extend(same_as_file(&golden, Some(&expected)).err());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[tokio::test]
async fn every_case_is_answered_as_written_down() {
    for (folder_name, language) in LANGUAGES {
        check(folder_name, language).await;
    }
}

#[tokio::test]
async fn every_language_has_a_clean_case() {
    for (language, _) in LANGUAGES {
        let clean = cases(language).iter().any(|case| name(case).starts_with("clean."));
        assert!(clean, "{language} has no clean case");
    }
}

/// What a patch makes is not worse: the rule that asked for it has nothing more to say about those lines.
#[tokio::test]
async fn a_patch_settles_its_finding() {
    for (folder_name, language) in LANGUAGES {
        for case in cases(folder_name) {
            let Ok(fixed) = fs::read_to_string(fixed_path(&case)) else {
                continue;
            };
            let before = ask(&Asked::about(language, &fs::read_to_string(&case).expect("a case"))).await;
            let after = ask(&Asked::about(language, &fixed)).await;
            let line = before["patch"]["start_line"].as_u64().expect("a line number");
            let rule = name(&case).split('.').next().unwrap_or("");
            let again = told(&after).iter().any(|(again, place)| again == rule && *place == format!("line {line}"));
            assert!(!again, "{} finds the same again", case.display());
        }
    }
}
