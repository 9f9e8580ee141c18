//! `codesensei export`: every item once, in the layout of DynamoDB's own export, after any number of interruptions.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::Parser as _;
use codesensei::export::{self, Export, ExportError, ExportResult};
use codesensei::options::{Command, Options};
use flate2::read::MultiGzDecoder;
use md5::{Digest as _, Md5};
use model::{CodeChunk, RevisionId};
use serde_json::{Map, Value};
use tempfile::{TempDir, tempdir};
use tests::texts::noise;
use tests::{RawItem, TestTable};

use super::FullTable;

fn command(table: &TestTable, out: &Path, more: &[&str]) -> Export {
    let line = ["codesensei", "export", "--store", table.endpoint(), "--table", table.store().table().name(), "--out"];
    let out = out.to_str().unwrap();
    match Options::parse_from(line.iter().chain([&out]).chain(more)).command {
        Some(Command::Export(options)) => options,
        other => panic!("another command: {other:?}"),
    }
}

/// The only export in the folder.
fn folder(out: &TempDir) -> PathBuf {
    let folders = folders(out);
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders[0].clone()
}

fn folders(out: &TempDir) -> Vec<PathBuf> {
    fs::read_dir(out.path().join("AWSDynamoDB")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The entries of the manifest of files.
fn entries(export: &Path) -> Vec<Value> {
    let text = fs::read_to_string(export.join("manifest-files.json")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn lines(file: &Path) -> Vec<Map<String, Value>> {
    let mut text = String::new();
    MultiGzDecoder::new(fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
    let item = |line: &str| match serde_json::from_str(line).unwrap() {
        Value::Object(mut line) if line.len() == 1 => line["Item"].as_object_mut().map(std::mem::take).unwrap(),
        other => panic!("no line of an export: {other}"),
    };
    text.lines().map(item).collect()
}

/// Every exported item by its key; each key occurs once.
fn exported(export: &Path) -> BTreeMap<(String, String), Map<String, Value>> {
    let mut items = BTreeMap::new();
    for entry in entries(export) {
        let key = entry["dataFileS3Key"].as_str().unwrap();
        let file = export.parent().unwrap().parent().unwrap().join(key);
        let found = lines(&file);
        assert_eq!(entry["itemCount"], found.len());
        for item in found {
            let item = RawItem(item);
            let key = (item.pk().to_owned(), item.sk().to_owned());
            assert!(items.insert(key, item.0).is_none(), "an item occurs twice");
        }
    }
    items
}

async fn stored(table: &TestTable) -> BTreeMap<(String, String), Map<String, Value>> {
    let items = table.raw().items().await.into_iter();
    items.map(|item| ((item.pk().to_owned(), item.sk().to_owned()), item.0)).collect()
}

fn md5(path: &Path) -> String {
    BASE64_STANDARD.encode(Md5::digest(fs::read(path).unwrap()))
}

#[tokio::test]
async fn an_export_contains_every_item_once_as_it_is_stored() {
    let full_table = FullTable::new().await;
    let out = tempdir().unwrap();
    let end = export::run(&command(&full_table.table, out.path(), &[])).await.unwrap();
    assert_eq!(end, ExportResult::Finished(folder(&out)));
    let (exported, stored) = (exported(&folder(&out)), stored(&full_table.table).await);
    assert!(exported == stored, "{} items are exported, {} are stored", exported.len(), stored.len());
}

#[tokio::test]
async fn the_manifests_have_the_format_of_dynamodbs_export() {
    let full_table = FullTable::new().await;
    let out = tempdir().unwrap();
    export::run(&command(&full_table.table, out.path(), &["--segments", "3"])).await.unwrap();
    let export = folder(&out);
    let summary = json(&export.join("manifest-summary.json"));
    let id = export.file_name().unwrap().to_str().unwrap();
    let count = stored(&full_table.table).await.len();
    for (field, value) in [
        ("version", Value::from("2020-06-30")),
        ("outputFormat", "DYNAMODB_JSON".into()),
        ("exportType", "FULL_EXPORT".into()),
        ("itemCount", count.into()),
        ("manifestFilesS3Key", format!("AWSDynamoDB/{id}/manifest-files.json").into()),
    ] {
        assert_eq!(summary[field], value, "{field}");
    }
    let (millis, chance) = id.split_once('-').unwrap();
    assert_eq!((millis.len(), chance.len()), (14, 8), "{id}");
    for manifest in ["manifest-summary", "manifest-files"] {
        let sum = fs::read_to_string(export.join(format!("{manifest}.md5"))).unwrap();
        assert_eq!(sum, md5(&export.join(format!("{manifest}.json"))));
    }
    let entries = entries(&export);
    assert_eq!(entries.len(), 3, "a file for each segment");
    for entry in entries {
        let file = out.path().join(entry["dataFileS3Key"].as_str().unwrap());
        assert_eq!(entry["md5Checksum"], md5(&file));
        let etag = BASE64_STANDARD.decode(md5(&file)).unwrap();
        assert_eq!(entry["etag"], hex::encode(etag));
    }
    let mut names: Vec<_> = fs::read_dir(&export).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    let wanted = [
        "_started",
        "data",
        "manifest-files.json",
        "manifest-files.md5",
        "manifest-summary.json",
        "manifest-summary.md5",
    ];
    assert_eq!(names, wanted, "no temporary file is left");
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_an_export() {
    use std::os::unix::fs::PermissionsExt as _;

    fn check(path: &Path) {
        let metadata = fs::metadata(path).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o077, 0, "{}", path.display());
        if metadata.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                check(&entry.unwrap().path());
            }
        }
    }

    let table = TestTable::new().await;
    table.user("ada").await;
    let out = tempdir().unwrap();
    export::run(&command(&table, out.path(), &[])).await.unwrap();
    check(&out.path().join("AWSDynamoDB"));
}

/// Items of about ten pages.
async fn fill(table: &TestTable) {
    let session = {
        let ada = table.user("ada").await;
        table.session(&ada, "main.rs", "fn main() {}").await
    };
    let bytes = noise(24_000, 3).into_bytes();
    let revision: RevisionId = table.ids().next(table.clock().now());
    let chunk = |n| CodeChunk { revision, n, session_id: session.session_id, bytes: bytes.clone() };
    let chunks: Vec<CodeChunk> = (0..400).map(chunk).collect();
    table.patterns().write_code_chunks(&chunks).await.unwrap();
}

/// Runs the command and stops it after a moment, as Ctrl-C would. Returns whether it completed.
async fn completes_within(options: &Export, moment: Duration) -> bool {
    match tokio::time::timeout(moment, export::run(options)).await {
        Err(_) => false,
        Ok(Ok(ExportResult::Finished(_))) => true,
        // The page that the last, stopped command was writing.
        Ok(Err(ExportError::InUse { .. })) => {
            tokio::time::sleep(Duration::from_millis(5)).await;
            false
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_export_interrupted_repeatedly_contains_every_item_once() {
    let table = TestTable::new().await;
    fill(&table).await;
    let out = tempdir().unwrap();
    let slow = command(&table, out.path(), &["--segments", "3", "--rcu-per-second", "1"]);
    let options = command(&table, out.path(), &["--segments", "3"]);
    let mut stops = 0;
    // Two runs at a pace at which the export takes minutes, then runs that each read as much as they can.
    while !completes_within(if stops < 2 { &slow } else { &options }, Duration::from_millis(20 + 5 * stops)).await {
        stops += 1;
    }
    assert!(stops > 1, "the export was never stopped");
    let stored = stored(&table).await;
    // An export that was stopped while it wrote its manifests is complete, and the next command began another.
    for folder in folders(&out) {
        let exported = exported(&folder);
        assert!(exported == stored, "{} items are exported, {} are stored", exported.len(), stored.len());
        assert_eq!(json(&folder.join("manifest-summary.json"))["itemCount"], stored.len());
    }
}

#[tokio::test]
async fn a_partial_page_left_by_a_crash_is_cut_off() {
    let table = TestTable::new().await;
    fill(&table).await;
    let out = tempdir().unwrap();
    // At this pace, the export takes minutes.
    let slow = command(&table, out.path(), &["--segments", "2", "--rcu-per-second", "1"]);
    let options = command(&table, out.path(), &["--segments", "2"]);
    let mut moment = 100;
    let data = loop {
        assert!(
            !completes_within(&slow, Duration::from_millis(moment)).await,
            "the export must not complete before the crash"
        );
        let checkpoints = |export: PathBuf| fs::read_dir(export.join("unfinished")).unwrap().count();
        if out.path().join("AWSDynamoDB").exists() && checkpoints(folder(&out)) > 2 {
            break folder(&out).join("data");
        }
        moment += 100;
    };
    tokio::time::sleep(Duration::from_millis(200)).await;
    for file in fs::read_dir(data).unwrap() {
        let mut file = OpenOptions::new().append(true).open(file.unwrap().path()).unwrap();
        file.write_all(b"\x1f\x8b half a gzip").unwrap();
    }
    export::run(&options).await.unwrap();
    assert!(exported(&folder(&out)) == stored(&table).await);
}

#[tokio::test]
async fn an_export_of_another_table_is_not_changed() {
    let (one, other) = (TestTable::new().await, TestTable::new().await);
    fill(&one).await;
    other.user("bob").await;
    let out = tempdir().unwrap();
    let stopped = completes_within(&command(&one, out.path(), &[]), Duration::from_millis(15)).await;
    export::run(&command(&other, out.path(), &[])).await.unwrap();
    assert!(!stopped);
    export::run(&command(&one, out.path(), &[])).await.unwrap();
    let mut counts: Vec<usize> = fs::read_dir(out.path().join("AWSDynamoDB"))
        .unwrap()
        .map(|entry| exported(&entry.unwrap().path()).len())
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, [stored(&other).await.len(), stored(&one).await.len()]);
}

#[tokio::test]
async fn a_missing_table_is_reported_before_anything_is_written() {
    let table = TestTable::new().await;
    let out = tempdir().unwrap();
    let line = command(&table, out.path(), &[]);
    table.raw().delete_table().await;
    let error = export::run(&line).await.unwrap_err();
    assert!(error.to_string().contains(table.store().table().name()), "{error}");
    assert!(!out.path().join("AWSDynamoDB").exists());
    table.store().table().create_if_absent(model::Protection::Off).await.unwrap();
}
