//! What the command teaches: its help, and the demo.

use crate::process::{codesensei, ended};

#[tokio::test]
async fn help_shows_what_can_be_done_and_how() {
    let end = ended(codesensei(&["--help"])).await;
    assert_eq!(end.code, Some(0));
    insta::assert_snapshot!(end.stdout);
}

#[tokio::test]
async fn the_demo_walks_through_the_product_and_shows_what_each_step_costs() {
    let end = ended(codesensei(&["demo"])).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
    let status_of = |step| end.stdout.lines().find(|line| line.starts_with(step)).and_then(|line| line.get(47..53));
    assert_eq!(status_of("send the same save again").map(str::trim), Some("200"), "{}", end.stdout);
    assert_eq!(status_of("save other code from the old version").map(str::trim), Some("409"), "{}", end.stdout);
    insta::assert_snapshot!(end.stdout);
}

#[tokio::test]
async fn a_pattern_is_documented_where_it_is_used() {
    let end = ended(codesensei(&["patterns", "list_sessions", "--format", "table"])).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(end.stdout);
}

#[tokio::test]
async fn the_list_of_patterns_is_a_line_each_for_programs_and_a_table_for_people() {
    let lines = ended(codesensei(&["patterns"])).await;
    assert_eq!(lines.stdout.lines().count(), model::PATTERNS.len(), "jsonl in a pipe");
    let first: serde_json::Value = serde_json::from_str(lines.stdout.lines().next().unwrap()).unwrap();
    assert_eq!((&first["id"], &first["operation"]), (&"AP-01".into(), &"transact".into()));
    let all = ended(codesensei(&["patterns", "--format", "json"])).await.stdout;
    assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&all).unwrap().len(), model::PATTERNS.len());
    let table = ended(codesensei(&["patterns", "--format", "table"])).await.stdout;
    assert!(table.starts_with("id ") && table.contains("AP-21") && !table.contains('\u{1b}'), "{table}");
}

#[tokio::test]
async fn shells_are_told_the_words_of_the_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let end = ended(codesensei(&["completions", shell])).await;
        assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""), "{shell}");
        for word in ["patterns", "rate-limits", "list_sessions", "user-id", "expected-version-number", "wcu-per-second"]
        {
            assert!(end.stdout.contains(word), "{word} in {shell}");
        }
    }
}
