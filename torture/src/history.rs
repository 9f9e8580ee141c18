//! Checks a history of saves and reads of one session: whether some order of them explains every answer.
//!
//! A session is a register with a version: a save of version v writes version v + 1. The version gives the place of
//! each operation, so no search over orders is needed, as it is for other registers. An order exists if and only if
//! each version has one possible writer and one content, and no operation that ended before another began has a later
//! version. The tests compare this with a search over all orders.

use std::collections::{BTreeMap, BTreeSet};

/// The version of a new session.
pub(crate) const FIRST_VERSION: u64 = 1;

/// One operation on a session. Times are in nanoseconds from one start; contents are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    pub(crate) kind: Kind,
    /// The version that the save writes, or that the read shows.
    pub(crate) version: u64,
    /// The content that the save writes, or that the read shows.
    pub(crate) content: u64,
    /// When it was sent first.
    pub(crate) sent: u64,
    /// When it was answered. Not used if the outcome is unknown: the write may be applied later.
    pub(crate) answered: u64,
}

/// The kind of an operation, with its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An acknowledged save.
    Saved,
    /// A save without an answer, or with a failure: it may have been applied.
    Unsure,
    /// A read, or the current state that a refused save shows.
    Seen,
}

/// The violations of a session that began with this content. Empty if the history has an explanation.
pub(crate) fn violations(first_content: u64, operations: &[Operation]) -> Vec<String> {
    let mut found = Vec::new();
    let known: Vec<&Operation> = operations.iter().filter(|operation| operation.kind != Kind::Unsure).collect();
    let contents = contents(first_content, &known, &mut found);
    writers(operations, &known, &contents, &mut found);
    order(&known, &mut found);
    found
}

/// The content of each version. Reports versions with several contents, and contents with several versions.
fn contents(first_content: u64, known: &[&Operation], found: &mut Vec<String>) -> BTreeMap<u64, u64> {
    let mut by_version: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::from([(FIRST_VERSION, [first_content].into())]);
    let mut by_content: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::from([(first_content, [FIRST_VERSION].into())]);
    for operation in known {
        by_version.entry(operation.version).or_default().insert(operation.content);
        by_content.entry(operation.content).or_default().insert(operation.version);
    }
    let several = by_version.iter().filter(|(_, contents)| contents.len() > 1);
    found.extend(several.map(|(version, contents)| format!("version {version} has several contents: {contents:?}")));
    let several = by_content.iter().filter(|(_, versions)| versions.len() > 1);
    found.extend(several.map(|(content, versions)| format!("content {content} has several versions: {versions:?}")));
    by_version.into_iter().filter_map(|(version, contents)| Some((version, contents.into_iter().next()?))).collect()
}

/// Each version up to the last known one has exactly one acknowledged writer, or a possible one.
fn writers(operations: &[Operation], known: &[&Operation], contents: &BTreeMap<u64, u64>, found: &mut Vec<String>) {
    let last = contents.keys().copied().max().unwrap_or(FIRST_VERSION);
    // The first moment when this version or a later one was known.
    let mut known_at = BTreeMap::new();
    let mut earliest = u64::MAX;
    for version in (FIRST_VERSION + 1..=last).rev() {
        let answered =
            known.iter().filter(|operation| operation.version == version).map(|operation| operation.answered);
        earliest = answered.min().map_or(earliest, |answered| answered.min(earliest));
        known_at.insert(version, earliest);
    }
    for version in FIRST_VERSION + 1..=last {
        let of_version = || operations.iter().filter(|operation| operation.version == version);
        let acknowledged = of_version().filter(|operation| operation.kind == Kind::Saved).count();
        let is_possible = |operation: &&Operation| {
            operation.kind == Kind::Unsure
                && operation.sent <= known_at[&version]
                && contents.get(&version).is_none_or(|content| *content == operation.content)
        };
        match acknowledged {
            0 if of_version().any(|operation| is_possible(&operation)) => {}
            0 => found.push(format!("no save that was sent can have written version {version}")),
            1 => {}
            count => found.push(format!("{count} saves of version {version} were acknowledged")),
        }
    }
}

/// No operation shows an older version than an operation that ended before it began.
fn order(known: &[&Operation], found: &mut Vec<String>) {
    let mut by_sent = known.to_vec();
    by_sent.sort_by_key(|operation| operation.sent);
    let mut by_answered = known.to_vec();
    by_answered.sort_by_key(|operation| operation.answered);
    let (mut ended, mut latest) = (by_answered.into_iter().peekable(), FIRST_VERSION);
    for operation in by_sent {
        while let Some(before) = ended.next_if(|before| before.answered < operation.sent) {
            latest = latest.max(before.version);
        }
        let version = operation.version;
        match operation.kind {
            Kind::Seen if version < latest => {
                found.push(format!("a read shows version {version} after version {latest} was known"));
            }
            Kind::Saved if version <= latest => {
                found.push(format!("a save of version {version} was acknowledged after version {latest} was known"));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
