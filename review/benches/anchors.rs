//! Measures how often an anchor is right after random edits, and the longest time of one call: `cargo bench -p review
//! --bench anchors`.
//!
//! `-- --cases 100000 --seed 7 FOLDER…` sets the number of edited files, the seed of the random numbers, and folders of
//! source files beside this repository. The same seed with the same files gives the same results.
//!
//! The bench compares three simple methods: keep the line numbers, take the first place of the text, follow only a
//! diff. Then it measures the time for files of 5 MiB that are made to be slow, with 50 selections each. It prints
//! tables in Markdown, and ends with an error if the product misses a goal.

#![expect(clippy::print_stdout, reason = "what it finds is for the person who started it")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use review::anchor::re_anchor;
use review::limits::{CODE_BYTES, DIFF_DEADLINE};
use review::lines::Lines;
use review::selection::Selection;
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use edits::{BANDS, Case, Tally, repository, sources};

#[path = "../tests/anchors/edits.rs"]
mod edits;

/// The goal for one call on a file of 5 MiB.
const LONGEST: Duration = Duration::from_millis(500);
/// The calls for each time of a large file. The shortest one counts, because other processes delay single calls.
const REPEATS: u32 = 3;
/// The number of threads that a session can have.
const SELECTIONS: u32 = 50;

/// A method's result: the lines, from 1 and inclusive, and whether they have the selected text.
type Place = (usize, usize, bool);
type Method = fn(&Case) -> Place;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut measures, mut cases, mut seed, mut folders) = (false, 20_000, 7, vec![repository().to_owned()]);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|number| number.parse().ok()).expect("a number");
        match &*argument {
            // `cargo test --all-targets` runs the bench too, without a measurement.
            "--bench" => measures = true,
            "--cases" => cases = number(),
            "--seed" => seed = number(),
            folder => folders.push(PathBuf::from(folder)),
        }
    }
    if measures {
        let files = sources(&folders);
        println!("{cases} random edits of {} files, seed {seed}", files.len());
        let missed = [accuracy(&files, cases, seed), worst_cases(&files, seed)].concat();
        assert!(missed.is_empty(), "missed: {}", missed.join("; "));
    }
}

/// Prints a table for each band, and returns the missed goals.
fn accuracy(files: &[String], cases: u64, seed: u64) -> Vec<String> {
    let mut missed = Vec::new();
    let methods: [(&str, Method); 4] = [
        ("keep the line numbers", kept),
        ("first match of the text", first_match),
        ("diff only", diffed),
        ("ours", ours),
    ];
    let mut random = StdRng::seed_from_u64(seed);
    for (number, band) in (0..).zip(&BANDS) {
        let mut tallies = methods.map(|_| (Tally::default(), Duration::ZERO));
        // The cases are spread over the bands; the first band gets the remainder.
        let share = (cases + 2 - number) / 3;
        for _ in 0..share {
            let case = Case::random(&mut random, files, &band.edits);
            for ((_, method), (tally, took)) in methods.iter().zip(&mut tallies) {
                let began = Instant::now();
                let (first, last, stable) = method(&case);
                *took += began.elapsed();
                tally.add(&case, first, last, stable);
            }
        }
        let (least, most) = (band.edits.start(), band.edits.end());
        let (exact, off_target) = (100.0 * band.exact_at_least, 100.0 * band.off_target_at_most);
        println!(
            "\n{least} to {most} edits, {share} cases; wanted: {exact:.0} % exact, {off_target:.0} % off target at most\n"
        );
        println!(
            "| method | exact | off target | false stable | false approximate | time |\n|---|--:|--:|--:|--:|--:|"
        );
        for ((name, _), (tally, took)) in methods.iter().zip(&tallies) {
            let (exact, off_target) = (100.0 * tally.exact(), 100.0 * tally.off_target());
            let time = took.as_secs_f64() * 1e6 / f64::from(tally.cases);
            let (stable, approximate) = (tally.false_stable, tally.false_approximate);
            println!("| {name} | {exact:.2} % | {off_target:.2} % | {stable} | {approximate} | {time:.0} µs |");
        }
        let (tally, _) = &tallies[methods.len() - 1];
        let is_right = tally.exact() >= band.exact_at_least && tally.off_target() <= band.off_target_at_most;
        if !is_right || tally.false_stable + tally.false_approximate > 0 {
            missed.push(format!("{least} to {most} edits"));
        }
    }
    missed
}

fn ours(case: &Case) -> Place {
    let selection = Selection { start_line: line(case.first), end_line: line(case.last), text: &case.selected };
    let anchor = re_anchor(&case.old, &case.new, &[selection], Instant::now() + DIFF_DEADLINE)[0];
    let at = |line: u32| usize::try_from(line).expect("small");
    (at(anchor.start_line), at(anchor.end_line), anchor.is_stable)
}

fn kept(case: &Case) -> Place {
    clamped(case, case.first, case.last, true)
}

fn first_match(case: &Case) -> Place {
    let (new, selected): (Vec<_>, Vec<_>) = (case.new.split('\n').collect(), case.selected.split('\n').collect());
    let found = new.windows(selected.len()).position(|window| window == selected);
    found.map_or_else(|| clamped(case, case.first, case.last, false), |at| (at + 1, at + selected.len(), true))
}

