//! `codesensei verify`: its output, its repairs, and its exit codes.

use model::{Clock, CursorKey, Endpoint, Ids, Store, SweepJob, SweepJobRequired, SweepKind, SweepState, TableConfig};
use serde_json::Value;

use crate::process::{CommandResult, Server, codesensei, run_to_end, send};

async fn verify(folder: &str, more: &[&str]) -> CommandResult {
    let arguments = [&["verify", "--data-dir", folder, "--look-again-after", "0"], more].concat();
    run_to_end(codesensei(&arguments)).await
}

/// Adds an overdue job, and sets a wrong session count.
async fn plant_faults(url: &str) {
    let store = Store::connect(TableConfig {
        table: "codesensei".to_owned(),
        endpoint: Endpoint::url(url),
        cursor_key: CursorKey::from_secret(b"a test"),
        clock: Clock::system(),
        ids: Ids::random(),
    })
    .await;
    let claim =
        store.patterns().find_username_claim(&"demo".parse().unwrap()).await.unwrap().expect("the demo account");
    let seen = store.patterns().get_user(claim.user_id).await.unwrap().unwrap();
    store.patterns().repair_session_count(claim.user_id, seen.session_count, seen.session_changes, 77).await.unwrap();
    let job: SweepJob = SweepJobRequired {
        shard: 0,
        due: store.clock().now().minus(std::time::Duration::from_hours(3)),
        kind: SweepKind::Staged,
        target: "0198c5e2-8a00-7000-8000-000000000001".to_owned(),
        state: SweepState::Waiting,
        user_id: claim.user_id,
        chunk_count: 0,
        attempts: 0,
    }
    .into();
    store.patterns().leave_sweep_job(&job).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_verified_and_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    Server::start(folder.path()).await.kill().await;
    let sound = verify(path, &[]).await;
    assert_eq!((sound.code, sound.stdout.as_str()), (Some(0), ""), "{}", sound.stderr);
    assert!(sound.stderr.contains(" items, ") && sound.stderr.contains("0 findings"), "{}", sound.stderr);

    let engine = codesensei::engine::Engine::in_file(&folder.path().join("table.db")).await.unwrap();
    plant_faults(engine.url()).await;
    drop(engine);
    let found = verify(path, &["--format", "jsonl"]).await;
    assert_eq!(found.code, Some(1), "{}", found.stderr);
    let lines: Vec<Value> = found.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["overdue_job", "session_count"]);
    assert!(lines.iter().all(|line| line["outcome"] == "repairable"), "{lines:?}");
    assert!(!found.stdout.contains("demo"), "{}", found.stdout);

    let user = lines[1]["id"].as_str().unwrap().strip_prefix("user ").unwrap();
    let of_one = verify(path, &["--user", user, "--format", "table"]).await;
    assert_eq!(of_one.code, Some(1));
    assert!(of_one.stdout.contains("counts 77, there are ") && of_one.stdout.contains("--fix"), "{}", of_one.stdout);

    let repaired = verify(path, &["--fix"]).await;
    assert_eq!(repaired.code, Some(0), "{}", repaired.stderr);
    assert!(repaired.stdout.contains(r#""outcome":"repaired""#), "{}", repaired.stdout);
    let again = verify(path, &["--format", "table"]).await;
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), "The table is consistent.\n"), "{}", again.stderr);
}

/// A table with the faults of [`plant_faults`], and a claim on a username without a user.
async fn damaged_table() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    Server::start(folder.path()).await.kill().await;
    let engine = codesensei::engine::Engine::in_file(&folder.path().join("table.db")).await.unwrap();
    plant_faults(engine.url()).await;
    let item = serde_json::json!({
        "PK": { "S": "USERNAME#zelda" }, "SK": { "S": "CLAIM" }, "et": { "S": "username_claim" }, "v": { "N": "1" },
        "username_key": { "S": "zelda" }, "user_id": { "S": "0198c5e2-8a00-7000-8000-00000000beef" },
        "claimed_at": { "N": "1790000000000" },
    });
    send(engine.url(), "PutItem", &serde_json::json!({ "TableName": "codesensei", "Item": item })).await;
    (folder, path)
}

