//! The report of a day (specification, 13.5): the cost of the model and the table, and the ten most expensive users.

use std::fmt;

use model::{Date, Store, StoreError, Timestamp, UserSpend};
use serde::Serialize;

use crate::http::metrics::{Directive, Metadata, Metrics, NAMESPACE, metric};

/// The number of listed users.
const NAMED: usize = 10;

/// The only value of the dimension `service`.
const SERVICE: &str = "report";

/// For the alarm on missing reports. Costs are in micro-dollars, for which CloudWatch has no unit.
static EVERY_REPORT: Directive = Directive {
    namespace: NAMESPACE,
    dimensions: &[&["service"]],
    metrics: &[metric("ReportModelCost", "None"), metric("ReportTableCost", "None"), metric("ReportUsers", "Count")],
};

#[derive(Serialize)]
struct Line {
    #[serde(rename = "_aws")]
    aws: Metadata,
    service: &'static str,
    #[serde(flatten)]
    values: Values,
}

#[derive(Serialize)]
struct Values {
    #[serde(rename = "ReportModelCost")]
    model_cost: i64,
    #[serde(rename = "ReportTableCost")]
    table_cost: i64,
    #[serde(rename = "ReportUsers")]
    users: usize,
}

/// The price of a million request units of an on-demand table, in micro-dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TablePrices {
    /// Reading.
    pub read: i64,
    /// Writing.
    pub write: i64,
}

/// The text is not two prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("table prices look like `0.125/0.625`, in dollars for a million request units read and written")]
pub struct InvalidTablePrices;

impl TablePrices {
    /// Reads `0.125/0.625`.
    ///
    /// # Errors
    /// When the text has another form.
    pub fn parse(text: &str) -> Result<Self, InvalidTablePrices> {
        let (read, write) = text.split_once('/').ok_or(InvalidTablePrices)?;
        Ok(Self { read: micros(read)?, write: micros(write)? })
    }
}

/// Dollars with at most six decimals, as micro-dollars.
fn micros(dollars: &str) -> Result<i64, InvalidTablePrices> {
    let (whole, rest) = dollars.trim().split_once('.').unwrap_or((dollars.trim(), ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 6 || rest.len() > 6 || !is_number(whole) || !is_number(rest) {
        return Err(InvalidTablePrices);
    }
    format!("{whole}{rest:0<6}").parse().map_err(|_| InvalidTablePrices)
}

/// The billed request units of a table and its indexes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Units {
    /// Read.
    pub read: f64,
    /// Written.
    pub written: f64,
}

/// The report of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    date: Date,
    units: Units,
    prices: TablePrices,
    users: usize,
    requests: u64,
    model_micros: i64,
    /// The most expensive first.
    dearest: Vec<UserSpend>,
}

impl Report {
    /// Reads the cost of the day's users with AP-83, the most expensive first.
    ///
    /// # Errors
    /// When the table is unavailable.
    pub async fn of(store: &Store, date: Date, units: Units, prices: TablePrices) -> Result<Self, StoreError> {
        let mut spent = store.usage().of_day(date).await?;
        let (users, model_micros) = (spent.len(), spent.iter().map(|user| user.cost_micros).sum());
        let requests = spent.iter().map(|user| u64::from(user.requests)).sum();
        spent.truncate(NAMED);
        Ok(Self { date, units, prices, users, requests, model_micros, dearest: spent })
    }

    /// The number of users who asked the model.
    #[must_use]
    pub const fn users(&self) -> usize {
        self.users
    }

    /// The cost of the model, in micro-dollars.
    #[must_use]
    pub const fn model_micros(&self) -> i64 {
        self.model_micros
    }

    /// The cost of the table's requests, in micro-dollars, without storage.
    #[must_use]
    pub fn table_micros(&self) -> i64 {
        self.read_micros() + self.written_micros()
    }

    fn read_micros(&self) -> i64 {
        cost(self.units.read, self.prices.read)
    }

    fn written_micros(&self) -> i64 {
        cost(self.units.written, self.prices.write)
    }

    /// Writes its line of metrics.
    pub fn measure(&self, metrics: &Metrics, at: Timestamp) {
        metrics.write_line(&Line {
            aws: Metadata::new(at, vec![&EVERY_REPORT]),
            service: SERVICE,
            values: Values { model_cost: self.model_micros, table_cost: self.table_micros(), users: self.users },
        });
    }

