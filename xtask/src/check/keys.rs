//! Checks on keys: that no two items can share one, and that what is read is what is meant.

use crate::design::{Design, Operation, Query, Segment, Sort, Template, partition, sort_field};
use crate::problem::Problems;

/// Two entities whose templates can give one key would overwrite each other.
pub fn keys_decode_in_one_way(design: &Design, problems: &mut Problems) {
    for (i, a) in design.entities.iter().enumerate() {
        for b in &design.entities[i + 1..] {
            if a.pk.overlaps(&b.pk) && a.sk.overlaps(&b.sk) {
                let message = format!(
                    "{} ({} / {}) and {} ({} / {}) can have the same key; give one a literal segment of its own",
                    a.name, a.pk, a.sk, b.name, b.pk, b.sk
                );
                problems.push("keys-decode-in-one-way", b.at, message);
            }
            for (ka, kb) in a
                .index_keys
                .iter()
                .flat_map(|ka| b.index_keys.iter().map(move |kb| (ka, kb)))
            {
                if ka.index == kb.index && ka.pk.overlaps(&kb.pk) {
                    let index = &design.table.indexes[ka.index].name;
                    let message = format!(
                        "{} and {} can share a partition of {index}: {} and {}",
                        a.name, b.name, ka.pk, kb.pk
                    );
                    problems.push("keys-decode-in-one-way", b.at, message);
                }
            }
        }
    }
}

fn queries(design: &Design) -> impl Iterator<Item = &Query> {
    design
        .patterns
        .iter()
        .filter_map(|pattern| match &pattern.operation {
            Operation::Query(query) => Some(query),
            _ => None,
        })
}

/// A sort condition is written in the segments of the entity's own sort key.
pub fn sort_conditions_fit_the_sort_key(design: &Design, problems: &mut Problems) {
    for query in queries(design) {
        let templates: Vec<&Template> = match &query.sort {
            Sort::Whole => continue,
            Sort::BeginsWith { template, .. } | Sort::Below(template) => vec![template],
            Sort::Between { from, to } => vec![from, to],
        };
        if query.index.is_some() {
            problems.push(
                "sort-fits-the-key",
                query.at,
                "an index is read by partition; its numeric sort key takes no `sort` yet",
            );
            continue;
        }
        for entity in query.entities.iter().map(|index| design.entity(*index)) {
            for template in &templates {
                let fits = template.segments.len() <= entity.sk.segments.len()
                    && template
                        .segments
                        .iter()
                        .enumerate()
                        .all(|(i, segment)| match segment {
                            Segment::Literal(_) => entity.sk.segments[i] == *segment,
                            Segment::Field { .. } => sort_field(entity, i).is_some(),
                        });
                if !fits {
                    let message = format!(
                        "\"{template}\" is no beginning of the sort key of {}, \"{}\"",
                        entity.name, entity.sk
                    );
                    problems.push("sort-fits-the-key", query.at, message);
                }
            }
        }
    }
}

/// Several entities in one query must lie in the same partition, and must be all that lies there.
pub fn queries_read_one_partition(design: &Design, problems: &mut Problems) {
    for query in queries(design) {
        let entities: Vec<_> = query
            .entities
            .iter()
            .map(|index| design.entity(*index))
            .collect();
        let Some(first) = entities.first() else {
            continue;
        };
        let template = partition(first, query);
        for entity in &entities {
            if query
                .index
                .is_some_and(|index| !entity.index_keys.iter().any(|key| key.index == index))
            {
                let message = format!(
                    "{} has no key in this index; give it `[index.…]` in its schema",
                    entity.name
                );
                problems.push("query-reads-one-partition", query.at, message);
            } else if partition(entity, query) != template {
                let message = format!(
                    "{} lies in \"{}\", {} in \"{}\"",
                    first.name,
                    template,
                    entity.name,
                    partition(entity, query)
                );
                problems.push("query-reads-one-partition", query.at, message);
            }
        }
        if matches!(query.sort, Sort::Whole) && query.index.is_none() {
            for other in &design.entities {
                if other.pk.overlaps(template)
                    && !entities.iter().any(|entity| entity.name == other.name)
                {
                    let message = format!(
                        "the whole partition \"{template}\" also holds {}: name it, or say which `sort`",
                        other.name
                    );
                    problems.push("query-reads-one-partition", query.at, message);
                }
            }
        }
    }
}

/// Items keep the key they were written with, so a template does not change without a migration.
pub fn keys_are_as_locked(design: &Design, problems: &mut Problems) {
    for entity in &design.entities {
        let Some(locked) = design
            .lock
            .iter()
            .find(|locked| locked.entity == entity.name)
        else {
            continue;
        };
        let now = (entity.pk.to_string(), entity.sk.to_string());
        if (locked.pk.as_str(), locked.sk.as_str()) == (now.0.as_str(), now.1.as_str()) {
            continue;
        }
        match &entity.migration {
            Some(migration)
                if (&migration.from_pk, &migration.from_sk) == (&locked.pk, &locked.sk) => {}
            Some(migration) => {
                let message = format!(
                    "the migration is from {} / {}, but keys.lock has {} / {}",
                    migration.from_pk, migration.from_sk, locked.pk, locked.sk
                );
                problems.push("keys-are-as-locked", migration.at, message);
            }
            None => {
                let message = format!(
                    "the key of {} was {} / {} and is now {} / {}; items that exist keep the old one: declare a `[migration]`, or change it back",
                    entity.name, locked.pk, locked.sk, now.0, now.1
                );
                problems.push("keys-are-as-locked", entity.at, message);
            }
        }
    }
}
