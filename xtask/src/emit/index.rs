//! The index of patterns, between the markers of access-patterns.md.

use crate::codegen::Emitted;
use crate::design::{Design, Operation, Pattern};
use crate::load::PATTERNS;

const BEGIN: &str = "<!-- generated:begin index -->";
const END: &str = "<!-- generated:end index -->";

/// The whole document with its index renewed; a document without markers is left alone.
pub fn emit(design: &Design) -> Vec<Emitted> {
    let Some((before, rest)) = design.document.split_once(BEGIN) else {
        return Vec::new();
    };
    let Some((_, after)) = rest.split_once(END) else {
        return Vec::new();
    };
    let mut table = String::from(
        "| | pattern | asks DynamoDB for | function | asked by | requests | RCU | WCU |\n|---|---|---|---|---|--:|--:|--:|\n",
    );
    for pattern in &design.patterns {
        table.push_str(&row(design, pattern));
    }
    vec![Emitted {
        path: PATTERNS.to_owned(),
        text: format!("{before}{BEGIN}\n{table}{END}{after}"),
    }]
}

fn row(design: &Design, pattern: &Pattern) -> String {
    let index = match &pattern.operation {
        Operation::Query(query) => query
            .index
            .map(|index| format!(" on {}", design.table.indexes[index].name)),
        _ => None,
    };
    let mut askers = pattern.callers.clone();
    if pattern.tool {
        askers.push("tools".to_owned());
    }
    let cost = &pattern.cost;
    format!(
        "| [{id}](#{anchor}) | {title} | {api}{index} | `{name}` | {askers} | {requests} | {rcu} | {wcu} |\n",
        id = pattern.id,
        anchor = anchor(&format!("{} {}", pattern.id, pattern.title)),
        title = pattern.title,
        api = pattern.api(),
        index = index.unwrap_or_default(),
        name = pattern.name,
        askers = askers.join(", "),
        requests = cost.requests,
        rcu = cost.rcu,
        wcu = cost.wcu,
    )
}

/// GitHub's anchor of a heading: lower case, punctuation dropped, spaces to hyphens.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '-' || *c == ' ' || *c == '_');
    kept.flat_map(char::to_lowercase)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}
