//! `codesensei query`: derived and looked-up arguments, output formats, and messages of writes.

use std::fs;
use std::process::Stdio;

use model::ENTITIES;
use serde_json::{Value, json};
use tempfile::tempdir;
use tokio::io::AsyncWriteExt as _;

use crate::process::{codesensei, run_to_end};
use crate::query::{ADA, QUEUE, Seeded};

const THREAD: &str = "01a05c11-9010-7323-9b7f-4967c19e78a5";
const NOWHERE: &str = "01a05c0d-bf80-7185-8426-38e3974fd9b9";

#[tokio::test]
async fn csv_has_the_same_header_with_and_without_rows() {
    let seeded = Seeded::embedded().await;
    let fields = ENTITIES.iter().find(|entity| entity.name == "message").unwrap().fields;
    let header = fields.iter().map(|field| field.name).collect::<Vec<_>>().join(",");
    for session in [QUEUE, NOWHERE] {
        let list = ["query", "list_messages", "--session-id", session, "--thread", THREAD];
        let csv = seeded.run(&[&list[..], &["--format", "csv"]].concat()).await;
        assert_eq!(csv.code, Some(0), "{}", csv.stderr);
        assert_eq!(csv.stdout.lines().next(), Some(format!("\u{feff}{header}").as_str()));
        let raw = seeded.run(&[&list[..], &["--format", "csv-raw"]].concat()).await;
        assert_eq!(raw.stdout.lines().next(), Some(header.as_str()), "csv-raw has no byte order mark");
        assert_eq!(csv.stdout.trim_start_matches('\u{feff}'), raw.stdout, "no value begins a formula");
    }
    let days = ["query", "list_usage", "--user-id", NOWHERE, "--before", "2026-09-01", "--format", "csv-raw"];
    let end = seeded.run(&[&days[..], &["--fields", "requests,date"]].concat()).await;
    assert_eq!(end.stdout, "requests,date\n", "in the requested order");
    let mixed = seeded.run(&["query", "user_footprint", "--user", "@ada", "--format", "csv-raw"]).await.stdout;
    assert!(mixed.starts_with("entity,user_id,name,email,username,"), "{mixed}");
    let widths: Vec<usize> = mixed.lines().map(|line| line.split(',').count()).collect();
    assert!(widths.iter().all(|width| *width == widths[0]), "{mixed}");
}

#[tokio::test]
async fn csv_quotes_names_that_look_like_formulas() {
    let seeded = Seeded::embedded().await;
    let update = json!({
        "Key": { "PK": { "S": format!("USER#{ADA}") }, "SK": { "S": "PROFILE" } },
        "UpdateExpression": "SET #n = :n", "ExpressionAttributeNames": { "#n": "name" },
        "ExpressionAttributeValues": { ":n": { "S": "=HYPERLINK(\"http://x\")" } },
    });
    seeded.send("UpdateItem", update).await;
    let fields = ["--fields", "name,session_count", "--show-pii"];
    let query = [&["query", "get_user", "--user", "@ada"][..], &fields].concat();
    let csv = seeded.run(&[&query[..], &["--format", "csv"]].concat()).await;
    assert_eq!(csv.stdout, "\u{feff}name,session_count\n\"'=HYPERLINK(\"\"http://x\"\")\",3\n");
    assert!(csv.stderr.contains("1 value would run as formulas and got an apostrophe;"), "{}", csv.stderr);
    let raw = seeded.run(&[&query[..], &["--format", "csv-raw"]].concat()).await;
    assert_eq!(raw.stdout, "name,session_count\n\"=HYPERLINK(\"\"http://x\"\")\",3\n");
    assert!(raw.stderr.contains("1 value would run as formulas in a spreadsheet; --safe-csv"), "{}", raw.stderr);
    let safe = seeded.run(&[&query[..], &["--format", "csv-raw", "--safe-csv"]].concat()).await;
    assert_eq!(safe.stdout, csv.stdout.trim_start_matches('\u{feff}'));
}

#[tokio::test]
async fn an_unknown_field_is_refused_with_a_suggestion() {
    for (pattern, fields, expected) in [
        ("list_sessions", "file_name", "unknown field file_name; did you mean `filename`?"),
        ("top_users_by_cost", "cache_read_tokens", "unknown field cache_read_tokens"),
        ("count_sessions", "user_id", "unknown field user_id; the fields are count"),
    ] {
        let given: &[&str] = if pattern == "top_users_by_cost" { &["--date", "2026-09-03"] } else { &["--user", ADA] };
        let end = run_to_end(codesensei(&[&["query", pattern, "--fields", fields], given].concat())).await;
        assert_eq!(end.code, Some(2), "{pattern}: {}", end.stderr);
        assert!(end.stderr.contains(expected), "{pattern}: {}", end.stderr);
    }
}

