//! The state of a rotation: which key signs, which is next, which are retired, and the next step.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table as Grid};
use model::Timestamp;
use serde::Serialize;

use crate::keys::check;
use crate::keys::error::KeysError;
use crate::keys::phases::{DISCOVERY_LAG, earliest_drop, next_kid, signing_kid};
use crate::keys::plan::ParsedSecrets;
use handlers::secrets::{PublicKeys, Seed, SigningKey};

/// The public facts about the secrets.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    keys: Vec<Key>,
    origin: &'static str,
    problems: Vec<String>,
    /// The next steps, with their times.
    next: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Key {
    kid: String,
    state: State,
    /// The begin of this state.
    #[serde(serialize_with = "serialize_time")]
    since: Option<Timestamp>,
    /// The earliest time at which it can be dropped.
    #[serde(rename = "droppable", serialize_with = "serialize_time")]
    earliest_drop: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Signs,
    Next,
    Retired,
    /// Left by an interrupted command.
    Unused,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Signs => "signs",
            Self::Next => "next",
            Self::Retired => "retired",
            Self::Unused => "unused",
        }
    }
}

#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn serialize_time<S: serde::Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(time),
        None => serializer.serialize_none(),
    }
}

impl Status {
    /// Computes the status. `options` selects the location in suggested commands.
    pub(crate) fn of(
        signing: &SigningKey,
        public: &PublicKeys,
        seed: &Seed,
        now: Timestamp,
        options: &str,
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
            let earliest_drop = key.retired_at.filter(|_| state == State::Retired).map(earliest_drop);
            keys.push(Key { kid: key.kid.clone(), state, since, earliest_drop });
        }
        let is_settled = seed.origin == seed.origin_before;
        let next = next_steps(&keys, is_settled, now, options);
        let found =
            ParsedSecrets { signing: Some(signing.clone()), public: Some(public.clone()), seed: Some(seed.clone()) };
        let problems = check::problems(&found, options);
        Ok(Self { keys, problems, origin: if is_settled { "one value" } else { "two values, being rotated" }, next })
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut grid = Grid::new();
        grid.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        grid.set_header(["key", "state", "since", "can be dropped"]);
        for key in &self.keys {
            let text = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), |time| time.to_string());
            grid.add_row([key.kid.clone(), key.state.as_str().to_owned(), text(key.since), text(key.earliest_drop)]);
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

fn next_steps(keys: &[Key], is_settled: bool, now: Timestamp, options: &str) -> Vec<String> {
    let mut next = Vec::new();
    let from = |time: Timestamp| if time <= now { "now".to_owned() } else { format!("from {time} on") };
    match keys.iter().find(|key| key.state == State::Next) {
        Some(key) => {
            let when = from(key.since.map_or(now, |added| added.plus(DISCOVERY_LAG)));
            next.push(format!("To make the next key sign, {when}: codesensei keys promote {options}"));
        }
        None => next.push(format!("To rotate the signing key, at any time: codesensei keys add {options}")),
    }
    if let Some(first) = keys.iter().filter_map(|key| key.earliest_drop).min() {
        next.push(format!("To drop retired keys, {}: codesensei keys drop {options}", from(first)));
    }
    if keys.iter().any(|key| key.state == State::Unused) {
        next.push("An interrupted command left an unused key. The next `add` retires it.".to_owned());
    }
    if !is_settled {
        next.push(format!("When CloudFront sends the new value: codesensei keys rotate-origin --settle {options}"));
    }
    next
}
