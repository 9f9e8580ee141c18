//! An in-memory cache of code by session and revision. The code of a revision never changes, so it is not read twice.
//!
//! Access is checked on the session's head, which each request reads from the caller's own partition. The head also
//! names the current revision, and an entry of another revision is ignored. The cache holds at most one revision of
//! each session.

use std::fmt;
use std::sync::Arc;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use crate::code_text::CodeText;
use crate::{RevisionId, Session, SessionId};

/// Default size in MiB: room for some thousand files, or for six files of 5 MiB.
pub const DEFAULT_CODE_CACHE_MIB: u16 = 32;
/// Size of an entry besides its text: key, revision and the overhead of the cache, rounded up.
const ENTRY_BYTES: usize = 256;
/// Typical size of a file. The cache uses it to estimate the number of entries.
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
    /// A cache of at most `mib` MiB.
    pub(crate) fn of_mib(mib: u16) -> Self {
        Self::of(usize::from(mib) * 1024 * 1024)
    }

    /// A cache of at most `bytes` bytes; none for 0. A text that is larger than the cache is not cached.
    pub(crate) fn of(bytes: usize) -> Self {
        if bytes == 0 {
            return Self(None);
        }
        let options = OptionsBuilder::new()
            // Shards divide the capacity evenly, and the largest file must fit in one.
            .shards(1)
            .weight_capacity(bytes as u64)
            .estimated_items_capacity(bytes.div_ceil(USUAL_BYTES))
            .build()
            .expect("both capacities are set");
        let entries = Cache::with_options(options, Bytes, DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self(Some(Arc::new(entries)))
    }

    /// Whether a revision of the session is cached. If so, the code item need not be read together with the head.
    pub(crate) fn has(&self, session_id: SessionId) -> bool {
        self.0.as_ref().is_some_and(|entries| entries.contains_key(&session_id))
    }

    /// The code of exactly this head.
    pub(crate) fn get(&self, head: &Session) -> Option<CodeText> {
        let entry = self.0.as_ref()?.get(&head.session_id)?;
        (entry.revision == head.revision).then_some(entry.text)
    }

    /// Caches the code of a revision, and removes any other revision of its session.
    pub(crate) fn keep(&self, session_id: SessionId, revision: RevisionId, text: &CodeText) {
        if let Some(entries) = &self.0 {
            entries.insert(session_id, Entry { revision, text: text.clone() });
        }
    }

    /// Removes the entry of a session.
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
    fn the_cache_never_exceeds_its_capacity() {
        let cache = CodeCache::of(1_000_000);
        for size in [10, 1_000, 100_000].repeat(200) {
            let (session_id, revision) = ids();
            cache.keep(session_id, revision, &"x".repeat(size).into());
            assert!(bytes(&cache) <= 1_000_000, "{}", bytes(&cache));
            assert!(cache.has(session_id), "{size}: the newest text is cached");
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
        assert_eq!(format!("{cache:?}"), format!("CodeCache {{ bytes: Some({}) }}", 6 * (text.len() + ENTRY_BYTES)));
    }

    #[test]
    fn a_text_larger_than_the_cache_is_not_cached() {
        for cache in [CodeCache::of(1_000), CodeCache::of(0)] {
            let (session_id, revision) = ids();
            cache.keep(session_id, revision, &"x".repeat(1_000).into());
            assert!(!cache.has(session_id));
        }
    }

    #[test]
    fn a_new_revision_of_a_session_replaces_the_old_one() {
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
