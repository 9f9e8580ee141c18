//! The measured table: a line of Markdown for each target, and the machine.

use std::fs;
use std::time::Duration;

use crate::run::Outcome;
use crate::target::Target;

/// The header of the table.
pub const HEADER: &str = "\
| target | inputs | seconds | inputs/s | slowest input, ms | its bytes | peak memory, MiB | failures |
|---|--:|--:|--:|--:|--:|--:|--:|";

/// The line of a target. The peak memory is that of the process, which runs only this target.
#[must_use]
pub fn line(target: &Target, outcome: &Outcome) -> String {
    let Outcome { inputs, took, slowest, slowest_input, failure } = outcome;
    let memory = peak_memory_kib().map_or_else(|| "not reported".to_owned(), |kib| (kib / 1_024).to_string());
    format!(
        "| {} | {inputs} | {:.0} | {} | {:.1} | {} | {memory} | {} |",
        target.name,
        took.as_secs_f64(),
        per_second(*inputs, *took),
        slowest.as_secs_f64() * 1_000.0,
        slowest_input.len(),
        u8::from(failure.is_some()),
    )
}

fn per_second(inputs: u64, took: Duration) -> u128 {
    u128::from(inputs) * 1_000_000 / took.as_micros().max(1)
}

/// The most memory that this process had, from Linux. Other systems report none.
fn peak_memory_kib() -> Option<u64> {
    value("/proc/self/status", "VmHWM:")?.split_whitespace().next()?.parse().ok()
}

/// The processor and the number of threads that may run at once.
#[must_use]
pub fn machine() -> String {
    let processor = value("/proc/cpuinfo", "model name").map_or_else(
        || std::env::consts::ARCH.to_owned(),
        |name| name.trim_start_matches([' ', '\t', ':']).trim().to_owned(),
    );
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{processor}, {threads} threads, {}", std::env::consts::OS)
}

fn value(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned)
}
