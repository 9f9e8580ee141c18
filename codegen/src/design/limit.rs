//! Limits: named numbers that the documents and the code share.

use crate::source::At;
use crate::suggestion::suggestion;

/// The limits of `schema/limits.toml`, in the order of the document.
#[derive(Debug, Default)]
pub struct Limits {
    pub all: Vec<Limit>,
    /// Limits with a reported problem, so that their uses are not reported again.
    pub broken: Vec<String>,
    /// Whether the document could not be read, so that no use of a limit is reported.
    pub unreadable: bool,
}

#[derive(Debug)]
pub struct Limit {
    pub name: String,
    pub value: u32,
    pub unit: Unit,
    pub doc: String,
    /// The crate that gets the constant; `None` for the crate of the access patterns.
    pub package: Option<String>,
    pub at: At,
}

/// The unit of a limit, which determines the type of its constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things: `u32`.
    Count,
    /// The size of a text or a list in memory: `usize`.
    Size(Size),
    /// A duration: `Duration`.
    Time(Time),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    Bytes,
    KiB,
    MiB,
    Characters,
    Tokens,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
    Days,
}

/// Every unit with its keyword.
pub const UNITS: [(&str, Unit); 11] = [
    ("count", Unit::Count),
    ("bytes", Unit::Size(Size::Bytes)),
    ("KiB", Unit::Size(Size::KiB)),
    ("MiB", Unit::Size(Size::MiB)),
    ("characters", Unit::Size(Size::Characters)),
    ("tokens", Unit::Size(Size::Tokens)),
    ("milliseconds", Unit::Time(Time::Milliseconds)),
    ("seconds", Unit::Time(Time::Seconds)),
    ("minutes", Unit::Time(Time::Minutes)),
    ("hours", Unit::Time(Time::Hours)),
    ("days", Unit::Time(Time::Days)),
];

impl Limit {
    /// The value with its unit, as it appears in prose: `50`, `5,000`, `5 MiB` or `15 minutes`.
    pub fn in_words(&self) -> String {
        let number = with_commas(self.value);
        match self.unit {
            Unit::Count | Unit::Size(Size::Characters | Size::Tokens) => number,
            Unit::Size(Size::Bytes | Size::KiB | Size::MiB) | Unit::Time(_) => {
                let word = self.unit.word();
                let word = if self.value == 1 { word.strip_suffix('s').unwrap_or(word) } else { word };
                format!("{number} {word}")
            }
        }
    }

    /// The value as a number for comparisons; `None` for a duration.
    pub fn number(&self) -> Option<i64> {
        let factor = match self.unit {
            Unit::Count | Unit::Size(Size::Bytes | Size::Characters | Size::Tokens) => 1,
            Unit::Size(Size::KiB) => 1 << 10,
            Unit::Size(Size::MiB) => 1 << 20,
            Unit::Time(_) => return None,
        };
        Some(i64::from(self.value) * factor)
    }
}

impl Unit {
    pub fn word(self) -> &'static str {
        UNITS.iter().find(|(_, unit)| *unit == self).map_or("count", |(word, _)| word)
    }
}

impl Limits {
    /// Looks up a limit by name. The error is a message, or `None` if the limit's own problem is already reported.
    pub fn find(&self, name: &str) -> Result<&Limit, Option<String>> {
        if self.unreadable || self.broken.iter().any(|broken| broken == name) {
            return Err(None);
        }
        let found = self.all.iter().find(|limit| limit.name == name);
        found.ok_or_else(|| {
            let known = self.all.iter().map(|limit| limit.name.as_str());
            Some(format!("unknown limit `@{name}`{}", suggestion(name, known)))
        })
    }

    /// The value of a limit as a number, for comparisons and page sizes.
    pub fn number(&self, name: &str) -> Result<i64, Option<String>> {
        let limit = self.find(name)?;
        let wrong_unit = || Some(format!("`@{name}` is {}, and a number is needed here", limit.in_words()));
        limit.number().ok_or_else(wrong_unit)
    }

    /// Replaces each `` `@name` `` in a text by the limit's value. The error is a message and its byte offset.
    pub fn fill(&self, text: &str) -> Result<String, (usize, Option<String>)> {
        const OPENING: &str = "`@";
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(OPENING) {
            let offset = text.len() - rest.len() + start + 1;
            let (before, from_name) = (&rest[..start], &rest[start + OPENING.len()..]);
            let Some(end) = from_name.find('`') else { break };
            let limit = self.find(&from_name[..end]).map_err(|message| (offset, message))?;
            filled.push_str(before);
            filled.push_str(&limit.in_words());
            rest = &from_name[end + 1..];
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

fn with_commas(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn limits() -> Limits {
        let at = Sources::default().add("limits.toml", "");
        let limit = |name: &str, value, unit| Limit {
            name: name.to_owned(),
            value,
            unit,
            doc: String::new(),
            package: None,
            at,
        };
        let all = vec![
            limit("books", 1_200_000, Unit::Count),
            limit("book", 5, Unit::Size(Size::MiB)),
            limit("lease", 1, Unit::Time(Time::Minutes)),
        ];
        Limits { all, broken: vec!["cards".to_owned()], unreadable: false }
    }

    #[test]
    fn texts_contain_the_value_and_its_unit() {
        let filled = limits().fill("At most `@books` books of `@book`, for `@lease`, `@ada");
        assert_eq!(filled.as_deref(), Ok("At most 1,200,000 books of 5 MiB, for 1 minute, `@ada"));
        assert_eq!(limits().fill("ada@example.com `ask @ada`").as_deref(), Ok("ada@example.com `ask @ada`"));
    }

    #[test]
    fn an_unknown_limit_is_reported_at_its_place_with_a_suggestion() {
        let message = "unknown limit `@boks`; did you mean \"books\"?".to_owned();
        assert_eq!(limits().fill("At most `@boks`."), Err((9, Some(message))));
        assert_eq!(limits().fill("`@cards`"), Err((1, None)));
    }

    #[test]
    fn sizes_are_compared_in_bytes_and_times_are_not_compared() {
        assert_eq!(limits().number("book"), Ok(5 * 1024 * 1024));
        let message = "`@lease` is 1 minute, and a number is needed here".to_owned();
        assert_eq!(limits().number("lease"), Err(Some(message)));
    }
}
