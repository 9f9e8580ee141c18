//! Chunks of code: whether a head or a code item still uses them.

use crate::maintenance::verify::finding::{Finding, FindingKind};
use crate::maintenance::verify::ledger::Chunks;
use crate::maintenance::verify::look::{Look, Seen};
use crate::maintenance::verify::repair::Repair;
use crate::{Code, CodeChunkKey, StoreError, UserId};

impl Look<'_> {
    /// Checks the chunks of a revision. The jobs were read first, so each commit until then is visible in head and
    /// code, and each pending removal has a job.
    pub(super) async fn at_chunks(&self, chunks: &Chunks) -> Result<Seen, StoreError> {
        let revision = chunks.revision;
        let used = match self.used_chunks(chunks).await {
            Err(StoreError::Corrupt { .. }) => return Ok(Seen::default()),
            used => used?,
        };
        let mut keys: Vec<CodeChunkKey> = Vec::new();
        for n in chunks.numbers.iter().copied().filter(|n| *n >= used) {
            // Reads the complete chunk, because there is no pattern that reads only its key. This is rare.
            match self.store.patterns.get_code_chunk(revision, n).await {
                Ok(None) => {}
                Ok(Some(_)) | Err(StoreError::Corrupt { .. }) => keys.push(CodeChunkKey { revision, n }),
                Err(error) => return Err(error),
            }
        }
        let mut seen = Seen::default();
        let id = format!("revision {revision}");
        let is_expected = self.jobs.will_remove_chunks(revision)
            || chunks.sessions.iter().any(|session| self.jobs.will_remove_session(*session));
        if !keys.is_empty() && !is_expected {
            let named = chunks.sessions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let detail = format!("{} chunks of session {named}", keys.len());
            seen.findings.push(Finding::new(FindingKind::OrphanChunks, &id, detail, Repair::RemoveChunks(keys)));
        }
        if let Some((holder, _)) = chunks.used_by.filter(|_| used > 0)
            && let Some(other) = chunks.sessions.iter().find(|session| **session != holder)
        {
            let why =
                Repair::None("the code is whole, and only this field is wrong: saving the code again corrects it");
            let detail = format!("session {holder} has the code, a chunk names session {other}");
            seen.findings.push(Finding::new(FindingKind::ForeignOwner, id, detail, why));
        }
        Ok(seen)
    }

    /// How many chunks of the revision are in use by a head or code of the sessions that may have it.
    async fn used_chunks(&self, chunks: &Chunks) -> Result<u32, StoreError> {
        let mut used = 0;
        let holder = chunks.used_by.map(|(session, _)| session);
        let others = chunks.sessions.iter().copied().filter(|session| Some(*session) != holder);
        for session_id in holder.into_iter().chain(others) {
            let code = self.store.patterns.get_code(session_id).await?;
            let owner = chunks.used_by.filter(|(session, _)| *session == session_id).map(|(_, owner)| owner);
            let owners = code.as_ref().map(|code| code.user_id).into_iter().chain(owners_but(owner, code.as_ref()));
            for owner in owners {
                let head = self.store.patterns.get_session(owner, session_id).await?;
                let head = head.filter(|head| head.revision == chunks.revision);
                used = used.max(head.map_or(0, |head| head.chunk_count));
            }
            let code = code.filter(|code| code.revision == chunks.revision);
            used = used.max(code.map_or(0, |code| code.chunk_count));
        }
        Ok(used)
    }
}

/// The owner from the head, unless the code has the same owner.
fn owners_but(owner: Option<UserId>, code: Option<&Code>) -> Option<UserId> {
    owner.filter(|owner| code.is_none_or(|code| code.user_id != *owner))
}
