//! The state of a rotation: which key signs, which is next, which are retired, and the next step.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table as Grid};
use model::Timestamp;
use serde::Serialize;

use crate::keys::check;
use crate::keys::error::KeysError;
use crate::keys::phases::{Found, UNKNOWN, droppable, next_kid, signing_kid};
use handlers::secrets::{PublicKeys, Seed, SigningKey};

/// What a person may know of the secrets.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    keys: Vec<Key>,
    origin: &'static str,
    problems: Vec<String>,
    /// What can be done, and when.
    next: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Key {
    kid: String,
    state: State,
    /// Since when it is in this state.
    #[serde(serialize_with = "as_text")]
    since: Option<Timestamp>,
    /// When it can be dropped.
    #[serde(serialize_with = "as_text")]
    droppable: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Signs,
    Next,
    Retired,
    /// An interrupted command left it.
    Unused,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Signs => "signs",
            Self::Next => "next",
            Self::Retired => "retired",
            Self::Unused => "unused",
        }
    }
}

#[expect(clippy::ref_option, reason = "serde passes it so")]
fn as_text<S: serde::Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(time),
        None => serializer.serialize_none(),
    }
}

impl Status {
    /// Works it out. `at` names the place in the commands that are suggested.
    pub(crate) fn of(
        signing: &SigningKey,
        public: &PublicKeys,
        seed: &Seed,
        now: Timestamp,
        at: &str,
    ) -> Result<Self, KeysError> {
        let (signs, next) = (signing_kid(signing)?, next_kid(signing)?);
        let mut keys = Vec::new();
        for key in &public.keys {
            let (state, since) = if key.kid == signs {
                (State::Signs, signing.promoted_at.or(key.added_at))
            } else if Some(&key.kid) == next.as_ref() {
                (State::Next, key.added_at)
            } else if key.retired_at.is_some() {
                (State::Retired, key.retired_at)
            } else {
                (State::Unused, key.added_at)
            };
            let droppable = key.retired_at.filter(|_| state == State::Retired).map(droppable);
            keys.push(Key { kid: key.kid.clone(), state, since, droppable });
        }
        let is_settled = seed.origin == seed.origin_before;
        let next = suggested(&keys, is_settled, now, at);
        let found = Found { signing: Some(signing.clone()), public: Some(public.clone()), seed: Some(seed.clone()) };
        let problems = check::problems(&found, at);
        Ok(Self { keys, problems, origin: if is_settled { "one value" } else { "two values, being rotated" }, next })
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut grid = Grid::new();
        grid.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        grid.set_header(["key", "state", "since", "can be dropped"]);
        for key in &self.keys {
            let text = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), |time| time.to_string());
            grid.add_row([key.kid.clone(), key.state.word().to_owned(), text(key.since), text(key.droppable)]);
        }
        let mut lines: Vec<String> = grid.lines().map(|line| line.trim().to_owned()).collect();
        lines.push(format!("\nOrigin secret: {}", self.origin));
        lines.extend(self.problems.iter().map(|problem| format!("Problem: {problem}")));
        lines.extend_from_slice(&self.next);
        lines.join("\n") + "\n"
    }

    /// For programs.
    pub(crate) fn json(&self) -> String {
        format!("{:#}\n", serde_json::json!(self))
    }
}

fn suggested(keys: &[Key], is_settled: bool, now: Timestamp, at: &str) -> Vec<String> {
    let mut next = Vec::new();
    let from = |time: Timestamp| if time <= now { "now".to_owned() } else { format!("from {time} on") };
    match keys.iter().find(|key| key.state == State::Next) {
        Some(key) => {
            let when = from(key.since.map_or(now, |added| added.plus(UNKNOWN)));
            next.push(format!("To make the next key sign, {when}: codesensei keys promote {at}"));
        }
        None => next.push(format!("To rotate the signing key, at any time: codesensei keys add {at}")),
    }
    if let Some(first) = keys.iter().filter_map(|key| key.droppable).min() {
        next.push(format!("To drop what is retired, {}: codesensei keys drop {at}", from(first)));
    }
    if keys.iter().any(|key| key.state == State::Unused) {
        next.push("An interrupted command left an unused key. The next `add` retires it.".to_owned());
    }
    if !is_settled {
        next.push(format!("When CloudFront sends the new value: codesensei keys rotate-origin --settle {at}"));
    }
    next
}
