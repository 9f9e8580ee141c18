//! The output of a bill: for a terminal, for docs/costs.md and for programs.

use model::registry::Pattern;
use serde_json::{Value, json};

use crate::costs::actions::{ACTIONS, Action, Frequency, POLL_PATTERN, pattern};
use crate::costs::assumptions::{ASSUMPTIONS, AssumedValues, Parameter};
use crate::costs::bill::{Bill, Line, number};
use crate::costs::prices::{DATE, PRICES, Price};
use crate::grid::Grid;
use crate::picture::Bars;

/// For a terminal.
pub(crate) fn text(bills: &[Bill], values: &AssumedValues) -> String {
    let mut output = format!("The actions of users and their access patterns:\n\n{}", actions(values).text());
    for bill in bills {
        let users = grouped(number(bill.users), 0);
        output += &["\n", &users, " users, per month, us-east-1\n\n", &lines(bill).text()].concat();
    }
    output += "\nThe units are the declared costs of the access patterns, for large fixtures. Free tiers and volume \
              discounts are not\n\
              included. To show the assumptions: codesensei costs --markdown. To replace one: --assume questions=50\n";
    output
}

/// For docs/costs.md, between its markers.
pub(crate) fn markdown(bills: &[Bill], values: &AssumedValues) -> String {
    let mut output = format!("### Summary\n\n{}", summary(bills).markdown());
    output += &["\n![", &picture(bills).title, "](pictures/costs.svg)\n"].concat();
    for bill in bills {
        let users = grouped(number(bill.users), 0);
        output += &["\n### ", &users, " users\n\n", &lines(bill).markdown()].concat();
    }
    output += &["\n### Actions\n\n", &actions(values).markdown()].concat();
    output += &["\n### Patterns\n\n", &contracts().markdown()].concat();
    output += &["\n### Assumptions\n\n", &assumptions(values).markdown()].concat();
    output += &["\n### Prices\n\nus-east-1, as of ", DATE, ".\n\n", &prices().markdown()].concat();
    output
}

/// For programs.
pub(crate) fn json(bills: &[Bill], values: &AssumedValues) -> Value {
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
        let units = action.units(values);
        json!({
            "action": action.name, "endpoint": action.endpoint, "function": action.function.name(), "patterns": action.patterns,
            "requests": units.requests, "rru": units.reads, "wru": units.writes, "gb_seconds": units.gb_seconds,
        })
    };
    let assumption = |assumption: &crate::costs::assumptions::Assumption| (assumption.name, values[assumption.what]);
    json!({
        "region": "us-east-1", "prices_of": DATE, "months": bills.iter().map(bill).collect::<Vec<_>>(),
        "actions": ACTIONS.iter().map(action).collect::<Vec<_>>(),
        "assumptions": ASSUMPTIONS.iter().map(assumption).collect::<std::collections::BTreeMap<_, _>>(),
    })
}

/// The cost per user, for each number of users.
pub(crate) fn picture(bills: &[Bill]) -> Bars {
    let mut bars = Vec::new();
    for bill in bills {
        let users = number(bill.users);
        let model = bill.model() / users;
        for (what, value) in [("model", model), ("everything else", bill.per_user() - model)] {
            bars.push((format!("{} users: {what}", grouped(users, 0)), value, dollars(value)));
        }
    }
    Bars { title: "Dollars a month per user".to_owned(), bars }
}

fn summary(bills: &[Bill]) -> Grid {
    let row = |bill: &Bill| {
        let (total, model) = (bill.total(), bill.model());
        let share = format!("{} %", grouped(model / total * 100.0, 0));
        let users = grouped(number(bill.users), 0);
        vec![users, dollars(model), dollars(total - model), dollars(total), dollars(bill.per_user()), share]
    };
    let heads = &["users", "model", "everything else", "total", "per user", "share of the model"];
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
    let sums = [sum("model", model), sum("everything else", total - model), sum("total", total)];
    let rows = bill.lines.iter().map(row).chain(sums).chain([sum("per user", bill.per_user())]).collect();
    Grid { heads: &["service", "item", "quantity", "price", "dollars"], numbers: 2, rows }
}

fn actions(values: &AssumedValues) -> Grid {
    let row = |action: &Action| {
        let units = action.units(values);
        let poll_count = action.poll_count(values);
        let mut requested: Vec<(&str, f64)> = Vec::new();
        for &id in action.patterns.iter().chain((poll_count > 0.0).then_some(&POLL_PATTERN)) {
            let times = if id == POLL_PATTERN { poll_count } else { 1.0 };
            match requested.last_mut().filter(|(last, _)| *last == id) {
                Some((_, count)) => *count += times,
                None => requested.push((id, times)),
            }
        }
        let patterns = requested
            .iter()
            .map(|(id, times)| if *times > 1.0 { format!("{} × {id}", amount(*times)) } else { (*id).to_owned() });
        let patterns = patterns.collect::<Vec<_>>().join(" ");
        let times = match action.times {
            Frequency::PerUserMonth(what) => amount(values[what]),
            Frequency::PerActiveDay(what) => {
                format!("{} × {}", amount(values[Parameter::ActiveDays]), amount(values[what]))
            }
            Frequency::Fixed(times) => format!("{} in total", grouped(times, 0)),
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
    let heads = &["action", "function", "access patterns", "times per user and month", "RRU", "WRU", "GB-s"];
    Grid { heads, numbers: 3, rows: ACTIONS.iter().map(row).collect() }
}

/// The declared costs of the patterns of all actions.
fn contracts() -> Grid {
    let mut ids: Vec<&str> = ACTIONS.iter().flat_map(|action| action.patterns).copied().chain([POLL_PATTERN]).collect();
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

fn assumptions(values: &AssumedValues) -> Grid {
    let row = |assumption: &crate::costs::assumptions::Assumption| {
        vec![format!("`{}`", assumption.name), assumption.reason.to_owned(), amount(values[assumption.what])]
    };
    Grid { heads: &["assumption", "reason", "value"], numbers: 2, rows: ASSUMPTIONS.iter().map(row).collect() }
}

fn prices() -> Grid {
    let row = |each: &Price| {
        let source = format!("[AWS's page]({})", each.source);
        vec![each.service.to_owned(), each.what.to_owned(), source, each.evidence.as_str().to_owned(), price(each)]
    };
    Grid { heads: &["service", "item", "source", "read", "price"], numbers: 4, rows: PRICES.iter().map(row).collect() }
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

/// A quantity, rounded to an integer if it is large.
fn amount(number: f64) -> String {
    if number >= 100.0 || number.fract() == 0.0 {
        grouped(number, 0)
    } else if number < 0.001 {
        small(number)
    } else {
        plain((number * 1_000.0).round() / 1_000.0)
    }
}

/// Two significant digits, so that a small amount is not shown as zero.
fn small(number: f64) -> String {
    // Smaller amounts use scientific notation.
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

/// With commas as thousands separators.
fn grouped(number: f64, places: usize) -> String {
    let text = format!("{number:.places$}");
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
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
    fn numbers_are_grouped_and_keep_significant_digits() {
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
    fn a_small_amount_is_not_shown_as_zero() {
        for (number, output) in [
            (0.0, "0"),
            (0.037, "0.037"),
            (0.000_4, "0.00040"),
            (0.000_012_34, "0.000012"),
            (0.000_000_000_12, "1.2e-10"),
        ] {
            assert_eq!(amount(number), output);
        }
        assert_eq!((dollars(0.000_1), dollars(0.000_004_2)), ("$0.0001".to_owned(), "$0.0000042".to_owned()));
    }
}
