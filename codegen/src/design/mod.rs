//! The design: the documents after every reference is resolved. It is loaded once, checked once and read by every
//! emitter.

mod action;
mod arguments;
mod condition;
mod entity;
mod entity_index;
mod generate;
mod index;
mod limit;
mod lock;
mod pattern;
mod stack;
mod template;

pub use action::{Action, ActionKind, Change, Expired, How, Require, Shape, Value};
pub use arguments::{
    Argument, action_arguments, action_uses, index_key, partition, pattern_arguments, pattern_uses, shards, sort_field,
    sort_template, sorts_numbers,
};
pub use condition::{ComparedPart, Comparison, Expression, Literal, Operand, Test, TestKind};
pub use entity::{Domain, DomainKind, Entity, Field, Migration, Record, Removed, Sample, Step, Table, Type};
pub use generate::{Generate, Input};
pub use index::{Index, IndexKey, Shards};
pub use limit::{Limit, Limits, Size, Time, UNITS, Unit};
pub use lock::{Lock, LockedEntity, LockedField, LockedIndex, LockedPattern, USUAL_KEY, asks, stored_type};
pub use pattern::{
    Cost, Operation, Order, Paging, Pattern, Peak, Query, ReadMode, ReadPart, Scan, Sort, Upgrade, UpgradeKind,
    WritePart,
};
pub use stack::{Part, Route, Section, Stack};
pub use template::{Segment, Template};

/// The complete input of the emitters.
#[derive(Debug)]
pub struct Design {
    pub table: Table,
    pub limits: Limits,
    pub entities: Vec<Entity>,
    pub patterns: Vec<Pattern>,
    /// `schema.lock` as committed.
    pub lock: Lock,
    /// The whole text of access-patterns.md, because the generated index is part of it.
    pub document: String,
    /// The routes of the OpenAPI document that `[generate]` names; empty without one.
    pub routes: Vec<Route>,
    /// The templates with generated sections.
    pub stacks: Vec<Stack>,
}

impl Design {
    pub fn entity(&self, index: usize) -> &Entity {
        &self.entities[index]
    }

    /// The counters of an entity: the numeric fields that some write adds to. Additions can move them out of the range
    /// of their type.
    pub fn counters<'d>(&'d self, entity: &'d Entity) -> Vec<&'d Field> {
        let is_added_to = |field: &&Field| {
            let mut actions = self.patterns.iter().flat_map(Pattern::actions);
            actions.any(|action| {
                let is_its = self.entity(action.entity).name == entity.name;
                is_its && matches!(action.change(&field.name), Some(How::Add(_)))
            })
        };
        let numbers = entity.fields.iter().filter(|field| matches!(field.ty, Type::Count(_) | Type::Amount));
        numbers.filter(is_added_to).collect()
    }
}
