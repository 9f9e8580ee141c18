//! Stories of the library on an embedded engine: each test has a table of its own.

mod books;
mod conditions;
mod desk;
mod indexes;
mod lists;
mod support;
mod wishes;
