//! Checks of queries: a query reads exactly the items that it is meant to read.

use crate::design::{
    Design, Entity, Expired, Operation, Query, Segment, Sort, Template, WritePart, partition, shards, sort_field,
    sort_template, sorts_numbers,
};
use crate::problem::Problems;
use crate::suggestion::suggestion;

fn queries(design: &Design) -> impl Iterator<Item = &Query> {
    design.patterns.iter().filter_map(|pattern| match &pattern.operation {
        Operation::Query(query) => Some(query),
        _ => None,
    })
}

/// A sort condition consists of the segments of the queried sort key.
pub fn sort_conditions_fit_the_sort_key(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "sort-fits-the-key";
    for query in queries(design) {
        let Some(at) = query.sort.at() else { continue };
        for entity in query.entities.iter().map(|index| design.entity(*index)) {
            if sorts_numbers(entity, query) && matches!(query.sort, Sort::BeginsWith { .. }) {
                let message = "the sort key of this index is a number, which has no prefix; use `between`, `below` \
                 or `above`";
                problems.push(CHECK, at, message);
                continue;
            }
            let own = sort_template(entity, query);
            for template in query.sort.templates() {
                let prefix = matches!(query.sort, Sort::BeginsWith { is_delimited: true, .. });
                let shown = if prefix { format!("{template}#") } else { template.to_string() };
                if !fits(template, entity, query, prefix) {
                    let hint = beginning_like(template, own);
                    let message = format!(
                        "\"{shown}\" is not the beginning of the sort key of {}, \"{}\"{hint}",
                        entity.name, own
                    );
                    problems.push(CHECK, at, message);
                }
            }
        }
    }
}

/// A prefix ends at a delimiter; otherwise it would also match longer words. A prefix that is the whole sort key of an
/// entity needs no delimiter, because another check refuses any other entity that it matches.
pub fn prefixes_end_at_a_delimiter(design: &Design, problems: &mut Problems) {
    for query in queries(design) {
        let Sort::BeginsWith { template, is_delimited: false, at } = &query.sort else { continue };
        let entities = || query.entities.iter().map(|index| design.entity(*index));
        if !entities().any(|entity| fits(template, entity, query, false)) {
            continue;
        }
        let is_whole_key = entities().any(|entity| sort_template(entity, query) == template);
        if !is_whole_key || matches!(template.segments.last(), Some(Segment::Field { .. })) {
            let message = format!(
                "the prefix \"{template}\" must end at a delimiter, or it also matches longer words; write \"{template}#\""
            );
            problems.push("prefix-ends-at-a-delimiter", *at, message);
        }
    }
}

/// A hint: `; write "THREAD#"` for `THR` if the sort key is `THREAD#{thread}`; empty if no literal of the key is
/// similar.
fn beginning_like(template: &Template, key: &Template) -> String {
    let differ = |(a, b): (&Segment, &Segment)| matches!(a, Segment::Literal(_)) && a != b;
    let first = template.segments.iter().zip(&key.segments).position(differ);
    let Some(first) = first.filter(|first| first + 1 < key.segments.len()) else { return String::new() };
    let (Segment::Literal(written), Segment::Literal(own)) = (&template.segments[first], &key.segments[first]) else {
        return String::new();
    };
    if !own.starts_with(written.as_str()) && suggestion(written, [own.as_str()]).is_empty() {
        return String::new();
    }
    let segments = template.segments[..first].iter().chain([&key.segments[first]]).cloned().collect();
    format!("; write \"{}#\"", Template { segments })
}

/// Whether the template equals the first segments of the sort key. At least one more segment must follow a prefix that
/// ends at a delimiter.
fn fits(template: &Template, entity: &Entity, query: &Query, prefix: bool) -> bool {
    let own = &sort_template(entity, query).segments;
    let most = own.len() - usize::from(prefix);
    let fits = |(i, segment): (usize, &Segment)| match segment {
        Segment::Literal(_) => own[i] == *segment,
        Segment::Field { width: None, .. } => sort_field(entity, query, i).is_some(),
        // The template may repeat the width of the key's segment, but not change it.
        Segment::Field { width, .. } => {
            matches!(&own[i], Segment::Field { width: known, .. } if known == width)
        }
    };
    template.segments.len() <= most && template.segments.iter().enumerate().all(fits)
}

