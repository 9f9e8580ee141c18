//! The fields that the results of a pattern can have, in the order of the columns of a table of results.

use crate::design::{Design, Operation, Paging, Pattern};

/// The names in the order of the documents, each once; empty for a pattern without results.
pub fn fields<'d>(design: &'d Design, pattern: &'d Pattern) -> Vec<&'d str> {
    let keys = || vec!["PK", "SK"];
    match &pattern.operation {
        Operation::Query(query) if query.paging == Paging::Count => vec!["count"],
        Operation::Query(query) if query.returns_keys => keys(),
        Operation::Query(query) if query.returns_stored => merged(keys(), design, &query.entities),
        Operation::Query(query) => match &query.row {
            Some((_, fields)) => fields.iter().map(String::as_str).collect(),
            None => merged(Vec::new(), design, &query.entities),
        },
        Operation::Get { entity, .. } => merged(Vec::new(), design, &[*entity]),
        Operation::Write(action) if action.returns_new => merged(Vec::new(), design, &[action.entity]),
        Operation::ReadParts { .. } => merged(Vec::new(), design, &pattern.entities()),
        Operation::Write(_)
        | Operation::Transact(_)
        | Operation::WriteBatch(_)
        | Operation::Scan(_)
        | Operation::Upgrade(_) => Vec::new(),
    }
}

fn merged<'d>(mut names: Vec<&'d str>, design: &'d Design, entities: &[usize]) -> Vec<&'d str> {
    for field in entities.iter().flat_map(|index| &design.entity(*index).fields) {
        if !names.contains(&field.name.as_str()) {
            names.push(&field.name);
        }
    }
    names
}
