//! `codegen vet`: the units a second in the hottest partition of each key, with every pattern at its declared peak
//! rate.
//!
//! The cost contract of a pattern gives the cost of a call. This module estimates the part for each partition and
//! never underestimates it: it attributes only the minimum cost of the other actions to their partitions, and the rest
//! to the action's own partition.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::design::{Action, ActionKind, Design, How, IndexKey, Operation, Pattern, Query, ReadMode, Shape, WritePart};
use crate::load::{Documents, load};
use crate::problem::problem_report;

/// The capacity of one partition a second, and the maximum share of it that may be used.
pub(crate) const WCU: f64 = 1_000.0;
pub(crate) const RCU: f64 = 3_000.0;
pub(crate) const MAX_SHARE: f64 = 0.5;

/// Units a second in the hottest partition of a key.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Units {
    pub(crate) rcu: f64,
    pub(crate) wcu: f64,
}

/// A key, and the load of each pattern on its hottest partition.
#[derive(Debug)]
pub(crate) struct Partition<'d> {
    /// The template, for instance `USER#{user_id}`, and the name of the index if it is an index key.
    pub(crate) key: String,
    pub(crate) loads: Vec<(&'d Pattern, Units)>,
}

impl Partition<'_> {
    pub(crate) fn total(&self) -> Units {
        self.loads
            .iter()
            .fold(Units::default(), |sum, (_, units)| Units { rcu: sum.rcu + units.rcu, wcu: sum.wcu + units.wcu })
    }

    /// The used share of a partition's capacity: the larger of reads and writes.
    pub(crate) fn used(&self) -> f64 {
        let Units { rcu, wcu } = self.total();
        (rcu / RCU).max(wcu / WCU)
    }
}

/// Every key with a declared load, the hottest first.
pub(crate) fn partitions(design: &Design) -> Vec<Partition<'_>> {
    let mut found: BTreeMap<String, Vec<(&Pattern, Units)>> = BTreeMap::new();
    for pattern in &design.patterns {
        for (key, units) in pattern_loads(design, pattern) {
            found.entry(key).or_default().push((pattern, units));
        }
    }
    let mut partitions: Vec<Partition<'_>> =
        found.into_iter().map(|(key, loads)| Partition { key, loads }).filter(|one| one.used() > 0.0).collect();
    partitions.sort_by(|one, other| other.used().total_cmp(&one.used()));
    partitions
}

/// The keys that a pattern uses, with its units a second in the hottest partition of each.
fn pattern_loads(design: &Design, pattern: &Pattern) -> Vec<(String, Units)> {
    let Some(peak) = &pattern.peak else { return Vec::new() };
    let mut units: BTreeMap<String, Units> = BTreeMap::new();
    let mut add = |key: String, share: f64, one: Units| {
        let sum = units.entry(key).or_default();
        let (rcu, wcu) = (one.rcu * share * peak.per_second, one.wcu * share * peak.per_second);
        *sum = Units { rcu: sum.rcu.max(rcu), wcu: sum.wcu.max(wcu) };
    };
    let in_indexes = index_writes(design, pattern);
    for (key, wcu) in &in_indexes {
        add(index_name(design, key), peak.index_share / shards(key), Units { rcu: 0.0, wcu: *wcu });
    }
    if let Operation::Query(query) = &pattern.operation
        && let Some(key) = queried_index(design, query)
    {
        add(index_name(design, key), peak.share_of(query.entities[0]) / shards(key), cost(pattern, 0.0));
        return units.into_iter().collect();
    }
    let of_indexes: f64 = in_indexes.iter().map(|(_, wcu)| wcu).sum();
    let parts = parts(pattern);
    for (entity, _) in &parts {
        let own = design.entity(*entity).pk.to_string();
        let others = parts.iter().filter(|(other, _)| design.entity(*other).pk.to_string() != own);
        let of_others: f64 = others.map(|(_, least)| least).sum();
        add(own, peak.share_of(*entity), cost(pattern, of_indexes + of_others));
    }
    units.into_iter().collect()
}

/// The cost of a call without the units that other partitions need in any case.
fn cost(pattern: &Pattern, elsewhere: f64) -> Units {
    let less = |units: f64| if units > 0.0 { (units - elsewhere).max(0.5) } else { 0.0 };
    Units { rcu: less(pattern.cost.rcu), wcu: less(pattern.cost.wcu) }
}

