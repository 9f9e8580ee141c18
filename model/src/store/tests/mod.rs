//! The store against a real engine over real sockets, with an entity that only these tests know.

mod faults;
mod proxy;
mod queries;
mod support;
mod table;
mod writes;
