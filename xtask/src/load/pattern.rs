//! The blocks of access-patterns.md.

use std::collections::BTreeMap;

use toml::Spanned;

use crate::design::{
    Cost, Entity, Operation, Order, Paging, Pattern, Query, ReadPart, Sort, Table, Template,
    WritePart,
};
use crate::load::action::Scope;
use crate::load::markdown::{Section, sections};
use crate::load::raw::{RawAction, RawPattern, RawSort, Word, in_order};
use crate::load::toml_problem;
use crate::problem::{Problems, suggestion};
use crate::source::At;

/// The words every block may use, and those of each operation.
const COMMON: &[&str] = &["name", "operation", "callers", "tool", "errors", "cost"];
const OPERATIONS: &[(&str, &[&str])] = &[
    ("get", &["entity", "consistent", "expired", "because"]),
    (
        "query",
        &[
            "entity",
            "entities",
            "index",
            "sort",
            "order",
            "page",
            "first",
            "all",
            "count",
            "consistent",
            "fields",
            "row",
            "returns",
            "expired",
            "because",
        ],
    ),
    (
        "put",
        &[
            "entity",
            "if_present",
            "replace",
            "require",
            "expired",
            "because",
        ],
    ),
    (
        "update",
        &[
            "entity",
            "key",
            "set",
            "set_once",
            "add",
            "remove",
            "if_missing",
            "upsert",
            "require",
            "returns",
            "expired",
            "because",
        ],
    ),
    ("delete", &["entity"]),
    ("transact", &["action"]),
    ("batch", &["read", "write", "consistent"]),
];

pub fn load_all(
    table: &Table,
    entities: &[Entity],
    text: &str,
    at: At,
    problems: &mut Problems,
) -> Vec<Pattern> {
    let sections = sections(text, at, problems);
    sections
        .into_iter()
        .filter_map(|section| load(table, entities, section, problems))
        .collect()
}

fn load(
    table: &Table,
    entities: &[Entity],
    section: Section,
    problems: &mut Problems,
) -> Option<Pattern> {
    let raw: RawPattern = match toml::from_str(&section.block) {
        Ok(raw) => raw,
        Err(error) => {
            toml_problem(&error, section.at, problems);
            return None;
        }
    };
    let mut scope = Scope {
        entities,
        at: section.at,
        problems,
    };
    own_words(&mut scope, &raw.operation, &section.block)?;
    let callers: Vec<String> = raw
        .callers
        .iter()
        .filter_map(|word| caller(&mut scope, table, word))
        .collect();
    let errors = in_order(raw.errors.clone())
        .into_iter()
        .map(|(name, meaning)| (name.into_inner(), meaning))
        .collect();
    let cost = Cost {
        fixture: raw.cost.fixture.clone(),
        requests: raw.cost.requests,
        rcu: raw.cost.rcu,
        wcu: raw.cost.wcu,
    };
    let (name, tool) = (raw.name.get_ref().clone(), raw.tool);
    let operation = operation(&mut scope, table, raw)?;
    let Section {
        id,
        title,
        prose,
        heading,
        at,
        ..
    } = section;
    Some(Pattern {
        id,
        title,
        prose,
        name,
        operation,
        callers,
        tool,
        errors,
        cost,
        heading,
        at,
    })
}

/// Refuses a word that the operation does not know, where a reader would think it did something.
fn own_words(scope: &mut Scope<'_>, operation: &Word, block: &str) -> Option<()> {
    let name = operation.get_ref().as_str();
    let Some((_, own)) = OPERATIONS.iter().find(|(known, _)| *known == name) else {
        let hint = suggestion(name, OPERATIONS.iter().map(|(known, _)| *known));
        scope.problem(
            "operation",
            operation,
            format!("unknown operation \"{name}\"{hint}"),
        );
        return None;
    };
    let words: BTreeMap<Word, toml::Value> = toml::from_str(block).unwrap_or_default();
    for word in words.keys() {
        if !COMMON.contains(&word.get_ref().as_str()) && !own.contains(&word.get_ref().as_str()) {
            let message = format!(
                "`{}` is no word of a {name}; it knows {}",
                word.get_ref(),
                own.join(", ")
            );
            scope.problem("operation", word, message);
        }
    }
    Some(())
}

fn caller(scope: &mut Scope<'_>, table: &Table, word: &Word) -> Option<String> {
    let name = word.get_ref();
    if table.functions.contains(name) {
        return Some(name.clone());
    }
    let hint = suggestion(name, table.functions.iter().map(String::as_str));
    scope.problem(
        "callers-exist",
        word,
        format!("table.toml has no function \"{name}\"{hint}"),
    );
    None
}

