//! `--explain`: shows the request, the IAM permission and the declared cost, and sends nothing.

use model::PageRequest;
use model::registry::{Cost, Pattern};
use serde_json::{Value, json};

use super::rows::Format;
use super::{Query, QueryError};
use crate::output::print;

/// Prints the request. No table is needed.
pub(super) async fn explain(query: &Query) -> Result<(), QueryError> {
    let store = query.options.target.offline_store().await;
    let page = PageRequest { limit: query.page_options.limit, cursor: query.page_options.cursor.as_deref() };
    let request = store.by_name().explain(query.pattern, query.resolve(None).await?, page).await;
    let request = request.map_err(|error| query.to_query_error(error))?;
    let explained = Explained {
        pattern: query.pattern,
        table: store.table().name(),
        operation: &request.operation,
        body: &request.body,
    };
    let text = match Format::or_default(query.options.format) {
        Format::Jsonl => format!("{}\n", explained.json()),
        Format::Json => format!("{:#}\n", explained.json()),
        Format::Table | Format::Csv | Format::CsvRaw => explained.text(),
    };
    print(text.as_bytes()).map_err(|source| QueryError::Output { what: "the request".to_owned(), source })
}

struct Explained<'a> {
    pattern: &'static Pattern,
    table: &'a str,
    operation: &'a str,
    body: &'a Value,
}

impl Explained<'_> {
    /// The resource of the IAM permission, as the end of an ARN.
    fn resource(&self) -> String {
        let index = self.pattern.index.map(|index| format!("/index/{index}")).unwrap_or_default();
        format!("table/{}{index}", self.table)
    }

    /// A note about the shards, if the pattern has some. The shown request is the one for the first shard.
    fn fan_out(&self) -> String {
        let Some(shards) = self.pattern.shards else { return String::new() };
        format!(", {shards} requests in parallel: one per shard, here #0, then #1 to #{}", shards - 1)
    }

    fn json(&self) -> Value {
        let Pattern { id, name, index, actions, cost: Cost { fixture, requests, rcu, wcu }, .. } = *self.pattern;
        json!({
            "pattern": id, "name": name, "operation": self.operation, "index": index, "request": self.body,
            "shards": self.pattern.shards,
            "iam": { "actions": actions, "resource": self.resource() },
            "declared": { "requests": requests, "rcu": rcu, "wcu": wcu, "fixture": fixture },
        })
    }

    fn text(&self) -> String {
        let Pattern { id, name, index, actions, cost: Cost { fixture, requests, rcu, wcu }, .. } = *self.pattern;
        format!(
            "{id} {name}: nothing is sent\n\n\
             operation  {} on {}{}\n\
             IAM        {} on {}\n\
             declared   {requests} request{}, {rcu} RCU, {wcu} WCU for {fixture}\n\
             request    {:#}\n",
            self.operation,
            index.unwrap_or("the table"),
            self.fan_out(),
            actions.join(", "),
            self.resource(),
            if requests > 1.0 { "s" } else { "" },
            self.body,
        )
    }
}