fn diffed(case: &Case) -> Place {
    let (old, new): (Vec<_>, Vec<_>) = (case.old.lines().collect(), case.new.lines().collect());
    let deadline = Instant::now() + DIFF_DEADLINE;
    let (mut left, mut hunk) = (Vec::new(), None);
    for op in capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(deadline)) {
        let (_, before, after) = op.as_tag_tuple();
        if let DiffOp::Equal { .. } = op {
            let selected = before.zip(after).filter(|(line, _)| (case.first..=case.last).contains(&(line + 1)));
            left.extend(selected.map(|(_, line)| line + 1));
        } else if before.contains(&(case.first - 1)) {
            hunk = Some(after.start + 1);
        }
    }
    match (&*left, hunk) {
        ([first, .., last], _) => {
            (*first, *last, left.len() == case.last + 1 - case.first && last - first == case.last - case.first)
        }
        ([only], _) => (*only, *only, case.first == case.last),
        ([], at) => clamped(case, at.unwrap_or(case.first), at.unwrap_or(case.first), false),
    }
}

fn clamped(case: &Case, first: usize, last: usize, stable: bool) -> Place {
    let count = Lines::of(&case.new).count();
    (first.min(count), last.min(count), stable)
}

/// Prints the time of each slow text, and returns those that miss the goal.
fn worst_cases(files: &[String], seed: u64) -> Vec<String> {
    let (mut missed, goal) = (Vec::new(), LONGEST.as_millis());
    let mut random = StdRng::seed_from_u64(seed);
    println!(
        "\nFiles of 5 MiB and {SELECTIONS} selections of up to 10 lines, or of a third of the file; the shortest of \
         {REPEATS} calls; wanted: {goal} ms\n"
    );
    println!("| file | lines | 10 lines | a third |\n|---|--:|--:|--:|");
    for (what, old, new) in slow_texts(files, &mut random) {
        let lines = Lines::of(&old);
        let [short, long] = [10, lines.count() / 3].map(|length| {
            let selections: Vec<_> = (0..SELECTIONS)
                .map(|_| {
                    let first = random.random_range(1..=lines.count());
                    let last = (first + random.random_range(0..length)).min(lines.count());
                    let text = lines.text(first, last.min(first + 9));
                    Selection { start_line: line(first), end_line: line(last), text }
                })
                .collect();
            let took = (0..REPEATS).map(|_| {
                let began = Instant::now();
                let anchors = re_anchor(&old, &new, &selections, began + DIFF_DEADLINE);
                let took = began.elapsed();
                assert_eq!(anchors.len(), selections.len());
                took.as_millis()
            });
            took.min().unwrap_or_default()
        });
        println!("| {what} | {} | {short} ms | {long} ms |", lines.count());
        if short.max(long) >= goal {
            missed.push(what.to_owned());
        }
    }
    missed
}

/// Texts that make a part of the algorithm slow, each before and after an edit.
fn slow_texts(files: &[String], random: &mut StdRng) -> Vec<(&'static str, String, String)> {
    let numbered = |name: &str| filled((0..).map(|n| format!("let {name}_{n} = {};", n * 7)));
    let code = filled(files.iter().cycle().flat_map(|file| file.lines()).map(str::to_owned));
    let (changed, braces, blank) = (every(&code, 50, "// changed"), filled(repeated("}")), filled(repeated("")));
    let mut shuffled: Vec<_> = code.lines().collect();
    shuffled.shuffle(random);
    let shuffled = shuffled.join("\n");
    let mut rotated: Vec<_> = changed.lines().collect();
    let third = rotated.len() / 3;
    rotated.rotate_left(third);
    let rotated = rotated.join("\n");
    let short = filled((0..).map(|n| format!("v{n:06};//")));
    let code_with_more = filled(code.lines().map(|line| format!("{line}//")));
    let mut drawn = |words: [&'static str; 2], lines: usize| {
        let mut text =
            || (0..lines).map(|_| words[usize::from(random.random::<bool>())]).collect::<Vec<_>>().join("\n");
        (text(), text())
    };
    let ((letters, more_letters), (words, more_words)) =
        (drawn(["a", "b"], 1_000_000), drawn(["aaa", "bbb"], 1_250_000));
    vec![
        ("all `}`, every 97th another", braces.clone(), every(&braces, 97, "{")),
        ("blank lines, every 97th another", blank.clone(), every(&blank, 97, "x")),
        ("all different, and all others", numbered("variable"), numbered("other")),
        ("short lines, all rewritten", short.clone(), short.replace("//", "")),
        ("code, every 50th line changed", code.clone(), changed),
        ("code, changed and rotated by a third", code.clone(), rotated),
        ("code, lines shuffled", code.clone(), shuffled),
        ("code, every line rewritten", code_with_more, code),
        ("a million lines of a or b", letters, more_letters),
        ("1,250,000 lines of aaa or bbb", words, more_words),
    ]
}

/// The text with every `nth` line replaced.
fn every(text: &str, nth: usize, becomes: &str) -> String {
    let lines = text.lines().enumerate().map(|(n, line)| if n % nth == 0 { becomes } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn repeated(line: &str) -> impl Iterator<Item = String> + '_ {
    std::iter::repeat_with(|| line.to_owned())
}

/// 5 MiB of these lines.
fn filled(lines: impl Iterator<Item = String>) -> String {
    let mut text = String::with_capacity(CODE_BYTES);
    for line in lines {
        if text.len() + line.len() >= CODE_BYTES {
            break;
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn line(number: usize) -> u32 {
    u32::try_from(number).expect("a text has fewer lines")
}
