//! Code that was read before, in this process: the code of one revision never changes, so it is not read again.
//!
//! Whether a caller may see a session, its head says, which is read each time from the caller's own partition; the head also names
//! the revision, and what is kept of another one is not used. Each session has at most one revision here.

use std::fmt;
use std::sync::Arc;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use crate::code_text::CodeText;
use crate::{RevisionId, Session, SessionId};

/// The MiB of text that are kept unless a setting says otherwise: some thousand files, or six of 5 MiB.
pub const DEFAULT_CODE_CACHE_MIB: u16 = 32;
/// What an entry takes besides its text: key, revision and the cache's own bookkeeping, rounded up.
const ENTRY_BYTES: usize = 256;
/// The size of a usual file, from which the cache estimates how many entries there will be.
const USUAL_BYTES: usize = 8 * 1024;

/// The cache, or none. Clones share it.
#[derive(Clone)]
pub(crate) struct CodeCache(Option<Arc<Entries>>);

type Entries = Cache<SessionId, Entry, Bytes, DefaultHashBuilder, DefaultLifecycle<SessionId, Entry>>;

#[derive(Clone)]
struct Entry {
    revision: RevisionId,
    text: CodeText,
}

/// Weighs an entry by its bytes.
#[derive(Clone)]
struct Bytes;

impl Weighter<SessionId, Entry> for Bytes {
    fn weight(&self, _: &SessionId, entry: &Entry) -> u64 {
        (entry.text.len() + ENTRY_BYTES) as u64
    }
}

impl CodeCache {
    /// A cache of at most so many MiB.
    pub(crate) fn of_mib(mib: u16) -> Self {
        Self::of(usize::from(mib) * 1024 * 1024)
    }

    /// A cache of at most so many bytes; none when there are no bytes. A text that is larger than the cache is not kept.
    pub(crate) fn of(bytes: usize) -> Self {
        if bytes == 0 {
            return Self(None);
        }
        let options = OptionsBuilder::new()
            // Each shard has its part of the bytes, and the largest file is to fit.
            .shards(1)
            .weight_capacity(bytes as u64)
            .estimated_items_capacity(bytes.div_ceil(USUAL_BYTES))
            .build()
            .expect("both capacities are set");
        let entries = Cache::with_options(options, Bytes, DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self(Some(Arc::new(entries)))
    }

    /// Whether any revision of the session is kept: then its code item need not be read together with its head.
    pub(crate) fn has(&self, session_id: SessionId) -> bool {
        self.0.as_ref().is_some_and(|entries| entries.contains_key(&session_id))
    }

    /// The code of exactly this head.
    pub(crate) fn get(&self, head: &Session) -> Option<CodeText> {
        let entry = self.0.as_ref()?.get(&head.session_id)?;
        (entry.revision == head.revision).then_some(entry.text)
    }

    /// Keeps the code of a revision, and no other one of its session.
    pub(crate) fn keep(&self, session_id: SessionId, revision: RevisionId, text: &CodeText) {
        if let Some(entries) = &self.0 {
            entries.insert(session_id, Entry { revision, text: text.clone() });
        }
    }

    /// Forgets a session.
    pub(crate) fn forget(&self, session_id: SessionId) {
        if let Some(entries) = &self.0 {
            entries.remove(&session_id);
        }
    }
}

impl fmt::Debug for CodeCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = self.0.as_ref().map(|entries| entries.weight());
        f.debug_struct("CodeCache").field("bytes", &weight).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ids, Timestamp};

    fn ids() -> (SessionId, RevisionId) {
        let ids = Ids::random();
        (ids.next(Timestamp::EPOCH), ids.next(Timestamp::EPOCH))
    }

    fn bytes(cache: &CodeCache) -> u64 {
        cache.0.as_ref().map_or(0, |entries| entries.weight())
    }

    #[test]
    fn the_cache_never_holds_more_bytes_than_it_may() {
        let cache = CodeCache::of(1_000_000);
        for size in [10, 1_000, 100_000].repeat(200) {
            let (session_id, revision) = ids();
            cache.keep(session_id, revision, &"x".repeat(size).into());
            assert!(bytes(&cache) <= 1_000_000, "{}", bytes(&cache));
            assert!(cache.has(session_id), "{size}: what was read last is kept");
        }
        assert!(bytes(&cache) > 800_000, "{}", bytes(&cache));
    }

    #[test]
    fn six_of_the_largest_files_fit_the_default() {
        let cache = CodeCache::of_mib(DEFAULT_CODE_CACHE_MIB);
        let text = CodeText::from("x".repeat(5 * 1024 * 1024));
        let sessions: Vec<SessionId> = (0..6)
            .map(|_| {
                let (session_id, revision) = ids();
                cache.keep(session_id, revision, &text);
                session_id
            })
            .collect();
        assert!(sessions.iter().all(|session_id| cache.has(*session_id)));
    }

    #[test]
    fn a_text_larger_than_the_cache_is_not_kept_and_a_cache_of_nothing_keeps_nothing() {
        for cache in [CodeCache::of(1_000), CodeCache::of(0)] {
            let (session_id, revision) = ids();
            cache.keep(session_id, revision, &"x".repeat(1_000).into());
            assert!(!cache.has(session_id));
        }
    }

    #[test]
    fn a_new_revision_of_a_session_takes_the_place_of_the_old_one() {
        let cache = CodeCache::of(100_000);
        let (session_id, old) = ids();
        let (_, new) = ids();
        cache.keep(session_id, old, &"old".into());
        cache.keep(session_id, new, &"new".into());
        assert_eq!(bytes(&cache), (3 + ENTRY_BYTES) as u64);
        cache.forget(session_id);
        assert_eq!((cache.has(session_id), bytes(&cache)), (false, 0));
    }
}
