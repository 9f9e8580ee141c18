//! The sweep: removes items that became unreachable by a delete, a save or an interrupted write. AP-70 to AP-79,
//! AP-120.

use std::time::Duration;

use crate::code_storage::chunk_keys;
use crate::{
    BeginSweepJobError, ItemKey, Maintenance, SessionId, StoreError, SweepJob, SweepJobRequired, SweepKind, SweepState,
    ThreadUuid, Timestamp, UserId,
};
use table_runtime::key::shard;

mod account;
mod backlog;
mod run;

pub use backlog::Backlog;
pub use run::Swept;

/// The number of partitions that the jobs are spread over.
pub(crate) const SHARDS: u32 = 8;

/// How long a delete request removes leftover items itself. The scheduled sweep removes the rest.
const SWEEPS_WITHIN: Duration = Duration::from_secs(3);

impl Maintenance<'_> {
    /// Runs a job in the request that created it, with a time limit. Failure and timeout are not errors: the job stays,
    /// and the scheduled sweep runs it.
    pub(crate) async fn sweep_now(self, job: Option<&SweepJob>) {
        let Some(job) = job else { return };
        match tokio::time::timeout(SWEEPS_WITHIN, self.sweep(job)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(kind = job.kind.as_str(), %error, "a sweep is left to the scheduled one"),
            Err(_) => tracing::info!(kind = job.kind.as_str(), "the rest of a sweep is left to the scheduled one"),
        }
    }

    /// Removes the chunks of a refused commit, even if their job is gone: a sweep may have run the job before the
    /// chunks were written. Failure is not an error: if the job exists, the scheduled sweep runs it.
    pub(crate) async fn discard(self, staged: Option<&SweepJob>) {
        let Some(job) = staged else { return };
        let removed = async {
            self.begin(job).await?;
            self.sweep_chunks(job).await?;
            self.settle(job).await
        };
        if let Err(error) = removed.await {
            tracing::warn!(kind = job.kind.as_str(), %error, "refused code is left to the scheduled sweep");
        }
    }

    /// Removes everything that a job refers to, then the job.
    ///
    /// # Errors
    /// When the table does not answer, or the job does not say what to remove. The job then stays.
    pub async fn sweep(self, job: &SweepJob) -> Result<(), StoreError> {
        // Only staged code can still be committed. The items of other jobs are already unreachable.
        if job.kind == SweepKind::Staged && !self.begin(job).await? {
            return Ok(());
        }
        match job.kind {
            SweepKind::Account => self.sweep_account(job.user_id).await?,
            SweepKind::Staged | SweepKind::Replaced => self.sweep_chunks(job).await?,
            SweepKind::Session | SweepKind::Thread => return self.sweep_contents(job).await,
        }
        self.settle(job).await
    }

    /// Begins the job, so that its commit is refused from now on. Returns whether the job still exists.
    async fn begin(self, job: &SweepJob) -> Result<bool, StoreError> {
        match self.store.patterns.begin_sweep_job(job.shard, job.due, job.kind, &job.target).await {
            Ok(()) => Ok(true),
            Err(BeginSweepJobError::JobSettled) => Ok(false),
            Err(BeginSweepJobError::Store(error)) => Err(error),
        }
    }

    async fn settle(self, job: &SweepJob) -> Result<(), StoreError> {
        self.store.patterns.settle_sweep_job(job.shard, job.due, job.kind, &job.target).await
    }

    /// Removes the contents of a session or a thread, then the job.
    async fn sweep_contents(self, job: &SweepJob) -> Result<(), StoreError> {
        match (job.kind, job.session_id, job.thread) {
            (SweepKind::Session, Some(session_id), _) => {
                self.sweep_chunks(job).await?;
                self.sweep_session(session_id).await?;
            }
            (SweepKind::Thread, Some(session_id), Some(thread)) => self.sweep_thread(session_id, thread).await?,
            _ => {
                let reason = "it does not name its session or thread".to_owned();
                return Err(StoreError::Corrupt { pattern: "AP-71", entity: "sweep_job", reason });
            }
        }
        self.settle(job).await
    }

    async fn sweep_chunks(self, job: &SweepJob) -> Result<(), StoreError> {
        match job.revision {
            Some(revision) if job.chunk_count > 0 => {
                self.store.patterns.delete_code_chunks(&chunk_keys(revision, job.chunk_count)).await
            }
            _ => Ok(()),
        }
    }

    /// Repeats until no item is found: items that were written during the sweep are found in the next round.
    async fn sweep_session(self, session_id: SessionId) -> Result<(), StoreError> {
        loop {
            let found = self.store.patterns.session_leftovers(session_id).await?;
            if !self.remove(&found).await? {
                return Ok(());
            }
        }
    }

    async fn sweep_thread(self, session_id: SessionId, thread: ThreadUuid) -> Result<(), StoreError> {
        loop {
            let (messages, records) = futures::try_join!(
                self.store.patterns.thread_leftovers(session_id, thread),
                self.store.patterns.thread_record_leftovers(session_id, thread),
            )?;
            let found: Vec<ItemKey> = messages.into_iter().chain(records).collect();
            if !self.remove(&found).await? {
                return Ok(());
            }
        }
    }

    /// Returns whether there was anything to remove.
    async fn remove(self, found: &[ItemKey]) -> Result<bool, StoreError> {
        if found.is_empty() {
            return Ok(false);
        }
        self.store.patterns.delete_leftovers(found).await?;
        Ok(true)
    }
}

impl SweepJob {
    /// A job with only its kind and its target.
    pub(crate) fn new(kind: SweepKind, target: String, user_id: UserId, due: Timestamp) -> Self {
        SweepJobRequired {
            shard: shard(&target, SHARDS),
            due,
            kind,
            target,
            state: SweepState::Waiting,
            user_id,
            chunk_count: 0,
            attempts: 0,
        }
        .into()
    }
}
