//! docs/route-costs.md: its tables, which are between two markers.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use handlers::openapi::document;
use tests::app::contract::operations;

use super::bench::{Case, Row};

pub(super) const NAME: &str = "docs/route-costs.md";
const BEGIN: &str = "<!-- generated:begin route-costs -->\n";
const END: &str = "<!-- generated:end route-costs -->";
const HEADER: &str =
    "| route | case | when | answer | requests | steps | RCU | WCU |\n|---|---|---|---|--:|--:|--:|--:|\n";

/// The text of the page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page(String);

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(NAME)
}

impl Page {
    pub(super) fn read() -> Self {
        let text = fs::read_to_string(path()).unwrap();
        assert!(text.contains(BEGIN) && text.contains(END), "{NAME} has no markers");
        Self(text)
    }

    pub(super) fn write(&self) {
        fs::write(path(), &self.0).unwrap();
    }

    /// The page with these rows, by the headings of the API's document.
    pub(super) fn with(&self, rows: &[Row]) -> Self {
        let (before, rest) = self.0.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let mut tables = String::new();
        for group in document()["tags"].as_array().unwrap().iter().filter_map(|tag| tag["name"].as_str()) {
            let own = operations().iter().filter(|operation| operation.group == group);
            let lines: Vec<String> = own.flat_map(|operation| lines_of(&operation.route(), rows)).collect();
            if !lines.is_empty() {
                write!(tables, "\n### {group}\n\n{HEADER}{}\n", lines.join("\n")).unwrap();
            }
        }
        Self([before, BEGIN, &tables, "\n", END, after].concat())
    }

    /// The lines that only one of two pages has.
    pub(super) fn differences(&self, other: &Self) -> String {
        let only = |sign: char, one: &Self, other: &Self| {
            let lines = one.lines().filter(|line| !other.lines().any(|known| known == *line));
            lines.map(|line| format!("{sign} {line}\n")).collect::<Vec<_>>()
        };
        [only('-', self, other), only('+', other, self)].concat().concat()
    }

    /// Whether the page has each of these rows.
    pub(super) fn has(&self, rows: &[Row]) -> bool {
        rows.iter().all(|row| self.lines().any(|line| line == row.line()))
    }

    /// The rows of the tables.
    pub(super) fn rows(&self) -> Vec<Row> {
        self.lines().filter_map(row).collect()
    }

    /// The one row of a route and a situation.
    pub(super) fn figures(&self, route: &str, when: &str) -> Row {
        let found: Vec<Row> = self.rows().into_iter().filter(|row| row.route == route && row.when == when).collect();
        let [row] = <[Row; 1]>::try_from(found).unwrap_or_else(|_| panic!("{NAME} needs one row: {route}, {when}"));
        row
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        let (_, rest) = self.0.split_once(BEGIN).unwrap();
        rest.split_once(END).unwrap().0.lines()
    }
}

/// The rows of a route, by their kind.
fn lines_of(route: &str, rows: &[Row]) -> Vec<String> {
    let mut own: Vec<&Row> = rows.iter().filter(|row| row.route == route).collect();
    own.sort_by_key(|row| row.case);
    own.into_iter().map(Row::line).collect()
}

/// The row of a line of a table.
fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
    let [route, case, when, answer, requests, steps, rcu, wcu] = cells[..] else { return None };
    let case = Case::ALL.into_iter().find(|known| known.name() == case)?;
    Some(Row {
        route: route.trim_matches('`').to_owned(),
        case,
        when: when.to_owned(),
        answer: answer.to_owned(),
        requests: requests.parse().ok()?,
        steps: steps.parse().ok()?,
        rcu: rcu.parse().ok()?,
        wcu: wcu.parse().ok()?,
        metered: None,
    })
}
