//! Code in the table: inline, or staged in chunks, which a commit makes reachable and the sweep removes. AP-27 to
//! AP-29.

use std::time::Duration;

use crate::code::MOST_CHUNKS;
use crate::{
    Code, CodeChunk, CodeChunkKey, CodeText, CodeTooLarge, LeaveSweepJobError, PackedBody, PackedCode, RevisionId,
    Session, SessionId, Sessions, StoreError, SweepJob, SweepKind, UserId,
};

/// The maximum time between staging and commit. It is far longer than the time limit of a request.
const STAGING: Duration = Duration::from_mins(15);
/// Smaller texts are compressed on the current thread: that is faster than a blocking task.
const BLOCKING_FROM: usize = 64 * 1024;

/// Code that is ready to be committed: its item, and the sweep job of its chunks if it has any.
#[derive(Debug)]
pub(crate) struct Staged {
    pub(crate) code: Code,
    pub(crate) job: Option<SweepJob>,
}

/// Why code was not staged.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// It is longer than 5 MiB.
    #[error(transparent)]
    TooLarge(#[from] CodeTooLarge),
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<LeaveSweepJobError> for StageError {
    fn from(error: LeaveSweepJobError) -> Self {
        StageError::Store(match error {
            LeaveSweepJobError::Store(error) => error,
            // The job is named after a new revision, so another job of this name is a conflict.
            LeaveSweepJobError::JobExists => StoreError::Contended { pattern: "AP-70" },
        })
    }
}

impl Sessions<'_> {
    /// Compresses the text. If it does not fit in one item, writes it as chunks that no item refers to yet.
    pub(crate) async fn stage_code(
        self,
        owner: UserId,
        session_id: SessionId,
        text: String,
    ) -> Result<Staged, StageError> {
        let packed = pack(text).await?;
        let now = self.store.clock().now();
        let revision: RevisionId = self.store.ids().next(now);
        let code = |chunk_count, inline| Code {
            session_id,
            user_id: owner,
            revision,
            sha256: packed.sha256,
            size: packed.size,
            chunk_count,
            inline,
        };
        match packed.body {
            PackedBody::Inline(bytes) => Ok(Staged { code: code(0, Some(bytes)), job: None }),
            PackedBody::Chunked(pieces) => {
                let code = code(count(pieces.len()), None);
                let job = SweepJob {
                    session_id: Some(session_id),
                    revision: Some(revision),
                    chunk_count: code.chunk_count,
                    ..SweepJob::new(SweepKind::Staged, revision.to_string(), owner, now.plus(STAGING))
                };
                // The job is written before the first chunk, so that the sweep finds the chunks if this process stops.
                self.store.patterns.leave_sweep_job(&job).await?;
                let chunk = |(n, bytes)| CodeChunk { revision, n: count(n), session_id, bytes };
                let chunks: Vec<CodeChunk> = pieces.into_iter().enumerate().map(chunk).collect();
                self.store.patterns.write_code_chunks(&chunks).await?;
                Ok(Staged { code, job: Some(job) })
            }
        }
    }

    /// The code of this head; `None` when the session has changed since.
    pub(crate) async fn text_of(self, head: &Session) -> Result<Option<CodeText>, StoreError> {
        self.text_with(head, None).await
    }

    /// The code of this head, from the code item if it was read together with the head.
    pub(crate) async fn text_with(self, head: &Session, code: Option<Code>) -> Result<Option<CodeText>, StoreError> {
        if let Some(text) = self.store.code_cache().get(head) {
            return Ok(Some(text));
        }
        let code = match code {
            Some(code) => Some(code),
            None => self.store.patterns.get_code(head.session_id).await?,
        };
        let Some(code) = code.filter(|code| code.revision == head.revision) else { return Ok(None) };
        let Some(text) = self.load_code(code).await?.map(CodeText::from) else { return Ok(None) };
        self.store.code_cache().keep(head.session_id, head.revision, &text);
        Ok(Some(text))
    }

    /// The text of a code item; `None` when a chunk is missing because another request replaced the code.
    pub(crate) async fn load_code(self, code: Code) -> Result<Option<String>, StoreError> {
        let pieces: Vec<Vec<u8>> = if let Some(bytes) = code.inline {
            vec![bytes]
        } else {
            if code.chunk_count > MOST_CHUNKS {
                let reason = "it has more chunks than code can have".to_owned();
                return Err(StoreError::Corrupt { pattern: "AP-27", entity: "code", reason });
            }
            let keys = chunk_keys(code.revision, code.chunk_count);
            let mut chunks = self.store.patterns.read_code_chunks(&keys).await?;
            if chunks.len() != keys.len() {
                return Ok(None);
            }
            chunks.sort_by_key(|chunk| chunk.n);
            chunks.into_iter().map(|chunk| chunk.bytes).collect()
        };
        unpack(pieces, code.sha256, code.size).await.map(Some)
    }
}

/// The keys of a revision's chunks. A damaged item can have a larger count, so the count is capped.
pub(crate) fn chunk_keys(revision: RevisionId, chunk_count: u32) -> Vec<CodeChunkKey> {
    (0..chunk_count.min(MOST_CHUNKS)).map(|n| CodeChunkKey { revision, n }).collect()
}

/// The job that removes the chunks of a head, if it has any.
pub(crate) fn replaced_chunks(head: &Session, job: SweepJob) -> Option<SweepJob> {
    (head.chunk_count > 0).then_some(SweepJob {
        session_id: Some(head.session_id),
        revision: Some(head.revision),
        chunk_count: head.chunk_count,
        ..job
    })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).expect("code has few chunks")
}

async fn pack(text: String) -> Result<PackedCode, CodeTooLarge> {
    if text.len() < BLOCKING_FROM {
        return PackedCode::pack(&text);
    }
    tokio::task::spawn_blocking(move || PackedCode::pack(&text))
        .await
        .expect("packing does not panic and is not cancelled")
}

async fn unpack(pieces: Vec<Vec<u8>>, sha256: crate::Digest, size: u32) -> Result<String, StoreError> {
    let inflate = move || {
        let parts: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        PackedCode::unpack(&parts, sha256, size)
    };
    let text = if (size as usize) < BLOCKING_FROM {
        inflate()
    } else {
        tokio::task::spawn_blocking(inflate).await.expect("inflating does not panic and is not cancelled")
    };
    text.map_err(|error| StoreError::Corrupt { pattern: "AP-27", entity: "code", reason: error.to_string() })
}
