//! The codecs of keys, cursors and items: `cargo bench -p table-runtime --bench items`.
//!
//! Each figure is the median of `-- --rounds 15` rounds, with the fastest and the slowest round. A round repeats the
//! work until it takes 20 ms. Items are a head of a session and a message of 400 bytes, as the product stores them.

#![expect(clippy::print_stdout, reason = "a person reads the result")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use model::{
    Clock, CursorKey, Ids, Message, MessageRequired, Role, Session, SessionKey, SessionRequired, SessionVersion,
    Timestamp,
};
use table_runtime::cursor::{MacKey, Position, Scope};
use table_runtime::entity::Entity as _;
use table_runtime::item::{FromItem as _, encode_entity};

/// The shortest round.
const ROUND: Duration = Duration::from_millis(20);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --all-targets` starts the bench too, and must not wait for it.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let given = arguments.iter().position(|argument| argument == "--rounds").and_then(|at| arguments.get(at + 1));
    let rounds = given.map_or(15, |given| given.parse().expect("a number of rounds"));
    println!("| work | nanoseconds (fastest–slowest) |");
    println!("| --- | ---: |");
    let (ids, now) = (Ids::seeded(1), Clock::system().now());
    let (session, message) = (session(&ids, now), message(&ids, now));
    let (head, stored) = (session.key(), message.key());
    row("write the key of a session", rounds, || Session::primary_key(head));
    row("write the key of a message", rounds, || Message::primary_key(stored));
    cursors(rounds, head, now);
    let (head, stored) = (encode_entity(&session, 1), encode_entity(&message, 1));
    row("encode a session", rounds, || encode_entity(&session, 1));
    row("encode a message", rounds, || encode_entity(&message, 1));
    row("copy the item of a session", rounds, || head.clone());
    row("copy the item of a message", rounds, || stored.clone());
    row("copy and decode the item of a session", rounds, || Session::from_item(head.clone()).is_ok());
    row("copy and decode the item of a message", rounds, || Message::from_item(stored.clone()).is_ok());
}

fn session(ids: &Ids, now: Timestamp) -> Session {
    let user_id = ids.next(now);
    let required = SessionRequired {
        user_id,
        session_id: ids.next(now),
        filename: "inventory.rs".parse().expect("a name"),
        language_detected: "Rust".parse().expect("a language"),
        version_number: SessionVersion::new(7),
        revision: ids.next(now),
        code_bytes: 30_000,
        chunk_count: 0,
        thread_count: 5,
        thread_changes: 12,
        settings_changes: 1,
        created_at: now,
        updated_at: now,
        last_modified_by: user_id,
    };
    required.into()
}

fn message(ids: &Ids, now: Timestamp) -> Message {
    let required = MessageRequired {
        session_id: ids.next(now),
        thread: ids.next(now),
        seq: 7,
        user_id: ids.next(now),
        role: Role::Ai,
        content: "The loop reads past the end. ".repeat(14),
        created_at: now,
    };
    required.into()
}

fn cursors(rounds: usize, key: SessionKey, now: Timestamp) {
    let mac: MacKey = CursorKey::from_secret(b"bench").mac_key("bench");
    let last = Session::primary_key(key);
    let scope = Scope { pattern: "AP-21", partition: &last.hash, bound_to: "SESSION# desc" };
    let position = Position::Table { sk: last.range.clone() };
    let cursor = mac.sign(scope, &position, now);
    row("seal a cursor", rounds, || mac.sign(scope, &position, now));
    row("open a cursor", rounds, || mac.verify(scope, &cursor, now).is_ok());
}

fn row<T>(work: &str, rounds: usize, mut act: impl FnMut() -> T) {
    let began = Instant::now();
    black_box(act());
    let once = began.elapsed().max(Duration::from_nanos(50));
    let repeats = u32::try_from(ROUND.as_nanos() / once.as_nanos()).unwrap_or(u32::MAX).max(1);
    let round = |_| {
        let began = Instant::now();
        for _ in 0..repeats {
            black_box(act());
        }
        began.elapsed().as_secs_f64() * 1_000_000_000.0 / f64::from(repeats)
    };
    let mut times: Vec<f64> = (0..rounds).map(round).collect();
    times.sort_unstable_by(f64::total_cmp);
    println!("| {work} | {:.0} ({:.0}–{:.0}) |", times[times.len() / 2], times[0], times[times.len() - 1]);
}
