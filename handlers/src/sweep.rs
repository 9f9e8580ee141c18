//! A run of the sweep with its log line and its metrics, for the scheduled function and for `codesensei serve`.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

use model::{Clock, Store, StoreError, Swept, Timestamp};
use serde::Serialize;

use crate::http::metrics::{Directive, Metadata, Metrics, NAMESPACE, metric};

/// The time left before Lambda's deadline to write the metrics and answer.
const MARGIN: Duration = Duration::from_secs(3);

/// The only value of the dimension `service`.
const SERVICE: &str = "sweep";

/// For alarms: unreadable jobs, failed jobs, and the time since the oldest remaining job was due.
static EVERY_RUN: Directive = Directive {
    namespace: NAMESPACE,
    dimensions: &[&["service"]],
    metrics: &[
        metric("SweepJobsDone", "Count"),
        metric("SweepJobsFailed", "Count"),
        metric("SweepJobsPutOff", "Count"),
        metric("SweepJobsUnreadable", "Count"),
        metric("SweepJobsUnfinished", "Count"),
        metric("SweepOldestDueSeconds", "Seconds"),
    ],
};

#[derive(Serialize)]
struct Line {
    #[serde(rename = "_aws")]
    aws: Metadata,
    service: &'static str,
    #[serde(flatten)]
    values: Values,
}

#[derive(Serialize)]
struct Values {
    #[serde(rename = "SweepJobsDone")]
    done: u32,
    #[serde(rename = "SweepJobsFailed")]
    failed: u32,
    #[serde(rename = "SweepJobsPutOff")]
    put_off: u32,
    #[serde(rename = "SweepJobsUnreadable")]
    unreadable: u32,
    #[serde(rename = "SweepJobsUnfinished")]
    unfinished: u32,
    /// 0 when no due job is left.
    #[serde(rename = "SweepOldestDueSeconds")]
    oldest_due_seconds: u64,
}

/// Sweeps, and writes the result.
///
/// # Errors
/// When the jobs of a shard cannot be listed. Such a run has no metrics: watch the function's errors too.
pub async fn run(store: &Store, metrics: &Metrics, within: Duration) -> Result<Swept, StoreError> {
    let swept = store.maintenance().sweep_due(within).await?;
    metrics.write_line(&line(&swept, store.clock().now()));
    if swept != Swept::default() {
        tracing::info!(
            done = swept.done,
            failed = swept.failed,
            put_off = swept.put_off,
            unreadable = swept.unreadable,
            unfinished = swept.unfinished,
            oldest_due_s = oldest_due(&swept),
            done_by_kind = words(&swept.done_by_kind),
            failures = words(&swept.failures),
            "swept"
        );
    }
    Ok(swept)
}

/// The time left for a run until Lambda's deadline, which is in milliseconds since 1970.
#[must_use]
pub fn time_left(deadline_millis: u64, clock: &Clock) -> Duration {
    let at = i64::try_from(deadline_millis).ok().and_then(|millis| Timestamp::from_millis(millis).ok());
    at.unwrap_or(Timestamp::EPOCH).since(clock.now()).saturating_sub(MARGIN)
}

fn line(swept: &Swept, at: Timestamp) -> Line {
    Line {
        aws: Metadata::new(at, vec![&EVERY_RUN]),
        service: SERVICE,
        values: Values {
            done: swept.done,
            failed: swept.failed,
            put_off: swept.put_off,
            unreadable: swept.unreadable,
            unfinished: swept.unfinished,
            oldest_due_seconds: oldest_due(swept),
        },
    }
}

fn oldest_due(swept: &Swept) -> u64 {
    swept.oldest_due.unwrap_or_default().as_secs()
}

/// `account 1, thread 20`.
fn words<T: Display>(counts: &BTreeMap<T, u32>) -> String {
    counts.iter().map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>().join(", ")
}
