//! Emits the index of patterns between the markers of access-patterns.md.

use std::fmt::Write as _;

use crate::design::{Design, Operation, Pattern, shards};
use crate::emitted::Emitted;
use crate::load::{INDEX_BEGIN, INDEX_END, PATTERNS};

const HEADER: &str =
    "| | pattern | operation | function | callers | requests | RCU | WCU |\n|---|---|---|---|---|--:|--:|--:|\n";

/// The whole document with a new index. A document without markers stays unchanged.
pub fn emit(design: &Design) -> Vec<Emitted> {
    let Some((before, rest)) = design.document.split_once(INDEX_BEGIN) else {
        return Vec::new();
    };
    let Some((_, after)) = rest.split_once(INDEX_END) else {
        return Vec::new();
    };
    let mut table = format!("\n{HEADER}");
    for pattern in &design.patterns {
        row(&mut table, design, pattern);
    }
    // Keep the document's line endings.
    if before.contains("\r\n") {
        table = table.replace('\n', "\r\n");
    }
    vec![Emitted { path: PATTERNS.to_owned(), text: format!("{before}{INDEX_BEGIN}{table}{INDEX_END}{after}") }]
}

fn row(table: &mut String, design: &Design, pattern: &Pattern) {
    let index = match &pattern.operation {
        Operation::Query(query) => query.index.map(|index| {
            let fan_out = shards(design.entity(query.entities[0]), query);
            let fan_out = fan_out.map(|shards| format!(", {} shards", shards.count)).unwrap_or_default();
            format!(" on {}{fan_out}", design.table.indexes[index].name)
        }),
        _ => None,
    };
    let mut askers = pattern.callers.clone();
    if pattern.tool {
        askers.push("tools".to_owned());
    }
    let cost = &pattern.cost;
    writeln!(
        table,
        "| [{id}](#{anchor}) | {title} | {api}{index} | `{name}` | {askers} | {requests} | {rcu} | {wcu} |",
        id = pattern.id,
        anchor = anchor(&format!("{} {}", pattern.id, pattern.title)),
        title = pattern.title.replace('|', "\\|"),
        api = pattern.api(),
        index = index.unwrap_or_default(),
        name = pattern.name,
        askers = askers.join(", "),
        requests = cost.requests,
        rcu = cost.rcu,
        wcu = cost.wcu,
    )
    .expect("a String takes every write");
}

/// GitHub's anchor of a heading: lower case, without punctuation, with hyphens for spaces.
pub fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | ' ' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_equals_githubs_anchor() {
        assert_eq!(anchor("AP-21 List a user's sessions"), "ap-21-list-a-users-sessions");
        assert_eq!(anchor("AP-03 E-mail: `x_y`, é"), "ap-03-e-mail-x_y-é");
    }
}
