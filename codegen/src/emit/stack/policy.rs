//! Emits the permissions of a function: the actions of the patterns that it calls, limited to the partitions of these
//! patterns.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::design::{Action, Design, Operation, Pattern, ReadMode, Segment, Template, WritePart};
use crate::emitted::Emitted;

/// The table (`None`), or an index by its name.
pub type Resource = Option<String>;

/// The actions for each resource and set of partitions.
type Statements = BTreeMap<(Resource, BTreeSet<String>), BTreeSet<String>>;

/// The statements of a function's policy as YAML list items. `ForAllValues` also holds for a request without any key,
/// so the `Null` condition requires one.
pub(super) fn statements(design: &Design, function: &str) -> String {
    let statement = |((index, partitions), actions): ((Resource, BTreeSet<String>), BTreeSet<String>)| {
        let resource = index
            .map_or_else(|| "!GetAtt Table.Arn".to_owned(), |index| format!("!Sub \"${{Table.Arn}}/index/{index}\""));
        let keys = partitions.iter().map(|partition| format!("\"{partition}\"")).collect::<Vec<_>>().join(", ");
        format!(
            "- Effect: Allow
  Action: [{actions}]
  Resource: {resource}
  Condition:
    ForAllValues:StringLike: {{ \"dynamodb:LeadingKeys\": [{keys}] }}
    \"Null\": {{ \"dynamodb:LeadingKeys\": \"false\" }}
",
            actions = actions.into_iter().collect::<Vec<_>>().join(", "),
        )
    };
    allowed(design, function).into_iter().map(statement).collect()
}

/// The policy of each function as an IAM document, for tools other than the template. The tool sets the account and
/// the region.
pub(super) fn documents(design: &Design) -> Vec<Emitted> {
    let Some(folder) = &design.table.generate.policies else { return Vec::new() };
    let document = |function: &String| {
        let arn = format!("arn:aws:dynamodb:*:*:table/{}", design.table.name);
        let statement = |((index, partitions), actions): ((Resource, BTreeSet<String>), BTreeSet<String>)| {
            json!({
                "Effect": "Allow",
                "Action": actions,
                "Resource": index.map_or_else(|| arn.clone(), |index| format!("{arn}/index/{index}")),
                "Condition": {
                    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": partitions },
                    "Null": { "dynamodb:LeadingKeys": "false" },
                },
            })
        };
        let statements: Vec<Value> = allowed(design, function).into_iter().map(statement).collect();
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        Emitted { path: format!("{folder}/{function}.json"), text: format!("{policy:#}\n") }
    };
    design.table.functions.iter().map(document).collect()
}

fn allowed(design: &Design, function: &str) -> Statements {
    let mut reached = BTreeMap::<(Resource, String), BTreeSet<String>>::new();
    for (action, resource, partition) in requests_of(design, function) {
        reached.entry((resource, format!("dynamodb:{action}"))).or_default().insert(partition);
    }
    let mut statements = Statements::new();
    for ((resource, action), partitions) in reached {
        statements.entry((resource, partitions)).or_default().insert(action);
    }
    statements
}

/// Each action of a function with its resource and its partitions.
pub fn requests_of(design: &Design, function: &str) -> Vec<(&'static str, Resource, String)> {
    let own = design.patterns.iter().filter(|pattern| pattern.callers.iter().any(|caller| caller == function));
    own.flat_map(|pattern| requests(design, pattern, function)).collect()
}

/// Each action of a pattern with its resource and its partitions, if this function calls it.
fn requests(design: &Design, pattern: &Pattern, function: &str) -> Vec<(&'static str, Resource, String)> {
    let at_table = |action: &'static str, entity: usize| (action, None, partitions(&design.entity(entity).pk));
    match &pattern.operation {
        Operation::Get { entity, .. } => vec![at_table("GetItem", *entity)],
        Operation::Query(query) => {
            let entity = design.entity(query.entities[0]);
            let Some(index) = query.index else { return vec![at_table("Query", query.entities[0])] };
            let key =
                entity.index_keys.iter().find(|key| key.index == index).expect("a query asks an index of its entity");
            vec![("Query", Some(design.table.indexes[index].name.clone()), partitions(&key.stored()))]
        }
        Operation::Write(action) => vec![at_table(action.kind.iam_action(), action.entity)],
        Operation::Transact(actions) => {
            let takes =
                |action: &&Action| action.callers.is_empty() || action.callers.iter().any(|own| own == function);
            actions.iter().filter(takes).map(|action| at_table(action.kind.iam_action(), action.entity)).collect()
        }
        Operation::ReadParts { parts, mode } => {
            let action = if *mode == ReadMode::Transaction { "GetItem" } else { "BatchGetItem" };
            parts.iter().map(|part| at_table(action, part.entity)).collect()
        }
        Operation::WriteBatch(parts) => parts.iter().flat_map(|part| written(design, part, function)).collect(),
        // A check ensures that no function calls these.
        Operation::Scan(_) | Operation::Upgrade(_) => Vec::new(),
    }
}

fn written(design: &Design, part: &WritePart, function: &str) -> Vec<(&'static str, Resource, String)> {
    const ACTION: &str = "BatchWriteItem";
    match part {
        WritePart::Put { entity, .. } | WritePart::Delete { entity, .. } => {
            vec![(ACTION, None, partitions(&design.entity(*entity).pk))]
        }
        WritePart::DeleteKeys { of, .. } => {
            let calls = |pattern: &&Pattern| pattern.callers.iter().any(|caller| caller == function);
            let found = design.patterns.iter().filter(|pattern| of.contains(&pattern.name)).filter(calls);
            let reached = found.flat_map(|pattern| requests(design, pattern, function));
            reached.map(|(_, resource, partition)| (ACTION, resource, partition)).collect()
        }
    }
}

/// The literals at the beginning of a key, with a wildcard for the rest: `USER#*`.
fn partitions(template: &Template) -> String {
    let literals = template.segments.iter().map_while(|segment| match segment {
        Segment::Literal(text) => Some(text.as_str()),
        Segment::Field { .. } => None,
    });
    let literals: Vec<&str> = literals.collect();
    let (beginning, is_whole) = (literals.join("#"), literals.len() == template.segments.len());
    if is_whole { beginning } else { format!("{beginning}#*") }
}