fn operation(scope: &mut Scope<'_>, table: &Table, mut raw: RawPattern) -> Option<Operation> {
    let name = raw.name.get_ref().clone();
    let at = scope.at.plus(raw.operation.span().start);
    Some(match raw.operation.get_ref().as_str() {
        "get" => Operation::Get {
            entity: entity(scope, &raw, at)?,
            consistent: consistent(scope, &raw, at)?,
            expired: scope.expired(raw.expired.as_ref(), raw.because.as_ref()),
        },
        "query" => Operation::Query(query(scope, table, &raw, at)?),
        "put" | "update" | "delete" => {
            let returns_new = raw
                .returns
                .as_ref()
                .is_some_and(|word| word.get_ref() == "new");
            let action = single(&mut raw);
            let mut action = scope.action(&name, action, at, &[])?;
            action.returns_new = returns_new;
            Operation::Write(action)
        }
        "transact" => {
            let puts = puts(scope.entities, &raw.action);
            let load_one = |spanned: Spanned<RawAction>| {
                let at = scope.at.plus(spanned.span().start);
                let raw = spanned.into_inner();
                let name = raw.name.clone();
                scope.action(&name, raw, at, &puts)
            };
            let count = raw.action.len();
            let actions: Vec<_> = raw.action.into_iter().filter_map(load_one).collect();
            // An action with a problem is gone; what is left would be a different transaction.
            (actions.len() == count).then_some(Operation::Transact(actions))?
        }
        _ => batch(scope, raw, at)?,
    })
}

/// The words of a single write, as those of an action.
fn single(raw: &mut RawPattern) -> RawAction {
    let entity = raw.entity.take();
    let mut action = RawAction {
        key: std::mem::take(&mut raw.key),
        set: std::mem::take(&mut raw.set),
        set_once: std::mem::take(&mut raw.set_once),
        add: std::mem::take(&mut raw.add),
        remove: std::mem::take(&mut raw.remove),
        if_missing: raw.if_missing.take(),
        if_present: raw.if_present.take(),
        replace: raw.replace.unwrap_or_default(),
        upsert: raw.upsert.unwrap_or_default(),
        require: std::mem::take(&mut raw.require),
        expired: raw.expired.take(),
        because: raw.because.take(),
        ..RawAction::default()
    };
    match raw.operation.get_ref().as_str() {
        "put" => action.put = entity,
        "update" => action.update = entity,
        _ => action.delete = entity,
    }
    action
}

fn puts(entities: &[Entity], actions: &[Spanned<RawAction>]) -> Vec<(String, usize)> {
    let put = |action: &Spanned<RawAction>| {
        let action = action.get_ref();
        let entity = entities.iter().position(|entity| {
            action
                .put
                .as_ref()
                .is_some_and(|word| *word.get_ref() == entity.name)
        })?;
        (!action.optional && !action.many).then(|| (action.name.clone(), entity))
    };
    actions.iter().filter_map(put).collect()
}

fn entity(scope: &mut Scope<'_>, raw: &RawPattern, at: At) -> Option<usize> {
    match &raw.entity {
        Some(word) => scope.entity(word),
        None => {
            scope.problems.push(
                "operation",
                at,
                format!("a {} needs an `entity`", raw.operation.get_ref()),
            );
            None
        }
    }
}

fn consistent(scope: &mut Scope<'_>, raw: &RawPattern, at: At) -> Option<bool> {
    if raw.consistent.is_none() {
        let message = "say `consistent = true` or `false`: it doubles the cost, and a reader should see which";
        scope.problems.push("operation", at, message);
    }
    raw.consistent
}

fn query(scope: &mut Scope<'_>, table: &Table, raw: &RawPattern, at: At) -> Option<Query> {
    let entities = match &raw.entities {
        Some(words) => words
            .iter()
            .map(|word| scope.entity(word))
            .collect::<Option<Vec<_>>>()?,
        None => vec![entity(scope, raw, at)?],
    };
    let index = match &raw.index {
        None => None,
        Some(word) => Some(table_index(scope, table, word)?),
    };
    let consistent = if index.is_some() {
        false
    } else {
        consistent(scope, raw, at)?
    };
    let sort = sort(scope, raw.sort.as_ref(), at)?;
    let order = match raw.order.as_ref().map(|word| word.get_ref().as_str()) {
        Some("asc") => Order::Ascending,
        Some("desc") => Order::Descending,
        Some("either") => Order::Either,
        _ => {
            scope.problems.push(
                "operation",
                at,
                "a query needs `order` = \"asc\", \"desc\" or \"either\"",
            );
            return None;
        }
    };
    let paging = match (raw.page, raw.first, raw.all, raw.count) {
        (Some(size), None, None, None) => Paging::Page(size),
        (None, Some(size), None, None) => Paging::First(size),
        (None, None, Some(true), None) => Paging::All,
        (None, None, None, Some(true)) => Paging::Count,
        _ => {
            let message = "a query says exactly one of `page = N`, `first = N`, `all = true` and `count = true`";
            scope.problems.push("operation", at, message);
            return None;
        }
    };
    let row = match (&raw.row, &raw.fields) {
        (None, None) => None,
        (Some(row), Some(fields)) => Some((
            row.get_ref().clone(),
            row_fields(scope, entities[0], fields)?,
        )),
        _ => {
            scope.problems.push(
                "operation",
                at,
                "`fields` and `row`, the name of their struct, go together",
            );
            return None;
        }
    };
    let returns_keys = raw
        .returns
        .as_ref()
        .is_some_and(|word| word.get_ref() == "keys");
    let expired = scope.expired(raw.expired.as_ref(), raw.because.as_ref());
    Some(Query {
        entities,
        index,
        sort,
        order,
        paging,
        consistent,
        expired,
        row,
        returns_keys,
        at,
    })
}

