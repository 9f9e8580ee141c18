//! What the data layer adds to the bare SDK: `cargo bench -p table-runtime --bench layer`.
//!
//! `-- --rounds 15 --calls 99` sets the number of rounds and of calls in a round. In each round a generated function
//! of the product calls the embedded engine, one request after another. Then the bare SDK does, with the same requests
//! and the same settings of its client. The engine is another process, so its work does not count: the time on a
//! processor is that of the one thread that has the function, the SDK and its connection.
//!
//! Both sides decode items into structs: the layer into those of the schema, whose fields check their values, and the
//! bare side into structs of texts and numbers. The layer also adds up the cost and explains refusals.

#![expect(clippy::print_stdout, reason = "a person reads the result")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pairs::{Pair, Scene};

#[path = "layer/bare.rs"]
mod bare;
#[path = "layer/pairs.rs"]
mod pairs;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str, unless_set: u32| {
        let given = arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
        given.map_or(unless_set, |given| given.parse().expect("a number"))
    };
    if arguments.iter().any(|argument| argument == "--engine") {
        engine();
    } else if arguments.iter().any(|argument| argument == "--bench") {
        // `cargo test --all-targets` starts the bench too, and must not wait for it.
        compare(number("--rounds", 15), number("--calls", 99));
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
}

fn compare(rounds: u32, calls: u32) {
    let (_engine, url) = start_engine();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    println!("{rounds} rounds of {calls} calls; microseconds per call, medians of the rounds");
    println!("the ratios are medians of the rounds' ratios, with the lowest and the highest round\n");
    println!("| pattern | layer CPU | SDK CPU | CPU ratio | layer latency | SDK latency | latency ratio |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    runtime.block_on(async {
        let scene = Scene::at(&url).await;
        for pair in Pair::ALL {
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

/// One round; the order alternates.
async fn measure(scene: &Scene, pair: Pair, calls: u32, layer_first: bool) -> (Measured, Measured) {
    let mut layer = None;
    let mut bare = None;
    for is_layer in [layer_first, !layer_first] {
        let mut prepared = scene.prepare(pair, calls).await;
        let (before, began) = (processor(), Instant::now());
        for call in 0..calls {
            if is_layer {
                scene.by_layer(pair, &mut prepared, call).await;
            } else {
                scene.by_sdk(pair, &mut prepared, call).await;
            }
        }
        let (took, used) = (began.elapsed(), processor().saturating_sub(before));
        let micros = |duration: Duration| duration.as_secs_f64() * 1_000_000.0 / f64::from(calls);
        let measured = Measured { latency: micros(took), processor: micros(used) };
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
        "| {} | {:.0} | {:.0} | {} | {:.0} | {:.0} | {} |",
        pair.name(),
        of(|(layer, _)| layer.processor).1,
        of(|(_, bare)| bare.processor).1,
        ratio(of(|(layer, bare)| layer.processor / bare.processor)),
        of(|(layer, _)| layer.latency).1,
        of(|(_, bare)| bare.latency).1,
        ratio(of(|(layer, bare)| layer.latency / bare.latency)),
    );
}
