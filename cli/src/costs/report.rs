//! A bill as it is shown: for a terminal, for docs/costs.md and for programs.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use model::registry::Pattern;
use serde_json::{Value, json};

use crate::costs::actions::{ACTIONS, Action, Times, WATCHED, pattern};
use crate::costs::assumptions::{ASSUMPTIONS, Assumed, Use};
use crate::costs::bill::{Bill, Line, number};
use crate::costs::prices::{DATE, PRICES, Price};

/// A table: its heads, whose last ones are numbers, and its rows.
struct Grid {
    heads: &'static [&'static str],
    /// From which column on there are numbers.
    numbers: usize,
    rows: Vec<Vec<String>>,
}

impl Grid {
    fn text(&self) -> String {
        let mut table = Table::new();
        table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(self.heads);
        for row in &self.rows {
            table.add_row(row);
        }
        for column in table.column_iter_mut().skip(self.numbers) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.lines().map(|line| line.get(1..).unwrap_or_default().trim_end().to_owned() + "\n").collect()
    }

    fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let heads: Vec<String> = self.heads.iter().map(|&head| head.to_owned()).collect();
        let rule = |place| if place < self.numbers { "---" } else { "---:" }.to_owned();
        let rules: Vec<String> = (0..heads.len()).map(rule).collect();
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        line(&heads) + &line(&rules) + &rows
    }
}

/// For a terminal.
pub(crate) fn text(bills: &[Bill], assumed: &Assumed) -> String {
    let mut shown = format!("What users do, and what the table is asked for it:\n\n{}", actions(assumed).text());
    for bill in bills {
        let users = grouped(number(bill.users), 0);
        shown += &["\n", &users, " users, a month, us-east-1\n\n", &lines(bill).text()].concat();
    }
    shown += "\nUnits are the cost contracts of the access patterns, which are for large fixtures. Free tiers and volume discounts are left\n\
              out. For the assumptions: codesensei costs --markdown. To replace one: --assume questions=50\n";
    shown
}

/// For docs/costs.md: what stands between its markers.
pub(crate) fn markdown(bills: &[Bill], assumed: &Assumed) -> String {
    let mut shown = format!("### In short\n\n{}", summary(bills).markdown());
    for bill in bills {
        let users = grouped(number(bill.users), 0);
        shown += &["\n### ", &users, " users\n\n", &lines(bill).markdown()].concat();
    }
    shown += &["\n### What users do\n\n", &actions(assumed).markdown()].concat();
    shown += &["\n### Patterns\n\n", &contracts().markdown()].concat();
    shown += &["\n### Assumptions\n\n", &assumptions(assumed).markdown()].concat();
    shown += &["\n### Prices\n\nus-east-1, looked up on ", DATE, ".\n\n", &prices().markdown()].concat();
    shown
}

/// For programs.
pub(crate) fn json(bills: &[Bill], assumed: &Assumed) -> Value {
    let line = |line: &Line| {
        json!({
            "service": line.price.service, "what": line.price.what, "quantity": line.quantity, "unit": line.price.unit,
            "price": line.price.dollars, "per": line.price.of, "dollars": line.dollars(),
        })
    };
    let bill = |bill: &Bill| {
        json!({
            "users": bill.users, "lines": bill.lines.iter().map(line).collect::<Vec<_>>(), "model": bill.model(),
            "total": bill.total(), "per_user": bill.per_user(),
        })
    };
    let action = |action: &Action| {
        let units = action.units(assumed);
        json!({
            "action": action.name, "endpoint": action.endpoint, "function": action.function.name(), "patterns": action.patterns,
            "requests": units.requests, "rru": units.reads, "wru": units.writes, "gb_seconds": units.gb_seconds,
        })
    };
    let assumption = |assumption: &crate::costs::assumptions::Assumption| (assumption.name, assumed[assumption.what]);
    json!({
        "region": "us-east-1", "prices_of": DATE, "months": bills.iter().map(bill).collect::<Vec<_>>(),
        "actions": ACTIONS.iter().map(action).collect::<Vec<_>>(),
        "assumptions": ASSUMPTIONS.iter().map(assumption).collect::<std::collections::BTreeMap<_, _>>(),
    })
}

