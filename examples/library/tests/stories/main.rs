//! Stories of the library on an embedded engine: each test has a table of its own.

mod books;
mod desk;
mod lists;
mod support;
mod wishes;
