//! `cargo run -p fuzz`: runs the targets with many inputs, one process for each, and prints what it measured as
//! Markdown.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the results are for the person who started it")]

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use clap::Parser;
use fuzz::{TARGETS, Target, measured, run};
use model::{Clock, Digest};

/// The limit for one input. A slower one is stored, so that its time can be studied.
const SLOW: Duration = Duration::from_millis(50);

/// Runs the fuzz targets and prints a table of Markdown. A failing input is stored in the target's folder of
/// `fuzz/corpus`, so that `cargo test` repeats it.
#[derive(Parser)]
struct Arguments {
    /// The number of inputs for each target.
    #[arg(long, default_value_t = 10_000)]
    inputs: u64,
    /// The seed of the inputs. The same seed and corpus give the same inputs.
    #[arg(long, default_value_t = 14)]
    seed: u64,
    /// Only this target; repeatable.
    #[arg(long = "target", value_name = "NAME")]
    targets: Vec<String>,
    /// Runs only the input in this file, in the given target.
    #[arg(long, value_name = "FILE", requires = "targets")]
    replay: Option<PathBuf>,
    /// Writes the seeds of the one target into this folder, for `scripts/fuzz-coverage`.
    #[arg(long, value_name = "FOLDER", requires = "targets")]
    write_seeds: Option<PathBuf>,
    /// Prints the line of the one target, without starting a process for it.
    #[arg(long, hide = true, requires = "targets")]
    line: bool,
}

fn main() -> io::Result<ExitCode> {
    let arguments = Arguments::parse();
    let known: Vec<&Target> = match &*arguments.targets {
        [] => TARGETS.iter().collect(),
        names => TARGETS.iter().filter(|target| names.iter().any(|name| name == target.name)).collect(),
    };
    if known.is_empty() || known.len() < arguments.targets.len() {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("error: unknown target; the targets are {}", names.join(", "));
        return Ok(ExitCode::from(2));
    }
    if let (Some(folder), Some(target)) = (&arguments.write_seeds, known.first()) {
        for (number, seed) in (target.seeds)().iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:03}")), seed)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    match (&arguments.replay, known.first()) {
        (Some(file), Some(target)) => {
            (target.run)(&fs::read(file)?);
            println!("The properties of `{}` hold for {}.", target.name, file.display());
            Ok(ExitCode::SUCCESS)
        }
        (None, Some(target)) if arguments.line => run_alone(target, &arguments),
        _ => run_each(&known, &arguments),
    }
}

/// Runs one target in this process.
fn run_alone(target: &Target, arguments: &Arguments) -> io::Result<ExitCode> {
    let outcome = run::run(target, target.run, arguments.seed, arguments.inputs)?;
    println!("{}", measured::line(target, &outcome));
    if outcome.slowest > SLOW {
        let file = std::env::temp_dir().join(format!("codesensei-slow-{}", target.name));
        fs::write(&file, &outcome.slowest_input)?;
        eprintln!("{}: the slowest input is in {}", target.name, file.display());
    }
    let Some(failure) = &outcome.failure else { return Ok(ExitCode::SUCCESS) };
    let name = Digest::of(&failure.input).to_string();
    let file = target.folder().join(format!("failed-{}", &name[..16]));
    fs::create_dir_all(target.folder())?;
    fs::write(&file, &failure.input)?;
    let number = failure.number.map_or_else(|| "of the corpus".to_owned(), |number| number.to_string());
    eprintln!("{}: input {number} of seed {} fails: {}", target.name, arguments.seed, failure.message);
    eprintln!("{}: the input is in {}", target.name, file.display());
    Ok(ExitCode::FAILURE)
}

/// Runs each target in a process of its own, so that its memory is measured and an abort ends only this target.
fn run_each(targets: &[&Target], arguments: &Arguments) -> io::Result<ExitCode> {
    let date = Clock::system().now().date();
    println!(
        "{} inputs for each target, seed {}, {date}, {}.\n",
        arguments.inputs,
        arguments.seed,
        measured::machine()
    );
    println!("{}", measured::HEADER);
    let mut is_good = true;
    for target in targets {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--line", "--target", target.name]);
        command.args(["--inputs", &arguments.inputs.to_string(), "--seed", &arguments.seed.to_string()]);
        let status = command.status()?;
        if status.code().is_none() {
            eprintln!("{}: the process ended with {status}", target.name);
        }
        is_good &= status.success();
    }
    println!();
    for target in targets {
        println!("- `{}`: {}", target.name, target.holds);
    }
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
