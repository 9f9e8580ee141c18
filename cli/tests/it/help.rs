//! The help, the demo and the documentation of patterns.

use crate::process::{codesensei, run_to_end};

#[tokio::test]
async fn help_describes_the_commands() {
    let end = run_to_end(codesensei(&["--help"])).await;
    assert_eq!(end.code, Some(0));
    insta::assert_snapshot!(end.stdout);
}

#[tokio::test]
async fn the_demo_shows_each_step_with_its_cost() {
    let end = run_to_end(codesensei(&["demo"])).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
    let status_of = |step| end.stdout.lines().find(|line| line.starts_with(step)).and_then(|line| line.get(47..53));
    assert_eq!(status_of("send the same save again").map(str::trim), Some("200"), "{}", end.stdout);
    assert_eq!(status_of("save other code from the old version").map(str::trim), Some("409"), "{}", end.stdout);
    insta::assert_snapshot!(end.stdout);
}

#[tokio::test]
async fn a_pattern_is_documented() {
    let end = run_to_end(codesensei(&["patterns", "list_sessions", "--format", "table"])).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(end.stdout);
}

#[tokio::test]
async fn patterns_are_listed_as_json_lines_or_a_table() {
    let lines = run_to_end(codesensei(&["patterns"])).await;
    assert_eq!(lines.stdout.lines().count(), model::PATTERNS.len(), "jsonl in a pipe");
    let first: serde_json::Value = serde_json::from_str(lines.stdout.lines().next().unwrap()).unwrap();
    assert_eq!((&first["id"], &first["operation"]), (&"AP-01".into(), &"transact".into()));
    let all = run_to_end(codesensei(&["patterns", "--format", "json"])).await.stdout;
    assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&all).unwrap().len(), model::PATTERNS.len());
    let table = run_to_end(codesensei(&["patterns", "--format", "table"])).await.stdout;
    assert!(table.starts_with("id ") && table.contains("AP-21") && !table.contains('\u{1b}'), "{table}");
}

#[tokio::test]
async fn completion_scripts_contain_the_subcommands_and_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let end = run_to_end(codesensei(&["completions", shell])).await;
        assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""), "{shell}");
        for word in ["patterns", "rate-limits", "list_sessions", "user-id", "expected-version-number", "wcu-per-second"]
        {
            assert!(end.stdout.contains(word), "{word} in {shell}");
        }
    }
}
