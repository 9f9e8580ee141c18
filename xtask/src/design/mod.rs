//! The design: what the documents say, resolved. Loaded once, checked once, and read by every emitter.

mod action;
mod arguments;
mod condition;
mod entity;
mod pattern;
mod template;

pub use action::{Action, ActionKind, Change, How, Require, Shape, Value};
pub use arguments::{
    Argument, action_arguments, action_uses, partition, pattern_arguments, pattern_uses, shards, sort_field,
};
pub use condition::{Comparison, Expression, Literal, Operand, Test};
pub use entity::{
    Domain, DomainKind, Entity, Field, Index, IndexKey, Migration, Record, Sample, Shards, Step, Table, Type,
};
pub use pattern::{
    Cost, Expired, Operation, Order, Paging, Pattern, Peak, Query, ReadPart, Scan, Sort, Upgrade, UpgradeKind,
    WritePart,
};
pub use template::{Segment, Template};

/// Everything the generator knows.
#[derive(Debug)]
pub struct Design {
    pub table: Table,
    pub entities: Vec<Entity>,
    pub patterns: Vec<Pattern>,
    /// `keys.lock` as it was committed.
    pub lock: Vec<LockedKey>,
    /// access-patterns.md whole, for the block that is generated back into it.
    pub document: String,
}

/// A line of `keys.lock`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedKey {
    pub entity: String,
    /// The index whose key it is; `None` for the table's own.
    pub index: Option<String>,
    pub pk: Template,
    pub sk: Template,
}

impl Design {
    pub fn entity(&self, index: usize) -> &Entity {
        &self.entities[index]
    }

    /// The fields of an entity that writes add to. Arithmetic can take them out of the range of their type.
    pub fn counters<'d>(&'d self, entity: &'d Entity) -> Vec<&'d Field> {
        let is_added_to = |field: &&Field| {
            let mut actions = self.patterns.iter().flat_map(Pattern::actions);
            actions.any(|action| {
                let is_its = self.entity(action.entity).name == entity.name;
                is_its && matches!(action.change(&field.name), Some(How::Add(_)))
            })
        };
        let numbers = entity.fields.iter().filter(|field| matches!(field.ty, Type::Count | Type::Amount));
        numbers.filter(is_added_to).collect()
    }
}
