//! Checks of use: a pattern reads every entity, every pattern has a caller, and no read returns expired items.

use crate::design::{Action, ActionKind, Design, Expired, Operation, Pattern, WritePart};
use crate::problem::Problems;
use crate::source::At;

pub fn every_index_serves_a_pattern(design: &Design, problems: &mut Problems) {
    for (i, index) in design.table.indexes.iter().enumerate() {
        let serves = |operation: &Operation| matches!(operation, Operation::Query(query) if query.index == Some(i));
        if !design.patterns.iter().any(|pattern| serves(&pattern.operation)) {
            let message = format!("no pattern queries {}, and every write to it costs; remove the index", index.name);
            problems.push("every-index-serves-a-pattern", index.at, message);
        }
    }
}

/// An entity that patterns only write or delete is unused.
pub fn every_entity_is_reachable(design: &Design, problems: &mut Problems) {
    for (i, entity) in design.entities.iter().enumerate() {
        let (mut read, mut written) = (false, false);
        for pattern in design.patterns.iter().filter(|pattern| pattern.entities().contains(&i)) {
            match &pattern.operation {
                Operation::Get { .. } | Operation::Query(_) | Operation::ReadParts { .. } => {
                    read = true;
                }
                // A scan does not count as a read of an entity.
                Operation::Scan(_) | Operation::Upgrade(_) => {}
                Operation::WriteBatch(parts) => {
                    written |= parts.iter().any(|part| matches!(part, WritePart::Put { entity, .. } if *entity == i));
                }
                Operation::Write(_) | Operation::Transact(_) => {
                    for action in pattern.actions().iter().filter(|action| action.entity == i) {
                        written |= action.kind == ActionKind::Put || action.upsert;
                        // An update that returns the item reads it, and so does a condition whose error carries it.
                        read |= action.returns_new || action.require.iter().any(|require| require.current);
                    }
                }
            }
        }
        let never = match (written, read) {
            (true, true) => continue,
            (true, false) => "read",
            (false, true) => "written",
            (false, false) => "written or read",
        };
        problems.push(
            "every-entity-is-reachable",
            entity.at,
            format!("{} is not {never} by any pattern; add one, or remove the entity", entity.name),
        );
    }
}

pub fn every_pattern_has_a_caller(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        if pattern.callers.is_empty() && !pattern.tool {
            let message =
                format!("{} has no caller: name its `callers`, mark it `tool = true`, or remove it", pattern.id);
            problems.push("every-pattern-has-a-caller", pattern.at, message);
        }
    }
}

/// A scan reads the whole table and is billed for it, and an upgrade changes items of any entity. Only maintenance
/// commands may use them; the product uses a key or an index for each access.
pub fn maintenance_is_for_tools(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        let (what, is_said, instead) = match &pattern.operation {
            Operation::Scan(scan) => ("a scan reads the whole table", scan.maintenance, "query a partition"),
            Operation::Upgrade(upgrade) => ("this write takes any item", upgrade.maintenance, "update an entity"),
            _ => continue,
        };
        let mut refuse = |message| problems.push("maintenance-is-for-tools", pattern.at, message);
        if !is_said {
            refuse(format!("{what}; {instead}, or add `maintenance = true`"));
        }
        if !pattern.callers.is_empty() {
            let callers = pattern.callers.join(", ");
            refuse(format!("{what}, so no Lambda function may call it; remove {callers} from `callers`, or {instead}"));
        }
        if !pattern.tool {
            refuse(format!("{what}, so only the command line may call it; add `tool = true`"));
        }
    }
}

/// DynamoDB deletes expired items days late, so every read must check the expiry.
pub fn expired_items_are_hidden(design: &Design, problems: &mut Problems) {
    for pattern in &design.patterns {
        let can_expire = |index: &usize| design.entity(*index).expires(&design.table);
        let any_expires = pattern.entities().iter().any(can_expire);
        let expired = match &pattern.operation {
            Operation::Get { expired, .. } => expired.as_ref(),
            Operation::Query(query) => query.expired.as_ref(),
            Operation::ReadParts { parts, .. } => {
                for part in parts {
                    check_expired(can_expire(&part.entity), part.expired.as_ref(), part.at, problems);
                }
                continue;
            }
            _ => continue,
        };
        check_expired(any_expires, expired, pattern.at, problems);
    }
    for action in design.patterns.iter().flat_map(Pattern::actions) {
        written_items_have_not_expired(design, action, problems);
    }
}

fn check_expired(can_expire: bool, said: Option<&Expired>, at: At, problems: &mut Problems) {
    let message = match (can_expire, said) {
        (true, None) => "this entity expires; add `expired = \"hidden\"`",
        (false, Some(_)) => "no entity that is read here expires; remove `expired`",
        _ => return,
    };
    problems.push("expired-items-are-hidden", at, message);
}

fn written_items_have_not_expired(design: &Design, action: &Action, problems: &mut Problems) {
    const CHECK: &str = "expired-items-are-hidden";
    let ttl = &design.table.ttl_attribute;
    let reads = matches!(action.kind, ActionKind::Update | ActionKind::Check) || !action.require.is_empty();
    let always = || action.require.iter().filter(|require| require.optional_argument().is_none());
    let looks = always().any(|require| require.that.tests().iter().any(|test| test.field == *ttl));
    let message = match (design.entity(action.entity).expires(&design.table), &action.expired) {
        (true, None) if reads && !looks => {
            let always = design.entity(action.entity).always_expires(&design.table);
            let missing = if always { String::new() } else { format!("{ttl} missing or ") };
            format!(
                "this write depends on an item that may have expired; require `{missing}{ttl} > :second`, or add \
                 `expired = \"included\"` and `because`"
            )
        }
        (false, Some(_)) => "no entity that is written here expires; remove `expired`".to_owned(),
        (true, Some(Expired::Included(_))) if !reads || looks => {
            "this write depends on no item that may have expired; remove `expired`".to_owned()
        }
        _ => return,
    };
    problems.push(CHECK, action.at, message);
}
