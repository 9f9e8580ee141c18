//! Concurrent commands on one embedded table: one of them runs the engine, and the others use it.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use codesensei::folder::{DataFolder, EngineOwner};
use tempfile::{TempDir, tempdir};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::process::{Server, codesensei, run_to_end};

/// A generous time limit for a command.
const TIMEOUT: Duration = Duration::from_mins(1);
const QUERY: [&str; 4] = ["query", "find_username_claim", "--username-key", "ada"];

fn on(folder: &Path, arguments: &[&str]) -> Command {
    codesensei(&[arguments, &["--data-dir", folder.to_str().unwrap()]].concat())
}

async fn seeded() -> TempDir {
    let folder = tempdir().unwrap();
    let end = run_to_end(on(folder.path(), &["seed"])).await;
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    folder
}

/// Starts a load that takes seconds, and waits until it writes.
async fn slow_seed(folder: &Path, users: &str) -> Child {
    let before = bytes(folder);
    let arguments = ["seed", "--users", users, "--concurrency", "2", "--wcu-per-second", "1500"];
    let child = on(folder, &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while bytes(folder) < before + 500_000 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    child
}

/// Starts a load that waits for another one, and waits for its message. Its own load is slow too, so that it lasts
/// longer than the pause before the other command reports that it waits.
async fn waiting_seed(folder: &Path, users: &str) -> Child {
    let mut command = on(folder, &["seed", "--users", users, "--wcu-per-second", "1500"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut output = Vec::new();
    while output.last() != Some(&b'\n') {
        output.push(child.stderr.as_mut().unwrap().read_u8().await.expect("a message about the wait"));
    }
    let output = String::from_utf8(output).unwrap();
    assert!(output.contains("Waiting for another `codesensei seed`"), "{output}");
    child
}

fn bytes(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).unwrap();
    files.filter_map(|file| file.ok()?.metadata().ok()).map(|file| file.len()).sum()
}

async fn signal(child: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.to_string()]).status().await.unwrap().success());
}

async fn output(child: Child) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = child.wait_with_output().await.unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// The number of existing accounts of a crowd of this size.
async fn accounts(folder: &Path, users: &str) -> u32 {
    let end = run_to_end(on(folder, &["seed", "--users", users])).await;
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    let there = end.stdout.lines().find_map(|line| line.split_once(" of the accounts already existed"));
    there.map_or(0, |(number, _)| number.parse().unwrap())
}

async fn is_sound(folder: &Path) {
    let end = run_to_end(on(folder, &["verify", "--look-again-after", "0"])).await;
    assert_eq!((end.code, end.stdout.as_str()), (Some(0), ""), "{}", end.stderr);
}

#[tokio::test]
async fn eight_concurrent_commands_on_one_folder_succeed() {
    let folder = seeded().await;
    for round in 0..5 {
        let mut running = JoinSet::new();
        for _ in 0..8 {
            running.spawn(run_to_end(on(folder.path(), &QUERY)));
        }
        while let Some(end) = running.join_next().await {
            let end = end.unwrap();
            assert_eq!(end.code, Some(0), "round {round}: {}", end.stderr);
            assert!(end.stdout.contains("user_id"), "round {round}: {}", end.stdout);
        }
    }
}

