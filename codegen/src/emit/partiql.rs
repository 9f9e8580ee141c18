//! Emits PartiQL for every pattern that reads: `partiql.json`, and the statements of the registry.

use serde_json::{Map, Value, json};

use crate::design::{
    Design, Entity, Expired, IndexKey, Operation, Order, Paging, Pattern, Query, ReadMode, Segment, Sort, Template,
    Type, index_key, partition, shards, sort_template, sorts_numbers,
};
use crate::emit::sample::{self, Row};
use crate::emitted::Emitted;

/// "Now" in the examples: one day after the time of the samples.
const NEXT_MORNING_MS: i64 = 1_795_510_800_000;

/// A statement with `?` for each value.
pub struct Statement {
    /// A note on the statement, which may be empty.
    pub about: String,
    pub text: String,
    pub parameters: Vec<Parameter>,
    pub limit: Option<u32>,
    pub consistent: bool,
}

/// The value of a `?`.
pub struct Parameter {
    /// A key template, for instance `USER#{user_id}`.
    pub template: String,
    /// The type letter: `S` or `N`.
    pub letter: &'static str,
    /// The template, filled with the values of a sample item.
    example: String,
}

impl Parameter {
    fn text(template: String, example: String) -> Parameter {
        Parameter { template, letter: "S", example }
    }
}

pub fn emit(design: &Design) -> Vec<Emitted> {
    let mut patterns = Map::new();
    for pattern in &design.patterns {
        let statements = statements(design, pattern);
        if !statements.is_empty() {
            let statements: Vec<_> = statements.iter().map(shown).collect();
            patterns.insert(pattern.id.clone(), json!({ "name": pattern.name, "statements": statements }));
        }
    }
    let text = format!("{:#}\n", Value::Object(patterns));
    vec![Emitted { path: format!("{}/partiql.json", design.table.generate.schema), text }]
}

/// The statement with templates, and as a complete request with the values of a sample item.
fn shown(statement: &Statement) -> Value {
    let request = |value: fn(&Parameter) -> &String| {
        let parameters = statement.parameters.iter().map(|parameter| json!({ parameter.letter: value(parameter) }));
        let mut request = json!({
            "Statement": statement.text,
            "Parameters": parameters.collect::<Vec<_>>(),
            "ConsistentRead": statement.consistent,
        });
        if let Some(limit) = statement.limit {
            request["Limit"] = limit.into();
        }
        request
    };
    let mut shown = request(|parameter| &parameter.template);
    shown["Example"] = request(|parameter| &parameter.example);
    if !statement.about.is_empty() {
        shown["About"] = statement.about.as_str().into();
    }
    shown
}

/// The PartiQL statements of a reading pattern; empty for a writing one.
pub fn statements(design: &Design, pattern: &Pattern) -> Vec<Statement> {
    match &pattern.operation {
        Operation::Get { entity, consistent, expired } => {
            let entity = design.entity(*entity);
            vec![get(design, entity, *consistent, expired.as_ref(), String::new())]
        }
        Operation::ReadParts { parts, mode } => {
            let part = |part: &crate::design::ReadPart| {
                let each = if part.many { "once for each of " } else { "" };
                let together = match mode {
                    ReadMode::Batch { .. } if part.many => "; several go into one BatchExecuteStatement",
                    ReadMode::Batch { .. } => "",
                    ReadMode::Transaction => {
                        "; all go into one ExecuteTransaction, whose statements have no `ConsistentRead`"
                    }
                };
                let about = format!("{each}`{}`{together}", part.name);
                get(design, design.entity(part.entity), mode.is_consistent(), part.expired.as_ref(), about)
            };
            parts.iter().map(part).collect()
        }
        Operation::Query(asked) => match asked.order {
            Order::Ascending => vec![query(design, asked, false, "")],
            Order::Descending => vec![query(design, asked, true, "")],
            Order::Either => {
                vec![query(design, asked, false, "in order `asc`"), query(design, asked, true, "in order `desc`")]
            }
        },
        // PartiQL has no syntax for the segments of a scan.
        Operation::Scan(_)
        | Operation::Upgrade(_)
        | Operation::Write(_)
        | Operation::Transact(_)
        | Operation::WriteBatch(_) => Vec::new(),
    }
}

