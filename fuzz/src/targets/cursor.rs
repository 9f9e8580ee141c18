//! Cursors: a signed position comes back unchanged, and only for its own query and within a day.

use std::time::Duration;

use table_runtime::Timestamp;
use table_runtime::cursor::{CursorError, CursorKey, IndexPosition, MacKey, Position, Scope};

use super::keys::now;
use crate::target::{Fields, Target, joined, texts};

pub(super) const TARGET: Target = Target {
    name: "cursor",
    holds: "a signed position comes back unchanged for its own query within a day; a changed cursor, another query and \
            any other text are refused",
    max_bytes: 4_096,
    short_run: 2_000,
    words: &["AQ", "AAAA", "AWmdV0", "_", "-", "=", "AP-21", "USER#", "SESSION#", "s", "desc"],
    seeds,
    run: |input| check(input, MacKey::verify),
    planted: |input| {
        check(input, |key, scope, cursor, now| key.verify(Scope { bound_to: "desc", ..scope }, cursor, now));
    },
};

type Verify = fn(&MacKey, Scope<'_>, &str, Timestamp) -> Result<Position, CursorError>;

fn seeds() -> Vec<Vec<u8>> {
    let scope = Scope { pattern: "AP-21", partition: "USER#1", bound_to: "desc" };
    let table = Position::Table { sk: "SESSION#42".to_owned() };
    let cursor = key().sign(scope, &table, now());
    let old = key().sign(scope, &table, now().minus(Duration::from_hours(48)));
    let mut seeds = texts(&[
        ["AP-21", "USER#1", "desc", "", "7", "SESSION#42"],
        ["AP-83", "USAGE#2026-11-30#3", "", "", "0", ""],
        ["AP-07", "GARDEN#\u{e9}", "asc", "x", "31", "s2026#USER#1#SESSION#9"],
        ["AP-21", "USER#1", "desc", &cursor, "5", "42"],
        ["AP-21", "USER#1", "desc", &old, "5", "42"],
    ]);
    seeds.push(joined(&[
        b"AP-81",
        b"P",
        b"",
        b"",
        b"3",
        b"12",
        b"USER#1",
        b"SESSION#1",
        b"",
        b"",
        b"",
        b"9",
        b"p",
        b"s",
    ]));
    seeds
}

fn key() -> MacKey {
    CursorKey::from_secret("the secret of the fuzz targets").mac_key("garden")
}

fn check(input: &[u8], verify: Verify) {
    let mut fields = Fields::of(input);
    let (pattern, partition, bound_to) = (fields.text(), fields.text(), fields.text());
    let scope = Scope { pattern: &pattern, partition: &partition, bound_to: &bound_to };
    let (given, change) = (fields.text(), fields.number());
    let parts: Vec<String> = String::from_utf8_lossy(fields.rest()).split('\u{1f}').map(str::to_owned).collect();
    let (key, now) = (key(), now());

    let position = position_of(&parts);
    let cursor = key.sign(scope, &position, now);
    assert_eq!(verify(&key, scope, &cursor, now), Ok(position.clone()), "the position comes back");
    let day = Duration::from_hours(24);
    assert_eq!(verify(&key, scope, &cursor, now.plus(day)), Ok(position), "for a day");
    let later = now.plus(day).plus(Duration::from_millis(1));
    assert_eq!(verify(&key, scope, &cursor, later), Err(CursorError::Expired), "and not longer");

    let longer = format!("{bound_to}x");
    for other in [
        Scope { pattern: "AP-999", ..scope },
        Scope { partition: &longer, ..scope },
        Scope { bound_to: &longer, ..scope },
    ] {
        if (other.pattern, other.partition, other.bound_to) != (scope.pattern, scope.partition, scope.bound_to) {
            assert_eq!(verify(&key, other, &cursor, now), Err(CursorError::Forged), "another query refuses it");
        }
    }
    assert!(verify(&key, scope, &changed(&cursor, change), now).is_err(), "a changed cursor is refused");

    // A text that this target signed is known to be a cursor; all others are refused.
    if let Ok(position) = verify(&key, scope, &given, now) {
        assert_eq!(key.sign(scope, &position, now), given, "only a cursor that was signed is accepted");
    }
}

/// One part is a position in the table; threes are positions in the shards of an index.
fn position_of(parts: &[String]) -> Position {
    if let [sk] = parts {
        return Position::Table { sk: sk.clone() };
    }
    let shards = parts.chunks(3).map(|shard| {
        let [sort, pk, sk] = [0, 1, 2].map(|at| shard.get(at).cloned().unwrap_or_default());
        (!sort.is_empty()).then_some(IndexPosition { sort, pk, sk })
    });
    Position::Index(shards.collect())
}

/// The cursor with another character at this place.
fn changed(cursor: &str, at: u32) -> String {
    let at = usize::try_from(at).unwrap_or(0) % cursor.len();
    let other = if cursor[at..].starts_with('A') { "B" } else { "A" };
    [&cursor[..at], other, &cursor[at + 1..]].concat()
}