/// The entities that a pattern uses in the table, each with its minimum cost.
fn parts(pattern: &Pattern) -> Vec<(usize, f64)> {
    match &pattern.operation {
        Operation::Get { entity, .. } => vec![(*entity, 0.0)],
        Operation::Query(query) => vec![(query.entities[0], 0.0)],
        Operation::Write(action) => vec![(action.entity, 1.0)],
        Operation::Transact(actions) => {
            actions.iter().map(|action| (action.entity, if action.shape == Shape::One { 2.0 } else { 0.0 })).collect()
        }
        Operation::ReadParts { parts, mode } => {
            let least = match mode {
                ReadMode::Transaction => 2.0,
                ReadMode::Batch { consistent: true } => 1.0,
                ReadMode::Batch { consistent: false } => 0.5,
            };
            parts.iter().map(|part| (part.entity, if part.many { 0.0 } else { least })).collect()
        }
        Operation::WriteBatch(parts) => {
            parts.iter().filter_map(WritePart::entity).map(|entity| (entity, 0.0)).collect()
        }
        Operation::Scan(_) | Operation::Upgrade(_) => Vec::new(),
    }
}

fn queried_index<'d>(design: &'d Design, query: &Query) -> Option<&'d IndexKey> {
    let index = query.index?;
    design.entity(query.entities[0]).index_keys.iter().find(|key| key.index == index)
}

fn shards(key: &IndexKey) -> f64 {
    key.shards.as_ref().map_or(1.0, |shards| f64::from(shards.count))
}

fn index_name(design: &Design, key: &IndexKey) -> String {
    let index = &design.table.indexes[key.index].name;
    let shards = key.shards.as_ref().map(|shards| format!(", {} shards", shards.count)).unwrap_or_default();
    format!("{} in {index}{shards}", key.pk)
}

/// The index keys that a pattern writes, with the units of each: 1 for an entry that is created, deleted or updated, 2
/// for an entry that moves, because it is deleted and written. An index entry is smaller than 1 KB.
fn index_writes<'d>(design: &'d Design, pattern: &'d Pattern) -> Vec<(&'d IndexKey, f64)> {
    let mut writes: Vec<(&IndexKey, f64)> = Vec::new();
    for action in pattern.actions() {
        let keys = design.entity(action.entity).index_keys.iter();
        writes.extend(keys.map(|key| (key, in_index(design, action, key))));
    }
    if let Operation::WriteBatch(parts) = &pattern.operation {
        let keys = parts.iter().filter_map(WritePart::entity).flat_map(|entity| &design.entity(entity).index_keys);
        writes.extend(keys.map(|key| (key, 1.0)));
    }
    writes.retain(|(_, units)| *units > 0.0);
    writes
}

fn in_index(design: &Design, action: &Action, key: &IndexKey) -> f64 {
    match action.kind {
        ActionKind::Check => 0.0,
        ActionKind::Delete => 1.0,
        ActionKind::Put => {
            if action.replace || action.if_present.is_none() {
                2.0
            } else {
                1.0
            }
        }
        ActionKind::Update => {
            let changes = |field: &str| action.change(field).is_some_and(|how| !matches!(how, How::SetOnce(_)));
            let projection = &design.table.indexes[key.index].projection;
            if key.fields().into_iter().any(changes) {
                2.0
            } else if projection.iter().any(|field| changes(field)) {
                1.0
            } else {
                0.0
            }
        }
    }
}

/// The report, and whether every partition is within its limit; or the problems of the documents.
pub fn report(documents: &Documents) -> Result<(String, bool), String> {
    let loaded = load(documents);
    let Some(design) = loaded.design.filter(|_| loaded.problems.is_empty()) else {
        return Err(problem_report(&loaded.problems.lines(&loaded.sources)));
    };
    let mut text = format!(
        "Units a second in one partition at the declared peak rates. A partition has {WCU} WCU and {RCU} RCU; the limit is {:.0} %.\n",
        MAX_SHARE * 100.0
    );
    let partitions = partitions(&design);
    for partition in &partitions {
        let Units { rcu, wcu } = partition.total();
        let too_much = if partition.used() > MAX_SHARE { "  TOO MUCH" } else { "" };
        let used = partition.used() * 100.0;
        let _ = writeln!(text, "\n{:58} {wcu:8.1} WCU {rcu:8.1} RCU {used:5.1} %{too_much}", partition.key);
        for (pattern, units) in &partition.loads {
            let name = format!("{} {}", pattern.id, pattern.name);
            let rate = pattern.peak.as_ref().map_or(0.0, |peak| peak.per_second);
            let Units { rcu, wcu } = units;
            let _ = writeln!(text, "  {name:40} {rate:7} calls/s  {wcu:8.1} WCU {rcu:8.1} RCU");
        }
    }
    let undeclared: Vec<&str> = design
        .patterns
        .iter()
        .filter(|pattern| pattern.peak.is_none() && !pattern.callers.is_empty())
        .map(|pattern| pattern.id.as_str())
        .collect();
    if !undeclared.is_empty() {
        let _ = writeln!(text, "\nNot counted, because they have no declared peak: {}", undeclared.join(", "));
    }
    Ok((text, partitions.iter().all(|partition| partition.used() <= MAX_SHARE)))
}