#[tokio::test]
async fn xargs_runs_commands_in_parallel_on_one_folder() {
    let folder = seeded().await;
    let script = format!(
        "for i in 1 2 3 4 5 6; do echo ada; echo grace; echo linus; echo yuki; done | xargs -P8 -I NAME {} query \
         find_username_claim --username-key NAME --data-dir {}",
        env!("CARGO_BIN_EXE_codesensei"),
        folder.path().display()
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).stdin(Stdio::null());
    let end = run_to_end(shell).await;
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    assert_eq!(end.stdout.lines().count(), 24, "{}", end.stdout);
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_closes_its_output_before_it_waits_for_others() {
    let folder = tempdir().unwrap();
    let mut holder = slow_seed(folder.path(), "40").await;
    let Ok(EngineOwner::OtherProcess(lease)) = DataFolder::acquire_or_lease(folder.path()).await else {
        panic!("the load owns the folder")
    };
    let mut printed = String::new();
    let read = holder.stdout.as_mut().unwrap().read_to_string(&mut printed);
    timeout(TIMEOUT, read).await.expect("its output ends while the lease exists").unwrap();
    assert!(printed.contains("Written to the table codesensei"), "{printed}");
    assert_eq!(holder.try_wait().unwrap(), None, "the engine runs until the lease ends");
    drop(lease);
    assert_eq!(output(holder).await.0, Some(0));
}

#[tokio::test]
async fn a_command_can_delete_the_rows_that_another_pipes_to_it() {
    let folder = seeded().await;
    let script = format!(
        "{0} query list_usage --user @ada --before 2027-01-01 --data-dir {1} | \
         {0} query delete_usage --keys-from - --write --yes --data-dir {1}",
        env!("CARGO_BIN_EXE_codesensei"),
        folder.path().display()
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).stdin(Stdio::null()).kill_on_drop(true);
    let end = timeout(TIMEOUT, run_to_end(shell)).await.expect("no deadlock");
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    let left =
        run_to_end(on(folder.path(), &["query", "list_usage", "--user", "@ada", "--before", "2027-01-01"])).await;
    assert_eq!((left.code, left.stdout.as_str()), (Some(0), ""), "{}", left.stderr);
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_waits_for_input_blocks_no_other_and_can_be_interrupted() {
    let folder = seeded().await;
    let delete = ["query", "delete_usage", "--keys-from", "-", "--write", "--yes"];
    let mut waiting = on(folder.path(), &delete);
    let mut waiting = waiting.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut keys = waiting.stdin.take().unwrap();
    // More than a pipe holds: after this write, the command reads its input.
    keys.write_all(&vec![b' '; 200_000]).await.unwrap();
    assert!(
        matches!(DataFolder::acquire_or_lease(folder.path()).await, Ok(EngineOwner::ThisProcess(_))),
        "the command has not opened the table yet"
    );
    // Not SIGINT: background processes of a shell ignore it, and this command does not listen for it yet.
    signal(waiting.id().unwrap(), "-TERM").await;
    timeout(TIMEOUT, waiting.wait()).await.expect("it ends").unwrap();
}

#[tokio::test]
async fn concurrent_commands_on_an_empty_folder_succeed() {
    let folder = tempdir().unwrap();
    let mut running = JoinSet::new();
    for _ in 0..4 {
        running.spawn(run_to_end(on(folder.path(), &["seed"])));
    }
    let mut written = 0;
    while let Some(end) = running.join_next().await {
        let end = end.unwrap();
        assert_eq!(end.code, Some(0), "{}", end.stderr);
        written += u32::from(!end.stdout.starts_with("Nothing to write"));
    }
    assert_eq!(written, 1, "one load writes, and the others wait and find the data");
    is_sound(folder.path()).await;
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupted_owner_runs_its_engine_until_others_end() {
    let folder = tempdir().unwrap();
    let holder = slow_seed(folder.path(), "120").await;
    let other = waiting_seed(folder.path(), "120").await;
    signal(holder.id().unwrap(), "-INT").await;
    let (second, first) = tokio::join!(output(other), output(holder));
    let (code, stdout, stderr) = first;
    assert_eq!(code, Some(130), "{stdout}{stderr}");
    assert!(stderr.contains("of 120 accounts written; run the same command to continue"), "{stderr}");
    assert!(stderr.contains("Waiting for other commands that use the engine of this process"), "{stderr}");
    let (code, stdout, stderr) = second;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("already existed"), "{stdout}");
    assert_eq!(accounts(folder.path(), "120").await, 120);
    is_sound(folder.path()).await;
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupted_command_does_not_end_the_owner_of_the_engine() {
    let folder = tempdir().unwrap();
    let holder = slow_seed(folder.path(), "80").await;
    let other = waiting_seed(folder.path(), "80").await;
    signal(other.id().unwrap(), "-INT").await;
    let (code, _, stderr) = output(other).await;
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stderr.contains("stopped before anything was written"), "{stderr}");
    let (code, stdout, stderr) = output(holder).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert_eq!(accounts(folder.path(), "80").await, 80);
}

#[cfg(unix)]
#[tokio::test]
async fn after_a_killed_owner_the_next_command_works() {
    let folder = tempdir().unwrap();
    let holder = slow_seed(folder.path(), "200").await;
    let other = waiting_seed(folder.path(), "200").await;
    signal(holder.id().unwrap(), "-KILL").await;
    output(holder).await;
    let (code, _, stderr) = output(other).await;
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("has ended. Run this command again."), "{stderr}");
    let end = run_to_end(on(folder.path(), &["seed", "--users", "20"])).await;
    assert_eq!(end.code, Some(0), "{}", end.stderr);
    assert_eq!(accounts(folder.path(), "20").await, 20);
}

#[cfg(unix)]
#[tokio::test]
async fn a_stopped_server_runs_its_engine_until_other_commands_end() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let seed = slow_seed(folder.path(), "40").await;
    signal(server.id(), "-INT").await;
    let (code, stdout, stderr) = output(seed).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert_eq!(server.wait_for_exit().await.0, Some(0));
    assert_eq!(accounts(folder.path(), "40").await, 40);
}

#[cfg(unix)]
#[tokio::test]
async fn a_second_interruption_ends_the_owner_at_once() {
    let folder = tempdir().unwrap();
    let mut command = on(folder.path(), &["--port", "0"]);
    command.stderr(Stdio::piped());
    let mut server = Server::run(command).await;
    let seed = slow_seed(folder.path(), "2000").await;
    server.interrupt().await;
    server.wait_for_message("Waiting for other commands that use the engine of this process").await;
    server.interrupt().await;
    assert_eq!(server.wait_for_exit().await.0, Some(0));
    let (code, stdout, stderr) = output(seed).await;
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stderr.contains("Run this command again."), "{stderr}");
}

#[tokio::test]
async fn a_server_waits_for_a_running_command() {
    let folder = tempdir().unwrap();
    let seed = slow_seed(folder.path(), "40").await;
    let server = Server::start(folder.path()).await;
    assert_eq!(output(seed).await.0, Some(0));
    server.sign_in().await;
}
