//! Violations that no store may show: the proxy plants them, so that a run proves that its checkers find them.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::fault::is_read;
use crate::wire::{Request, Response};

/// The share of transactions that are lost or repeated.
pub(super) const WRITES: f64 = 0.3;
/// The share of repeated reads that get their first answer again.
pub(super) const READS: f64 = 0.3;

/// A violation that the proxy plants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Acknowledges a transaction that it does not apply.
    LostWrite,
    /// Applies a transaction again, after later transactions and without its conditions.
    RepeatedWrite,
    /// Answers a read with the answer of an earlier equal read.
    OldRead,
}

impl Planted {
    /// Every violation.
    pub const ALL: [Self; 3] = [Self::LostWrite, Self::RepeatedWrite, Self::OldRead];

    /// The word of the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::LostWrite => "lost-write",
            Self::RepeatedWrite => "repeated-write",
            Self::OldRead => "old-read",
        }
    }
}

impl FromStr for Planted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|planted| planted.word() == text);
        found.ok_or_else(|| format!("expected one of {}", Self::ALL.map(Self::word).join(", ")))
    }
}

/// The first answers of reads.
#[derive(Debug, Default)]
pub(super) struct FirstAnswers(Mutex<HashMap<u64, Response>>);

impl FirstAnswers {
    /// The first answer of an equal read.
    pub(super) fn of(&self, request: &Request) -> Option<Response> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(&digest(request)).cloned()
    }

    pub(super) fn keep(&self, request: &Request, response: &Response) {
        if is_read(&request.operation) && response.status == 200 {
            let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            answers.entry(digest(request)).or_insert_with(|| response.clone());
        }
    }
}

/// Equal for requests with equal operations and bodies, independent of the order of their fields.
pub(super) fn digest(request: &Request) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    request.operation.hash(&mut hasher);
    match serde_json::from_slice::<Value>(request.body()) {
        Ok(body) => body.to_string().hash(&mut hasher),
        Err(_) => request.body().hash(&mut hasher),
    }
    hasher.finish()
}

/// The transaction as another one, whose conditions are always true.
pub(super) fn again_without_conditions(request: &Request) -> Request {
    let mut body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    body["ClientRequestToken"] = format!("{:032x}", rand::random::<u128>()).into();
    let actions = body["TransactItems"].as_array_mut().into_iter().flatten();
    for action in actions.filter_map(|item| item.as_object_mut()?.values_mut().next()) {
        if let Some(condition) = action.get("ConditionExpression").and_then(Value::as_str) {
            // The condition stays, because every name and value must be used.
            let always = format!("({condition}) OR attribute_exists(PK) OR attribute_not_exists(PK)");
            action["ConditionExpression"] = always.into();
        }
    }
    request.with_body(body.to_string().as_bytes())
}
