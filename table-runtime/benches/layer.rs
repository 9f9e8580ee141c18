//! What the data layer adds to the bare SDK: `cargo bench -p table-runtime --bench layer`.
//!
//! `-- --rounds 45 --calls 99` sets the number of rounds and of calls in a round. In each round a generated function
//! of the product calls the embedded engine, one request after another. Then the bare SDK does, with the same requests
//! and the same settings of its client. The engine is another process, so its work does not count: the time on a
//! processor and the allocations are those of the one thread that has the function, the SDK and its connection.
//!
//! Before it measures a pattern, the bench compares the requests of both sides, and fails if they differ. Both sides
//! decode the same attributes into structs: the layer into those of the schema, whose fields check their values, and
//! the bare side into structs of texts and numbers. The layer also adds up the cost and explains refusals.
//!
//! `-- --only AP-04 --side layer` repeats the calls of one side and measures nothing, for a profiler. The difference of
//! two numbers of `--calls` is the work of the calls:
//! `valgrind --tool=callgrind target/release/deps/layer-… --bench --only AP-04 --side layer --calls 99`.

#![expect(clippy::print_stdout, reason = "a person reads the result")]

use std::alloc::System;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pairs::{Pair, Scene};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[path = "layer/bare.rs"]
mod bare;
#[path = "layer/pairs.rs"]
mod pairs;
#[path = "layer/same.rs"]
mod same;

/// Counts the allocations.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)).map(String::as_str)
    };
    let number = |name: &str, unless_set: u32| given(name).map_or(unless_set, |given| given.parse().expect("a number"));
    if arguments.iter().any(|argument| argument == "--engine") {
        engine();
    } else if let Some(side) = given("--side") {
        repeat(given("--only").expect("--only AP-04, or another pattern"), side == "layer", number("--calls", 99));
    } else if arguments.iter().any(|argument| argument == "--bench") {
        // `cargo test --all-targets` starts the bench too, and must not wait for it.
        compare(number("--rounds", 45), number("--calls", 99));
    }
}

/// Runs the engine until the process ends, and prints its address.
fn engine() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        println!("{}", listener.local_addr().expect("it is bound"));
        let database = dynoxide::Database::memory().expect("memory");
        dynoxide::server::serve_on(listener, database).await;
    });
}

/// An engine that ends with this value.
struct Engine(Child);

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start_engine() -> (Engine, String) {
    let mut command = Command::new(std::env::current_exe().expect("a program"));
    let mut child = command.arg("--engine").stdout(Stdio::piped()).spawn().expect("it starts");
    let mut address = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut address).expect("an address");
    (Engine(child), format!("http://{}", address.trim()))
}

/// One side of a round.
#[derive(Clone, Copy)]
struct Measured {
    /// Microseconds per call.
    latency: f64,
    /// Microseconds on a processor per call.
    processor: f64,
    /// Allocations per call.
    allocations: f64,
}

fn compare(rounds: u32, calls: u32) {
    let (_engine, url) = start_engine();
    let runtime = one_thread();
    println!("{rounds} rounds of {calls} calls; microseconds per call, medians of the rounds");
    println!("the ratios are medians of the rounds' ratios, with the lowest and the highest round\n");
    println!(
        "| pattern | layer CPU | SDK CPU | CPU ratio | layer latency | SDK latency | latency ratio | layer allocations \
         | SDK allocations |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    runtime.block_on(async {
        let scene = Scene::at(&url).await;
        for pair in Pair::ALL {
            same::check(&scene, &url, pair).await;
            // One round that does not count: connections and caches.
            let mut sides = Vec::new();
            for round in 0..=rounds {
                let (layer, bare) = measure(&scene, pair, calls, round % 2 == 0).await;
                if round > 0 {
                    sides.push((layer, bare));
                }
            }
            row(pair, &sides);
        }
    });
}

fn one_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The calls of one side, for a profiler.
fn repeat(pattern: &str, is_layer: bool, calls: u32) {
    let (_engine, url) = start_engine();
    let pair = Pair::ALL.into_iter().find(|pair| pair.name().starts_with(pattern)).expect("a pattern of the bench");
    one_thread().block_on(async {
        let scene = Scene::at(&url).await;
        let mut prepared = scene.prepare(pair, calls).await;
        for call in 0..calls {
            scene.call(pair, is_layer, &mut prepared, call).await;
        }
    });
}

/// One round; the order alternates.
async fn measure(scene: &Scene, pair: Pair, calls: u32, layer_first: bool) -> (Measured, Measured) {
    let mut layer = None;
    let mut bare = None;
    for is_layer in [layer_first, !layer_first] {
        let mut prepared = scene.prepare(pair, calls).await;
        let allocated = ALLOCATOR.stats().allocations;
        let (before, began) = (processor(), Instant::now());
        for call in 0..calls {
            scene.call(pair, is_layer, &mut prepared, call).await;
        }
        let (took, used) = (began.elapsed(), processor().saturating_sub(before));
        let allocations = u32::try_from(ALLOCATOR.stats().allocations - allocated).expect("fewer than 4 billion");
        let micros = |duration: Duration| duration.as_secs_f64() * 1_000_000.0 / f64::from(calls);
        let allocations = f64::from(allocations) / f64::from(calls);
        let measured = Measured { latency: micros(took), processor: micros(used), allocations };
        if is_layer { layer = Some(measured) } else { bare = Some(measured) }
    }
    (layer.expect("measured"), bare.expect("measured"))
}

/// The time of this thread on a processor, which Linux counts in nanoseconds: the first number, see `proc(5)`.
fn processor() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default())
}

fn row(pair: Pair, sides: &[(Measured, Measured)]) {
    let of = |value: fn(&(Measured, Measured)) -> f64| {
        let mut values: Vec<f64> = sides.iter().map(value).collect();
        values.sort_unstable_by(f64::total_cmp);
        (values[0], values[values.len() / 2], values[values.len() - 1])
    };
    let ratio = |(low, median, high): (f64, f64, f64)| format!("{median:.3} ({low:.3}–{high:.3})");
    println!(
        "| {} | {:.0} | {:.0} | {} | {:.0} | {:.0} | {} | {:.0} | {:.0} |",
        pair.name(),
        of(|(layer, _)| layer.processor).1,
        of(|(_, bare)| bare.processor).1,
        ratio(of(|(layer, bare)| layer.processor / bare.processor)),
        of(|(layer, _)| layer.latency).1,
        of(|(_, bare)| bare.latency).1,
        ratio(of(|(layer, bare)| layer.latency / bare.latency)),
        of(|(layer, _)| layer.allocations).1,
        of(|(_, bare)| bare.allocations).1,
    );
}
