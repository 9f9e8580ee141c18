//! Tests of the repository's own documents and of the files generated from them.

use std::fs;
use std::path::{Path, PathBuf};

use codegen::{Documents, LOCK, Mode, Outcome, PATTERNS, files, owned_folders, problem_report, run, stale_report};
use tempfile::TempDir;
use xtask::tidy::{GENERATED, ROOTS};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace").to_owned()
}

/// A copy of the repository's documents and generated files in a folder of its own.
fn copy() -> TempDir {
    let copy = tempfile::tempdir().expect("a folder can be made");
    for (path, text) in Documents::read(&repository()).expect("the documents can be read").iter() {
        files::write(copy.path(), path, text).expect("a document can be copied");
    }
    for folder in GENERATED {
        for path in files::under(&repository(), folder).expect("the folder can be read") {
            let text = fs::read_to_string(repository().join(&path)).expect("a generated file is a text");
            files::write(copy.path(), &path, &text).expect("a generated file can be copied");
        }
    }
    // Generates the copy first, so that only the edits of a test make files stale.
    run(copy.path(), Mode::Lock).expect("the copy can be written");
    copy
}

fn stale(root: &Path) -> Vec<String> {
    match run(root, Mode::Check).expect("the copy can be read") {
        Outcome::Stale { paths, .. } => paths,
        other => panic!("something should be stale: {other:?}"),
    }
}

fn is_current(root: &Path) -> bool {
    matches!(run(root, Mode::Check), Ok(Outcome::Current { .. }))
}

fn edit(root: &Path, path: &str, change: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(root.join(path)).expect("the file can be read");
    let changed = change(text.clone());
    assert_ne!(text, changed, "the edit of {path} changed nothing");
    files::write(root, path, &changed).expect("the file can be written");
}

#[test]
fn generated_files_are_current() {
    for root in ROOTS {
        match run(&repository().join(root), Mode::Check).expect("the documents can be read") {
            Outcome::Current { .. } => {}
            Outcome::Stale { paths, command } => panic!("in {root:?}:\n{}", stale_report(&paths, &command)),
            Outcome::Problems(problems) => panic!("in {root:?}:\n{}", problem_report(&problems)),
            Outcome::Written { .. } => unreachable!("a check writes nothing"),
        }
    }
}

#[test]
fn tidy_knows_every_generated_folder() {
    let owned = |root: &str| {
        let documents = Documents::read(&repository().join(root)).expect("the documents can be read");
        let path = |folder| if root.is_empty() { folder } else { format!("{root}/{folder}") };
        owned_folders(&documents).into_iter().map(path).collect::<Vec<_>>()
    };
    assert_eq!(ROOTS.map(owned).concat(), GENERATED);
}

#[test]
fn the_table_of_routes_matches_the_handlers_and_the_patterns() {
    let problems = xtask::routes::problems(&repository()).expect("the repository can be read");
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// The keys in the picture of the table, each as partition and sort key. A line without a partition has the one above.
fn pictured_keys(page: &str) -> Vec<(String, String)> {
    let (_, picture) = page.split_once("**The table in one picture.**").expect("the page has the picture");
    let (_, picture) = picture.split_once("```text\n").expect("the picture is a block");
    let (picture, _) = picture.split_once("```").expect("the block ends");
    let mut partition = "";
    let keys = picture.lines().map(|line| {
        let mut words = line.split_whitespace();
        if !line.starts_with(' ') {
            partition = words.next().unwrap_or_default();
        }
        (partition.to_owned(), words.next().unwrap_or_default().to_owned())
    });
    keys.collect()
}

#[test]
fn the_picture_of_the_table_has_the_keys_of_the_schema() {
    let documents = Documents::read(&repository()).expect("the documents can be read");
    let key_of = |text: &str| {
        let entity: toml::Table = text.parse().expect("a document is TOML");
        let text = |name: &str| entity.get("key")?.get(name)?.as_str().map(str::to_owned);
        text("pk").zip(text("sk"))
    };
    let schema = documents.iter().filter(|(path, _)| files::has_extension(path, "toml"));
    let mut declared: Vec<_> = schema.filter_map(|(_, text)| key_of(text)).collect();
    let page = fs::read_to_string(repository().join(PATTERNS)).expect("the page can be read");
    let mut pictured = pictured_keys(&page);
    declared.sort();
    pictured.sort();
    assert_eq!(pictured, declared);
}

#[test]
fn an_edited_block_makes_files_stale_and_the_report_names_the_command() {
    let copy = copy();
    assert!(is_current(copy.path()));
    let mut name = String::new();
    edit(copy.path(), "access-patterns.md", |text| {
        let (before, block) = text.split_once("```toml pattern=AP-21\n").expect("there is a pattern AP-21");
        name = block.split('"').nth(1).expect("a block begins with the function's name").to_owned();
        let block = block.replacen("fixture = \"", "fixture = \"about ", 1);
        format!("{before}```toml pattern=AP-21\n{block}")
    });
    let own = format!("model/src/generated/pattern/{name}.rs");
    let Ok(Outcome::Stale { paths, command }) = run(copy.path(), Mode::Check) else { panic!("something is stale") };
    assert_eq!(paths, [own.as_str(), "model/src/generated/registry.rs"]);
    let report = stale_report(&paths, &command);
    assert!(report.contains(&format!("{own} is stale: run `cargo xtask codegen` and commit the result\n")), "{report}");

    let Ok(Outcome::Written { changed, .. }) = run(copy.path(), Mode::Write) else { panic!("the copy can be written") };
    assert_eq!(changed, paths);
    assert!(is_current(copy.path()));
}

#[test]
fn edited_missing_and_superfluous_generated_files_are_found_and_repaired() {
    let copy = copy();
    let (edited, lost, left_over) =
        ("model/src/generated/ids.rs", "model/src/generated/keys.rs", "model/src/generated/entity/old.rs");
    edit(copy.path(), edited, |text| text + "// mine\n");
    fs::remove_file(copy.path().join(lost)).expect("the keys are there");
    files::write(copy.path(), left_over, "//! Of an entity that is gone.\n").expect("a file can be written");
    let mut expected = [edited, lost, left_over];
    expected.sort_unstable();
    assert_eq!(stale(copy.path()), expected);

    run(copy.path(), Mode::Write).expect("the copy can be written");
    assert!(is_current(copy.path()));
    assert!(!copy.path().join(left_over).exists());
}

#[test]
fn a_problem_leaves_every_file_unchanged() {
    let copy = copy();
    edit(copy.path(), "access-patterns.md", |text| {
        text.replacen("operation = \"transact\"", "operation = \"transcat\"", 1)
    });
    let before = fs::read_to_string(copy.path().join("model/src/generated/registry.rs")).expect("it is there");
    let Ok(Outcome::Problems(problems)) = run(copy.path(), Mode::Write) else { panic!("there should be a problem") };
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("unknown operation \"transcat\"; did you mean \"transact\"?"), "{problems:?}");
    let after = fs::read_to_string(copy.path().join("model/src/generated/registry.rs")).expect("it is there");
    assert_eq!(before, after);
}

