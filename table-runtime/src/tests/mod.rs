//! Tests of the table on a real engine over real sockets, with an entity of their own.

mod batches;
mod faults;
mod lost_answers;
mod proxy;
mod queries;
mod shards;
pub(crate) mod support;
mod table;
mod traces;
mod transactions;
mod writes;

pub(crate) use support::{ByHeight, DESIGN, garden, pattern, unreachable};