fn get(design: &Design, entity: &Entity, consistent: bool, expired: Option<&Expired>, about: String) -> Statement {
    let (table, row) = (&design.table, sample(design, entity));
    let parameter = |template: &Template| Parameter::text(template.to_string(), sample::key(template, &row));
    let mut parameters = vec![parameter(&entity.pk), parameter(&entity.sk)];
    let mut conditions = vec![format!("\"{}\" = ?", table.partition_key), format!("\"{}\" = ?", table.sort_key)];
    if expired == Some(&Expired::Hidden) && entity.always_expires(table) {
        conditions.push(is_live(&table.ttl_attribute));
        parameters.push(now());
    }
    let text = format!("SELECT * FROM \"{}\" WHERE {}", table.name, conditions.join(" AND "));
    Statement { about, text, parameters, limit: None, consistent }
}

/// The condition that an item has not expired. It is used only if all items expire, because no condition for optional
/// expiry works everywhere: PartiQL treats the branches of OR as several partitions and cannot order them by the sort
/// key, and NOT returns status 500 on DynamoDB Local.
fn is_live(ttl: &str) -> String {
    format!("\"{ttl}\" > ?")
}

fn query(design: &Design, query: &Query, descending: bool, order: &str) -> Statement {
    let (table, entity) = (&design.table, design.entity(query.entities[0]));
    let names = index_key(entity, query).map(IndexKey::fields).unwrap_or_default();
    let row = sample::filled(design, entity, sample(design, entity), &names);
    let index = query.index.map(|index| &table.indexes[index]);
    let (from, hash, range) = match index {
        None => (format!("\"{}\"", table.name), &table.partition_key, &table.sort_key),
        Some(index) => (format!("\"{}\".\"{}\"", table.name, index.name), &index.partition_key, &index.sort_key),
    };
    let template = partition(entity, query);
    let fan_out = shards(entity, query);
    let mut parameters =
        vec![match query.index.and_then(|index| entity.index_keys.iter().find(|key| key.index == index)) {
            Some(key) if key.shards.is_some() => {
                Parameter::text(format!("{template}#{{shard}}"), sample::index_partition(key, &row))
            }
            _ => Parameter::text(template.to_string(), sample::key(template, &row)),
        }];
    let mut conditions = vec![format!("\"{hash}\" = ?")];
    conditions.extend(sort(entity, query, range, &row, &mut parameters));
    let all_expire = query.entities.iter().all(|index| design.entity(*index).always_expires(table));
    if query.expired == Some(Expired::Hidden) && all_expire {
        conditions.push(is_live(&table.ttl_attribute));
        parameters.push(now());
    }
    let limit = match query.paging {
        // In descending order, DynamoDB Local applies a limit to the wrong end of the partition: see `from_the_end`.
        Paging::Page(size) | Paging::First(size) if !descending => Some(size),
        _ => None,
    };
    let order_by = match (query.paging, descending) {
        (Paging::Count, _) => String::new(),
        (_, true) => format!(" ORDER BY \"{range}\" DESC"),
        (_, false) => format!(" ORDER BY \"{range}\" ASC"),
    };
    let text = format!(
        "SELECT {} FROM {from} WHERE {}{order_by}",
        columns(design, query, [hash, range]),
        conditions.join(" AND ")
    );
    let paging = if descending { from_the_end(query.paging) } else { paging(query.paging).to_owned() };
    let each = fan_out.map(|shards| {
        let last = shards.count - 1;
        format!("once for each `shard` from 0 to {last}; merge the rows by \"{range}\"")
    });
    let about = [order.to_owned(), each.unwrap_or_default(), paging]
        .into_iter()
        .filter(|words| !words.is_empty())
        .collect::<Vec<_>>();
    Statement { about: about.join("; "), text, parameters, limit, consistent: query.consistent }
}

