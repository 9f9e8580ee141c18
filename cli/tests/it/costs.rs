//! `codesensei costs`: its JSON, its table, and the document that it updates.

use serde_json::Value;
use tempfile::tempdir;

use crate::process::{codesensei, run_to_end};

#[tokio::test]
async fn json_has_every_line_of_the_total() {
    let end =
        run_to_end(codesensei(&["costs", "--users", "7", "--users", "70", "--assume", "questions=10", "--json"])).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
    let output: Value = serde_json::from_str(&end.stdout).unwrap();
    assert_eq!((&output["months"][0]["users"], &output["months"][1]["users"]), (&7.into(), &70.into()));
    assert_eq!(output["assumptions"]["questions"], 10.0);
    for month in output["months"].as_array().unwrap() {
        let lines = month["lines"].as_array().unwrap().iter();
        let sum: f64 = lines.map(|line| line["dollars"].as_f64().unwrap()).sum();
        assert!((sum - month["total"].as_f64().unwrap()).abs() < 1e-9, "{month}");
    }
    let tokens = &output["months"][0]["lines"][0];
    let expected = 7.0 * 10.0 * output["assumptions"]["input_tokens"].as_f64().unwrap();
    assert!((tokens["quantity"].as_f64().unwrap() - expected).abs() < 1e-6, "{tokens}");
}

#[tokio::test]
async fn the_table_has_a_line_for_the_model() {
    let end = run_to_end(codesensei(&["costs", "--users", "1000"])).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
    for line in ["1,000 users, per month, us-east-1", "model", "everything else", "total", "per user"] {
        assert!(end.stdout.contains(line), "{line} in {}", end.stdout);
    }
}

#[tokio::test]
async fn a_document_without_markers_is_not_changed() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("costs.md");
    std::fs::write(&file, "A letter to my aunt.\n").unwrap();
    let end = run_to_end(codesensei(&["costs", "--update", file.to_str().unwrap()])).await;
    assert!(end.code == Some(1) && end.stderr.contains("has no lines"), "{}", end.stderr);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "A letter to my aunt.\n");
}

#[tokio::test]
async fn an_unknown_assumption_is_refused() {
    for wrong in ["answers=1", "questions", "questions=many"] {
        let end = run_to_end(codesensei(&["costs", "--assume", wrong])).await;
        assert_eq!((end.code, end.stdout.as_str()), (Some(2), ""), "{wrong}");
    }
}

#[tokio::test]
async fn an_assumption_that_is_too_large_is_refused_with_its_name() {
    for (name, value) in [("answer_seconds", "1e300"), ("own_ms", "1e300"), ("questions", "1e308")] {
        let end = run_to_end(codesensei(&["costs", "--assume", &format!("{name}={value}")])).await;
        assert_eq!((end.code, end.stdout.as_str()), (Some(2), ""));
        assert!(end.stderr.contains(&format!("{name} must be a number from 0 to 1000000000000")), "{}", end.stderr);
    }
    let end = run_to_end(codesensei(&["costs", "--users", "1", "--assume", "own_ms=1e12"])).await;
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
}
