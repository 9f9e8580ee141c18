//! A run of the sweep: all shards in parallel, the due jobs of a shard in sequence, within one deadline. AP-71, AP-120.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use tokio::time::timeout;

use crate::generated::any::AnyEntity;
use crate::maintenance::sweep::SHARDS;
use crate::{
    Maintenance, PageRequest, PutOffSweepJob, PutOffSweepJobError, Store, StoreError, SweepJob, SweepKind, Timestamp,
};
use table_runtime::StoredItem;

/// The maximum first turn of a job. A job that needs more time continues after the other jobs of its shard.
const LONGEST_TURN: Duration = Duration::from_secs(2);
/// The first turn of a job takes at most this fraction of a run.
const TURNS_IN_A_RUN: u32 = 10;
/// The delay after the first failure. Each further failure doubles it.
const FIRST_DELAY: Duration = Duration::from_mins(1);
/// The longest delay.
const LONGEST_DELAY: Duration = Duration::from_hours(1);

/// The result of a run of the sweep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Number of jobs done.
    pub done: u32,
    /// Number of jobs that failed in this run.
    pub failed: u32,
    /// Number of jobs that failed earlier and whose next try is not due.
    pub put_off: u32,
    /// Number of jobs that this program cannot read.
    pub unreadable: u32,
    /// Number of jobs that the run found and did not finish in time. There may be more jobs that it did not find.
    pub unfinished: u32,
    /// How long the oldest remaining job has been due.
    pub oldest_due: Option<Duration>,
    /// Jobs done, by kind.
    pub done_by_kind: BTreeMap<&'static str, u32>,
    /// Jobs that failed in this run, by kind and reason, such as `thread: AP-71: …`. Contains no ids and no content.
    pub failures: BTreeMap<String, u32>,
}

impl Swept {
    /// Number of remaining due jobs.
    #[must_use]
    pub const fn left(&self) -> u32 {
        self.failed + self.put_off + self.unreadable + self.unfinished
    }
}

impl Maintenance<'_> {
    /// Runs the due jobs of all shards in parallel, the oldest first in each shard, until no job is left or the time is
    /// over. A job that fails or cannot be read is counted and does not stop the others. A long job is run in turns.
    /// Concurrent runs are safe, and a run can be stopped at any point.
    ///
    /// # Errors
    /// When the jobs of a shard cannot be listed. The other shards have been swept.
    pub async fn sweep_due(self, within: Duration) -> Result<Swept, StoreError> {
        let turn = (within / TURNS_IN_A_RUN).min(LONGEST_TURN);
        let run = Run { store: self.store, turn, tally: Mutex::default() };
        // When the time is over, the shards stop at once. The tally knows the unfinished jobs.
        if let Ok(ended) = timeout(within, run.passes()).await {
            ended?;
        }
        Ok(run.tally.into_inner().unwrap_or_else(PoisonError::into_inner).swept(self.store.clock().now()))
    }
}

struct Run<'a> {
    store: &'a Store,
    /// The maximum duration of a job's first turn.
    turn: Duration,
    tally: Mutex<Tally>,
}

