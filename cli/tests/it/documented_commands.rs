//! Runs the commands of docs/tour.md and docs/data.md, and compares their output with the pages.

use std::path::Path;
use std::process::Stdio;

use codesensei::engine::Engine;
use tempfile::tempdir;
use tokio::process::Command;

use crate::process::{codesensei, kept_variables, run_to_end};

/// A command line and its output on the page.
struct Example<'a> {
    command: &'a str,
    printed: String,
}

/// The commands of the `console` blocks, without indentation.
fn examples(page: &str) -> Vec<Example<'_>> {
    let mut all: Vec<Example<'_>> = Vec::new();
    let mut indentation = None;
    for line in page.lines() {
        match (indentation, line.trim_start()) {
            (None, "```console") => indentation = Some(line.len() - line.trim_start().len()),
            (Some(_), "```") => indentation = None,
            (Some(indentation), _) => match (line.get(indentation..).unwrap_or_default(), all.last_mut()) {
                (text, _) if text.starts_with("$ ") => {
                    all.push(Example { command: &text[2..], printed: String::new() });
                }
                (text, Some(last)) => last.printed.extend([text, "\n"]),
                (text, None) => panic!("{text:?} is before the first command"),
            },
            (None, _) => {}
        }
    }
    all
}

/// A shell that runs a command with this build of `codesensei`, on the table at this address.
fn shell(command: &str, url: &str, folder: &Path) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_codesensei")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(program.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{command} 2>&1")]).current_dir(folder).stdin(Stdio::null());
    shell.env_clear().envs(kept_variables()).env("PATH", path.unwrap()).env("AWS_ENDPOINT_URL_DYNAMODB", url);
    // The default on a terminal.
    shell.env("CODESENSEI_FORMAT", "table");
    shell
}

async fn prints(command: &str, url: &str, folder: &Path) -> String {
    let end = run_to_end(shell(command, url, folder)).await;
    assert_eq!(end.code, Some(0), "{command}\n{}", end.stdout);
    end.stdout
}

#[tokio::test]
async fn ten_questions_about_the_seeded_table_are_answered_as_the_tour_shows() {
    let page = include_str!("../../../docs/tour.md");
    let engine = Engine::in_memory().await.unwrap();
    let mut seed = codesensei(&["seed"]);
    seed.args(["--endpoint-url", engine.url()]);
    assert_eq!(run_to_end(seed).await.code, Some(0));
    let folder = tempdir().unwrap();
    let examples = examples(page);
    for Example { command, printed } in &examples {
        assert_eq!(&prints(command, engine.url(), folder.path()).await, printed, "{command}");
    }
    let questions = page.split("## Ten questions").nth(1).unwrap().split("\n## ").next().unwrap();
    assert_eq!((1..=10).filter(|number| questions.contains(&format!("\n{number}. "))).count(), 10);
    assert!(examples.len() >= 10);
}

#[tokio::test]
async fn the_commands_of_the_page_about_data_end_as_their_comments_say() {
    let page = include_str!("../../../docs/data.md");
    let section = page.split("## Commands\n").nth(1).and_then(|rest| rest.split("```sh\n").nth(1));
    let commands: Vec<&str> = section.unwrap().split("```").next().unwrap().lines().collect();
    let engine = Engine::in_memory().await.unwrap();
    let folder = tempdir().unwrap();
    for line in &commands {
        let (command, comment) = line.split_once('#').unwrap();
        let expected = i32::from(comment.contains("exits with 1"));
        let end = run_to_end(shell(command, engine.url(), folder.path())).await;
        assert_eq!(end.code, Some(expected), "{line}\n{}", end.stdout);
        let reason = comment.split("exits with 1: ").nth(1).unwrap_or_default();
        assert!(reason != "nothing to delete" || end.stdout.contains("there is nothing to delete"), "{}", end.stdout);
    }
    assert!(commands.len() >= 15 && folder.path().join("exported").exists());
}

#[test]
fn the_readme_quotes_the_output_of_the_demo() {
    let readme = include_str!("../../../README.md");
    let demo = include_str!("snapshots/it__help__the_demo_shows_each_step_with_its_cost.snap");
    let quoted = readme.split("```text\n").find(|block| block.starts_with("step ")).unwrap();
    let quoted: Vec<&str> = quoted.split("```").next().unwrap().lines().collect();
    assert!(quoted.len() > 2 && quoted.iter().all(|line| demo.lines().any(|example| example == *line)), "{quoted:?}");
}
