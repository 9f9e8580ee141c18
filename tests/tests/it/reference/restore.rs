//! A table that is loaded from an export equals the original, as the reference model checks it.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use codesensei::export::{self, ExportResult};
use codesensei::options::{Command, Options};
use flate2::read::MultiGzDecoder;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::Value;
use tests::TestTable;

use super::operation::{Step, sequence};
use super::world::World;

/// The most items in one request.
const BATCH: usize = 25;

/// Exports a table with `codesensei export`, and returns the folder of the export.
async fn exported(table: &TestTable, out: &Path) -> PathBuf {
    let line = ["codesensei", "export", "--store", table.endpoint(), "--table", table.store().table().name(), "--out"];
    let out = out.to_str().expect("a path in UTF-8");
    let Some(Command::Export(options)) = Options::parse_from(line.iter().chain([&out])).command else {
        panic!("another command");
    };
    match export::run(&options).await.expect("the table answers") {
        ExportResult::Finished(folder) => folder,
        ExportResult::Interrupted => panic!("no signal interrupts it"),
    }
}

/// The items in the files of an export.
fn items(export: &Path) -> Vec<Value> {
    let files = fs::read_dir(export.join("data")).expect("the export has data");
    let read = |file: fs::DirEntry| {
        let (mut text, file) = (String::new(), fs::File::open(file.path()).expect("a file"));
        MultiGzDecoder::new(file).read_to_string(&mut text).expect("gzip");
        text
    };
    let texts: Vec<String> = files.map(|file| read(file.expect("a file"))).collect();
    let line = |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["Item"].take();
    texts.iter().flat_map(|text| text.lines().map(line)).collect()
}

/// A world after a random sequence, and the items of its export.
async fn lived(seed: u64) -> (World, Vec<Value>) {
    let config = Config { rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
    let steps: Vec<Step> = sequence().new_tree(&mut TestRunner::new(config)).expect("a sequence").current();
    let mut world = World::new(None).await.expect("three users");
    for step in steps {
        world.step(step).await.expect("the API equals the model");
    }
    let out = tempfile::tempdir().expect("a folder");
    let items = items(&exported(world.table(), out.path()).await);
    (world, items)
}

#[tokio::test]
async fn a_table_loaded_from_an_export_equals_the_original() {
    for seed in [11, 12, 13] {
        let (world, items) = lived(seed).await;
        println!("seed {seed}: {} items", items.len());
        let mut restored = world.on_another_table().await;
        for items in items.chunks(BATCH) {
            restored.table().raw().put_all(items.iter().cloned()).await;
        }
        assert_eq!(restored.table().raw().items().await.len(), items.len());
        restored.read_back().await.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

#[tokio::test]
async fn an_export_without_one_item_is_found() {
    let (world, items) = lived(11).await;
    for kind in ["session", "code", "user"] {
        let lost = items.iter().position(|item| item["et"]["S"] == kind).expect("an item of this kind");
        let mut restored = world.on_another_table().await;
        for (number, item) in items.iter().enumerate() {
            if number != lost {
                restored.table().raw().put(item.clone()).await;
            }
        }
        assert!(restored.read_back().await.is_err(), "the loss of {kind} is not found");
    }
}
