//! Errors of users, and their messages.

use std::fs;

use tempfile::tempdir;
use tokio::net::TcpListener;

use crate::process::{Server, codesensei, run_to_end};

#[tokio::test]
async fn a_port_in_use_is_reported_and_no_files_are_created() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = tempdir().unwrap();
    let data = folder.path().join("data");
    let end = run_to_end(codesensei(&["--port", &port, "--data-dir", data.to_str().unwrap()])).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(1), ""));
    assert!(end.stderr.contains(&format!("cannot listen on port {port}: ")), "{}", end.stderr);
    assert!(end.stderr.contains("choose another port with --port"), "{}", end.stderr);
    assert!(!data.exists());
}

#[tokio::test]
async fn an_invalid_store_is_refused_with_the_valid_values() {
    for word in ["sqlite", "127.0.0.1:8000", "ftp://127.0.0.1"] {
        let end = run_to_end(codesensei(&["--store", word])).await;
        assert_eq!(end.code, Some(2));
        assert!(end.stderr.contains(&format!("'{word}' for '--store <STORE>'")), "{}", end.stderr);
        assert!(end.stderr.contains("`embedded`, `memory`, `aws`, or a URL"), "{}", end.stderr);
    }
}

#[tokio::test]
async fn an_unreachable_store_is_reported() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let folder = tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let end = run_to_end(codesensei(&["--port", "0", "--store", &url, "--data-dir", data])).await;
    assert_eq!(end.code, Some(1));
    assert!(end.stderr.contains(&format!("the store at {url} failed")), "{}", end.stderr);
    assert!(end.stderr.contains("check --store and that the store is running"), "{}", end.stderr);
}

#[tokio::test]
async fn a_second_process_on_the_same_folder_is_refused() {
    let folder = tempdir().unwrap();
    let first = Server::start(folder.path()).await;
    let data = folder.path().to_str().unwrap();
    let end = run_to_end(codesensei(&["--port", "0", "--data-dir", data])).await;
    assert_eq!(end.code, Some(1));
    assert!(end.stderr.contains(&format!("is using {data}; stop it")), "{}", end.stderr);
    first.sign_in().await;
}

#[tokio::test]
async fn a_file_that_is_not_a_database_is_reported_and_kept() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("table.db");
    fs::write(&file, "A letter to my aunt, and nothing that a database could be opened from.\n").unwrap();
    let end = run_to_end(codesensei(&["--port", "0", "--data-dir", folder.path().to_str().unwrap()])).await;
    assert_eq!(end.code, Some(1));
    assert!(end.stderr.contains(&format!("cannot open {} as a database", file.display())), "{}", end.stderr);
    assert!(fs::read_to_string(&file).unwrap().starts_with("A letter"));
}

#[tokio::test]
async fn an_invalid_signing_key_is_reported_without_its_content() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("signing-key.pem"), "-----BEGIN HUNTER2-----").unwrap();
    fs::write(folder.path().join("secret"), "something").unwrap();
    let end = run_to_end(codesensei(&["--port", "0", "--data-dir", folder.path().to_str().unwrap()])).await;
    assert_eq!(end.code, Some(1));
    assert!(end.stderr.contains("remove signing-key.pem"), "{}", end.stderr);
    assert!(!end.stderr.contains("HUNTER2"), "{}", end.stderr);
}

#[tokio::test]
async fn a_data_folder_that_is_a_file_is_reported() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    fs::write(&file, "notes").unwrap();
    let end = run_to_end(codesensei(&["--port", "0", "--data-dir", file.to_str().unwrap()])).await;
    assert_eq!(end.code, Some(1));
    assert!(end.stderr.contains(&format!("cannot use the folder {}", file.display())), "{}", end.stderr);
}

#[tokio::test]
async fn a_misspelt_option_gets_a_suggestion() {
    let end = run_to_end(codesensei(&["--prot", "1"])).await;
    assert_eq!(end.code, Some(2));
    assert!(end.stderr.contains("a similar argument exists: '--port'"), "{}", end.stderr);
}

#[tokio::test]
async fn an_option_before_its_subcommand_gets_a_hint() {
    for command in [&["table", "describe"][..], &["verify"]] {
        let end = run_to_end(codesensei(&[&["--data-dir", "x"], command].concat())).await;
        assert_eq!(end.code, Some(2));
        let advice = format!("tip: put the option after the subcommand: codesensei {}", command[0]);
        assert!(end.stderr.contains(&advice), "{}", end.stderr);
    }
}

#[tokio::test]
async fn an_unknown_pattern_gets_a_suggestion() {
    for (word, nearest) in [("AP-2", "`AP-2"), ("list_sesions", "`list_sessions`")] {
        let end = run_to_end(codesensei(&["patterns", word])).await;
        assert_eq!(end.code, Some(2));
        assert!(end.stderr.contains(&format!("did you mean {nearest}")), "{}", end.stderr);
    }
}
