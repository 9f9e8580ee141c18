//! Checks on reach: nothing is stored that no pattern reads, nothing is asked that nobody calls.

use crate::design::{ActionKind, Design, Expired, Operation, condition_fields};
use crate::problem::Problems;

pub fn every_index_serves_a_pattern(design: &Design, problems: &mut Problems) {
    for (i, index) in design.table.indexes.iter().enumerate() {
        let serves = |operation: &Operation| matches!(operation, Operation::Query(query) if query.index == Some(i));
        if !design
            .patterns
            .iter()
            .any(|pattern| serves(&pattern.operation))
        {
            problems.push(
                "every-index-serves-a-pattern",
                index.at,
                format!("no pattern queries {}; every write to it costs", index.name),
            );
        }
    }
}

/// An entity that is only written, or only deleted, is either dead or unreachable.
pub fn every_entity_is_reachable(design: &Design, problems: &mut Problems) {
    for (i, entity) in design.entities.iter().enumerate() {
        let (mut read, mut written) = (false, false);
        for pattern in design
            .patterns
            .iter()
            .filter(|pattern| pattern.entities().contains(&i))
        {
            match &pattern.operation {
                Operation::Get { .. } | Operation::Query(_) | Operation::ReadBatch { .. } => {
                    read = true
                }
                Operation::WriteBatch(parts) => {
                    written |= parts.iter().any(|part| matches!(part, crate::design::WritePart::Put { entity, .. } if *entity == i));
                }
                Operation::Write(_) | Operation::Transact(_) => {
                    for action in pattern.actions().iter().filter(|action| action.entity == i) {
                        written |= action.kind == ActionKind::Put || action.upsert;
                        // A conditional upsert reads what it refuses.
                        read |= action.require.iter().any(|require| require.current);
                    }
                }
            }
        }
        if !read || !written {
            let what = if written { "read" } else { "written" };
            problems.push(
                "every-entity-is-reachable",
                entity.at,
                format!("{} is never {what} by any pattern", entity.name),
            );
        }
    }
}

pub fn every_pattern_has_a_caller(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        if pattern.callers.is_empty() && !pattern.tool {
            let message = format!(
                "nobody calls {}: name its `callers`, mark it `tool = true`, or remove it",
                pattern.id
            );
            problems.push("every-pattern-has-a-caller", pattern.at, message);
        }
    }
}

pub fn index_queries_read_what_is_projected(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        let Operation::Query(query) = &pattern.operation else {
            continue;
        };
        let Some(index) = query.index.map(|index| &design.table.indexes[index]) else {
            continue;
        };
        match &query.row {
            None => {
                let message = format!(
                    "{} does not show whole items: name the `fields` and the `row`",
                    index.name
                );
                problems.push("index-reads-what-is-projected", query.at, message);
            }
            Some((_, fields)) => {
                for field in fields
                    .iter()
                    .filter(|field| !index.projection.contains(field))
                {
                    let message = format!(
                        "{} does not show `{field}`; add it to the projection, at a write's cost, or leave it out",
                        index.name
                    );
                    problems.push("index-reads-what-is-projected", query.at, message);
                }
            }
        }
    }
}

/// DynamoDB deletes expired items days late, so whoever reads one must look at its expiry.
pub fn expired_items_are_hidden(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "expired-items-are-hidden";
    for pattern in &design.patterns {
        let expires = |index: &usize| design.entity(*index).expires(&design.table);
        match &pattern.operation {
            Operation::Get {
                entity,
                expired: None,
                ..
            } if expires(entity) => {
                problems.push(
                    CHECK,
                    pattern.at,
                    "this entity expires: say `expired = \"hidden\"`",
                );
            }
            Operation::Query(query)
                if query.expired.is_none() && query.entities.iter().any(expires) =>
            {
                problems.push(
                    CHECK,
                    pattern.at,
                    "this entity expires: say `expired = \"hidden\"`",
                );
            }
            Operation::ReadBatch { parts, .. }
                if parts.iter().any(|part| expires(&part.entity)) =>
            {
                problems.push(
                    CHECK,
                    pattern.at,
                    "an entity that expires cannot be read in a batch; get or query it",
                );
            }
            _ => {}
        }
        for action in pattern
            .actions()
            .iter()
            .filter(|action| expires(&action.entity))
        {
            let looks = action.require.iter().any(|require| {
                condition_fields(&require.that).contains(&design.table.ttl_attribute.as_str())
            });
            let reads = action.kind == ActionKind::Update || !action.require.is_empty();
            if reads && !looks && !matches!(action.expired, Some(Expired::Included(_))) {
                let message = format!(
                    "this write looks at an item that may have expired: require `{} > :second`, or say `expired = \"included\"` and `because`",
                    design.table.ttl_attribute
                );
                problems.push(CHECK, action.at, message);
            }
        }
    }
}