#[tokio::test]
async fn digests_and_keys_are_derived_from_addresses_and_usernames() {
    let seeded = Seeded::embedded().await;
    for arguments in [
        &["query", "find_email_claim", "--email", " Ada@Example.com"][..],
        &["query", "find_username_claim", "--username", "@Ada"],
        &["query", "AP-94", "--user-id", ADA, "--email", "ada@example.com", "--username", "ada"],
    ] {
        let rows = seeded.rows(arguments).await;
        assert!(rows.iter().all(|row| row["user_id"] == ADA) && !rows.is_empty(), "{arguments:?} {rows:?}");
    }
    let end = seeded.run(&["query", "find_email_claim", "--email", "ada"]).await;
    assert_eq!(end.code, Some(2));
    assert!(end.stderr.contains("--email:"), "{}", end.stderr);
    let both = ["query", "find_username_claim", "--username", "ada", "--username-key", "ada"];
    assert_eq!(seeded.run(&both).await.code, Some(2));
    assert_eq!(seeded.run(&["query", "find_email_claim"]).await.code, Some(2));
}

#[tokio::test]
async fn a_username_is_looked_up_and_the_cost_of_the_lookup_is_reported() {
    let seeded = Seeded::embedded().await;
    let by_id = seeded.rows(&["query", "list_sessions", "--user-id", ADA]).await;
    for flag in ["--user", "--user-id"] {
        let end = seeded.run(&["query", "list_sessions", flag, "@Ada"]).await;
        assert_eq!(end.code, Some(0), "{}", end.stderr);
        assert_eq!(end.stdout.lines().count(), by_id.len());
        let mut lines = end.stderr.lines();
        assert_eq!(lines.next(), Some("AP-02 find_username_claim: 1 request, 1 RCU, to look up an argument"));
        assert!(lines.next().unwrap().starts_with("AP-21 list_sessions: 1 request, 3 items"), "{}", end.stderr);
    }
    let end = seeded.run(&["query", "list_sessions", "--user", "@nemo"]).await;
    assert_eq!(end.code, Some(1));
    assert!(
        end.stderr.contains("codesensei: the user @nemo was not found; if the claim on the username is missing"),
        "{}",
        end.stderr
    );
    let end = seeded.run(&["query", "list_sessions", "--user", "@ada", "--explain"]).await;
    assert_eq!(end.code, Some(2));
    assert!(end.stderr.contains("--explain sends nothing; pass the id"), "{}", end.stderr);
}

#[tokio::test]
async fn usage_days_are_listed_and_deleted_up_to_a_date() {
    let seeded = Seeded::embedded().await;
    let all = seeded.rows(&["query", "list_usage", "--user", "@ada", "--before", "2027-01-01"]).await;
    assert!(all.len() > 1, "{all:?}");
    let second = all[1]["date"].as_str().unwrap();
    let before = seeded.rows(&["query", "list_usage", "--user", "@ada", "--before", second]).await;
    assert_eq!(before, all[..1]);
    let delete = ["query", "delete_usage", "--user", "@ada", "--before", second, "--write", "--yes"];
    let end = seeded.run(&delete).await;
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    assert!(end.stderr.contains("AP-65 list_usage: 1 request"), "{}", end.stderr);
    assert!(end.stderr.contains("AP-68 delete_usage: 1 request, 1 delete sent"), "{}", end.stderr);
    assert_eq!(seeded.rows(&["query", "list_usage", "--user", "@ada", "--before", "2027-01-01"]).await, all[1..]);
    let end = seeded.run(&delete).await;
    assert_eq!(end.code, Some(1));
    assert!(end.stderr.contains("there is nothing to delete: the user has no usage before"), "{}", end.stderr);
    assert!(end.stderr.contains("AP-65 list_usage: 1 request"), "the cost of the lookup is printed: {}", end.stderr);
}