/// DynamoDB Local reads the first `Limit` rows of the partition and then reverses them. The service reportedly does
/// the same (aws-sdk-go-v2, issue 2917). Without a limit the order is correct.
fn from_the_end(paging: Paging) -> String {
    match paging {
        Paging::Page(size) | Paging::First(size) => {
            format!(
                "take the first {size} rows and send no `Limit`, which can return rows from the other end of the order"
            )
        }
        Paging::All | Paging::Count => self::paging(paging).to_owned(),
    }
}

fn paging(paging: Paging) -> &'static str {
    match paging {
        Paging::Page(_) => "`Limit` is the page, `NextToken` the cursor",
        Paging::First(_) => "",
        Paging::All => "follow `NextToken` to the end",
        Paging::Count => {
            "the answer is the number of its rows: DynamoDB's PartiQL has no COUNT; follow `NextToken` to the end"
        }
    }
}

/// DynamoDB Local orders rows only if both key attributes are among the columns.
fn columns(design: &Design, query: &Query, key: [&String; 2]) -> String {
    let table = &design.table;
    let quoted = |names: &mut dyn Iterator<Item = &String>| {
        names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    };
    match &query.row {
        _ if query.returns_keys || query.paging == Paging::Count => {
            quoted(&mut [&table.partition_key, &table.sort_key].into_iter())
        }
        Some((_, fields)) => {
            let entity = design.entity(query.entities[0]);
            let stored: Vec<String> = fields.iter().map(|field| entity.stored_name(field).to_owned()).collect();
            quoted(&mut stored.iter().chain(key))
        }
        None => "*".to_owned(),
    }
}

/// The condition on the sort key, if there is one.
fn sort(entity: &Entity, query: &Query, range: &str, row: &Row, parameters: &mut Vec<Parameter>) -> Option<String> {
    let letter = if sorts_numbers(entity, query) { "N" } else { "S" };
    let mut parameter = |template: &Template, end: &str, values: &Row| {
        let own = renamed(sort_template(entity, query), template);
        let example = format!("{}{end}", sample::key(&own, values));
        parameters.push(Parameter { template: format!("{template}{end}"), letter, example });
    };
    match &query.sort {
        Sort::Whole => None,
        Sort::BeginsWith { template, is_delimited, .. } => {
            parameter(template, if *is_delimited { "#" } else { "" }, row);
            Some(format!("begins_with(\"{range}\", ?)"))
        }
        Sort::Between { from, to, .. } => {
            parameter(from, "", row);
            parameter(to, "", row);
            Some(format!("\"{range}\" BETWEEN ? AND ?"))
        }
        Sort::Below { template, .. } => {
            parameter(template, "", &a_day_later(entity, row));
            Some(format!("\"{range}\" < ?"))
        }
        Sort::Above { template, .. } => {
            parameter(template, "", row);
            Some(format!("\"{range}\" > ?"))
        }
    }
}

/// The first segments of the sort key, as many as the template has. The template's arguments may have other names.
fn renamed(key: &Template, template: &Template) -> Template {
    let segment = |(own, asked): (&Segment, &Segment)| match asked {
        Segment::Literal(_) => asked.clone(),
        Segment::Field { .. } => own.clone(),
    };
    Template { segments: key.segments.iter().zip(&template.segments).map(segment).collect() }
}

/// The row with its times one day later.
fn a_day_later(entity: &Entity, row: &Row) -> Row {
    let mut later = row.clone();
    for field in entity.fields.iter().filter(|field| field.ty == Type::Time) {
        later.insert(field.name.clone(), json!(NEXT_MORNING_MS));
    }
    later
}

fn now() -> Parameter {
    let example = (NEXT_MORNING_MS / 1000).to_string();
    Parameter { template: "{now, in seconds since 1970}".to_owned(), letter: "N", example }
}

fn sample(design: &Design, entity: &Entity) -> Row {
    sample::rows(design, entity).swap_remove(0)
}
