//! A crowd of made-up people: as many as asked for, most of them little active and a few very much.

pub(super) mod load;
mod member;
mod pool;
pub(super) mod shape;
