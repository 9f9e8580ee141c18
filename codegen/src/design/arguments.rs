//! The arguments of a generated function, each with the type of the field that it is used for.

use crate::design::{
    Action, ActionKind, ComparedPart, Entity, Field, How, IndexKey, Operand, Operation, Pattern, Query, Segment, Shape,
    Shards, Template, Type, Value,
};

#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    pub name: String,
    pub ty: Type,
    pub optional: bool,
    /// Whether it is used for a personal field.
    pub pii: bool,
    /// An example value as a user types it, if the example of the type does not fit.
    pub example: Option<String>,
}

impl Argument {
    /// An argument with the name of its field.
    pub fn of(field: &Field) -> Argument {
        Argument {
            name: field.name.clone(),
            ty: field.ty.clone(),
            optional: false,
            pii: field.pii,
            example: field.example.clone(),
        }
    }
}

impl ComparedPart {
    /// The field or the part of it that an operand is compared with, as a field of the same name.
    pub fn field(self, field: &Field) -> Field {
        let ty = match self {
            ComparedPart::Field => return field.clone(),
            ComparedPart::Element => Type::Text,
            ComparedPart::Size => Type::Count(None),
            // The number that is added to a version is a plain count.
            ComparedPart::Difference => match field.ty {
                Type::Count(_) => return Field { ty: Type::Count(None), ..field.clone() },
                _ => return field.clone(),
            },
        };
        Field { ty, optional: false, pii: field.pii && self == ComparedPart::Element, example: None, ..field.clone() }
    }
}

/// The arguments of the pattern's function, in the order of their first use. The arguments of an action with a struct
/// of its own are in that struct.
pub fn pattern_arguments(entities: &[Entity], pattern: &Pattern) -> Vec<Argument> {
    unique(pattern_uses(entities, pattern))
}

/// The arguments of one action with a struct of its own.
pub fn action_arguments(entities: &[Entity], action: &Action) -> Vec<Argument> {
    unique(action_uses(entities, action))
}

/// Every use of an argument, so that a check can find two uses with different types.
pub fn pattern_uses(entities: &[Entity], pattern: &Pattern) -> Vec<Argument> {
    match &pattern.operation {
        Operation::Get { entity, .. } => key_uses(&entities[*entity]),
        Operation::Query(query) => query_uses(entities, query),
        Operation::Write(action) => action_uses(entities, action),
        Operation::Transact(actions) => {
            let single = actions.iter().filter(|action| action.shape == Shape::One);
            single.flat_map(|action| action_uses(entities, action)).collect()
        }
        Operation::ReadParts { parts, .. } => {
            let single = parts.iter().filter(|part| !part.many);
            single.flat_map(|part| key_uses(&entities[part.entity])).collect()
        }
        Operation::WriteBatch(_) | Operation::Scan(_) | Operation::Upgrade(_) => Vec::new(),
    }
}

pub fn action_uses(entities: &[Entity], action: &Action) -> Vec<Argument> {
    let entity = &entities[action.entity];
    let mut uses = Vec::new();
    // `is_optional` is whether the argument is an optional argument, or the value of an optional field.
    let mut meet = |field: &str, name: Option<&str>, is_optional: fn(&Field) -> bool, meets: ComparedPart| {
        if let (Some(name), Some(field)) = (name, entity.field(field)) {
            uses.push(Argument {
                name: name.to_owned(),
                optional: is_optional(field),
                ..Argument::of(&meets.field(field))
            });
        }
    };
    for (field, value) in &action.key {
        meet(field, value.argument(), |_| false, ComparedPart::Field);
    }
    for (field, operand, meets) in action.operands() {
        let is_optional: fn(&Field) -> bool =
            if matches!(operand, Operand::OptionalArgument(_)) { |_| true } else { |_| false };
        meet(field, operand.argument(), is_optional, meets);
    }
    if action.kind == ActionKind::Update {
        for change in &action.changes {
            let is_optional: fn(&Field) -> bool = match change.how {
                _ if !change.is_always_made() => |_| true,
                How::Set(_) => |field| field.optional,
                _ => |_| false,
            };
            meet(&change.field, change.how.value().and_then(Value::argument), is_optional, change.how.compared_part());
        }
    }
    uses
}

fn key_uses(entity: &Entity) -> Vec<Argument> {
    entity.key_fields().into_iter().map(Argument::of).collect()
}

fn query_uses(entities: &[Entity], query: &Query) -> Vec<Argument> {
    let mut uses = Vec::new();
    for entity in query.entities.iter().map(|index| &entities[*index]) {
        uses.extend(partition(entity, query).fields().filter_map(|name| entity.field(name)).map(Argument::of));
        for template in query.sort.templates() {
            for (i, segment) in template.segments.iter().enumerate() {
                if let (Segment::Field { name, .. }, Some(field)) = (segment, sort_field(entity, query, i)) {
                    uses.push(Argument { name: name.clone(), ..Argument::of(field) });
                }
            }
        }
    }
    uses
}

/// The partition key template that the query reads.
pub fn partition<'e>(entity: &'e Entity, query: &Query) -> &'e Template {
    let in_index = query.index.and_then(|index| entity.index_keys.iter().find(|key| key.index == index));
    in_index.map_or(&entity.pk, |key| &key.pk)
}

/// The shards of the partition key that the query reads, if it has any.
pub fn shards<'e>(entity: &'e Entity, query: &Query) -> Option<&'e Shards> {
    let in_index = query.index.and_then(|index| entity.index_keys.iter().find(|key| key.index == index));
    in_index.and_then(|key| key.shards.as_ref())
}

/// The template of the sort key that the query reads: the key of the table, or the key of the index.
pub fn sort_template<'e>(entity: &'e Entity, query: &Query) -> &'e Template {
    index_key(entity, query).map_or(&entity.sk, |key| &key.sk)
}

/// Whether the sort key that the query reads is a number.
pub fn sorts_numbers(entity: &Entity, query: &Query) -> bool {
    index_key(entity, query).is_some_and(|key| !key.sorts_texts)
}

/// The field in the i-th segment of the sort key that the query reads.
pub fn sort_field<'e>(entity: &'e Entity, query: &Query, i: usize) -> Option<&'e Field> {
    entity.field(sort_template(entity, query).segments.get(i)?.field()?)
}

/// The entity's key in the index that the query reads, if it reads one.
pub fn index_key<'e>(entity: &'e Entity, query: &Query) -> Option<&'e IndexKey> {
    query.index.and_then(|index| entity.index_keys.iter().find(|key| key.index == index))
}

fn unique(uses: Vec<Argument>) -> Vec<Argument> {
    let mut arguments: Vec<Argument> = Vec::new();
    for used in uses {
        match arguments.iter_mut().find(|argument| argument.name == used.name) {
            Some(argument) => argument.pii |= used.pii,
            None => arguments.push(used),
        }
    }
    arguments
}
