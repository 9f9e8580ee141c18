//! The pending jobs of the sweep, for an operator. AP-116.

use crate::maintenance::sweep::SHARDS;
use crate::maintenance::sweep::run::{KINDS, due_in_key, kind_in_key, readable};
use crate::{Maintenance, PageRequest, StoreError, Timestamp};

/// The jobs of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The kind, from the sort key.
    pub kind: &'static str,
    /// Number of due jobs, including those that failed.
    pub due: u32,
    /// Number of jobs that are not due yet.
    pub later: u32,
    /// Number of jobs that failed at least once.
    pub failing: u32,
    /// Number of jobs that this program cannot read.
    pub unreadable: u32,
    /// The due time of the oldest job.
    pub oldest_due: Option<Timestamp>,
}

impl Maintenance<'_> {
    /// All jobs by kind. Kinds without jobs are left out.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn sweep_backlog(self) -> Result<Vec<Backlog>, StoreError> {
        let now = self.store.clock().now();
        let words = KINDS.iter().map(|kind| kind.as_str()).chain(["unknown"]);
        let mut kinds: Vec<Backlog> = words.map(Backlog::none_of).collect();
        for shard in 0..SHARDS {
            let mut cursor: Option<String> = None;
            loop {
                let request = PageRequest { limit: None, cursor: cursor.as_deref() };
                let page = self.store.patterns.stored_sweep_jobs(shard, request).await?;
                for item in &page.items {
                    let kind = kind_in_key(item).unwrap_or_default();
                    let place = kinds.iter().position(|known| known.kind == kind).unwrap_or(kinds.len() - 1);
                    kinds[place].add(readable(item).map(|job| job.attempts), due_in_key(item), now);
                }
                cursor = page.cursor;
                if cursor.is_none() {
                    break;
                }
            }
        }
        kinds.retain(|kind| kind.due + kind.later > 0);
        Ok(kinds)
    }
}

impl Backlog {
    const fn none_of(kind: &'static str) -> Self {
        Self { kind, due: 0, later: 0, failing: 0, unreadable: 0, oldest_due: None }
    }

    /// Adds a job: its number of failures if it can be read, and its due time.
    fn add(&mut self, attempts: Option<u32>, due: Option<Timestamp>, now: Timestamp) {
        if due.is_some_and(|due| due > now) {
            self.later += 1;
        } else {
            self.due += 1;
        }
        self.failing += u32::from(attempts.is_some_and(|attempts| attempts > 0));
        self.unreadable += u32::from(attempts.is_none());
        self.oldest_due = [self.oldest_due, due].into_iter().flatten().min();
    }
}
