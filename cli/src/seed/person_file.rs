//! The format of a file in `seed/people`: a person, and the events of thirty days.

use std::fmt;

use model::{Confidence, Date, Email, Language, Timestamp, Username};
use serde::de::{Deserialize, Deserializer, Error as _};

/// A person.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonFile {
    /// The name.
    pub(super) name: String,
    /// The username.
    pub(super) username: Username,
    /// The e-mail address.
    pub(super) email: Email,
    /// The time of the sign-up.
    pub(super) joined: TomlTime,
    /// The sessions.
    #[serde(default, rename = "session")]
    pub(super) sessions: Vec<SessionFile>,
    /// Analyses without a session.
    #[serde(default, rename = "analyses")]
    pub(super) analyses: Vec<AnalysesFile>,
}

/// A session.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionFile {
    /// A file of `seed/files`.
    pub(super) file: String,
    /// The time at which it was opened.
    pub(super) opened: TomlTime,
    /// The language that the person chose.
    pub(super) language: Option<Language>,
    /// The threads.
    #[serde(default, rename = "thread")]
    pub(super) threads: Vec<ThreadFile>,
    /// Changes that the person saved.
    #[serde(default, rename = "save")]
    pub(super) saves: Vec<SaveFile>,
}

/// A thread.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThreadFile {
    /// The time at which it was opened.
    pub(super) opened: TomlTime,
    /// The whole lines of the thread, as in the file at that time; absent for the whole file.
    pub(super) lines: Option<Block>,
    /// The messages.
    #[serde(default, rename = "message")]
    pub(super) messages: Vec<MessageFile>,
}

/// A question with its answer, or a note.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageFile {
    /// The time at which it was sent.
    pub(super) at: TomlTime,
    /// The question.
    pub(super) question: Option<String>,
    /// The note, which gets no answer.
    pub(super) note: Option<String>,
    /// The answer.
    pub(super) answer: Option<String>,
    /// The code of the error instead of an answer.
    pub(super) fails: Option<String>,
    /// The confidence of the answer.
    pub(super) confidence: Option<Confidence>,
    /// Input and output tokens.
    pub(super) tokens: Option<(u32, u32)>,
    /// The whole lines that the patch of the answer replaces.
    pub(super) replace: Option<Block>,
    /// The replacement of the patch.
    pub(super) with: Option<Block>,
    /// The time at which the patch was applied.
    pub(super) applied: Option<TomlTime>,
}

/// A change that the person saved.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaveFile {
    /// The time of the save.
    pub(super) at: TomlTime,
    /// The changed whole lines.
    pub(super) replace: Block,
    /// Their replacement.
    pub(super) with: Block,
}

/// Analyses of one day, each with the code in the request.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnalysesFile {
    /// The day.
    pub(super) date: Day,
    /// Input and output tokens per analysis.
    pub(super) tokens: Vec<(u32, u32)>,
}

/// A TOML date-time such as `2026-09-01T08:12:00Z`.
#[derive(Clone, Copy, Debug)]
pub(super) struct TomlTime(pub(super) Timestamp);

/// A TOML date such as `2026-09-01`, in UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day(pub(super) Date);

/// Whole lines of code, without the line end before the closing quotes.
#[derive(Clone)]
pub(super) struct Block(pub(super) String);

impl<'de> Deserialize<'de> for TomlTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = toml::value::Datetime::deserialize(deserializer)?.to_string();
        text.parse().map(Self).map_err(|_| D::Error::custom("expected a time such as 2026-09-01T08:12:00Z"))
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = toml::value::Datetime::deserialize(deserializer)?.to_string();
        text.parse().map(Self).map_err(|_| D::Error::custom("expected a day such as 2026-09-01"))
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::deserialize(deserializer)?;
        if text.ends_with('\n') {
            text.pop();
        }
        Ok(Self(text))
    }
}

/// A person's file is invalid.
#[derive(Debug, thiserror::Error)]
#[error("seed/people/{file}: {}", reason.trim_end())]
pub struct InvalidPersonFile {
    /// The file.
    file: &'static str,
    /// The position and the reason.
    reason: String,
}

impl InvalidPersonFile {
    pub(super) fn new(file: &'static str, reason: impl fmt::Display) -> Self {
        Self { file, reason: reason.to_string() }
    }
}

impl PersonFile {
    /// Parses a person's file.
    ///
    /// # Errors
    /// With the file, the line and the invalid field.
    pub(super) fn parse(file: &'static str, text: &str) -> Result<Self, InvalidPersonFile> {
        toml::from_str(text).map_err(|error| InvalidPersonFile::new(file, error))
    }
}