#[tokio::test]
async fn a_batch_takes_its_keys_from_a_file_or_standard_input() {
    let seeded = Seeded::embedded().await;
    let days = seeded.run(&["query", "list_usage", "--user", "@ada", "--before", "2027-01-01"]).await.stdout;
    let folder = tempdir().unwrap();
    let file = folder.path().join("days.jsonl");
    let (first, rest) = days.split_once('\n').unwrap();
    fs::write(&file, first).unwrap();
    let delete = ["query", "delete_usage", "--write", "--yes", "--keys-from"];
    let end = seeded.run(&[&delete[..], &[file.to_str().unwrap()]].concat()).await;
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    assert!(end.stderr.contains("1 delete sent"), "{}", end.stderr);

    let mut piped = seeded.command(&[&delete[..], &["-"]].concat());
    let mut child = piped.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(rest.as_bytes()).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains(&format!("{} delete", rest.lines().count())), "{stderr}");
    assert_eq!(seeded.run(&["query", "list_usage", "--user", "@ada", "--before", "2027-01-01"]).await.stdout, "");

    fs::write(&file, "").unwrap();
    let end = seeded.run(&[&delete[..], &[file.to_str().unwrap()]].concat()).await;
    assert_eq!(end.code, Some(1));
    assert!(end.stderr.contains("there is nothing to write"), "{}", end.stderr);
    fs::write(&file, "{}\nday\n").unwrap();
    let end = seeded.run(&[&delete[..], &[file.to_str().unwrap()]].concat()).await;
    assert_eq!(end.code, Some(2));
    assert!(end.stderr.contains("--keys-from: line 2: not valid JSON"), "{}", end.stderr);
}

#[tokio::test]
async fn a_reversed_range_is_refused_without_a_request() {
    let range = ["query", "list_usage", "--user-id", ADA, "--from", "2026-09-30", "--to", "2026-09-01"];
    // No table is needed.
    let end = run_to_end(codesensei(&range)).await;
    assert_eq!(end.code, Some(2), "{}", end.stderr);
    assert!(end.stderr.contains("the range ends on 2026-09-01, before it begins on 2026-09-30"), "{}", end.stderr);
    for before in ["2026-09-30", "2026-09-01"] {
        let range = ["query", "list_usage", "--user-id", ADA, "--from", "2026-09-30", "--before", before];
        let end = run_to_end(codesensei(&range)).await;
        assert_eq!(end.code, Some(2), "{}", end.stderr);
        let expected = format!("--before: no day from 2026-09-30 on is before {before}");
        assert!(end.stderr.contains(&expected) && !end.stderr.contains("swap"), "{}", end.stderr);
    }
}

#[tokio::test]
async fn an_invalid_user_is_refused_with_an_explanation() {
    for (user, expected) in [
        (
            "ada",
            "--user, --user-id: expected a user id such as 01a05c06-6c80-72e7-b616-dd449d76a152; for a username, write @ada",
        ),
        ("@eve_1", "--user, --user-id: @eve_1 is not a valid username: "),
        ("01a05c06-6c80", "--user, --user-id: expected a user id such as 01a05c06-6c80-72e7-b616-dd449d76a152"),
    ] {
        let end = run_to_end(codesensei(&["query", "list_sessions", "--user", user, "--explain"])).await;
        assert_eq!(end.code, Some(2), "{}", end.stderr);
        assert!(end.stderr.contains(expected), "{}", end.stderr);
    }
}

#[tokio::test]
async fn an_item_of_a_newer_version_is_an_error_unless_it_is_skipped() {
    let seeded = Seeded::embedded().await;
    let update = json!({
        "Key": { "PK": { "S": format!("USER#{ADA}") }, "SK": { "S": format!("SESSION#{QUEUE}") } },
        "UpdateExpression": "SET v = :v", "ExpressionAttributeValues": { ":v": { "N": "99" } },
    });
    seeded.send("UpdateItem", update).await;
    let list = ["query", "list_sessions", "--user-id", ADA];
    let end = seeded.run(&list).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(1), ""));
    let named = format!("cannot decode: USER#{ADA} SESSION#{QUEUE}: its version is 99");
    assert!(end.stderr.contains(&named) && end.stderr.contains("--skip-unreadable skips them"), "{}", end.stderr);
    let end = seeded.run(&[&list[..], &["--skip-unreadable"]].concat()).await;
    assert_eq!((end.code, end.stdout.lines().count()), (Some(0), 2), "{}", end.stderr);
    assert!(end.stderr.contains(&named), "{}", end.stderr);
}

#[tokio::test]
async fn shells_complete_values_pattern_ids_and_entities() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run_to_end(codesensei(&["completions", shell])).await.stdout;
        for word in ["asc", "desc", "AP-21", "list_sessions", "refresh_family", "overdue_job"] {
            assert!(script.contains(word), "{word} for {shell}");
        }
    }
    let listed = run_to_end(codesensei(&["patterns", "--entity", "thread"])).await.stdout;
    let rows: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row["entities"].as_array().unwrap().contains(&"thread".into())), "{listed}");
}
