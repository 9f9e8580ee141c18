//! Checks of a single item: whether it decodes, its version, its keys, and whether it has expired.

use std::time::Duration;

use crate::generated::DESIGN;
use crate::generated::any::{AnyEntity, INDEX_ATTRIBUTES, versions_of, write_version_of};
use crate::maintenance::verify::finding::{Finding, FindingKind, item_id};
use crate::maintenance::verify::repair::{Expired, Repair};
use crate::{Expiry, PackedCode, ReplyState, Timestamp};
use table_runtime::StoredItem;
use table_runtime::reindex::is_same_key;

/// How long DynamoDB may take to remove expired items: "typically within a few days" (Developer Guide, "Using time to
/// live").
const TTL_LAG: Duration = Duration::from_hours(3 * 24);
/// How long a question may be pending or a job be overdue. A question's own deadline is half a minute.
const PATIENCE: Duration = Duration::from_hours(1);

/// How long a sweep job may fail before it is reported as failing.
const DAY: Duration = Duration::from_hours(24);

const KEYS: [&str; 2] = ["PK", "SK"];

/// An item, as far as it can be decoded, and the findings about it.
pub(super) struct Inspected {
    pub(super) entity: Option<AnyEntity>,
    pub(super) findings: Vec<Finding>,
}

/// Inspects an item. Inline code is decompressed and compared with its digest.
pub(super) fn inspect(item: &StoredItem, now: Timestamp) -> Inspected {
    let mut findings = Vec::new();
    let mut found = |kind, detail: &str, repair| {
        findings.push(Finding::new(kind, item_id(item), detail, repair).with_key(item.primary()));
    };
    let Some((current, _)) = item.entity().and_then(versions_of) else {
        let why = Repair::None("its entity is unknown: find the program that wrote it, then remove it by hand");
        found(FindingKind::UnknownEntity, "", why);
        return Inspected { entity: None, findings };
    };
    let written = item.entity().and_then(write_version_of).unwrap_or(current);
    match item.version() {
        Some(version) if version > current => {
            let why = Repair::None("deploy the program that wrote it, and verify with that");
            found(FindingKind::NewerVersion, &format!("version {version}, and this program knows {current}"), why);
            return Inspected { entity: None, findings };
        }
        Some(0) => found(FindingKind::Undecodable, "version 0, and the first one is 1", Repair::None(BY_HAND)),
        Some(version) if version < written => {
            let detail = format!("version {version}, and now it is {written}");
            found(FindingKind::OlderVersion, &detail, Repair::Upgrade(Box::new(item.clone())));
        }
        _ => {}
    }
    let bad = item.bad_counters(&DESIGN);
    if !bad.is_empty() {
        let names = bad.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        found(FindingKind::BadCounter, &names, Repair::Counters(Box::new(item.clone())));
    }
    let entity = match AnyEntity::from_item(item.attributes().clone()) {
        Ok(entity) => entity,
        Err(corrupt) => {
            found(FindingKind::Undecodable, corrupt.reason(), Repair::None(BY_HAND));
            None
        }
    };
    // The fields of an item under a wrong key may be wrong, so nothing is concluded from them.
    let entity = entity.filter(|entity| has_its_key(item, entity, &mut found));
    if let Some(entity) = &entity {
        by_itself(entity, now, &mut found);
    }
    Inspected { entity, findings }
}

/// Whether the item's key matches its fields. The keys of indexes are checked too.
fn has_its_key(item: &StoredItem, entity: &AnyEntity, found: &mut impl FnMut(FindingKind, &str, Repair)) -> bool {
    let (stored, made) = (item.attributes(), entity.keys());
    let differs = |name: &&str| !is_same_key(stored.get(*name), made.get(*name));
    if KEYS.iter().any(differs) {
        let why = Repair::None("either its key or its fields are wrong, and nothing says which");
        found(FindingKind::WrongKey, "", why);
        return false;
    }
    let to_come = attributes_to_come(item);
    let wrong: Vec<&str> =
        INDEX_ATTRIBUTES.iter().copied().filter(differs).filter(|name| !to_come.contains(name)).collect();
    if !wrong.is_empty() {
        // Counters are repaired first, so this writes the item with corrected counters.
        found(FindingKind::WrongIndexKey, &wrong.join(", "), Repair::IndexKeys(Box::new(item.corrected(&DESIGN))));
    }
    true
}

/// The index keys that an older item gets when it is upgraded.
fn attributes_to_come(item: &StoredItem) -> Vec<&'static str> {
    let history = item.entity().and_then(versions_of).map(|(_, history)| history).unwrap_or_default();
    let steps = history.iter().filter(|step| Some(step.version) >= item.version());
    steps.flat_map(|step| step.index).flat_map(|index| index.keys).collect()
}

fn by_itself(entity: &AnyEntity, now: Timestamp, found: &mut impl FnMut(FindingKind, &str, Repair)) {
    let is_over = |expires_at: Expiry| expires_at.at().plus(TTL_LAG) < now;
    let mut expired = |expires_at, what| {
        if is_over(expires_at) {
            found(FindingKind::Expired, "", Repair::RemoveExpired(Box::new(what)));
        }
    };
    match entity {
        AnyEntity::RefreshFamily(family) => expired(family.expires_at, Expired::Family((**family).clone())),
        AnyEntity::Idempotency(record) => expired(record.expires_at, Expired::Record((**record).clone())),
        AnyEntity::Creation(record) => expired(record.expires_at, Expired::Creation((**record).clone())),
        AnyEntity::RateWindow(window) => expired(window.expires_at, Expired::Window((**window).clone())),
        AnyEntity::SweepJob(job) if job.attempts > 0 && job.due.plus(DAY) < now => {
            let detail = format!("{}, failed {} times", job.kind.as_str(), job.attempts);
            found(FindingKind::FailingJob, &detail, Repair::RunJob(job.clone()));
        }
        AnyEntity::SweepJob(job) if job.due.plus(PATIENCE) < now => {
            found(FindingKind::OverdueJob, job.kind.as_str(), Repair::RunJob(job.clone()));
        }
        AnyEntity::Message(message) => {
            let (session_id, thread, seq) = (message.session_id, message.thread, message.seq);
            if let Some(expires_at) = message.expires_at {
                expired(expires_at, Expired::Message { session_id, thread, seq, expires_at });
            }
            let is_pending = message.reply_state == Some(ReplyState::Pending) && !message.has_expired(now);
            if is_pending && !message.is_held(now) && message.created_at.plus(PATIENCE) < now {
                found(FindingKind::PendingQuestion, "", Repair::FailQuestion(message.clone()));
            }
        }
        AnyEntity::Code(code) => {
            if let Some(bytes) = &code.inline
                && let Err(corrupt) = PackedCode::unpack(&[bytes], code.sha256, code.size)
            {
                found(FindingKind::DamagedCode, &corrupt.to_string(), Repair::None(CODE_IS_LOST));
            }
        }
        _ => {}
    }
}

/// Why an item that does not decode is not repaired.
pub(super) const BY_HAND: &str = "its content has to be restored by hand, from a backup for instance";

/// Why damaged code is not repaired.
pub(super) const CODE_IS_LOST: &str =
    "code cannot be made again: restore it from a backup, or let its owner save it again";
