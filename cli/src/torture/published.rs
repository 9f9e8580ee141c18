//! The summary of a run as a section of docs/figures.md.

use std::fmt::Write as _;

use torture::{Report, ScenarioReport};

use crate::grid::Grid;
use crate::origin::{origin, wrapped};

/// The section of docs/figures.md.
pub(super) const SECTION: &str = "torture";

const EXPLANATION: &str = "\
    A try is a request of a client, a race or a kill; of `secrets` it is a secret that a client sent. A loss is a broken \
    promise. The clients, the proxies, the engine and the reviewer share one process and the processors with the server, \
    so a duration contains their work too.";

/// The tables, for a document.
pub(super) fn markdown(report: &Report) -> String {
    let mut text = wrapped(&format!("Measured on {}.", origin(&report.command)));
    let _ = write!(text, "\n\n{}\n", wrapped(EXPLANATION));
    for (title, grid) in [("Losses", summary(report)), ("Measured in the scenarios", measured(report))] {
        let _ = write!(text, "\n**{title}**\n\n{}", grid.markdown());
    }
    text
}

fn summary(report: &Report) -> Grid {
    let row = |report: &ScenarioReport| {
        let faults: u64 = report.faults.values().sum();
        let (losses, seconds) = (report.losses.len(), report.took.as_secs_f64());
        vec![name(report), report.tries.to_string(), faults.to_string(), losses.to_string(), format!("{seconds:.0}")]
    };
    let rows = report.scenarios.iter().map(row).collect();
    Grid { heads: &["scenario", "tries", "injected faults", "losses", "seconds"], numbers: 1, rows }
}

fn measured(report: &Report) -> Grid {
    let mut rows = Vec::new();
    for scenario in &report.scenarios {
        let faults: Vec<String> = scenario.faults.iter().map(|(name, count)| format!("{count} {name}")).collect();
        if !faults.is_empty() {
            rows.push(vec![name(scenario), "injected faults".to_owned(), faults.join(", ")]);
        }
        let figures = scenario.figures.iter();
        rows.extend(figures.map(|(figure, value)| vec![name(scenario), cell(figure), cell(value)]));
    }
    Grid { heads: &["scenario", "figure", "value"], numbers: 3, rows }
}

fn name(report: &ScenarioReport) -> String {
    format!("`{}`", report.scenario)
}

/// Text in a cell. The name of a route is code: its braces and its slashes.
fn cell(text: &str) -> String {
    let text = text.replace('|', "\\|");
    let methods = ["GET ", "POST ", "PUT ", "PATCH ", "DELETE "];
    if !methods.iter().any(|method| text.starts_with(method)) {
        return text;
    }
    let (route, rest) = text.split_once(',').map_or((&*text, ""), |(route, _)| text.split_at(route.len()));
    format!("`{route}`{rest}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_section_has_the_losses_the_faults_and_the_figures_of_each_scenario() {
        let load = ScenarioReport {
            scenario: "load",
            tries: 9,
            faults: BTreeMap::from([("cut", 2), ("kill", 1)]),
            losses: vec!["a loss".to_owned()],
            figures: vec![("GET /sessions, with 2 sign-ins a second offered".to_owned(), "p99 5 ms".to_owned())],
            took: Duration::from_millis(61_400),
        };
        let command = "codesensei torture load --seed 7".to_owned();
        let text = markdown(&Report { seed: 7, command, scenarios: vec![load] });
        for line in [
            "| `load` | 9 | 3 | 1 | 61 |\n",
            "| `load` | injected faults | 2 cut, 1 kill |\n",
            "| `load` | `GET /sessions`, with 2 sign-ins a second offered | p99 5 ms |\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
        assert!(text.starts_with("Measured on ") && text.contains("--seed 7`."), "{text}");
    }
}
