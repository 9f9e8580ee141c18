//! `codesensei query` on a table with the data of `codesensei seed`.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use codesensei::engine::Engine;
use model::PATTERNS;
use serde_json::Value;
use tempfile::tempdir;

use crate::process::{CommandResult, Server, codesensei, run_to_end, send};

/// The id of Ada of seed/people.
pub(crate) const ADA: &str = "01a05c06-6c80-72e7-b616-dd449d76a152";
/// The id of Ada's first session.
pub(crate) const QUEUE: &str = "01a05c0d-bf80-7185-8426-38e3974fd9b8";

static TABLES: AtomicU32 = AtomicU32::new(0);

/// A table with the people of seed/.
pub(crate) struct Seeded {
    table: String,
    url: String,
    _engine: Option<Engine>,
}

impl Seeded {
    /// A table on a new engine.
    pub(crate) async fn embedded() -> Self {
        let engine = Engine::in_memory().await.unwrap();
        Self::at(engine.url().to_owned(), Some(engine)).await
    }

    async fn at(url: String, engine: Option<Engine>) -> Self {
        let number = TABLES.fetch_add(1, Ordering::Relaxed);
        let table = format!("query-{}-{number}", std::process::id());
        let seeded = Self { table, url, _engine: engine };
        let end = seeded.run(&["seed"]).await;
        assert_eq!(end.code, Some(0), "{}", end.stderr);
        seeded
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> CommandResult {
        run_to_end(self.command(arguments)).await
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> tokio::process::Command {
        let mut command = codesensei(arguments);
        command.args(["--endpoint-url", &self.url, "--table", &self.table]);
        command
    }

    /// Sends a request to the engine directly, without the data layer.
    pub(crate) async fn send(&self, operation: &str, mut body: Value) {
        body["TableName"] = self.table.clone().into();
        send(&self.url, operation, &body).await;
    }

    /// Runs a command line of the documentation.
    pub(crate) async fn line(&self, line: &str) -> CommandResult {
        let command = line.replacen("codesensei", env!("CARGO_BIN_EXE_codesensei"), 1);
        let mut shell = tokio::process::Command::new("sh");
        shell.arg("-ec").arg(command).env("AWS_ENDPOINT_URL_DYNAMODB", &self.url).env("CODESENSEI_TABLE", &self.table);
        run_to_end(shell).await
    }

    pub(crate) async fn rows(&self, arguments: &[&str]) -> Vec<Value> {
        let end = self.run(arguments).await;
        assert_eq!(end.code, Some(0), "{arguments:?} {}", end.stderr);
        end.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Removes the sizes of answers, which depend on the JSON format of the engine.
fn without_bytes(stderr: &str) -> String {
    let is_count = |word: &str| word.ends_with(" bytes");
    let line = |line: &str| line.split(", ").filter(|word| !is_count(word)).collect::<Vec<_>>().join(", ");
    stderr.lines().filter(|text| !text.contains("--cursor")).map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn read_examples_work_and_return_the_same_on_every_engine() {
    let here = Seeded::embedded().await;
    let there = match std::env::var("CODESENSEI_TEST_STORE") {
        Ok(url) => Some(Seeded::at(url, None).await),
        Err(_) => None,
    };
    // Short-lived entities are not seeded.
    let passing = ["refresh_family", "idempotency", "creation", "sweep_job"];
    let reading = PATTERNS.iter().filter(|pattern| !pattern.writes() && pattern.operation.word() != "scan");
    for pattern in reading {
        let end = here.line(pattern.example).await;
        assert_eq!(end.code, Some(0), "{}: {}", pattern.example, end.stderr);
        if !pattern.entities.iter().all(|entity| passing.contains(entity)) {
            assert!(!end.stdout.is_empty(), "{} finds nothing", pattern.example);
        }
        if let Some(there) = &there {
            let other = there.line(pattern.example).await;
            assert_eq!(end.stdout, other.stdout, "{}", pattern.example);
            // An empty result costs a unit on AWS and on the embedded engine, and nothing on DynamoDB Local.
            let is_in_shards = pattern.cost.requests > 1.0;
            let finds_all = !is_in_shards && !pattern.entities.iter().any(|entity| passing.contains(entity));
            if !end.stdout.is_empty() && finds_all {
                assert_eq!(without_bytes(&end.stderr), without_bytes(&other.stderr), "{}", pattern.example);
            }
        }
    }
}

#[tokio::test]
async fn the_examples_of_help_find_rows() {
    let seeded = Seeded::embedded().await;
    for arguments in
        [&["--help"][..], &["query", "--help"], &["patterns", "--help"], &["verify", "--help"], &["seed", "--help"]]
    {
        let help = run_to_end(codesensei(arguments)).await.stdout;
        // An ellipsis is a placeholder; two spaces separate the command from its description.
        let examples =
            help.lines().map(str::trim).filter(|line| line.starts_with("codesensei query ") && !line.contains('…'));
        for line in examples.map(|line| line.split("  ").next().unwrap_or(line)) {
            let end = seeded.line(line).await;
            let is_help = line.ends_with("--help");
            // The generated users of `seed --help` are not loaded here.
            let is_found = is_help || !end.stdout.is_empty() || arguments[0] == "seed";
            assert!(end.code == Some(0) && is_found, "{line}\n{}", end.stderr);
        }
    }
    let help = run_to_end(codesensei(&["verify", "--help"])).await.stdout;
    assert!(help.contains(&format!("codesensei verify --user {ADA}")), "{help}");
}

#[tokio::test]
async fn pages_continue_at_the_cursor_and_cover_all_rows() {
    let seeded = Seeded::embedded().await;
    let all = seeded.rows(&["query", "AP-21", "--user-id", ADA, "--all"]).await;
    assert_eq!(all.len(), 3);
    let mut paged = Vec::new();
    let mut cursor = None::<String>;
    loop {
        let mut arguments = vec!["query", "list_sessions", "--user-id", ADA, "--limit", "1"];
        arguments.extend(cursor.as_deref().map(|cursor| ["--cursor", cursor]).into_iter().flatten());
        let end = seeded.run(&arguments).await;
        paged.extend(end.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        let more = end.stderr.lines().find_map(|line| line.trim().strip_prefix("more      --cursor "));
        cursor = more.map(|more| more.trim_end_matches(", or --all").to_owned());
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn personal_data_is_masked_by_default() {
    let seeded = Seeded::embedded().await;
    let masked = seeded.run(&["query", "user_footprint", "--user-id", ADA, "--format", "csv", "--all"]).await.stdout;
    for personal in ["Ada Byron", "ada@example.com", "bounded_queue", "$2b$"] {
        assert!(!masked.contains(personal), "{personal} in {masked}");
    }
    let output = seeded.run(&["query", "user_footprint", "--user-id", ADA, "--all", "--show-pii"]).await.stdout;
    assert!(output.contains("ada@example.com") && output.contains("bounded_queue.go"), "{output}");
    assert!(!output.contains("$2b$"), "a password hash is always masked: {output}");
}

#[tokio::test]
async fn code_is_shown_on_request_and_written_to_a_file_from_its_chunks() {
    let seeded = Seeded::embedded().await;
    let code = &seeded.rows(&["query", "get_code", "--session-id", QUEUE]).await[0];
    assert_eq!(code["inline"], "***");
    let output = &seeded.rows(&["query", "get_code", "--session-id", QUEUE, "--show-code"]).await[0];
    assert!(output["text"].as_str().unwrap().starts_with("// Package queue"), "{output}");
    let yuki = &seeded.rows(&["query", "AP-02", "--username-key", "yuki"]).await[0];
    let sessions = seeded.rows(&["query", "AP-21", "--user-id", yuki["user_id"].as_str().unwrap()]).await;
    let large = sessions.iter().find(|session| session["chunk_count"] != 0).expect("a file in chunks");
    let folder = tempdir().unwrap();
    let file = folder.path().join("readings.csv");
    let session = large["session_id"].as_str().unwrap();
    let arguments = ["query", "AP-27", "--session-id", session, "--code-to", file.to_str().unwrap()];
    assert_eq!(seeded.run(&arguments).await.code, Some(0));
    assert_eq!(fs::metadata(&file).unwrap().len(), large["code_bytes"].as_u64().unwrap());
    let unknown = QUEUE.replace('8', "9");
    let end = seeded.run(&["query", "AP-27", "--session-id", &unknown, "--code-to", "x"]).await;
    assert_eq!(end.code, Some(1));
    assert!(end.stderr.contains("there is no code to write to x"), "{}", end.stderr);
}

#[tokio::test]
async fn a_write_needs_a_flag_and_a_confirmation() {
    let seeded = Seeded::embedded().await;
    let repair = ["query", "AP-91", "--user-id", ADA, "--seen-count", "3", "--seen-changes", "3", "--counted", "2"];
    let end = seeded.run(&repair).await;
    assert_eq!(end.code, Some(2));
    assert!(end.stderr.contains("AP-91 changes the table; pass --write"), "{}", end.stderr);
    let end = seeded.run(&[&repair[..], &["--write"]].concat()).await;
    assert_eq!(end.code, Some(1));
    assert!(end.stderr.contains("pass --yes to write to the table"), "{}", end.stderr);
    let count = async || seeded.rows(&["query", "get_user", "--user-id", ADA]).await[0]["session_count"].clone();
    assert_eq!(count().await, 3);
    assert_eq!(seeded.run(&[&repair[..], &["--write", "--yes"]].concat()).await.code, Some(0));
    assert_eq!(count().await, 2);
    let end = seeded.run(&[&repair[..], &["--write", "--yes"]].concat()).await;
    assert_eq!(end.code, Some(1));
    assert!(end.stderr.contains("The counter changed since it was compared."), "{}", end.stderr);
}

#[tokio::test]
async fn a_written_item_is_read_back_unchanged() {
    let seeded = Seeded::embedded().await;
    let user = &seeded.rows(&["query", "get_user", "--user-id", ADA, "--show-pii"]).await[0];
    let note = serde_json::json!({
        "session_id": QUEUE, "thread": "01a05c11-9010-7323-9b7f-4967c19e78a5", "seq": 5, "user_id": ADA, "role": "user",
        "content": "By hand.", "created_at": user["created_at"],
    });
    let folder = tempdir().unwrap();
    let file = folder.path().join("note.json");
    fs::write(&file, note.to_string()).unwrap();
    let from_file = format!("@{}", file.display());
    let end = seeded.run(&["query", "add_note", "--note", &from_file, "--seen-slots", "4", "--write", "--yes"]).await;
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    let key = ["--session-id", QUEUE, "--thread", "01a05c11-9010-7323-9b7f-4967c19e78a5", "--seq", "5", "--show-pii"];
    assert_eq!(seeded.rows(&[&["query", "get_message"][..], &key].concat()).await, [note]);
}

#[tokio::test]
async fn write_examples_are_valid_shell_commands() {
    let here = Seeded::embedded().await;
    for pattern in PATTERNS.iter().filter(|pattern| pattern.writes() && !pattern.example.is_empty()) {
        assert!(pattern.example.ends_with(" --write"), "{}", pattern.example);
        let end = here.line(&format!("{} --explain", pattern.example)).await;
        assert_eq!(end.code, Some(0), "{}: {}", pattern.example, end.stderr);
        assert!(!pattern.example.contains('…'), "{}", pattern.example);
    }
}

#[tokio::test]
async fn help_lists_the_fields_of_json_arguments() {
    for (pattern, fields) in [
        (
            "add_note",
            "Fields: session_id, thread, seq, user_id, role, content, created_at. Optional: client_message_id, ",
        ),
        ("delete_usage", "Can be repeated. Fields: user_id, date "),
        ("release_claims", "Fields: email_digest, owner, seen_claimed_at "),
    ] {
        let help = run_to_end(codesensei(&["query", pattern, "--help"])).await.stdout;
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains(fields), "{help}");
    }
}

#[tokio::test]
async fn invalid_usage_is_explained_with_an_example() {
    // No request is sent, so no table is needed.
    for arguments in [
        &["query", "AP-21"][..],
        &["query", "AP-21", "--user-id", "ada", "--explain"],
        &["query", "list_sesions"],
        &["query", "AP-80", "--explain", "--date", "yesterday"],
        &["query", "add_note", "--note", "{", "--seen-slots", "1", "--explain"],
        &["query", "add_note", "--note", "@nowhere.json", "--seen-slots", "1", "--explain"],
        &["query", "add_note", "--note", r#"{"seq":"five"}"#, "--seen-slots", "1", "--explain"],
        &["query", "add_note", "--note", r#"{"sequence":5}"#, "--seen-slots", "1", "--explain"],
        &["query", "AP-21", "--user-id", ADA, "--limit", "0"],
        &["query", "AP-78", "--explain"],
    ] {
        let end = run_to_end(codesensei(arguments)).await;
        insta::assert_snapshot!(format!("wrong_{}", name_of(arguments)), format!("{:?}\n{}", end.code, end.stderr));
        assert_eq!(end.stdout, "");
    }
}

fn name_of(arguments: &[&str]) -> String {
    let text: String = arguments[1..].join("_").chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    text.replace(&ADA.replace('-', ""), "ada")
}

/// Replaces the write id, which is new in each run.
fn without_write_id(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    for at in 1..lines.len() {
        if lines[at - 1].contains("write_id\": {") {
            lines[at] = "      (a fresh one)";
        }
    }
    lines.join("\n")
}

#[tokio::test]
async fn explain_shows_the_exact_request_and_sends_nothing() {
    for (name, arguments) in [
        ("of_an_index", &["query", "top_users_by_cost", "--date", "2026-09-03", "--format", "table"][..]),
        ("of_a_batch", &["query", "open_session", "--user-id", ADA, "--session-id", QUEUE, "--format", "json"]),
        (
            "of_a_write",
            &[
                "query",
                "AP-91",
                "--user-id",
                ADA,
                "--seen-count",
                "3",
                "--seen-changes",
                "3",
                "--counted",
                "2",
                "--format",
                "table",
            ],
        ),
    ] {
        let end = run_to_end(codesensei(&[arguments, &["--explain"]].concat())).await;
        assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
        insta::assert_snapshot!(format!("explained_{name}"), without_write_id(&end.stdout));
    }
}

#[tokio::test]
async fn help_exists_on_every_level() {
    for arguments in [
        &["query", "--help"][..],
        &["query", "AP-21", "--help"],
        &["query", "open_session", "-h"],
        &["query", "ap-91", "--help"],
    ] {
        let end = run_to_end(codesensei(arguments)).await;
        assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""));
        insta::assert_snapshot!(format!("help_{}", arguments[1..].join("_").replace('-', "")), end.stdout);
    }
}

#[tokio::test]
async fn a_missing_table_is_reported_with_its_remedy() {
    let folder = tempdir().unwrap();
    let mut command = codesensei(&["query", "get_user", "--user-id", ADA, "--data-dir"]);
    command.arg(folder.path());
    let end = run_to_end(command).await;
    assert_eq!(end.code, Some(1));
    assert!(end.stderr.contains("the table codesensei does not exist at"), "{}", end.stderr);
    assert!(end.stderr.contains("with sample data with `codesensei seed`"), "{}", end.stderr);
    let end = run_to_end(codesensei(&["query", "get_user", "--user-id", ADA, "--store", "memory"])).await;
    assert!(end.stderr.contains("a table in memory is lost when this command ends"), "{}", end.stderr);
}

#[tokio::test]
async fn query_works_through_a_running_server() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let cookies = server.sign_in().await;
    server.create(&cookies, "mine.py").await;
    let mut find = codesensei(&["query", "find_username_claim", "--username-key", "demo", "--data-dir"]);
    find.arg(folder.path());
    let claim: Value = serde_json::from_str(&run_to_end(find).await.stdout).unwrap();
    let mut list =
        codesensei(&["query", "count_sessions", "--user-id", claim["user_id"].as_str().unwrap(), "--data-dir"]);
    list.arg(folder.path());
    assert_eq!(run_to_end(list).await.stdout, "{\"count\":3}\n");
}
