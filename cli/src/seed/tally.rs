//! The result of a load: the written items and the cost.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use model::{CallCost, Date, UserId};

/// The written items by entity, and the cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    items: BTreeMap<&'static str, u64>,
    days: BTreeSet<(UserId, Date)>,
    skipped: Vec<String>,
    /// Requests sent.
    pub requests: u64,
    /// Read capacity units.
    pub rcu: f64,
    /// Write capacity units.
    pub wcu: f64,
}

impl Tally {
    /// Counts written items of an entity.
    pub(super) fn add_items(&mut self, entity: &'static str, items: u64) {
        if items > 0 {
            *self.items.entry(entity).or_default() += items;
        }
    }

    /// Counts the item of a user's usage day, once per day.
    pub(super) fn add_usage_day(&mut self, user_id: UserId, date: Date) {
        if self.days.insert((user_id, date)) {
            self.add_items("daily_usage", 1);
        }
    }

    /// Records a skipped entity, with the reason.
    pub(super) fn skip(&mut self, what: String) {
        self.skipped.push(what);
    }

    /// Adds the cost of calls.
    pub(super) fn add_calls(&mut self, calls: &[CallCost]) {
        for call in calls {
            self.requests += u64::from(call.requests);
            self.rcu += call.rcu;
            self.wcu += call.wcu;
        }
    }

    /// Adds the figures of another load.
    pub(super) fn merge(&mut self, other: Self) {
        for (entity, items) in other.items {
            self.add_items(entity, items);
        }
        self.skipped.extend(other.skipped);
        self.requests += other.requests;
        self.rcu += other.rcu;
        self.wcu += other.wcu;
    }

    /// The number of written items.
    #[must_use]
    pub fn items(&self) -> u64 {
        self.items.values().sum()
    }

    /// The skipped entities, with the reasons.
    #[must_use]
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// The summary, without times, because they differ in every run.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_header(["entity", "items"]);
        for (entity, items) in &self.items {
            table.add_row([(*entity).to_owned(), grouped(*items)]);
        }
        table.add_row(["total".to_owned(), grouped(self.items())]);
        if let Some(column) = table.column_mut(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let lines: Vec<String> = table.lines().map(|line| line.trim_end().trim_start_matches(' ').to_owned()).collect();
        format!(
            "{}\n{} requests, {} WCU, {} RCU",
            lines.join("\n"),
            grouped(self.requests),
            units(self.wcu),
            units(self.rcu)
        )
    }

    /// The speed of the load.
    #[must_use]
    pub fn speed(&self, elapsed: Duration) -> Speed {
        Speed { items: self.items(), elapsed }
    }
}

/// The speed of a load.
#[derive(Clone, Copy, Debug)]
pub struct Speed {
    items: u64,
    elapsed: Duration,
}

impl fmt::Display for Speed {
    #[expect(clippy::cast_precision_loss, reason = "no load has 2^53 items, and the figure is rounded")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        write!(f, "{seconds:.1} s, {:.0} items/s", self.items as f64 / seconds.max(0.001))
    }
}

/// A number with commas as thousands separators.
#[must_use]
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Capacity units, which are multiples of one half.
fn units(units: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "units are never negative, and few")]
    let whole = units.trunc() as u64;
    if units.fract() == 0.0 { grouped(whole) } else { format!("{}.5", grouped(whole)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.0, 1_000.5].map(units), ["0", "1,000.5"]);
    }
}
