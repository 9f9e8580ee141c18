//! The figures of a bench with their date, machine and command, and how they are printed.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::grid::Grid;
use crate::origin::{origin, wrapped};
use crate::picture::Bars;

/// Tables of figures.
pub(super) struct Figures {
    /// The section of docs/figures.md.
    pub(super) name: &'static str,
    /// The arguments after `codesensei bench`.
    pub(super) command: String,
    /// What the columns mean.
    pub(super) explanation: String,
    pub(super) grids: Vec<(String, Grid)>,
    /// For a document.
    pub(super) picture: Option<Bars>,
}

impl Figures {
    fn origin(&self) -> String {
        origin(&format!("codesensei bench {}", self.command))
    }

    /// For a terminal.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (title, grid) in &self.grids {
            let _ = writeln!(text, "{title}\n\n{}", grid.text());
        }
        text + &wrapped(&self.explanation) + "\n\n" + &self.origin() + "\n"
    }

    /// For a document.
    pub(super) fn markdown(&self) -> String {
        let origin = format!("Measured on {}.", self.origin());
        let mut text = format!("{}\n\n{}\n", wrapped(&origin), wrapped(&self.explanation));
        for (title, grid) in &self.grids {
            let _ = write!(text, "\n**{title}**\n\n{}", grid.markdown());
        }
        if let Some(picture) = &self.picture {
            let _ = writeln!(text, "\n![{}](pictures/{}.svg)", picture.title, self.name);
        }
        text
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let table = |(title, grid): &(String, Grid)| json!({ "title": title, "heads": grid.heads, "rows": grid.rows });
        let tables: Vec<Value> = self.grids.iter().map(table).collect();
        json!({ "name": self.name, "origin": self.origin(), "tables": tables })
    }
}

/// The lowest, the middle and the highest of some values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) low: f64,
    pub(super) median: f64,
    pub(super) high: f64,
}

impl Spread {
    /// # Panics
    /// Without a value.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let last = sorted.len() - 1;
        let median = f64::midpoint(sorted[last / 2], sorted[last.div_ceil(2)]);
        Self { low: sorted[0], median, high: sorted[last] }
    }

    /// The median, and the range in parentheses.
    pub(super) fn shown(self, decimals: usize) -> String {
        let Self { low, median, high } = self;
        format!("{median:.decimals$} ({low:.decimals$}–{high:.decimals$})")
    }
}

/// The value below which this share of the durations lies, by the nearest rank.
///
/// # Panics
/// Without a duration.
pub(super) fn percentile(sorted: &[Duration], share: f64) -> Duration {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank within a short list")]
    let rank = (count(sorted) * share).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

/// The number of durations.
pub(super) fn count(times: &[Duration]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a list has fewer than 2^52 durations")]
    let count = times.len() as f64;
    count
}

/// Milliseconds.
pub(super) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Megabytes of 1,048,576 bytes.
pub(super) fn mebibytes(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "memory is far below 2^52 bytes")]
    let bytes = bytes as f64;
    bytes / f64::from(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_of_the_list() {
        let times: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        for (share, millis) in [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1)] {
            assert_eq!(percentile(&times, share), Duration::from_millis(millis));
        }
        assert_eq!(percentile(&times[..1], 0.99), Duration::from_millis(1));
    }

    #[test]
    fn a_spread_has_the_median_and_the_range() {
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), Spread { low: 1.0, median: 2.0, high: 3.0 });
        assert_eq!(Spread::of([4.0, 1.0]).shown(1), "2.5 (1.0–4.0)");
    }
}
