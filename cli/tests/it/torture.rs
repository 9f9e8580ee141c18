//! `codesensei torture`: a short run finds no loss, and a run with a planted violation finds it.

use serde_json::Value;

use crate::process::{CommandResult, codesensei, run_to_end};

/// Few saves and questions: the sizes decide the duration.
const SHORT: [&str; 9] = ["torture", "--seed", "16", "--saves", "60", "--writers", "6", "--questions", "12"];

async fn run(words: &[&str]) -> CommandResult {
    run_to_end(codesensei(&[&SHORT, words].concat())).await
}

fn json(end: &CommandResult) -> Value {
    serde_json::from_str(&end.stdout).unwrap_or_else(|_| panic!("{}", end.stderr))
}

#[tokio::test]
async fn a_short_run_injects_faults_and_finds_no_loss() {
    let end = run(&["--json", "saves", "questions"]).await;
    let report = json(&end);
    assert_eq!(end.code, Some(0), "{report:#}");
    assert_eq!((&report["losses"], &report["seed"]), (&0.into(), &16.into()), "{report:#}");
    let command = "codesensei torture saves questions --saves 60 --writers 6 --questions 12 --seed 16";
    assert_eq!(report["command"], command);
    let names: Vec<&Value> =
        report["scenarios"].as_array().expect("a list").iter().map(|one| &one["scenario"]).collect();
    assert_eq!(names, ["saves", "questions", "secrets"]);
    for scenario in [&report["scenarios"][0], &report["scenarios"][1]] {
        let faults = scenario["faults"].as_object().expect("an object");
        assert!(faults.len() > 2 && faults.contains_key("kill"), "{faults:?}");
    }
}

#[tokio::test]
async fn a_planted_violation_of_the_store_is_found() {
    for (planted, scenario) in
        [("lost-write", "saves"), ("repeated-write", "saves"), ("old-read", "saves"), ("lost-write", "questions")]
    {
        let end = run(&["--json", "--planted", planted, scenario]).await;
        let report = json(&end);
        assert_eq!(end.code, Some(1), "{planted}: {report:#}");
        assert!(report["losses"].as_u64() > Some(0), "{planted}: {report:#}");
    }
}

#[tokio::test]
async fn an_endpoint_of_another_machine_is_refused() {
    let end = run(&["--store", "https://dynamodb.us-east-1.amazonaws.com"]).await;
    assert_eq!(end.code, Some(2));
    assert!(end.stderr.contains("expected a URL such as http://127.0.0.1:8000"));
}
