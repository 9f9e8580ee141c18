//! A run of one target: replays its corpus, then runs derived inputs, and keeps the slowest and the first failure.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::inputs::Inputs;
use crate::target::Target;

/// How often a slow input is repeated. The shortest time counts, because other processes delay single runs.
const REPEATS: u32 = 4;

/// The result of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The number of derived inputs.
    pub inputs: u64,
    /// The time of all derived inputs.
    pub took: Duration,
    /// The longest time of one input.
    pub slowest: Duration,
    /// The slowest input.
    pub slowest_input: Vec<u8>,
    /// The first failure. The run ends there.
    pub failure: Option<Failure>,
}

/// An input for which a property does not hold.
#[derive(Debug)]
pub struct Failure {
    /// The number of the input; `None` for a seed or a file.
    pub number: Option<u64>,
    /// The input.
    pub input: Vec<u8>,
    /// The message of the panic.
    pub message: String,
}

/// Replays the seeds and files of a target, then runs `inputs` derived inputs through `check`, which is
/// [`Target::run`] or [`Target::planted`].
///
/// # Errors
/// When a file of the corpus cannot be read.
pub fn run(target: &Target, check: fn(&[u8]), seed: u64, inputs: u64) -> io::Result<Outcome> {
    let corpus = target.corpus()?;
    let mut outcome = Outcome::default();
    for input in &corpus {
        if let Err(message) = outcome.measure(check, input) {
            outcome.failure = Some(Failure { number: None, input: input.clone(), message });
            return Ok(outcome);
        }
    }
    let derived = Inputs::new(target, &corpus, seed);
    let began = Instant::now();
    for number in 0..inputs {
        let input = derived.nth(number);
        if let Err(message) = outcome.measure(check, &input) {
            outcome.failure = Some(Failure { number: Some(number), input, message });
            break;
        }
        outcome.inputs += 1;
    }
    outcome.took = began.elapsed();
    Ok(outcome)
}

impl Outcome {
    fn measure(&mut self, check: fn(&[u8]), input: &[u8]) -> Result<(), String> {
        let mut took = time_of(check, input)?;
        for _ in 0..REPEATS {
            if took <= self.slowest {
                return Ok(());
            }
            took = took.min(time_of(check, input)?);
        }
        if took > self.slowest {
            (self.slowest, self.slowest_input) = (took, input.to_vec());
        }
        Ok(())
    }
}

fn time_of(check: fn(&[u8]), input: &[u8]) -> Result<Duration, String> {
    let began = Instant::now();
    catch_unwind(AssertUnwindSafe(|| check(input))).map_err(|panic| message_of(&*panic))?;
    Ok(began.elapsed())
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message").to_owned()
}