#[test]
fn a_changed_key_template_needs_a_migration() {
    let copy = copy();
    edit(copy.path(), "schema/session.toml", |text| text.replacen("\"SESSION#{session_id}\"", "\"S#{session_id}\"", 1));
    let problems = problems(copy.path(), Mode::Write);
    assert!(problems[0].contains("existing items keep the old key; declare a `[migration]`"), "{problems:?}");
}

fn problems(root: &Path, mode: Mode) -> Vec<String> {
    match run(root, mode).expect("the copy can be read") {
        Outcome::Problems(problems) => problems,
        other => panic!("there should be a problem: {other:?}"),
    }
}

fn written(root: &Path, mode: Mode) -> Vec<String> {
    match run(root, mode).expect("the copy can be written") {
        Outcome::Written { changed, .. } => changed,
        other => panic!("something should be written: {other:?}"),
    }
}

#[test]
fn a_missing_lock_is_only_written_by_its_own_mode() {
    let copy = copy();
    fs::remove_file(copy.path().join(LOCK)).expect("there is a lock");
    edit(copy.path(), "schema/session.toml", |text| text.replacen("\"SESSION#{session_id}\"", "\"S#{session_id}\"", 1));
    let refused = run(copy.path(), Mode::Write).expect("the copy can be read");
    // The patterns refer to the old key. The lock reports nothing.
    assert!(!format!("{refused:?}").contains("as-locked"), "{refused:?}");
    assert!(!copy.path().join(LOCK).exists());
    assert!(problems(copy.path(), Mode::Deployed)[0].contains("the file does not exist"));
}

#[test]
fn the_lock_is_written_with_each_allowed_change() {
    let copy = copy();
    edit(copy.path(), "schema/session.toml", |text| {
        text + "\n[fields.colour]\ntype = \"text\"\noptional = true\ndoc = \"How it is shown.\"\n"
    });
    assert!(written(copy.path(), Mode::Write).contains(&LOCK.to_owned()));
    let lock = fs::read_to_string(copy.path().join(LOCK)).expect("there is a lock");
    assert!(lock.contains("field.colour = { type = \"text\", optional = true }"), "{lock}");
    fs::remove_file(copy.path().join(LOCK)).expect("there is a lock");
    files::write(copy.path(), LOCK, &lock.replace("field.colour", "field.color")).expect("the lock can be written");
    assert!(problems(copy.path(), Mode::Check)[0].contains("`colour` is new and `color` of the same type was removed"));
}

#[test]
fn an_announced_value_can_be_written_after_it_is_marked_as_deployed() {
    let copy = copy();
    let path = "schema/message.toml";
    edit(copy.path(), path, |text| text.replacen("\"ai\"]", "\"ai\", \"bot\"]\nannounced = [\"bot\"]", 1));
    written(copy.path(), Mode::Write);
    edit(copy.path(), path, |text| text.replacen("announced = [\"bot\"]\n", "", 1));
    assert!(problems(copy.path(), Mode::Write)[0].contains("`bot` is announced"));
    assert_eq!(written(copy.path(), Mode::Deployed), [LOCK]);
    assert!(is_current(copy.path()));
}