    /// The subject of the mail. SNS accepts ASCII and less than 100 characters.
    #[must_use]
    pub fn subject(&self) -> String {
        let total = Dollars(self.model_micros + self.table_micros());
        format!("CodeSensei, {}: {total} for model and table", self.date)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "units of a day at this price are far below 2^53 micro-dollars")]
fn cost(units: f64, price: i64) -> i64 {
    #[expect(clippy::cast_precision_loss, reason = "a price has at most twelve digits")]
    let micros = units * price as f64 / 1_000_000.0;
    micros.round() as i64
}

/// Micro-dollars, to the cent; to the micro-dollar below one.
struct Dollars(i64);

impl fmt::Display for Dollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(micros) = *self;
        if (1..10_000).contains(&micros) {
            return write!(f, "${}.{:06}", micros / 1_000_000, micros % 1_000_000);
        }
        let cents = (micros + 5_000) / 10_000;
        write!(f, "${}.{:02}", cents / 100, cents % 100)
    }
}

fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The text of the mail. Users are named only by their ids.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (answers, users) = (counted(self.requests, "answer"), counted(self.users as u64, "user"));
        writeln!(f, "{} (UTC)\n", self.date)?;
        writeln!(f, "Model  {:>12}   {answers} for {users}", Dollars(self.model_micros).to_string())?;
        let Units { read, written } = self.units;
        let (table, of_reading, of_writing) =
            (Dollars(self.table_micros()), Dollars(self.read_micros()), Dollars(self.written_micros()));
        writeln!(
            f,
            "Table  {:>12}   {read:.0} read units ({of_reading}), {written:.0} write units ({of_writing}); without storage\n",
            table.to_string()
        )?;
        if self.dearest.is_empty() {
            return writeln!(f, "No one asked the model.");
        }
        writeln!(f, "The users who cost most:\n")?;
        for user in &self.dearest {
            let UserSpend { user_id, requests, input_tokens, output_tokens, cost_micros } = user;
            let cost = Dollars(*cost_micros).to_string();
            let answers = counted(u64::from(*requests), "answer");
            writeln!(f, "{user_id}  {cost:>12}   {answers}, {input_tokens} tokens in, {output_tokens} out")?;
        }
        writeln!(f, "\nA user's days: codesensei query list_usage --user-id ID")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_dollars_with_up_to_six_decimals() {
        assert_eq!(TablePrices::parse("0.125/0.625"), Ok(TablePrices { read: 125_000, write: 625_000 }));
        assert_eq!(TablePrices::parse("1/2.000001"), Ok(TablePrices { read: 1_000_000, write: 2_000_001 }));
        for bad in ["", "1", "1/", "/1", "1/x", "-1/2", "1/2.0000001", "1.2.3/4", "9999999/1"] {
            assert_eq!(TablePrices::parse(bad), Err(InvalidTablePrices), "{bad}");
        }
    }

    #[test]
    fn a_report_has_costs_in_dollars_and_the_most_expensive_users() {
        let user = |n: u32| UserSpend {
            user_id: format!("019b3c5a-7d2e-7c3a-8f00-{n:012}").parse().expect("an id"),
            requests: n,
            input_tokens: 1_000 * i64::from(n),
            output_tokens: 100,
            cost_micros: 10_500 * i64::from(n),
        };
        let report = Report {
            date: "2026-11-28".parse().expect("a day"),
            units: Units { read: 2_000_000.0, written: 1_000.0 },
            prices: TablePrices { read: 125_000, write: 625_000 },
            users: 40,
            requests: 820,
            model_micros: 8_610_000,
            dearest: [3, 2].map(user).into(),
        };
        assert_eq!(report.table_micros(), 250_625);
        assert_eq!(report.subject(), "CodeSensei, 2026-11-28: $8.86 for model and table");
        let expected = "2026-11-28 (UTC)

Model         $8.61   820 answers for 40 users
Table         $0.25   2000000 read units ($0.25), 1000 write units ($0.000625); without storage

The users who cost most:

019b3c5a-7d2e-7c3a-8f00-000000000003         $0.03   3 answers, 3000 tokens in, 100 out
019b3c5a-7d2e-7c3a-8f00-000000000002         $0.02   2 answers, 2000 tokens in, 100 out

A user's days: codesensei query list_usage --user-id ID
";
        assert_eq!(report.to_string(), expected);
    }
}