impl Run<'_> {
    /// An account whose turn ended within a session leaves a job for that session, maybe in another shard. Then all
    /// shards are listed again.
    async fn passes(&self) -> Result<(), StoreError> {
        loop {
            for shard in join_all((0..SHARDS).map(|shard| self.shard(shard))).await {
                shard?;
            }
            if !std::mem::take(&mut self.tally().has_interrupted) {
                return Ok(());
            }
        }
    }

    async fn shard(&self, shard: u32) -> Result<(), StoreError> {
        let now = self.store.clock().now();
        // The upper bound is exclusive, so this includes jobs that are due in this millisecond.
        let below = now.plus(Duration::from_millis(1));
        let mut unfinished = VecDeque::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = PageRequest { limit: None, cursor: cursor.as_deref() };
            let page = self.store.patterns.list_due_sweep_jobs(shard, below, page).await?;
            let jobs = self.tally().found(&page.items, now);
            for job in jobs {
                if !self.take_turn(&job, self.turn).await {
                    unfinished.push_back((job, self.turn));
                }
            }
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
        }
        // Turns grow, so that a job with a long single step completes too.
        while let Some((job, turn)) = unfinished.pop_front() {
            let turn = turn * 2;
            if !self.take_turn(&job, turn).await {
                unfinished.push_back((job, turn));
            }
        }
        Ok(())
    }

    /// Runs a job for one turn. Returns whether it is done or has failed.
    async fn take_turn(&self, job: &SweepJob, turn: Duration) -> bool {
        match timeout(turn, self.store.maintenance().sweep(job)).await {
            Ok(Ok(())) => self.tally().done(job),
            Ok(Err(error)) => {
                self.put_off(job).await;
                self.tally().failed(job, &error);
            }
            Err(_) => {
                self.tally().has_interrupted = true;
                return false;
            }
        }
        true
    }

    async fn put_off(&self, job: &SweepJob) {
        let delay = FIRST_DELAY.saturating_mul(1 << job.attempts.min(10)).min(LONGEST_DELAY);
        let next_try = Some(self.store.clock().now().plus(delay));
        let put_off = PutOffSweepJob {
            shard: job.shard,
            due: job.due,
            kind: job.kind,
            target: &job.target,
            seen_attempts: job.attempts,
            next_try,
        };
        match self.store.patterns.put_off_sweep_job(put_off).await {
            Ok(()) | Err(PutOffSweepJobError::JobSettled | PutOffSweepJobError::CountedElsewhere) => {}
            Err(PutOffSweepJobError::Store(error)) => {
                tracing::warn!(kind = job.kind.as_str(), %error, "a failure of a sweep job was not counted");
            }
        }
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The counts of a run while it is under way.
#[derive(Default)]
struct Tally {
    swept: Swept,
    /// The due times of the jobs that were found and are not finished.
    open: Vec<Timestamp>,
    oldest_left: Option<Timestamp>,
    /// The sort keys of the jobs that were found. A second pass skips them.
    known: HashSet<String>,
    /// Whether a turn ended before its job was done since the last pass began.
    has_interrupted: bool,
}

impl Tally {
    /// The jobs of a page to run.
    fn found(&mut self, items: &[StoredItem], now: Timestamp) -> Vec<SweepJob> {
        let mut jobs = Vec::new();
        for item in items {
            if !self.known.insert(item.sk().to_owned()) {
                continue;
            }
            match readable(item) {
                Some(job) if job.next_try.is_some_and(|next_try| next_try > now) => {
                    self.swept.put_off += 1;
                    self.leave(job.due);
                }
                Some(job) => {
                    self.open.push(job.due);
                    jobs.push(*job);
                }
                None => {
                    self.swept.unreadable += 1;
                    self.leave(due_in_key(item).unwrap_or(now));
                }
            }
        }
        jobs
    }

    fn done(&mut self, job: &SweepJob) {
        self.close(job.due);
        self.swept.done += 1;
        *self.swept.done_by_kind.entry(job.kind.as_str()).or_default() += 1;
    }

    fn failed(&mut self, job: &SweepJob, error: &StoreError) {
        self.close(job.due);
        self.leave(job.due);
        self.swept.failed += 1;
        *self.swept.failures.entry(format!("{}: {error}", job.kind.as_str())).or_default() += 1;
    }

    fn close(&mut self, due: Timestamp) {
        if let Some(place) = self.open.iter().position(|open| *open == due) {
            self.open.swap_remove(place);
        }
    }

    fn leave(&mut self, due: Timestamp) {
        self.oldest_left = Some(self.oldest_left.map_or(due, |oldest| oldest.min(due)));
    }

    fn swept(mut self, now: Timestamp) -> Swept {
        for due in std::mem::take(&mut self.open) {
            self.swept.unfinished += 1;
            self.leave(due);
        }
        Swept { oldest_due: self.oldest_left.map(|due| now.since(due)), ..self.swept }
    }
}

/// The job, if it decodes and its key matches its fields: the key is used to delete the job.
pub(super) fn readable(item: &StoredItem) -> Option<Box<SweepJob>> {
    match AnyEntity::from_item(item.attributes().clone()) {
        Ok(Some(AnyEntity::SweepJob(job))) if item.is_under(&job.key().primary()) => Some(job),
        _ => None,
    }
}

/// The due time of a job, from its sort key.
pub(super) fn due_in_key(item: &StoredItem) -> Option<Timestamp> {
    Timestamp::from_millis(item.sk().split('#').next()?.parse().ok()?).ok()
}

/// The kind of a job, from its sort key.
pub(super) fn kind_in_key(item: &StoredItem) -> Option<&str> {
    item.sk().split('#').nth(1)
}

/// All kinds, in the order of reports.
pub(super) const KINDS: [SweepKind; 5] =
    [SweepKind::Staged, SweepKind::Replaced, SweepKind::Thread, SweepKind::Session, SweepKind::Account];
