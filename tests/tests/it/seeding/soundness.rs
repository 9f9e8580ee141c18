//! Consistency of any table, checked past the model.

use std::collections::{BTreeMap, BTreeSet};

use std::time::Duration;

use model::{Progress, Verify};
use tests::{RawItem, TestTable};

/// Checks counters against their items, claims against users, message numbers against slots, and usage against the
/// answers of each day.
pub(super) fn assert_sound(items: &[RawItem]) {
    let of = |kind: &'static str| items.iter().filter(move |item| item.kind() == kind);
    let text = |item: &RawItem, name: &str| item.text(name).unwrap().to_owned();
    let users: BTreeSet<String> = of("user").map(|user| text(user, "user_id")).collect();
    for claim in ["email_claim", "username_claim"] {
        let claimed: Vec<String> = of(claim).map(|claim| text(claim, "user_id")).collect();
        assert_eq!(claimed.len(), users.len(), "a {claim} each");
        assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>(), users);
    }
    let counted = |kind: &'static str, by: &str| {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for item in of(kind) {
            *counts.entry(text(item, by)).or_default() += 1;
        }
        counts
    };
    let (sessions, threads, codes) =
        (counted("session", "user_id"), counted("thread", "session_id"), counted("code", "session_id"));
    for user in of("user") {
        let id = text(user, "user_id");
        assert_eq!(user.number("session_count"), Some(sessions.get(&id).copied().unwrap_or(0)), "{id}");
    }
    assert!(sessions.keys().all(|user| users.contains(user)), "every session has its user");
    for session in of("session") {
        let id = text(session, "session_id");
        assert_eq!(session.number("thread_count"), Some(threads.get(&id).copied().unwrap_or(0)), "{id}");
        assert_eq!(codes.get(&id), Some(&1), "{id}");
    }
    assert_eq!(codes.len(), of("session").count());
    let mut seqs: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for message in of("message") {
        seqs.entry(text(message, "thread")).or_default().push(message.number("seq").unwrap());
    }
    for thread in of("thread") {
        let slots = thread.number("message_slots").unwrap();
        let numbers = seqs.remove(&text(thread, "thread")).unwrap_or_default();
        // A failed question keeps the number of its answer free.
        assert!(
            numbers.len() <= usize::try_from(slots).unwrap() && numbers.iter().all(|seq| (1..=slots).contains(seq)),
            "{numbers:?}"
        );
    }
    assert!(seqs.is_empty(), "every message has its thread");
    assert_eq!(of("sweep_job").count() + of("refresh_family").count(), 0, "no sweep job and no sign-in is left");
}

/// Runs the checks of `codesensei verify`, which include these and more.
pub(super) async fn assert_verified(table: &TestTable) {
    let mut findings = Vec::new();
    let how = Verify { look_again_after: Duration::ZERO, ..Verify::default() };
    let tell = |progress| {
        if let Progress::Found(finding, _) = progress {
            findings.push(format!("{finding:?}"));
        }
    };
    table.maintenance().verify(how, tell).await.unwrap();
    assert_eq!(findings, Vec::<String>::new());
}

/// The usage of all days and users: requests, and tokens sent and answered.
pub(super) fn paid_by_day(items: &[RawItem]) -> (i64, i64, i64) {
    let days = items.iter().filter(|item| item.kind() == "daily_usage");
    sums(days, |day| (day.number("requests"), day.number("input_tokens"), day.number("output_tokens")))
}

/// The same sums, from the stored answers.
pub(super) fn paid_by_answer(items: &[RawItem]) -> (i64, i64, i64) {
    let answers = items.iter().filter(|item| item.kind() == "message" && item.text("model_id").is_some());
    sums(answers, |answer| (Some(1), answer.number("input_tokens"), answer.number("output_tokens")))
}

type Figures = (Option<i64>, Option<i64>, Option<i64>);

fn sums<'i>(items: impl Iterator<Item = &'i RawItem>, of: impl Fn(&RawItem) -> Figures) -> (i64, i64, i64) {
    items.map(of).fold((0, 0, 0), |sum, figures| {
        (sum.0 + figures.0.unwrap(), sum.1 + figures.1.unwrap(), sum.2 + figures.2.unwrap())
    })
}

/// The items by their keys, without the attributes that differ between two equal writes.
pub(super) fn by_key(items: Vec<RawItem>) -> BTreeMap<(String, String), RawItem> {
    let keyed = items.into_iter().map(|mut item| {
        item.0.remove("write_id");
        ((item.pk().to_owned(), item.sk().to_owned()), item)
    });
    keyed.collect()
}