/// The entities of a query must share one partition, and must be the only ones that the query can match there.
pub fn queries_read_one_partition(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "query-reads-one-partition";
    for query in queries(design) {
        let entities: Vec<&Entity> = query.entities.iter().map(|index| design.entity(*index)).collect();
        let Some(first) = entities.first() else {
            continue;
        };
        let template = partition(first, query);
        for entity in &entities {
            if query.index.is_some_and(|index| !entity.index_keys.iter().any(|key| key.index == index)) {
                let message = format!("{} has no key in this index; give it `[index.…]` in its schema", entity.name);
                problems.push(CHECK, query.at, message);
            } else if partition(entity, query) != template || shards(entity, query) != shards(first, query) {
                let own = partition(entity, query);
                let message = format!(
                    "{} is in the partition \"{template}\" and {} in \"{own}\"; query them separately",
                    first.name, entity.name
                );
                problems.push(CHECK, query.at, message);
            } else if let Some((name, width)) = differing_width(first, entity, query) {
                let message = format!(
                    "`{name}` has {width} in the sort key of {}; use the same number of digits in both",
                    entity.name
                );
                problems.push(CHECK, query.at, message);
            }
        }
        if query.index.is_some() {
            continue;
        }
        for other in design.entities.iter().filter(|other| !entities.iter().any(|entity| entity.name == other.name)) {
            if other.pk.overlaps(template) && may_meet(other, &query.sort) {
                let message = match &query.sort {
                    Sort::Whole => {
                        format!(
                            "the partition \"{template}\" also contains {}; add it to `entities`, or limit the range \
                             with `sort`",
                            other.name
                        )
                    }
                    _ => format!(
                        "this range of \"{template}\" may also contain {} (\"{}\"); add it to `entities`",
                        other.name, other.sk
                    ),
                };
                problems.push(CHECK, query.sort.at().unwrap_or(query.at), message);
            }
        }
    }
}

/// Whether an item of the entity can have a sort key in this range of its partition.
fn may_meet(entity: &Entity, sort: &Sort) -> bool {
    let beginning = sort.beginning();
    if let (Sort::BeginsWith { is_delimited: false, .. }, Some((last, before))) = (sort, beginning.split_last()) {
        let begins_like = |own: &Segment| match (own, last) {
            (Segment::Literal(own), Segment::Literal(last)) => own.starts_with(last.as_str()),
            _ => true,
        };
        return entity.sk.may_share_beginning(before) && entity.sk.segments.get(before.len()).is_some_and(begins_like);
    }
    entity.sk.segments.len() > beginning.len() && entity.sk.may_share_beginning(beginning)
}

/// The field of the sort condition that two entities pad to different widths.
fn differing_width(first: &Entity, other: &Entity, query: &Query) -> Option<(String, String)> {
    for template in query.sort.templates() {
        for (i, segment) in template.segments.iter().enumerate() {
            if let (Some(name), Some(Segment::Field { width: a, .. }), Some(Segment::Field { width: b, .. })) = (
                segment.field(),
                sort_template(first, query).segments.get(i),
                sort_template(other, query).segments.get(i),
            ) && a != b
            {
                let digits = b.map_or("no fixed digits".to_owned(), |width| format!("{width} digits"));
                return Some((name.to_owned(), digits));
            }
        }
    }
    None
}

/// A batch that deletes keys names the queries that return them, because the policy allows only their partitions.
pub fn keys_come_from_queries(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "keys-come-from-queries";
    for pattern in &design.patterns {
        let Operation::WriteBatch(parts) = &pattern.operation else { continue };
        for part in parts {
            let WritePart::DeleteKeys { of, at, .. } = part else { continue };
            if of.is_empty() && !pattern.callers.is_empty() {
                problems.push(CHECK, *at, "`of` is missing; list the queries that return these keys: `of = [\"…\"]`");
            }
            for name in of {
                let found = design.patterns.iter().find(|pattern| pattern.name == *name);
                let message = match found.map(|pattern| &pattern.operation) {
                    Some(Operation::Query(_)) => continue,
                    Some(_) => format!("\"{name}\" is not a query"),
                    None => {
                        let names = design.patterns.iter().map(|pattern| pattern.name.as_str());
                        format!("the pattern \"{name}\" does not exist{}", suggestion(name, names))
                    }
                };
                problems.push(CHECK, *at, message);
            }
        }
    }
}

pub fn index_queries_read_what_is_projected(design: &Design, problems: &mut Problems) {
    const CHECK: &str = "index-reads-what-is-projected";
    for query in queries(design) {
        let Some(index) = query.index.map(|index| &design.table.indexes[index]) else {
            continue;
        };
        if let Some((_, fields)) = &query.row {
            let stored = fields.iter().map(|field| design.entity(query.entities[0]).stored_name(field));
            for field in stored.filter(|field| !index.projection.iter().any(|shown| shown == field)) {
                let message = format!(
                    "{} does not project `{field}`; add it to the projection, which makes writes more expensive, or \
                     remove it here",
                    index.name
                );
                problems.push(CHECK, query.at, message);
            }
        } else if query.returns_items() {
            let message = format!("{} does not project whole items; add `fields` and `row`", index.name);
            problems.push(CHECK, query.at, message);
        } else if query.returns_keys {
            let message =
                format!("a query of {} cannot return keys; add `fields` and `row`, or query the table", index.name);
            problems.push(CHECK, query.at, message);
        }
        let ttl = &design.table.ttl_attribute;
        if query.expired == Some(Expired::Hidden) && !index.projection.contains(ttl) {
            let message = format!(
                "{} does not project `{ttl}`, so expired items cannot be hidden; add it to the projection",
                index.name
            );
            problems.push(CHECK, query.at, message);
        }
    }
}
