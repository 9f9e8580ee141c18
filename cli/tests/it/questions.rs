//! The questions that the README answers about the seeded table: each command prints what stands below it.

use std::path::Path;
use std::process::Stdio;

use codesensei::engine::Engine;
use tempfile::tempdir;
use tokio::process::Command;

use crate::process::{codesensei, ended};

/// A command line and what the README says it prints.
struct Shown<'a> {
    command: &'a str,
    printed: String,
}

/// What is in the `console` blocks, without their indentation.
fn shown(readme: &str) -> Vec<Shown<'_>> {
    let mut all: Vec<Shown<'_>> = Vec::new();
    let mut indentation = None;
    for line in readme.lines() {
        match (indentation, line.trim_start()) {
            (None, "```console") => indentation = Some(line.len() - line.trim_start().len()),
            (Some(_), "```") => indentation = None,
            (Some(indentation), _) => match (line.get(indentation..).unwrap_or_default(), all.last_mut()) {
                (text, _) if text.starts_with("$ ") => {
                    all.push(Shown { command: &text[2..], printed: String::new() });
                }
                (text, Some(last)) => last.printed.extend([text, "\n"]),
                (text, None) => panic!("{text:?} stands before the first command"),
            },
            (None, _) => {}
        }
    }
    all
}

async fn prints(command: &str, url: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_codesensei")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(program.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{command} 2>&1")]).current_dir(folder).env_clear().stdin(Stdio::null());
    shell.env("PATH", path.unwrap()).env("AWS_ENDPOINT_URL_DYNAMODB", url);
    // On a terminal it needs not be said.
    shell.env("CODESENSEI_FORMAT", "table");
    let end = ended(shell).await;
    assert_eq!(end.code, Some(0), "{command}\n{}", end.stdout);
    end.stdout
}

#[tokio::test]
async fn ten_questions_about_the_seeded_table_are_answered_as_the_readme_shows() {
    let readme = include_str!("../../../README.md");
    let engine = Engine::in_memory().await.unwrap();
    let mut seed = codesensei(&["seed"]);
    seed.args(["--endpoint-url", engine.url()]);
    assert_eq!(ended(seed).await.code, Some(0));
    let folder = tempdir().unwrap();
    let shown = shown(readme);
    for Shown { command, printed } in &shown {
        assert_eq!(&prints(command, engine.url(), folder.path()).await, printed, "{command}");
    }
    let questions = readme.split("### Ten questions").nth(1).unwrap().split("\n## ").next().unwrap();
    assert_eq!((1..=10).filter(|number| questions.contains(&format!("\n{number}. "))).count(), 10);
    assert!(shown.len() >= 10);
}
