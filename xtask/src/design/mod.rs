//! The design: what the documents say, resolved. Loaded once, checked once, and read by every emitter.

mod action;
mod arguments;
mod condition;
mod entity;
mod lock;
mod pattern;
mod template;

pub use action::{Action, ActionKind, Change, How, Require, Shape, Value};
pub use arguments::{Argument, action_arguments, action_uses, partition, pattern_arguments, pattern_uses, sort_field};
pub use condition::{Comparison, Expression, Literal, Operand, Test};
pub use entity::{
    Domain, DomainKind, Entity, Field, Index, IndexKey, Migration, Record, Removed, Sample, Step, Table, Type,
};
pub use lock::{Lock, LockedEntity, LockedField, LockedIndex, LockedPattern, asks, stored_type};
pub use pattern::{Cost, Expired, Operation, Order, Paging, Pattern, Query, ReadPart, Scan, Sort, Upgrade, WritePart};
pub use template::{Segment, Template};

/// Everything the generator knows.
#[derive(Debug)]
pub struct Design {
    pub table: Table,
    pub entities: Vec<Entity>,
    pub patterns: Vec<Pattern>,
    /// `schema.lock` as it was committed.
    pub lock: Lock,
    /// access-patterns.md whole, for the block that is generated back into it.
    pub document: String,
}

impl Design {
    pub fn entity(&self, index: usize) -> &Entity {
        &self.entities[index]
    }
}