fn summary(bills: &[Bill]) -> Grid {
    let row = |bill: &Bill| {
        let (total, model) = (bill.total(), bill.model());
        let share = format!("{} %", grouped(model / total * 100.0, 0));
        let users = grouped(number(bill.users), 0);
        vec![users, dollars(model), dollars(total - model), dollars(total), dollars(bill.per_user()), share]
    };
    let heads = &["users", "the model", "everything else", "a month", "a user", "of that the model"];
    Grid { heads, numbers: 0, rows: bills.iter().map(row).collect() }
}

fn lines(bill: &Bill) -> Grid {
    let row = |line: &Line| {
        let Price { service, what, unit, .. } = line.price;
        let is_one = (line.quantity - 1.0).abs() < f64::EPSILON;
        let unit = if is_one { unit.trim_end_matches('s') } else { unit };
        let quantity = format!("{} {unit}", amount(line.quantity));
        vec![service.to_owned(), what.to_owned(), quantity, price(&line.price), dollars(line.dollars())]
    };
    let sum = |what: &str, sum: f64| vec![String::new(), what.to_owned(), String::new(), String::new(), dollars(sum)];
    let (model, total) = (bill.model(), bill.total());
    let sums = [sum("the model", model), sum("everything else", total - model), sum("together", total)];
    let rows = bill.lines.iter().map(row).chain(sums).chain([sum("a user", bill.per_user())]).collect();
    Grid { heads: &["service", "what", "quantity", "price", "dollars"], numbers: 2, rows }
}

fn actions(assumed: &Assumed) -> Grid {
    let row = |action: &Action| {
        let units = action.units(assumed);
        let watches = action.watches(assumed);
        let mut asked: Vec<(&str, f64)> = Vec::new();
        for &id in action.patterns.iter().chain((watches > 0.0).then_some(&WATCHED)) {
            let times = if id == WATCHED { watches } else { 1.0 };
            match asked.last_mut().filter(|(last, _)| *last == id) {
                Some((_, count)) => *count += times,
                None => asked.push((id, times)),
            }
        }
        let patterns = asked
            .iter()
            .map(|(id, times)| if *times > 1.0 { format!("{} × {id}", amount(*times)) } else { (*id).to_owned() });
        let patterns = patterns.collect::<Vec<_>>().join(" ");
        let times = match action.times {
            Times::AMonth(what) => amount(assumed[what]),
            Times::ADay(what) => format!("{} × {}", amount(assumed[Use::ActiveDays]), amount(assumed[what])),
            Times::Fixed(times) => format!("{} in all", grouped(times, 0)),
        };
        let name =
            action.endpoint.map_or_else(|| action.name.to_owned(), |endpoint| format!("{}: {endpoint}", action.name));
        vec![
            name,
            action.function.name().to_owned(),
            patterns,
            times,
            amount(units.reads),
            amount(units.writes),
            amount(units.gb_seconds),
        ]
    };
    let heads = &["what", "function", "access patterns", "times a user and month", "RRU", "WRU", "GB-s"];
    Grid { heads, numbers: 3, rows: ACTIONS.iter().map(row).collect() }
}

/// The contracts of the patterns that are asked.
fn contracts() -> Grid {
    let mut ids: Vec<&str> = ACTIONS.iter().flat_map(|action| action.patterns).copied().chain([WATCHED]).collect();
    ids.sort_by_key(|id| id.trim_start_matches("AP-").parse::<u32>().unwrap_or(u32::MAX));
    ids.dedup();
    let row = |pattern: &Pattern| {
        let cost = pattern.cost;
        let units = [cost.requests, cost.rcu, cost.wcu].map(amount);
        [vec![format!("{} {}", pattern.id, pattern.name), cost.fixture.to_owned()], units.to_vec()].concat()
    };
    let heads = &["pattern", "measured for", "requests", "RRU", "WRU"];
    Grid { heads, numbers: 2, rows: ids.into_iter().map(pattern).map(row).collect() }
}

