//! The existing sweep jobs. Items that a job will remove are not findings.

use std::collections::HashSet;

use crate::generated::any::AnyEntity;
use crate::maintenance::sweep::SHARDS;
use crate::{PageRequest, SessionId, Store, StoreError, SweepKind, ThreadUuid, UserId};
use table_runtime::StoredItem;

/// The targets of the existing jobs.
#[derive(Clone, Default)]
pub(super) struct Jobs {
    targets: HashSet<(SweepKind, String)>,
    items: Vec<(Option<UserId>, StoredItem)>,
}

impl Jobs {
    /// Reads all jobs, due or not.
    pub(super) async fn read(store: &Store) -> Result<Self, StoreError> {
        let mut jobs = Self::default();
        for shard in 0..SHARDS {
            let mut cursor: Option<String> = None;
            loop {
                let request = PageRequest { limit: None, cursor: cursor.as_deref() };
                let page = store.patterns.stored_sweep_jobs(shard, request).await?;
                page.items.into_iter().for_each(|item| jobs.add(item));
                cursor = page.cursor;
                if cursor.is_none() {
                    break;
                }
            }
        }
        Ok(jobs)
    }

    fn add(&mut self, item: StoredItem) {
        let mut user_id = None;
        if let Ok(Some(AnyEntity::SweepJob(job))) = AnyEntity::from_item(item.attributes().clone()) {
            user_id = Some(job.user_id);
            // The job of a session or of an earlier revision also removes the chunks of the revision that it names.
            self.targets.extend(job.revision.map(|revision| (SweepKind::Replaced, revision.to_string())));
            self.targets.insert((job.kind, job.target));
        }
        self.items.push((user_id, item));
    }

    /// The union with the targets of other jobs.
    pub(super) fn and(mut self, others: &Self) -> Self {
        self.targets.extend(others.targets.iter().cloned());
        self
    }

    /// The items of one user's jobs.
    pub(super) fn of(&self, user_id: UserId) -> impl Iterator<Item = &StoredItem> {
        self.items.iter().filter(move |(owner, _)| *owner == Some(user_id)).map(|(_, item)| item)
    }

    pub(super) fn will_remove_account(&self, user_id: UserId) -> bool {
        self.has(SweepKind::Account, &user_id)
    }

    pub(super) fn will_remove_session(&self, session_id: SessionId) -> bool {
        self.has(SweepKind::Session, &session_id)
    }

    pub(super) fn will_remove_thread(&self, thread: ThreadUuid) -> bool {
        self.has(SweepKind::Thread, &thread)
    }

    pub(super) fn will_remove_chunks(&self, revision: crate::RevisionId) -> bool {
        self.has(SweepKind::Replaced, &revision) || self.has(SweepKind::Staged, &revision)
    }

    fn has(&self, kind: SweepKind, target: &impl ToString) -> bool {
        self.targets.contains(&(kind, target.to_string()))
    }
}
