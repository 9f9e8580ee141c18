//! The summary of a run: for each scenario its tries, injected faults, losses and figures.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

/// The number of losses of a scenario that the summary prints. The JSON has all.
const SHOWN_LOSSES: usize = 20;

/// The result of one scenario.
#[derive(Clone, Debug)]
pub struct ScenarioReport {
    /// Its word on the command line.
    pub scenario: &'static str,
    /// The number of requests of clients, races or kills.
    pub tries: u64,
    /// The number of injected faults of each kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// One sentence for each violation.
    pub losses: Vec<String>,
    /// Measured values, each with its name.
    pub figures: Vec<(String, String)>,
    /// The duration.
    pub took: Duration,
}

/// The result of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// The seed of the run.
    pub seed: u64,
    /// The command that repeats the run.
    pub command: String,
    /// The scenarios, in the order in which they ran.
    pub scenarios: Vec<ScenarioReport>,
}

impl ScenarioReport {
    /// This report and another part of the same scenario.
    pub(crate) fn and(mut self, other: Self) -> Self {
        for (name, count) in other.faults {
            *self.faults.entry(name).or_default() += count;
        }
        self.losses.extend(other.losses);
        self.figures.extend(other.figures);
        Self { tries: self.tries + other.tries, took: self.took + other.took, ..self }
    }
}

impl Report {
    /// The number of violations.
    #[must_use]
    pub fn losses(&self) -> usize {
        self.scenarios.iter().map(|scenario| scenario.losses.len()).sum()
    }

    /// The report as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let scenario = |report: &ScenarioReport| {
            let figures: BTreeMap<_, _> = report.figures.iter().cloned().collect();
            json!({
                "scenario": report.scenario, "tries": report.tries, "faults": report.faults,
                "losses": report.losses, "figures": figures, "seconds": report.took.as_secs_f64(),
            })
        };
        let scenarios: Vec<Value> = self.scenarios.iter().map(scenario).collect();
        json!({ "seed": self.seed, "command": self.command, "losses": self.losses(), "scenarios": scenarios })
    }

    /// The report for people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{:<12}{:>9}{:>9}{:>9}{:>9}\n", "scenario", "tries", "faults", "losses", "seconds");
        for report in &self.scenarios {
            let faults: u64 = report.faults.values().sum();
            let (losses, seconds) = (report.losses.len(), report.took.as_secs_f64());
            let _ = writeln!(text, "{:<12}{:>9}{faults:>9}{losses:>9}{seconds:>9.1}", report.scenario, report.tries);
        }
        for report in &self.scenarios {
            let faults = report.faults.iter().map(|(name, count)| format!("{count} {name}"));
            let faults = faults.collect::<Vec<_>>().join(", ");
            let figures = report.figures.iter().map(|(name, value)| format!("\n  {name}: {value}"));
            let figures = figures.collect::<Vec<_>>().concat();
            if !faults.is_empty() || !figures.is_empty() {
                let faults = if faults.is_empty() { String::new() } else { format!("\n  faults: {faults}") };
                let _ = writeln!(text, "\n{}{faults}{figures}", report.scenario);
            }
        }
        for report in self.scenarios.iter().filter(|report| !report.losses.is_empty()) {
            let _ = writeln!(text, "\nLosses of {}:", report.scenario);
            for loss in report.losses.iter().take(SHOWN_LOSSES) {
                let _ = writeln!(text, "  {loss}");
            }
            if report.losses.len() > SHOWN_LOSSES {
                let _ = writeln!(text, "  and {} more; --json prints all", report.losses.len() - SHOWN_LOSSES);
            }
        }
        let _ = write!(text, "\nseed {}; to repeat this run: {}\n", self.seed, self.command);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_shows_losses_faults_and_the_command_that_repeats_the_run() {
        let losses = (0..25).map(|n| format!("loss {n}")).collect();
        let faults = BTreeMap::from([("cut", 2), ("reset after", 3)]);
        let figures = vec![("p99".to_owned(), "5 ms".to_owned())];
        let took = Duration::from_secs(3);
        let saves = ScenarioReport { scenario: "saves", tries: 9, faults, losses, figures, took };
        let report = Report { seed: 7, command: "codesensei torture --seed 7".to_owned(), scenarios: vec![saves] };
        let text = report.to_text();
        for part in ["saves               9        5       25      3.0", "2 cut, 3 reset after", "p99: 5 ms", "loss 19"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("loss 20") && text.contains("and 5 more"), "{text}");
        assert!(text.ends_with("to repeat this run: codesensei torture --seed 7\n"), "{text}");
        assert_eq!((report.losses(), &report.to_json()["scenarios"][0]["faults"]["cut"]), (25, &json!(2)));
    }
}
