//! `codesensei torture`: a short run finds no loss, and a run with a planted violation finds it.

use std::fs;

use serde_json::Value;
use tempfile::tempdir;
use torture::Planted;

use crate::process::{CommandResult, codesensei, run_to_end};

/// Few saves and questions: the sizes decide the duration.
const SHORT: [&str; 11] =
    ["torture", "--seed", "16", "--saves", "60", "--writers", "6", "--questions", "12", "--seconds", "1"];

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
    let command = "codesensei torture saves questions --saves 60 --writers 6 --questions 12 --seconds 1 --seed 16";
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
async fn each_scenario_that_is_sure_to_find_a_planted_violation_finds_it() {
    for planted in Planted::ALL {
        assert!(!planted.shown_by().is_empty(), "{planted:?}");
        for scenario in planted.shown_by() {
            let (planted, scenario) = (planted.word(), scenario.word());
            let end = run(&["--json", "--planted", planted, scenario]).await;
            let report = json(&end);
            assert_eq!(end.code, Some(1), "{planted}, {scenario}: {report:#}");
            assert!(report["losses"].as_u64() > Some(0), "{planted}, {scenario}: {report:#}");
        }
    }
}

#[tokio::test]
async fn a_violation_that_no_scenario_of_the_run_is_sure_to_find_is_refused() {
    for (planted, scenarios, can) in
        [("lost-write", &["limits"][..], "saves, questions, load"), ("old-read", &["questions", "big"], "saves, load")]
    {
        let end = run(&[&["--planted", planted], scenarios].concat()).await;
        assert_eq!((end.code, &*end.stdout), (Some(2), ""), "{}", end.stderr);
        let text = format!("none of these scenarios is sure to find the violation {planted}; add one of: {can}");
        assert!(end.stderr.contains(&text), "{}", end.stderr);
    }
}

#[tokio::test]
async fn a_run_replaces_its_section_of_a_document() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("figures.md");
    let (begin, end) = ("<!-- generated:begin torture -->\n", "<!-- generated:end torture -->");
    fs::write(&file, "no markers").unwrap();
    let path = file.to_str().unwrap();
    let refused = run(&["limits", "--update", path]).await;
    assert_eq!((refused.code, &*refused.stdout), (Some(1), ""), "{}", refused.stderr);
    assert!(refused.stderr.contains("generated:begin torture"), "{}", refused.stderr);
    fs::write(&file, format!("Before\n{begin}old\n{end}\nAfter\n")).unwrap();
    let run = run(&["reviewer", "--update", path]).await;
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.starts_with(&format!("Before\n{begin}\nMeasured on ")), "{written}");
    assert!(written.contains("| `reviewer` | 32 | ") && !written.contains("old\n<"), "{written}");
    assert!(written.ends_with(&format!("\n{end}\nAfter\n")), "{written}");
}

#[tokio::test]
async fn an_endpoint_of_another_machine_is_refused() {
    let end = run(&["--store", "https://dynamodb.us-east-1.amazonaws.com"]).await;
    assert_eq!(end.code, Some(2));
    assert!(end.stderr.contains("expected a URL such as http://127.0.0.1:8000"));
}
