//! A server as a separate process, and its use of the processor and of memory, as Linux counts them.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::BenchError;

/// The time limit for a start.
const START: Duration = Duration::from_mins(1);
/// The time between two readings of a command's memory.
const WATCH: Duration = Duration::from_millis(20);
/// The unit of the times in `/proc/PID/stat`, see `proc(5)`: a hundredth of a second on every architecture of Linux.
const TICK: Duration = Duration::from_millis(10);

/// A running `codesensei serve`. It ends when this value is dropped.
#[derive(Debug)]
pub(super) struct Server {
    process: Child,
    /// `http://127.0.0.1:PORT`.
    pub(super) url: String,
}

impl Server {
    /// Starts this program on a free port with its data in a folder, and waits until it answers.
    ///
    /// # Errors
    /// If it does not start, with what it printed.
    pub(super) async fn start(folder: &Path, arguments: &[&str]) -> Result<Self, BenchError> {
        let mut command = this_program(&["serve", "--port", "0", "--data-dir"])?;
        let mut process = command.arg(folder).args(arguments).spawn().map_err(BenchError::Start)?;
        let stdout = process.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(stdout).lines();
        let banner = timeout(START, async {
            while let Some(line) = lines.next_line().await.ok().flatten() {
                if let Some(url) = line.strip_prefix("CodeSensei is at http://localhost:") {
                    return Some(format!("http://127.0.0.1:{url}"));
                }
            }
            None
        });
        let Some(url) = banner.await.ok().flatten() else {
            let mut reason = String::new();
            let _ = process.start_kill();
            if let Some(mut stderr) = process.stderr.take() {
                let _ = stderr.read_to_string(&mut reason).await;
            }
            return Err(BenchError::NoServer(reason.trim().to_owned()));
        };
        // Reads the rest, so that the server never waits for its pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        if let Some(mut stderr) = process.stderr.take() {
            tokio::spawn(async move { tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await });
        }
        Ok(Self { process, url })
    }

    /// What it has used since its start. `None` where the system does not tell.
    pub(super) fn usage(&self) -> Option<Usage> {
        Usage::of(self.process.id()?)
    }

    /// Counts the peak of its memory anew.
    pub(super) fn forget_peak(&self) {
        if let Some(id) = self.process.id() {
            // See `clear_refs` in `proc(5)`.
            let _ = fs::write(format!("/proc/{id}/clear_refs"), "5");
        }
    }
}

/// This program with arguments, without the settings of this shell, which do not apply to a measured process.
fn this_program(arguments: &[&str]) -> Result<Command, BenchError> {
    let mut command = Command::new(std::env::current_exe().map_err(BenchError::Start)?);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CODESENSEI_", "BEDROCK_", "AWS_"].iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command.args(arguments).env("CODESENSEI_LOG", "error");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    Ok(command)
}

/// A command that ended successfully.
#[derive(Debug)]
pub(super) struct Finished {
    /// What it printed on standard error.
    pub(super) messages: String,
    pub(super) took: Duration,
    /// The highest resident memory in bytes; `None` where the system does not tell.
    pub(super) peak: Option<u64>,
}

/// Runs a command of this program until it ends. `last` is its last argument.
///
/// # Errors
/// If it fails, with what it printed.
pub(super) async fn run(arguments: &[&str], last: Option<&Path>) -> Result<Finished, BenchError> {
    let began = Instant::now();
    let mut command = this_program(arguments)?;
    let mut process = command.args(last).spawn().map_err(BenchError::Start)?;
    let id = process.id();
    let (mut stdout, mut stderr) = (process.stdout.take(), process.stderr.take());
    let mut peak = None;
    let watched = async {
        loop {
            // The kernel keeps the peak only as long as the process lives.
            peak = id.and_then(Usage::of).map(|usage| usage.peak).or(peak);
            sleep(WATCH).await;
        }
    };
    let mut errors = String::new();
    let ended = async {
        let read = async {
            if let Some(stdout) = &mut stdout {
                tokio::io::copy(stdout, &mut tokio::io::sink()).await?;
            }
            Ok::<_, std::io::Error>(())
        };
        let read_errors = async {
            if let Some(stderr) = &mut stderr {
                stderr.read_to_string(&mut errors).await?;
            }
            Ok(())
        };
        let (status, ..) = tokio::try_join!(process.wait(), read, read_errors)?;
        Ok(status)
    };
    let status = tokio::select! {
        ended = ended => ended.map_err(BenchError::Start)?,
        () = watched => unreachable!("it watches without an end"),
    };
    if !status.success() {
        let command = arguments.first().copied().unwrap_or_default().to_owned();
        return Err(BenchError::Command { command, reason: errors.trim().to_owned() });
    }
    Ok(Finished { messages: errors, took: began.elapsed(), peak })
}

/// The use of the processor and of memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    /// The time on a processor, of all threads.
    pub(super) processor: Duration,
    /// Resident memory in bytes.
    pub(super) memory: u64,
    /// The highest resident memory in bytes.
    pub(super) peak: u64,
}

impl Usage {
    /// The usage of a process. `None` if the system has no `/proc`, or the process has ended.
    pub(super) fn of(id: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        // The name of the program is in parentheses, and can have spaces.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index)?.parse::<u32>().ok();
        Some(Self {
            processor: TICK * (ticks(11)? + ticks(12)?),
            memory: kilobytes(&status, "VmRSS:")? * 1_024,
            peak: kilobytes(&status, "VmHWM:")? * 1_024,
        })
    }
}

fn kilobytes(status: &str, name: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_reads_its_own_usage() {
        let before = Usage::of(std::process::id()).unwrap();
        let held = vec![1_u8; 64 << 20];
        let until = std::time::Instant::now() + Duration::from_millis(100);
        let mut sum = 0_u64;
        while std::time::Instant::now() < until {
            sum += held.iter().map(|&byte| u64::from(byte)).sum::<u64>();
        }
        let after = Usage::of(std::process::id()).unwrap();
        assert!(sum > 0 && after.processor > before.processor, "{before:?} {after:?}");
        assert!(after.memory > before.memory + (32 << 20) && after.peak >= after.memory, "{before:?} {after:?}");
    }

    #[test]
    fn a_process_that_does_not_exist_has_no_usage() {
        assert!(Usage::of(u32::MAX).is_none());
    }
}