fn table_index(scope: &mut Scope<'_>, table: &Table, word: &Word) -> Option<usize> {
    let found = table
        .indexes
        .iter()
        .position(|index| index.name == *word.get_ref());
    if found.is_none() {
        let hint = suggestion(
            word.get_ref(),
            table.indexes.iter().map(|index| index.name.as_str()),
        );
        scope.problem(
            "index-exists",
            word,
            format!("table.toml has no index \"{}\"{hint}", word.get_ref()),
        );
    }
    found
}

fn row_fields(scope: &mut Scope<'_>, entity: usize, words: &[Word]) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    for word in words {
        let entity = &scope.entities[entity];
        match entity.field(word.get_ref()) {
            Some(field) => fields.push(field.name.clone()),
            None => {
                let hint = suggestion(
                    word.get_ref(),
                    entity.fields.iter().map(|field| field.name.as_str()),
                );
                let message = format!(
                    "`{}` is not a field of {}{hint}",
                    word.get_ref(),
                    entity.name
                );
                scope.problem("fields-exist", word, message);
            }
        }
    }
    (fields.len() == words.len()).then_some(fields)
}

fn sort(scope: &mut Scope<'_>, raw: Option<&RawSort>, at: At) -> Option<Sort> {
    let Some(raw) = raw else {
        return Some(Sort::Whole);
    };
    match (&raw.begins_with, &raw.between, &raw.below) {
        (Some(word), None, None) => {
            let text = word.get_ref();
            let at = scope.at.plus(word.span().start);
            let Some(complete) = text.strip_suffix('#') else {
                let message = format!(
                    "the prefix \"{text}\" must end at a delimiter, or it also matches longer words; write \"{text}#\""
                );
                scope
                    .problems
                    .push("prefix-ends-at-a-delimiter", at, message);
                return None;
            };
            Some(Sort::BeginsWith {
                template: template(scope, word, complete)?,
                at,
            })
        }
        (None, Some([from, to]), None) => {
            let (from, to) = (
                template(scope, from, from.get_ref())?,
                template(scope, to, to.get_ref())?,
            );
            Some(Sort::Between { from, to })
        }
        (None, None, Some(word)) => Some(Sort::Below(template(scope, word, word.get_ref())?)),
        _ => {
            scope.problems.push(
                "operation",
                at,
                "`sort` is exactly one of `begins_with`, `between` and `below`",
            );
            None
        }
    }
}

fn template(scope: &mut Scope<'_>, word: &Word, text: &str) -> Option<Template> {
    let parsed = Template::parse(text);
    if let Err((offset, message)) = &parsed {
        scope.problems.push(
            "key-template",
            scope.at.plus(word.span().start + 1 + offset),
            message.clone(),
        );
    }
    parsed.ok()
}

fn batch(scope: &mut Scope<'_>, raw: RawPattern, at: At) -> Option<Operation> {
    if raw.read.is_empty() == raw.write.is_empty() {
        scope.problems.push(
            "operation",
            at,
            "a batch has `[[read]]` blocks or `[[write]]` blocks, and not both",
        );
        return None;
    }
    if raw.write.is_empty() {
        let consistent = consistent(scope, &raw, at)?;
        let mut parts = Vec::new();
        for read in raw.read {
            let read = read.into_inner();
            parts.push(ReadPart {
                entity: scope.entity(&read.entity)?,
                name: read.name,
                many: read.many,
            });
        }
        return Some(Operation::ReadBatch { parts, consistent });
    }
    let mut parts = Vec::new();
    for write in raw.write {
        let at = scope.at.plus(write.span().start);
        let write = write.into_inner();
        parts.push(match (write.put, write.delete) {
            (Some(word), None) => WritePart::Put {
                entity: scope.entity(&word)?,
                name: write.name,
            },
            (None, Some(word)) if word.get_ref() == "keys" => {
                WritePart::DeleteKeys { name: write.name }
            }
            (None, Some(word)) => WritePart::Delete {
                entity: scope.entity(&word)?,
                name: write.name,
            },
            _ => {
                scope.problems.push(
                    "action-kind",
                    at,
                    "a write is exactly one of `put` and `delete` = an entity or \"keys\"",
                );
                return None;
            }
        });
    }
    Some(Operation::WriteBatch(parts))
}
