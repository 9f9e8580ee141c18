//! The cost of a query beside its declared cost, on standard error.

use std::io::{IsTerminal as _, stderr};

use model::registry::{Cost, Operation, Pattern};
use model::{CallCost, Total};

use crate::output;

/// The note on write units that DynamoDB bills but does not report.
const ESTIMATED: &str = ", estimated: DynamoDB does not report the cost of a refused write";

/// The result of a query and its cost.
pub(super) struct Summary<'a> {
    pub(super) pattern: &'static Pattern,
    pub(super) rows: usize,
    /// The number of items that a write touched.
    pub(super) written: Option<usize>,
    /// The size of the answers.
    pub(super) bytes: u64,
    pub(super) total: Total,
    pub(super) cursor: Option<&'a str>,
    /// Whether there are more rows than requested.
    pub(super) more: bool,
    /// The sums over the rows.
    pub(super) totals: Option<String>,
}

impl Summary<'_> {
    pub(super) fn print(&self) {
        print(&self.text());
    }

    fn text(&self) -> String {
        let Pattern { id, name, cost: Cost { fixture, requests, rcu, wcu }, .. } = *self.pattern;
        let Total { requests: sent, rcu: read, wcu: written, is_estimated } = self.total;
        let estimated = if is_estimated { ESTIMATED } else { "" };
        let totals = self.totals.as_ref().map(|totals| format!("\n  total     {totals}")).unwrap_or_default();
        let more = self.truncated_note().map(|words| format!("\n  more      {words}")).unwrap_or_default();
        format!(
            "{id} {name}: {}, {}, {} bytes\n  used      {}{estimated}\n  declared  {}, for {fixture}{totals}{more}",
            counted(f64::from(sent), "request"),
            self.written.map_or_else(|| items(self.rows), |written| describe_write(self.pattern, written)),
            self.bytes,
            capacity(read, written),
            [counted(requests, "request"), capacity(rcu, wcu)].join(", "),
        )
    }
}

impl Summary<'_> {
    /// The note that a list is truncated, and how to see more rows.
    fn truncated_note(&self) -> Option<String> {
        let Pattern { first, first_max, .. } = *self.pattern;
        if let Some(cursor) = self.cursor {
            return Some(format!("--cursor {cursor}, or --all"));
        }
        match first_max {
            Some(max) if self.more && self.rows < max as usize => {
                Some(format!("{} shown, and there are more; --first shows up to {max}", rows(self.rows)))
            }
            Some(_) if self.more => Some(format!("{} shown, and there are more", rows(self.rows))),
            Some(_) => None,
            // These patterns do not read further than they return.
            None => first
                .filter(|first| self.rows >= *first as usize)
                .map(|first| format!("{} shown, and there may be more", rows(first as usize))),
        }
    }
}

/// Prints the cost of a refused write.
pub(super) fn print_refused(pattern: &Pattern, total: Total) {
    if total.is_estimated {
        print(&refused(pattern, total));
    }
}

fn refused(pattern: &Pattern, total: Total) -> String {
    let sent = counted(f64::from(total.requests), "request");
    let (id, name, used) = (pattern.id, pattern.name, capacity(total.rcu, total.wcu));
    format!("{id} {name}: {sent}, refused\n  used      {used}{ESTIMATED}")
}

/// Prints the cost of a lookup for an argument.
pub(super) fn print_lookup(call: &CallCost) {
    print(&lookup(call));
}

fn lookup(call: &CallCost) -> String {
    let CallCost { pattern, requests, rcu, wcu, .. } = call;
    let sent = counted(f64::from(*requests), "request");
    format!("{} {}: {sent}, {}, to look up an argument", pattern.id, pattern.name, capacity(*rcu, *wcu))
}

/// Prints to standard error, dimmed on a terminal.
fn print(text: &str) {
    let is_dimmed = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let (dim, reset) = if is_dimmed { ("\u{1b}[2m", "\u{1b}[0m") } else { ("", "") };
    eprintln!("{dim}{text}{reset}");
}

fn capacity(rcu: f64, wcu: f64) -> String {
    let parts = [(rcu, "RCU"), (wcu, "WCU")].into_iter().filter(|(units, _)| *units > 0.0);
    let parts: Vec<String> = parts.map(|(units, name)| format!("{units} {name}")).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(" and ") }
}

/// For deletes, the number of requested deletes: DynamoDB does not report whether an item existed.
fn describe_write(pattern: &Pattern, number: usize) -> String {
    let are_keys = || pattern.arguments.iter().all(|argument| argument.kind.ends_with("key"));
    match pattern.operation {
        Operation::Delete => describe_deletes(number),
        Operation::Batch if are_keys() => describe_deletes(number),
        _ => format!("{} written", items(number)),
    }
}

