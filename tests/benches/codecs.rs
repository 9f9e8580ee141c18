//! The pure parts of a request, against the size of the file: `cargo bench -p tests --bench codecs`.
//!
//! Each figure is the median of `-- --rounds 15` rounds, with the fastest and the slowest round. A round repeats the
//! work until it takes 20 ms. Code is the source of this repository.

#![expect(clippy::print_stdout, reason = "a person reads the result")]

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use model::{MessageId, PackedBody, PackedCode, SessionId, ThreadId};
use review::anchor::re_anchor;
use review::fence::Fence;
use review::limits::DIFF_DEADLINE;
use review::lines::Lines;
use review::patch::Patch;
use review::prompt::{Prompt, Question};
use review::selection::Selection;
use tests::texts::{FIVE_MIB, source};

/// The shortest round.
const ROUND: Duration = Duration::from_millis(20);
/// The number of threads of a session that are re-anchored.
const SELECTIONS: u32 = 50;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --all-targets` starts the bench too, and must not wait for it.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let given = arguments.iter().position(|argument| argument == "--rounds").and_then(|at| arguments.get(at + 1));
    let rounds = given.map_or(15, |given| given.parse().expect("a number of rounds"));
    println!("| work | size | microseconds (fastest–slowest) | MB a second | against the plain library |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for bytes in [3_000, 30_000, 300_000, FIVE_MIB] {
        of_code(&source(bytes), rounds);
    }
    of_ids(rounds);
}

/// Times of the rounds, sorted.
struct Times(Vec<Duration>);

impl Times {
    fn of<T>(rounds: usize, mut work: impl FnMut() -> T) -> Self {
        let began = Instant::now();
        black_box(work());
        let once = began.elapsed().max(Duration::from_nanos(50));
        let repeats = u32::try_from(ROUND.as_nanos() / once.as_nanos()).unwrap_or(u32::MAX).max(1);
        let round = |_| {
            let began = Instant::now();
            for _ in 0..repeats {
                black_box(work());
            }
            began.elapsed() / repeats
        };
        let mut times: Vec<Duration> = (0..rounds).map(round).collect();
        times.sort_unstable();
        Self(times)
    }

    fn median(&self) -> Duration {
        self.0[self.0.len() / 2]
    }
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000_000.0
}

fn row(work: &str, bytes: usize, times: &Times, plain: Option<&Times>) {
    let (fastest, slowest) = (micros(times.0[0]), micros(times.0[times.0.len() - 1]));
    let speed = f64::from(u32::try_from(bytes).expect("at most 5 MiB")) / micros(times.median());
    let ratio = plain.map_or_else(String::new, |plain| {
        format!("{:.2}x", times.median().as_secs_f64() / plain.median().as_secs_f64())
    });
    let median = micros(times.median());
    println!("| {work} | {} | {median:.1} ({fastest:.1}–{slowest:.1}) | {speed:.0} | {ratio} |", size(bytes));
}

fn size(bytes: usize) -> String {
    if bytes == FIVE_MIB { "5 MiB".to_owned() } else { format!("{} KB", bytes / 1_000) }
}

fn of_code(code: &str, rounds: usize) {
    let bytes = code.len();
    row("copy", bytes, &Times::of(rounds, || code.to_owned()), None);
    let plain = Times::of(rounds, || gzip(code));
    let packed = Times::of(rounds, || PackedCode::pack(code).expect("at most 5 MiB"));
    row("pack: gzip, digest and chunks", bytes, &packed, Some(&plain));
    let whole = gzip(code);
    let plain = Times::of(rounds, || gunzip(&whole));
    let PackedCode { sha256, size, body } = PackedCode::pack(code).expect("at most 5 MiB");
    let pieces = match body {
        PackedBody::Inline(gzip) => vec![gzip],
        PackedBody::Chunked(pieces) => pieces,
    };
    let parts: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
    let unpacked = Times::of(rounds, || PackedCode::unpack(&parts, sha256, size).expect("it was packed"));
    row("unpack, with its digest and UTF-8", bytes, &unpacked, Some(&plain));
    let lines = Lines::of(code);
    let selections: Vec<Selection<'_>> = selections(&lines);
    let edited = format!("// a new first line\n{code}");
    let anchors = || re_anchor(code, &edited, &selections, Instant::now() + DIFF_DEADLINE);
    row("re-anchor 50 threads after a new first line", bytes, &Times::of(rounds, anchors), None);
    let middle = lines.count() / 2;
    let line = u32::try_from(middle).expect("few lines");
    let original = lines.text(middle, middle + 1).to_owned();
    let replacement = format!("{original}\n// and a comment");
    let patch = Patch { start_line: line, end_line: line + 1, original, replacement };
    let all = (1, u32::try_from(lines.count()).expect("few lines"));
    row("check a patch of two lines", bytes, &Times::of(rounds, || patch.check(code, all).is_ok()), None);
    let fence = Fence::new(b"key", "session", 1);
    let question = Question {
        language: "Rust",
        filename: "source.rs",
        code,
        selection: selections.first().copied(),
        history: &[],
        text: "Is this right?",
    };
    row("build a prompt", bytes, &Times::of(rounds, || Prompt::build(&fence, &question).is_ok()), None);
}

/// Selections of two lines, spread over the file.
fn selections<'a>(lines: &Lines<'a>) -> Vec<Selection<'a>> {
    let count = u32::try_from(lines.count()).expect("few lines") - 1;
    let at = |number: u32| {
        let start_line = 1 + number * (count - 1) / SELECTIONS;
        let text = lines.text(start_line as usize, start_line as usize + 1);
        Selection { start_line, end_line: start_line + 1, text }
    };
    (0..SELECTIONS).map(at).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

fn gunzip(gzip: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut text).expect("it is gzip");
    text
}

fn of_ids(rounds: usize) {
    const SESSION: &str = "0197f0c4-8a3e-7d55-b1a2-3c4d5e6f7a8b";
    let nanos = |work: &str, times: &Times| {
        let nanos = |duration: Duration| duration.as_secs_f64() * 1_000_000_000.0;
        let (fastest, slowest) = (nanos(times.0[0]), nanos(times.0[times.0.len() - 1]));
        println!("| {work} | {:.0} ({fastest:.0}–{slowest:.0}) |", nanos(times.median()));
    };
    println!("\n| work | nanoseconds (fastest–slowest) |");
    println!("| --- | ---: |");
    nanos("parse the id of a session", &Times::of(rounds, || SESSION.parse::<SessionId>().is_ok()));
    let thread = format!("{SESSION}.{SESSION}");
    let thread_id: ThreadId = thread.parse().expect("an id");
    let message = MessageId { thread_id, seq: 7 };
    nanos("parse the id of a thread", &Times::of(rounds, || thread.parse::<ThreadId>().is_ok()));
    nanos("write the id of a message", &Times::of(rounds, || message.to_string()));
}
