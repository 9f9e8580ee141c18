//! The sweep of a deleted account: each session, then the rest of the user's partition. Items are deleted by key, so
//! that items which do not decode are deleted too. AP-98.

use crate::generated::any::AnyEntity;
use crate::{
    DeleteSession, DeleteSessionError, ItemKey, LeaveSweepJobError, Maintenance, PageRequest, RevisionId, Session,
    SessionId, StoreError, SweepJob, SweepKind, UserId, UserKey,
};
use table_runtime::StoredItem;

impl Maintenance<'_> {
    /// Deletes each session like a request of its owner, then the other items.
    pub(super) async fn sweep_account(self, user_id: UserId) -> Result<(), StoreError> {
        loop {
            let page = self.store.patterns.stored_user(user_id, PageRequest::default()).await?;
            if page.items.is_empty() {
                return Ok(());
            }
            let mut others: Vec<ItemKey> = Vec::new();
            for item in &page.items {
                // The transaction that created the job deleted the profile, so this profile belongs to a newer account.
                if item.sk() == "PROFILE" {
                    return Ok(());
                }
                let session_id = item.sk().strip_prefix("SESSION#").and_then(|id| id.parse::<SessionId>().ok());
                match (AnyEntity::from_item(item.attributes().clone()), session_id) {
                    (Ok(Some(AnyEntity::Session(head))), _) if item.is_under(&head.key().primary()) => {
                        self.delete_session(&head).await?;
                    }
                    (_, Some(session_id)) => self.delete_unreadable_session(user_id, session_id, item).await?,
                    (_, None) => others.push(item.key()),
                }
            }
            if !others.is_empty() {
                self.store.patterns.delete_leftovers(&others).await?;
            }
        }
    }

    /// Deletes a session of a deleted account. There is no session counter to decrement.
    async fn delete_session(self, head: &Session) -> Result<(), StoreError> {
        match self.detach(head, false).await {
            Ok(job) => self.sweep_contents(&job).await,
            // Another request saved or deleted the session. The next round reads its new state.
            Err(DeleteSessionError::SessionNotFound | DeleteSessionError::SessionChanged) => Ok(()),
            Err(DeleteSessionError::Store(error)) => Err(error),
            Err(DeleteSessionError::JobExists | DeleteSessionError::SlotNotReturned) => {
                Err(StoreError::Contended { pattern: "AP-26" })
            }
        }
    }

    /// Deletes a session whose head does not decode. The head's key has the session's id. The chunks are those of the
    /// head or the code, if either can be read.
    async fn delete_unreadable_session(
        self,
        user_id: UserId,
        session_id: SessionId,
        head: &StoredItem,
    ) -> Result<(), StoreError> {
        let chunks = match named_chunks(head) {
            Some(named) => Some(named),
            None => match self.store.patterns.get_code(session_id).await {
                Ok(code) => code.map(|code| (code.revision, code.chunk_count)),
                Err(StoreError::Corrupt { .. }) => None,
                Err(error) => return Err(error),
            },
        };
        let job = SweepJob {
            session_id: Some(session_id),
            revision: chunks.map(|(revision, _)| revision),
            chunk_count: chunks.map_or(0, |(_, count)| count),
            ..SweepJob::new(SweepKind::Session, session_id.to_string(), user_id, self.store.clock().now())
        };
        // The job is written before the head is deleted. Without a job the session's contents would never be found.
        match self.store.patterns.leave_sweep_job(&job).await {
            Ok(()) | Err(LeaveSweepJobError::JobExists) => {}
            Err(LeaveSweepJobError::Store(error)) => return Err(error),
        }
        self.store.patterns.delete_leftovers(&[head.key()]).await?;
        self.sweep_contents(&job).await
    }

    /// Makes a session unreachable. The returned job removes its contents.
    pub(crate) async fn detach(self, head: &Session, give_slot_back: bool) -> Result<SweepJob, DeleteSessionError> {
        let now = self.store.clock().now();
        let job = SweepJob {
            session_id: Some(head.session_id),
            revision: Some(head.revision),
            chunk_count: head.chunk_count,
            ..SweepJob::new(SweepKind::Session, head.session_id.to_string(), head.user_id, now)
        };
        let user = UserKey { user_id: head.user_id };
        let input = DeleteSession {
            user: give_slot_back.then_some(&user),
            job: &job,
            user_id: head.user_id,
            session_id: head.session_id,
            revision: head.revision,
        };
        match self.store.patterns.delete_session(input.clone()).await {
            Err(DeleteSessionError::SlotNotReturned) if give_slot_back => {
                tracing::warn!(
                    "a session is deleted without its slot: the user's counter is at zero, or the user is gone"
                );
                self.store.patterns.delete_session(DeleteSession { user: None, ..input }).await?;
            }
            deleted => deleted?,
        }
        self.store.code_cache().forget(head.session_id);
        Ok(job)
    }
}

/// The revision and the number of chunks of an unreadable head, if these two attributes can be read.
fn named_chunks(head: &StoredItem) -> Option<(RevisionId, u32)> {
    let attributes = head.attributes();
    let revision = attributes.get("revision")?.as_s().ok()?.parse().ok()?;
    let count = attributes.get("chunk_count")?.as_n().ok()?.parse().ok()?;
    Some((revision, count))
}
