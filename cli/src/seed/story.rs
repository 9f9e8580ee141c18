//! A person's file in `seed/people`: who they are, and what they did in their thirty days.

use std::fmt;

use model::{Confidence, Date, Email, Language, Timestamp, Username};
use serde::de::{Deserialize, Deserializer, Error as _};

/// A person as their file tells.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonFile {
    /// What to call them.
    pub(super) name: String,
    /// What they sign in with.
    pub(super) username: Username,
    /// Their address.
    pub(super) email: Email,
    /// When they signed up.
    pub(super) joined: At,
    /// The files they opened.
    #[serde(default, rename = "session")]
    pub(super) sessions: Vec<SessionFile>,
    /// What analyses without a session cost them.
    #[serde(default, rename = "analyses")]
    pub(super) analyses: Vec<AnalysesFile>,
}

/// A session.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionFile {
    /// A file of `seed/files`.
    pub(super) file: String,
    /// When it was opened.
    pub(super) opened: At,
    /// What they say the language is.
    pub(super) language: Option<Language>,
    /// Its threads.
    #[serde(default, rename = "thread")]
    pub(super) threads: Vec<ThreadFile>,
    /// Changes that they made themselves and saved.
    #[serde(default, rename = "save")]
    pub(super) saves: Vec<SaveFile>,
}

/// A thread.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThreadFile {
    /// When it was opened.
    pub(super) opened: At,
    /// The whole lines it is about, as they stand in the file then; absent when it is about the whole file.
    pub(super) lines: Option<Block>,
    /// What was said.
    #[serde(default, rename = "message")]
    pub(super) messages: Vec<MessageFile>,
}

/// A question with its answer, or a note.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageFile {
    /// When it was sent.
    pub(super) at: At,
    /// What was asked.
    pub(super) question: Option<String>,
    /// What was noted, for nobody to answer.
    pub(super) note: Option<String>,
    /// What the model answered.
    pub(super) answer: Option<String>,
    /// The code of the error that came instead of an answer.
    pub(super) fails: Option<String>,
    /// How sure the answer is.
    pub(super) confidence: Option<Confidence>,
    /// Tokens sent and answered.
    pub(super) tokens: Option<(u32, u32)>,
    /// The patch of the answer: the whole lines it replaces.
    pub(super) replace: Option<Block>,
    /// What they become.
    pub(super) with: Option<Block>,
    /// When the patch was applied, if it was.
    pub(super) applied: Option<At>,
}

/// A change saved by hand.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaveFile {
    /// When.
    pub(super) at: At,
    /// The whole lines that were changed.
    pub(super) replace: Block,
    /// What they became.
    pub(super) with: Block,
}

/// Analyses of code that was sent along, on one day.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnalysesFile {
    /// The day.
    pub(super) date: Day,
    /// Tokens sent and answered, by analysis.
    pub(super) tokens: Vec<(u32, u32)>,
}

/// An instant, as TOML writes it: `2026-09-01T08:12:00Z`.
#[derive(Clone, Copy, Debug)]
pub(super) struct At(pub(super) Timestamp);

/// A UTC day, as TOML writes it: `2026-09-01`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day(pub(super) Date);

/// Whole lines of code. The line end before the closing quotes is not one of theirs.
#[derive(Clone)]
pub(super) struct Block(pub(super) String);

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = toml::value::Datetime::deserialize(deserializer)?.to_string();
        text.parse().map(Self).map_err(|_| D::Error::custom("a time is written like 2026-09-01T08:12:00Z"))
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = toml::value::Datetime::deserialize(deserializer)?.to_string();
        text.parse().map(Self).map_err(|_| D::Error::custom("a day is written like 2026-09-01"))
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

/// What is wrong in a person's file.
#[derive(Debug, thiserror::Error)]
#[error("seed/people/{file}: {}", reason.trim_end())]
pub struct InvalidStory {
    /// The file.
    file: &'static str,
    /// Where in it, and what is wrong.
    reason: String,
}

impl InvalidStory {
    pub(super) fn new(file: &'static str, reason: impl fmt::Display) -> Self {
        Self { file, reason: reason.to_string() }
    }
}

impl PersonFile {
    /// Reads a person's file.
    ///
    /// # Errors
    /// With the file, the line and the field that is wrong.
    pub(super) fn parse(file: &'static str, text: &str) -> Result<Self, InvalidStory> {
        toml::from_str(text).map_err(|error| InvalidStory::new(file, error))
    }
}