fn assumptions(assumed: &Assumed) -> Grid {
    let row = |assumption: &crate::costs::assumptions::Assumption| {
        vec![format!("`{}`", assumption.name), assumption.reason.to_owned(), amount(assumed[assumption.what])]
    };
    Grid { heads: &["assumption", "reason", "value"], numbers: 2, rows: ASSUMPTIONS.iter().map(row).collect() }
}

fn prices() -> Grid {
    let row = |shown: &Price| {
        let source = format!("[{}]({})", shown.seen.word(), shown.source);
        vec![shown.service.to_owned(), shown.what.to_owned(), source, price(shown)]
    };
    Grid { heads: &["service", "what", "read", "price"], numbers: 3, rows: PRICES.iter().map(row).collect() }
}

fn price(price: &Price) -> String {
    let dollars = plain(price.dollars);
    if price.of > 1.0 { format!("${dollars} for {}", grouped(price.of, 0)) } else { format!("${dollars}") }
}

/// Without trailing zeros.
fn plain(number: f64) -> String {
    let text = format!("{number:.10}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text.split_once('.') {
        Some((whole, decimals)) if decimals.len() == 1 => format!("{whole}.{decimals}0"),
        _ => text.to_owned(),
    }
}

fn dollars(dollars: f64) -> String {
    if dollars > 0.0 && dollars < 0.000_1 {
        return format!("${}", small(dollars));
    }
    let places = if dollars != 0.0 && dollars < 1.0 { 4 } else { 2 };
    format!("${}", grouped(dollars, places))
}

/// A quantity: whole when it is large.
fn amount(number: f64) -> String {
    if number >= 100.0 || number.fract() == 0.0 {
        grouped(number, 0)
    } else if number < 0.001 {
        small(number)
    } else {
        plain((number * 1_000.0).round() / 1_000.0)
    }
}

/// Two significant digits, so that what is little does not look like nothing.
fn small(number: f64) -> String {
    // Beyond that no one counts zeros.
    let least = 1e-9;
    if number < least {
        return format!("{number:.1e}");
    }
    let mut places = 2;
    let mut scaled = number * 10.0;
    while scaled < 1.0 {
        (places, scaled) = (places + 1, scaled * 10.0);
    }
    format!("{number:.places$}")
}

/// With commas between thousands.
fn grouped(number: f64, places: usize) -> String {
    let text = format!("{number:.places$}");
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if decimals.is_empty() { grouped } else { format!("{grouped}.{decimals}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_keep_what_they_need() {
        assert_eq!((grouped(1_234_567.0, 0), grouped(999.999, 2)), ("1,234,567".to_owned(), "1,000.00".to_owned()));
        assert_eq!(
            (dollars(0.012_34), dollars(5.0), dollars(0.0)),
            ("$0.0123".to_owned(), "$5.00".to_owned(), "$0.00".to_owned())
        );
        assert_eq!(
            (plain(3.3), plain(0.000_013_333_4), plain(5.0)),
            ("3.30".to_owned(), "0.0000133334".to_owned(), "5".to_owned())
        );
        assert_eq!(
            (amount(0.05), amount(12.5), amount(1234.5)),
            ("0.05".to_owned(), "12.50".to_owned(), "1,234".to_owned())
        );
    }

    #[test]
    fn a_small_amount_is_not_shown_as_nothing() {
        for (number, shown) in [
            (0.0, "0"),
            (0.037, "0.037"),
            (0.000_4, "0.00040"),
            (0.000_012_34, "0.000012"),
            (0.000_000_000_12, "1.2e-10"),
        ] {
            assert_eq!(amount(number), shown);
        }
        assert_eq!((dollars(0.000_1), dollars(0.000_004_2)), ("$0.0001".to_owned(), "$0.0000042".to_owned()));
    }
}
