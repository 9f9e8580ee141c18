//! The texts of the documents, and the conversion of a byte offset to file, line and column.

use std::fmt;

/// A document with the path that messages name.
#[derive(Debug)]
struct Source {
    path: String,
    text: String,
}

/// A position in one of the [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    source: usize,
    offset: usize,
}

impl At {
    /// The position `offset` bytes later in the same document.
    #[must_use]
    pub fn plus(self, offset: usize) -> At {
        At { offset: self.offset + offset, ..self }
    }
}

/// All documents of a run.
#[derive(Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a document and returns the position of its first byte.
    pub fn add(&mut self, path: &str, text: &str) -> At {
        self.0.push(Source { path: path.to_owned(), text: text.to_owned() });
        At { source: self.0.len() - 1, offset: 0 }
    }

    /// The location of a position. Lines and columns count from 1, columns in characters.
    pub fn locate(&self, at: At) -> Location<'_> {
        let source = &self.0[at.source];
        let before = &source.text[..source.text.floor_char_boundary(at.offset)];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Location { path: &source.path, line, column }
    }
}

/// A location as messages and editors write it.
#[derive(Debug, PartialEq, Eq)]
pub struct Location<'s> {
    pub path: &'s str,
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(text: &str, offset: usize) -> String {
        let mut sources = Sources::default();
        sources.add("other.md", "one\ntwo\n");
        let at = sources.add("a.md", text).plus(offset);
        sources.locate(at).to_string()
    }

    #[test]
    fn lines_and_columns_are_counted_from_one() {
        assert_eq!(located("ab\ncd", 0), "a.md:1:1");
        assert_eq!(located("ab\ncd", 2), "a.md:1:3");
        assert_eq!(located("ab\ncd", 3), "a.md:2:1");
        assert_eq!(located("ab\r\ncd", 5), "a.md:2:2");
    }

    #[test]
    fn columns_are_characters_and_not_bytes() {
        assert_eq!(located("é€x", 5), "a.md:1:3");
        // An offset inside a character is located at that character.
        assert_eq!(located("é€x", 4), "a.md:1:2");
    }

    #[test]
    fn an_offset_past_the_end_is_located_at_the_end() {
        assert_eq!(located("ab\n", 99), "a.md:2:1");
        assert_eq!(located("", 0), "a.md:1:1");
    }
}