fn findings(stdout: &str) -> Vec<(String, String, String)> {
    let line = |line: &str| -> Value { serde_json::from_str(line).unwrap() };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let lines = stdout.lines().map(line);
    lines.map(|line| (text(&line["kind"]), text(&line["repair"]), text(&line["outcome"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_finding_says_whether_its_repair_deletes_or_restores() {
    let (_folder, path) = damaged_table().await;
    let mut text = findings(&verify(&path, &[]).await.stdout);
    text.sort();
    let expected = [("overdue_job", "deletes"), ("session_count", "restores"), ("stale_claim", "deletes")];
    assert_eq!(text, expected.map(|(kind, repair)| (kind.to_owned(), repair.to_owned(), "repairable".to_owned())));
    let table = verify(&path, &["--format", "table"]).await.stdout;
    assert!(table.contains("--fix deletes") && table.contains("--fix restores"), "{table}");
    assert!(table.contains("--fix sets the counter to what there is"), "{table}");
    let only = verify(&path, &["--only", "stale_claim"]).await;
    assert_eq!((only.code, findings(&only.stdout).len()), (Some(1), 1), "{}", only.stdout);
    assert!(only.stderr.contains("; 1 finding, 1 open"), "{}", only.stderr);
    assert_eq!(verify(&path, &["--only", "torn_code"]).await.code, Some(0));
    let wrong = verify(&path, &["--only", "stale_claims"]).await;
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("stale_claim"), "{}", wrong.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_items_are_shown_only_on_request() {
    let (_folder, path) = damaged_table().await;
    let hidden = verify(&path, &["--only", "stale_claim"]).await.stdout;
    assert!(!hidden.contains("zelda"), "{hidden}");
    for format in ["jsonl", "table"] {
        let output = verify(&path, &["--only", "stale_claim", "--show-keys", "--format", format]).await.stdout;
        assert!(output.contains("USERNAME#zelda"), "{output}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_repairs_of_a_plan_are_made() {
    let (folder, path) = damaged_table().await;
    let plan = folder.path().join("plan.jsonl");
    let planned = verify(&path, &["--plan", plan.to_str().unwrap()]).await;
    assert_eq!(planned.code, Some(1));
    assert!(planned.stderr.contains("3 repairs written to "), "{}", planned.stderr);
    let text = std::fs::read_to_string(&plan).unwrap();
    assert_eq!(text.lines().count(), 4, "{text}");
    let without_count: Vec<&str> = text.lines().filter(|line| !line.contains("session_count")).collect();
    std::fs::write(&plan, without_count.join("\n")).unwrap();

    let fixed = verify(&path, &["--fix", "--plan", plan.to_str().unwrap()]).await;
    assert_eq!(fixed.code, Some(1), "{}", fixed.stderr);
    let mut outcomes: Vec<_> = findings(&fixed.stdout).into_iter().map(|(kind, _, outcome)| (kind, outcome)).collect();
    outcomes.sort();
    let expected = [("overdue_job", "repaired"), ("session_count", "not_planned"), ("stale_claim", "repaired")];
    assert_eq!(outcomes, expected.map(|(kind, outcome)| (kind.to_owned(), outcome.to_owned())));
    let again = verify(&path, &["--fix", "--plan", plan.to_str().unwrap()]).await;
    assert!(again.stderr.contains("in the plan, but not found any more: stale_claim"), "{}", again.stderr);
    let other = verify(&path, &["--fix", "--plan", "nowhere.jsonl"]).await;
    assert!(other.stderr.contains("cannot use the plan nowhere.jsonl"), "{}", other.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_verified_by_name() {
    let (_folder, path) = damaged_table().await;
    let of_one = verify(&path, &["--user", "@demo", "--only", "session_count"]).await;
    assert_eq!((of_one.code, findings(&of_one.stdout).len()), (Some(1), 1), "{}", of_one.stderr);
    let unknown = verify(&path, &["--user", "@nemo"]).await;
    assert_eq!(unknown.code, Some(1));
    assert!(
        unknown.stderr.contains("the user @nemo was not found; if the claim on the username is missing"),
        "{}",
        unknown.stderr
    );
    assert!(unknown.stderr.contains("`--user ID`"), "{}", unknown.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_message_without_findings_names_only_what_was_checked() {
    let (_folder, path) = damaged_table().await;
    for (arguments, expected) in [
        (&["--only", "torn_code"][..], "No findings of these kinds.\n"),
        (&["--user", "@demo", "--only", "torn_code"], "No findings of these kinds for this user.\n"),
    ] {
        let end = verify(&path, &[arguments, &["--format", "table"]].concat()).await;
        assert_eq!((end.code, end.stdout.as_str()), (Some(0), expected), "{}", end.stderr);
    }
    assert_eq!(verify(&path, &["--fix"]).await.code, Some(0));
    let end = verify(&path, &["--user", "@demo", "--format", "table"]).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(0), "This user's data is consistent.\n"), "{}", end.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn unmatched_steps_are_reported_only_for_the_requested_kinds() {
    let (folder, path) = damaged_table().await;
    let plan = folder.path().join("plan.jsonl");
    let plan = plan.to_str().unwrap();
    assert_eq!(verify(&path, &["--plan", plan]).await.code, Some(1));
    let text = std::fs::read_to_string(plan).unwrap();
    std::fs::write(plan, text.replace("counts 77", "counts 78")).unwrap();
    let one = verify(&path, &["--fix", "--plan", plan, "--only", "overdue_job"]).await;
    assert_eq!(one.code, Some(0), "{}", one.stderr);
    assert!(!one.stderr.contains("in the plan"), "{}", one.stderr);
    let rest = verify(&path, &["--fix", "--plan", plan]).await;
    assert_eq!(rest.code, Some(1), "{}", rest.stderr);
    let text: Vec<&str> = rest.stderr.lines().filter(|line| line.starts_with("in the plan")).collect();
    assert_eq!(text.len(), 2, "{text:?}");
    assert!(text[0].starts_with("in the plan, but not found any more: overdue_job"), "{text:?}");
    assert!(text[1].starts_with("in the plan, but different now: session_count user "), "{text:?}");
    assert!(text[1].contains(": counts 77, ") && text[1].contains("; the plan says: counts 78, "), "{text:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_reported_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let wrong = verify(path, &["--user", "ada"]).await;
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("--user"), "{}", wrong.stderr);
    let absent = verify(path, &["--table", "nowhere"]).await;
    assert_eq!((absent.code, absent.stdout.as_str()), (Some(1), ""));
    assert!(absent.stderr.contains("nowhere"), "{}", absent.stderr);
}
