//! `docs/your-own-table.md` as a test: it writes the files of the page, runs its commands and compares their output.
//!
//! After `cargo test --workspace` this takes seconds, because the dependencies of the page's crate are built already.
//! Otherwise it builds them first, which takes minutes.
#![cfg(unix)]

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use codegen::files;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

const PAGE: &str = include_str!("../../docs/your-own-table.md");

/// A fenced block of the page.
#[derive(Debug, PartialEq)]
enum Block {
    /// A file. The sentence before it names its path.
    File { path: String, text: String },
    /// Commands that the reader types.
    Commands(String),
    /// The output that the reader sees.
    Output(String),
}

fn blocks() -> Vec<Block> {
    let (mut blocks, mut named, mut block): (_, Option<String>, Option<(String, String)>) = (Vec::new(), None, None);
    let mut last_code = None;
    for event in Parser::new(PAGE) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                block = Some((language.into_string(), String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                blocks.extend(block.take().map(|(language, text)| match (named.take(), language.as_str()) {
                    (Some(path), _) => Block::File { path, text },
                    (None, "sh") => Block::Commands(text),
                    (None, "text") => Block::Output(text),
                    other => panic!("a block without a file, a command or an output: {other:?}"),
                }));
            }
            Event::Code(code) => last_code = Some(code.into_string()),
            Event::Text(text) => match &mut block {
                Some((_, so_far)) => so_far.push_str(&text),
                None => named = last_code.take().filter(|_| &*text == ":"),
            },
            _ => {}
        }
    }
    blocks
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("codegen is a folder of the workspace").to_owned()
}

/// A copy of the workspace with one more member, `rooms`. It links the folders and keeps the settings of the
/// workspace, so that cargo reuses the dependencies that the tests of the workspace have built, and builds only
/// `rooms`.
fn workspace_with_rooms(root: &Path) {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).expect("the workspace has a manifest");
    let (before, rest) = manifest.split_once("members = [").expect("the workspace has members");
    let (members, _) = rest.split_once(']').expect("the list ends");
    for member in members.split(',') {
        let folder = member.trim().trim_matches('"').split('/').next().expect("a path has a first part");
        if !root.join(folder).exists() {
            symlink(repository().join(folder), root.join(folder)).expect("a link can be made");
        }
    }
    fs::write(root.join("Cargo.toml"), format!("{before}members = [\"rooms\", {rest}")).expect("it can be written");
    fs::copy(repository().join("Cargo.lock"), root.join("Cargo.lock")).expect("the workspace has a lock file");
}

/// Runs commands of the page in the folder. `codegen` is the program of this build. `cargo test` runs offline and uses
/// the same target folder.
fn run(commands: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_codegen"));
    let programs = program.parent().expect("the program is in a folder");
    let target = programs.parent().expect("the folder is in the target folder");
    let others = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([programs.to_owned()].into_iter().chain(env::split_paths(&others)));
    // Enable the features that the whole workspace enables, so that no dependency is built again.
    let commands = commands.replace("cargo test", "cargo test --offline --workspace --test booking 2>&1");
    let output = Command::new("sh")
        .args(["-euc", &commands])
        .current_dir(folder)
        .env("PATH", path.expect("the folders have no separator in their names"))
        .env("CARGO_TARGET_DIR", target)
        .output()
        .expect("there is a shell");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{commands}\n{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    printed
}

/// Whether each line of the page is a line of the output; `…` stands for any number of lines. Tests may end in any
/// order.
fn shows(shown: &str, printed: &str) -> bool {
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    shown.lines().filter(|line| *line != "…").all(|line| printed.contains(&line))
}

#[test]
fn the_page_your_own_table_works_as_written() {
    let root = tempfile::tempdir().expect("a folder can be made");
    workspace_with_rooms(root.path());
    let rooms = root.path().join("rooms");
    let mut blocks = blocks().into_iter();
    // Skip the installation of the generator, which would need a separate build.
    let Some(Block::Commands(prepare)) = blocks.next() else { panic!("the page begins with commands") };
    assert!(prepare.starts_with("cargo install --locked --path codesensei/codegen\nmkdir "), "{prepare}");
    let (mut files_written, mut outputs, mut printed) = (0, 0, String::new());
    for block in blocks {
        match block {
            Block::File { path, text } => {
                let text = text.replace("../codesensei/", "../");
                files::write(&rooms, &path, &text).expect("the file can be written");
                files_written += 1;
            }
            Block::Commands(commands) => printed = run(&commands, &rooms),
            Block::Output(shown) => {
                assert!(shows(&shown, &printed), "the page shows\n{shown}\nand the commands print\n{printed}");
                outputs += 1;
            }
        }
    }
    assert_eq!((files_written, outputs), (7, 3));
}

#[test]
fn outputs_are_compared_line_by_line() {
    assert!(shows("a\n…\nc\n", "a\nb\nc\nd\n"));
    assert!(shows("a\nc\n", "c\na\n"));
    assert!(!shows("a\nd\n", "a\nb\nc\n"));
    assert!(!shows("a\n", "ab\n"));
}
