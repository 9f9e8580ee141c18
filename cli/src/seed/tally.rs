//! What a load wrote, and what it cost.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use model::{CallCost, Date, UserId};

/// What was written, by entity, and what it cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    items: BTreeMap<&'static str, u64>,
    days: BTreeSet<(UserId, Date)>,
    left: Vec<String>,
    /// Requests sent.
    pub requests: u64,
    /// Read capacity units.
    pub rcu: f64,
    /// Write capacity units.
    pub wcu: f64,
}

impl Tally {
    /// Items of an entity were written.
    pub(super) fn wrote(&mut self, entity: &'static str, items: u64) {
        if items > 0 {
            *self.items.entry(entity).or_default() += items;
        }
    }

    /// Something was added to a user's day, which is one item however often.
    pub(super) fn spent(&mut self, user_id: UserId, date: Date) {
        if self.days.insert((user_id, date)) {
            self.wrote("daily_usage", 1);
        }
    }

    /// Something was left as it is, and this says what and why.
    pub(super) fn leave(&mut self, what: String) {
        self.left.push(what);
    }

    /// Calls were made.
    pub(super) fn cost(&mut self, calls: &[CallCost]) {
        for call in calls {
            self.requests += u64::from(call.requests);
            self.rcu += call.rcu;
            self.wcu += call.wcu;
        }
    }

    /// Adds another's figures.
    pub(super) fn add(&mut self, other: Self) {
        for (entity, items) in other.items {
            self.wrote(entity, items);
        }
        self.left.extend(other.left);
        self.requests += other.requests;
        self.rcu += other.rcu;
        self.wcu += other.wcu;
    }

    /// How many items were written.
    #[must_use]
    pub fn items(&self) -> u64 {
        self.items.values().sum()
    }

    /// What was left as it is, and why.
    #[must_use]
    pub fn left(&self) -> &[String] {
        &self.left
    }

    /// The summary, without times, which differ in every run.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_header(["entity", "items"]);
        for (entity, items) in &self.items {
            table.add_row([(*entity).to_owned(), grouped(*items)]);
        }
        table.add_row(["together".to_owned(), grouped(self.items())]);
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

    /// How fast it went.
    #[must_use]
    pub fn speed(&self, took: Duration) -> Speed {
        Speed { items: self.items(), took }
    }
}

/// How fast items were written.
#[derive(Clone, Copy, Debug)]
pub struct Speed {
    items: u64,
    took: Duration,
}

impl fmt::Display for Speed {
    #[expect(clippy::cast_precision_loss, reason = "nobody loads 2^53 items, and the figure is rounded")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs_f64();
        write!(f, "{seconds:.1} s, {:.0} items/s", self.items as f64 / seconds.max(0.001))
    }
}

/// A number with its thousands apart.
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

/// Capacity units, which come in halves.
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