fn describe_deletes(number: usize) -> String {
    format!("{} sent", output::pluralize(number as u64, "delete"))
}

fn rows(number: usize) -> String {
    if number == 1 { "the first row is".to_owned() } else { format!("the first {number} rows are") }
}

fn items(number: usize) -> String {
    format!("{number} item{}", if number == 1 { "" } else { "s" })
}

fn counted(number: f64, noun: &str) -> String {
    let one = (number - 1.0).abs() < f64::EPSILON;
    format!("{number} {noun}{}", if one { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_has_the_used_and_the_declared_cost() {
        let pattern = crate::patterns::find("AP-21").expect("the sessions of a user");
        let total = Total { requests: 1, rcu: 0.5, wcu: 0.0, is_estimated: false };
        let text = Summary { rows: 1, bytes: 612, total, cursor: Some("abc"), ..nothing(pattern) }.text();
        assert_eq!(
            text,
            "AP-21 list_sessions: 1 request, 1 item, 612 bytes\n  used      0.5 RCU\n  declared  1 request, 7 RCU, \
             for 50 sessions, heads of 500 B\n  more      --cursor abc, or --all"
        );
    }

    fn nothing(pattern: &'static Pattern) -> Summary<'static> {
        Summary {
            pattern,
            rows: 0,
            bytes: 0,
            total: Total::default(),
            written: None,
            cursor: None,
            more: false,
            totals: None,
        }
    }

    #[test]
    fn a_truncated_list_has_a_note() {
        let top = crate::patterns::find("AP-80").expect("the users who cost most");
        let truncated_note = |rows, more| Summary { rows, more, ..nothing(top) }.truncated_note();
        assert_eq!(
            truncated_note(10, true).as_deref(),
            Some("the first 10 rows are shown, and there are more; --first shows up to 100")
        );
        assert_eq!(truncated_note(100, true).as_deref(), Some("the first 100 rows are shown, and there are more"));
        let one = "the first row is shown, and there are more; --first shows up to 100";
        assert_eq!(truncated_note(1, true).as_deref(), Some(one));
        assert_eq!(truncated_note(10, false), None);
        let last = crate::patterns::find("AP-45").expect("the last messages");
        let truncated_note = |rows| Summary { rows, ..nothing(last) }.truncated_note();
        assert_eq!(truncated_note(11).as_deref(), Some("the first 11 rows are shown, and there may be more"));
        assert_eq!(truncated_note(10), None);
    }

    #[test]
    fn a_write_reports_the_number_of_items() {
        let pattern = crate::patterns::find("load_account").expect("an account with its claims");
        let text = Summary { written: Some(3), ..nothing(pattern) }.text();
        assert!(text.contains(", 3 items written, "), "{text}");
    }

    #[test]
    fn a_delete_reports_the_number_of_sent_deletes() {
        let pattern = crate::patterns::find("delete_usage").expect("the days of a user");
        let total = Total { requests: 1, rcu: 0.0, wcu: 6.0, is_estimated: false };
        let text = Summary { written: Some(3), bytes: 2, total, ..nothing(pattern) }.text();
        assert!(
            text.starts_with("AP-68 delete_usage: 1 request, 3 deletes sent, 2 bytes\n  used      6 WCU"),
            "{text}"
        );
    }

    #[test]
    fn the_cost_of_a_refused_write_is_marked_as_estimated() {
        let pattern = crate::patterns::find("AP-91").expect("a conditional write");
        let total = Total { requests: 1, rcu: 0.0, wcu: 1.0, is_estimated: true };
        assert_eq!(
            refused(pattern, total),
            "AP-91 repair_session_count: 1 request, refused\n  used      1 WCU, estimated: DynamoDB does not report \
             the cost of a refused write"
        );
    }

    #[test]
    fn a_lookup_is_reported_with_its_cost() {
        let pattern = crate::patterns::find("AP-02").expect("the claim on a name");
        let call = CallCost { pattern, requests: 1, rcu: 0.5, wcu: 0.0, is_estimated: false };
        assert_eq!(lookup(&call), "AP-02 find_username_claim: 1 request, 0.5 RCU, to look up an argument");
    }

    #[test]
    fn a_zero_cost_is_shown_as_nothing() {
        assert_eq!(capacity(0.0, 0.0), "nothing");
        assert_eq!(capacity(2.0, 8.0), "2 RCU and 8 WCU");
    }
}
