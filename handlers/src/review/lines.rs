//! Lines of a text, and those of them that someone selected.

pub use model::{Lines, with_feeds};

/// Lines that someone selected, from 1 and inclusive, and their text as it was then. Does not print it.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    /// The first line.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// The text.
    pub text: &'a str,
}
