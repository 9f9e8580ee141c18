//! The sweep: removes what a delete, a save or a writer that never came back left behind. AP-70 to AP-79.

use std::time::Duration;

use crate::code_storage::chunk_keys;
use crate::key::shard;
use crate::{
    BeginSweepJobError, DeleteSession, DeleteSessionError, ItemKey, PageRequest, Session, SessionId, Store, StoreError,
    SweepJob, SweepKind, SweepState, ThreadUuid, Timestamp, UserFootprintItem, UserId,
};

/// How many partitions the jobs are spread over.
pub(crate) const SHARDS: u32 = 8;

/// How long a request that deletes goes on to remove what is left. The scheduled sweep does the rest.
const SWEEPS_WITHIN: Duration = Duration::from_secs(3);

/// What a run of the sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Jobs done.
    pub jobs: u32,
}

impl Store {
    /// Runs every job that is due, oldest first in each shard. Harmless to run twice at once, and to be stopped anywhere. A
    /// job that cannot be done, because an item does not decode, keeps no other from being done.
    ///
    /// # Errors
    /// When the table cannot be asked, or there was a job that cannot be done; what was removed stays removed.
    pub async fn sweep_due(&self) -> Result<Swept, StoreError> {
        let (mut swept, mut failure) = (Swept::default(), None);
        for shard in 0..SHARDS {
            loop {
                let jobs = self.list_due_sweep_jobs(shard, self.clock().now()).await?;
                let mut done = 0;
                for job in &jobs {
                    match self.sweep(job).await {
                        Ok(()) => done += 1,
                        Err(error @ (StoreError::Corrupt { .. } | StoreError::Rejected { .. })) => {
                            tracing::error!(kind = job.kind.as_str(), %error, "a sweep job cannot be done");
                            failure.get_or_insert(error);
                        }
                        Err(error) => return Err(error),
                    }
                }
                swept.jobs += done;
                // Either there was none, or those that are left cannot be done.
                if done == 0 {
                    break;
                }
            }
        }
        failure.map_or(Ok(swept), Err)
    }

    /// Runs a job in the request that left it, for a while. If that fails or takes longer it is no error: the job stays and
    /// is run when it is due.
    pub(crate) async fn sweep_now(&self, job: Option<&SweepJob>) {
        let Some(job) = job else { return };
        match tokio::time::timeout(SWEEPS_WITHIN, self.sweep(job)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(kind = job.kind.as_str(), %error, "a sweep is left to the scheduled one"),
            Err(_) => tracing::info!(kind = job.kind.as_str(), "the rest of a sweep is left to the scheduled one"),
        }
    }

