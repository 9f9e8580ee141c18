//! The two types of `schema/table.toml` that are written by hand: a book's number and the library's houses.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use table_runtime::{KeyPart, serde_as_text};

/// The ISBN-13 of a book: thirteen digits, the last of which checks the others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Isbn(String);

/// Error for a text that is not an ISBN-13.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidIsbn;

impl FromStr for Isbn {
    type Err = InvalidIsbn;

    fn from_str(text: &str) -> Result<Self, InvalidIsbn> {
        let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(10)).collect();
        if digits.len() != 13 || text.len() != 13 {
            return Err(InvalidIsbn);
        }
        let weighted = digits.iter().enumerate().map(|(i, digit)| if i % 2 == 0 { *digit } else { 3 * digit });
        let is_valid = weighted.sum::<u32>().is_multiple_of(10);
        if is_valid { Ok(Self(text.to_owned())) } else { Err(InvalidIsbn) }
    }
}

impl fmt::Display for Isbn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidIsbn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an ISBN-13: write its thirteen digits without hyphens")
    }
}

impl std::error::Error for InvalidIsbn {}

// Digits have no `#`, so they stand in a key as they are.
impl KeyPart for Isbn {
    fn key_part(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

serde_as_text!(Isbn);

/// One of the library's houses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Branch {
    /// The house at the harbour.
    Harbour,
    /// The house on the hill.
    Hill,
}

/// Error for a text that names no house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownBranch;

impl Branch {
    /// The name as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Harbour => "harbour",
            Self::Hill => "hill",
        }
    }
}

impl FromStr for Branch {
    type Err = UnknownBranch;

    fn from_str(text: &str) -> Result<Self, UnknownBranch> {
        [Self::Harbour, Self::Hill].into_iter().find(|branch| branch.as_str() == text).ok_or(UnknownBranch)
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for UnknownBranch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown branch: write `harbour` or `hill`")
    }
}

impl std::error::Error for UnknownBranch {}

impl KeyPart for Branch {
    fn key_part(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.as_str())
    }
}

serde_as_text!(Branch);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_isbn_has_thirteen_digits_and_a_right_check_digit() {
        assert_eq!("9780306406157".parse::<Isbn>().map(|isbn| isbn.to_string()), Ok("9780306406157".to_owned()));
        for wrong in ["9780306406158", "978030640615", "978-0306406157", "", "９780306406157"] {
            assert_eq!(wrong.parse::<Isbn>(), Err(InvalidIsbn), "{wrong}");
        }
    }

    #[test]
    fn a_branch_is_read_as_it_is_written() {
        for branch in [Branch::Harbour, Branch::Hill] {
            assert_eq!(branch.to_string().parse(), Ok(branch));
        }
        assert_eq!("moon".parse::<Branch>(), Err(UnknownBranch));
    }
}
