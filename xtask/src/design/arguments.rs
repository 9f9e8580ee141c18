//! What a function takes: every argument a pattern mentions, with the type of the field it meets.

use crate::design::{
    Action, ActionKind, Entity, Expression, How, Operand, Operation, Pattern, Query, Segment,
    Shape, Sort, Template, Type, Value,
};

#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    pub name: String,
    pub ty: Type,
    pub optional: bool,
}

/// The arguments of the pattern's function, in the order they are first mentioned. An action with a struct of its
/// own keeps its arguments there.
pub fn pattern_arguments(entities: &[Entity], pattern: &Pattern) -> Vec<Argument> {
    unique(pattern_uses(entities, pattern))
}

/// The arguments of one action, for its own struct.
pub fn action_arguments(entities: &[Entity], action: &Action) -> Vec<Argument> {
    unique(action_uses(entities, action))
}

/// Every mention of an argument, so that a check can see two that disagree.
pub fn pattern_uses(entities: &[Entity], pattern: &Pattern) -> Vec<Argument> {
    match &pattern.operation {
        Operation::Get { entity, .. } => key_uses(&entities[*entity]),
        Operation::Query(query) => query_uses(entities, query),
        Operation::Write(action) => action_uses(entities, action),
        Operation::Transact(actions) => actions
            .iter()
            .filter(|action| action.shape == Shape::One)
            .flat_map(|action| action_uses(entities, action))
            .collect(),
        Operation::ReadBatch { parts, .. } => parts
            .iter()
            .filter(|part| !part.many)
            .flat_map(|part| key_uses(&entities[part.entity]))
            .collect(),
        Operation::WriteBatch(_) => Vec::new(),
    }
}

pub fn action_uses(entities: &[Entity], action: &Action) -> Vec<Argument> {
    let entity = &entities[action.entity];
    let mut uses = Vec::new();
    let mut meet = |field: &str, value: &Value, may_be_absent: bool| {
        if let (Value::Argument(name), Some(field)) = (value, entity.field(field)) {
            let optional = may_be_absent && field.optional;
            uses.push(Argument {
                name: name.clone(),
                ty: field.ty.clone(),
                optional,
            });
        }
    };
    for (field, value) in &action.key {
        meet(field, value, false);
    }
    for require in &action.require {
        require.that.each(&mut |field, compared| {
            if let Some((_, Operand::Argument(name))) = compared {
                meet(field, &Value::Argument(name.clone()), false);
            }
        });
    }
    if action.kind == ActionKind::Update {
        for change in &action.changes {
            match &change.how {
                How::Set(value) => meet(&change.field, value, true),
                How::SetOnce(value) | How::Add(value) => meet(&change.field, value, false),
                How::Remove => {}
            }
        }
    }
    uses
}

fn key_uses(entity: &Entity) -> Vec<Argument> {
    let argument = |field: &crate::design::Field| Argument {
        name: field.name.clone(),
        ty: field.ty.clone(),
        optional: false,
    };
    entity.key_fields().into_iter().map(argument).collect()
}

fn query_uses(entities: &[Entity], query: &Query) -> Vec<Argument> {
    let Some(entity) = query.entities.first().map(|index| &entities[*index]) else {
        return Vec::new();
    };
    let mut uses = Vec::new();
    for name in partition(entity, query).fields() {
        if let Some(field) = entity.field(name) {
            uses.push(Argument {
                name: name.to_owned(),
                ty: field.ty.clone(),
                optional: false,
            });
        }
    }
    let templates: Vec<&Template> = match &query.sort {
        Sort::Whole => Vec::new(),
        Sort::BeginsWith { template, .. } | Sort::Below(template) => vec![template],
        Sort::Between { from, to } => vec![from, to],
    };
    for template in templates {
        for (i, segment) in template.segments.iter().enumerate() {
            if let (Segment::Field { name, .. }, Some(field)) = (segment, sort_field(entity, i)) {
                uses.push(Argument {
                    name: name.clone(),
                    ty: field.ty.clone(),
                    optional: false,
                });
            }
        }
    }
    uses
}

/// The partition key template that the query reads.
pub fn partition<'e>(entity: &'e Entity, query: &Query) -> &'e Template {
    query
        .index
        .and_then(|index| entity.index_keys.iter().find(|key| key.index == index))
        .map_or(&entity.pk, |key| &key.pk)
}

/// The field in the i-th segment of the entity's sort key.
pub fn sort_field(entity: &Entity, i: usize) -> Option<&crate::design::Field> {
    match entity.sk.segments.get(i) {
        Some(Segment::Field { name, .. }) => entity.field(name),
        _ => None,
    }
}

/// The fields a condition reads.
pub fn condition_fields(that: &Expression) -> Vec<&str> {
    let mut fields = Vec::new();
    that.each(&mut |field, _| fields.push(field));
    fields
}

fn unique(uses: Vec<Argument>) -> Vec<Argument> {
    let mut arguments: Vec<Argument> = Vec::new();
    for used in uses {
        if !arguments.iter().any(|argument| argument.name == used.name) {
            arguments.push(used);
        }
    }
    arguments
}