    /// Removes the chunks of a commit that was refused, also when their job is gone: a sweep that took it before the chunks
    /// were written did not find them. If that fails it is no error: the job, if there is one, is run when it is due.
    pub(crate) async fn discard(&self, staged: Option<&SweepJob>) {
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

    /// Removes everything that a job names, then the job.
    ///
    /// # Errors
    /// When the table cannot be asked; the job then stays.
    pub async fn sweep(&self, job: &SweepJob) -> Result<(), StoreError> {
        if !self.begin(job).await? {
            return Ok(());
        }
        if job.kind == SweepKind::Account {
            self.sweep_account(job.user_id).await?;
        } else {
            self.sweep_contents(job).await?;
        }
        self.settle(job).await
    }

    /// Whether the job is still there to be run.
    async fn begin(&self, job: &SweepJob) -> Result<bool, StoreError> {
        match self.begin_sweep_job(job.shard, job.due, job.kind, &job.target).await {
            Ok(()) => Ok(true),
            Err(BeginSweepJobError::JobSettled) => Ok(false),
            Err(BeginSweepJobError::Store(error)) => Err(error),
        }
    }

    async fn settle(&self, job: &SweepJob) -> Result<(), StoreError> {
        self.settle_sweep_job(job.shard, job.due, job.kind, &job.target).await
    }

    /// What a job of anything but an account names.
    async fn sweep_contents(&self, job: &SweepJob) -> Result<(), StoreError> {
        self.sweep_chunks(job).await?;
        match (job.kind, job.session_id, job.thread) {
            (SweepKind::Session, Some(session_id), _) => self.sweep_session(session_id).await,
            (SweepKind::Thread, Some(session_id), Some(thread)) => self.sweep_thread(session_id, thread).await,
            _ => Ok(()),
        }
    }

    async fn sweep_chunks(&self, job: &SweepJob) -> Result<(), StoreError> {
        match job.revision {
            Some(revision) if job.chunk_count > 0 => {
                self.delete_code_chunks(&chunk_keys(revision, job.chunk_count)).await
            }
            _ => Ok(()),
        }
    }

    /// Until nothing is found: what was written while the sweep ran is found in the next round.
    async fn sweep_session(&self, session_id: SessionId) -> Result<(), StoreError> {
        loop {
            let found = self.session_leftovers(session_id).await?;
            if !self.remove(&found).await? {
                return Ok(());
            }
        }
    }

    async fn sweep_thread(&self, session_id: SessionId, thread: ThreadUuid) -> Result<(), StoreError> {
        loop {
            let (messages, records) = futures::try_join!(
                self.thread_leftovers(session_id, thread),
                self.thread_record_leftovers(session_id, thread),
            )?;
            let found: Vec<ItemKey> = messages.into_iter().chain(records).collect();
            if !self.remove(&found).await? {
                return Ok(());
            }
        }
    }

    /// Whether there was anything.
    async fn remove(&self, found: &[ItemKey]) -> Result<bool, StoreError> {
        if found.is_empty() {
            return Ok(false);
        }
        self.delete_leftovers(found).await?;
        Ok(true)
    }

    /// Each session as its owner would delete it, then the rest of the user's partition.
    async fn sweep_account(&self, user_id: UserId) -> Result<(), StoreError> {
        loop {
            let page = self.user_footprint(user_id, PageRequest::default()).await?;
            if page.items.is_empty() {
                return Ok(());
            }
            let mut days = Vec::new();
            for item in page.items {
                match item {
                    UserFootprintItem::Session(head) => self.take_session(&head).await?,
                    UserFootprintItem::RefreshFamily(family) => {
                        self.end_refresh_family(user_id, family.family_id).await?;
                    }
                    UserFootprintItem::DailyUsage(day) => days.push(day.key()),
                    // The profile went with the transaction that left the job; one that is here is a newer account's.
                    UserFootprintItem::User(_) => return Ok(()),
                }
            }
            self.delete_usage(&days).await?;
        }
    }

    /// Deletes a session of a deleted account: there is no counter to give its slot back to.
    async fn take_session(&self, head: &Session) -> Result<(), StoreError> {
        match self.detach(head, false).await {
            Ok(job) => {
                self.begin(&job).await?;
                self.sweep_contents(&job).await?;
                self.settle(&job).await
            }
            // Saved or taken by another meanwhile: the next round sees how it is now.
            Err(DeleteSessionError::SessionNotFound | DeleteSessionError::SessionChanged) => Ok(()),
            Err(DeleteSessionError::Store(error)) => Err(error),
            Err(DeleteSessionError::JobExists) => Err(StoreError::Contended { pattern: "AP-26" }),
        }
    }

    /// Makes a session unreachable. The job that is left removes the rest of it.
    pub(crate) async fn detach(&self, head: &Session, give_slot_back: bool) -> Result<SweepJob, DeleteSessionError> {
        let now = self.clock().now();
        let job = SweepJob {
            session_id: Some(head.session_id),
            revision: Some(head.revision),
            chunk_count: head.chunk_count,
            ..SweepJob::new(SweepKind::Session, head.session_id.to_string(), head.user_id, now)
        };
        let user = crate::UserKey { user_id: head.user_id };
        let input = DeleteSession {
            user: give_slot_back.then_some(&user),
            job: &job,
            user_id: head.user_id,
            session_id: head.session_id,
            revision: head.revision,
        };
        self.delete_session(input).await?;
        self.code_cache().forget(head.session_id);
        Ok(job)
    }
}

impl SweepJob {
    /// A job of no more than its kind and its target.
    pub(crate) fn new(kind: SweepKind, target: String, user_id: UserId, due: Timestamp) -> Self {
        Self {
            shard: shard(&target, SHARDS),
            due,
            kind,
            target,
            state: SweepState::Waiting,
            user_id,
            session_id: None,
            thread: None,
            revision: None,
            chunk_count: 0,
        }
    }
}
