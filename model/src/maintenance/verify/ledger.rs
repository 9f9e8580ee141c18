//! The ledger of a pass: one row of some hundred bytes for each user, session, thread and staged revision, independent
//! of the size of their items. A scan has no order, so the ledger only keeps sums. Where they do not match, a second
//! check follows.

use std::collections::HashMap;

use uuid::Uuid;

use crate::code::MOST_CHUNKS;
use crate::generated::any::AnyEntity;
use crate::{
    Anchors, Code, CodeChunk, Digest, EmailClaim, Message, ReplyState, RevisionId, Role, Session, SessionId, Thread,
    ThreadUuid, Timestamp, User, UserId, UsernameClaim, UsernameKey, UuidNewtype as _,
};

/// A subject to check again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    User(UserId),
    /// With the owner from the head, if known.
    Session(SessionId, Option<UserId>),
    Email(Digest),
    Username(UsernameKey),
    /// The chunks of a revision.
    Chunks(Box<Chunks>),
}

/// Chunks of one revision that a pass has found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Chunks {
    pub(super) revision: RevisionId,
    /// Their numbers.
    pub(super) numbers: Vec<u32>,
    /// The sessions that the chunks name. More than one is an inconsistency.
    pub(super) sessions: Vec<SessionId>,
    /// The session whose head or code has the revision, and its owner.
    pub(super) used_by: Option<(SessionId, UserId)>,
}

/// The counts of a pass.
pub(super) struct Ledger {
    /// The start of the pass. Items that expired before are left out.
    now: Timestamp,
    /// The number of this pass, and the number of passes. Each pass keeps a share of the ids.
    pass: (u32, u32),
    users: HashMap<UserId, UserRow>,
    sessions: HashMap<SessionId, SessionRow>,
    threads: HashMap<ThreadUuid, ThreadRow>,
    chunks: HashMap<RevisionId, ChunkRow>,
    /// The revisions in chunks that heads and codes name. Includes the sessions of other passes.
    used: HashMap<RevisionId, Use>,
    /// Subjects with an inconsistency in a single item.
    suspects: Vec<Subject>,
}

#[derive(Default)]
struct UserRow {
    /// The profile's session counter, address and username.
    profile: Option<(u32, Digest, UsernameKey)>,
    heads: u32,
    others: bool,
    email_claim: Option<Digest>,
    username_claim: Option<UsernameKey>,
}

#[derive(Default)]
struct SessionRow {
    head: Option<Part>,
    code: Option<Part>,
    thread_count: u32,
    threads: u32,
    anchors: u32,
    /// The owner that the session's items name, and whether they disagree.
    named: Option<UserId>,
    is_odd: bool,
}

/// The attributes that head and code have in common.
#[derive(PartialEq)]
struct Part {
    owner: UserId,
    revision: RevisionId,
    chunk_count: u32,
    bytes: u32,
}

struct ThreadRow {
    session_id: SessionId,
    slots: Option<u32>,
    /// Whether messages of the thread have expired.
    has_expired: bool,
    /// The number of slots that its messages take, and the first and the last slot. Expired messages are left out.
    taken: u32,
    first: u32,
    end: u32,
    /// Number of questions that are marked as answered, minus number of answers.
    owed: i32,
}

#[derive(Default)]
struct ChunkRow {
    numbers: Vec<u32>,
    sessions: Vec<SessionId>,
}

/// The session that uses the chunks of a revision, its owner, and the number of chunks.
#[derive(Clone, Copy)]
struct Use {
    session_id: SessionId,
    owner: UserId,
    count: u32,
}

impl Ledger {
    /// The ledger of one pass of several.
    pub(super) fn new(pass: u32, passes: u32, now: Timestamp) -> Self {
        Self {
            now,
            pass: (pass, passes.max(1)),
            users: HashMap::new(),
            sessions: HashMap::new(),
            threads: HashMap::new(),
            chunks: HashMap::new(),
            used: HashMap::new(),
            suspects: Vec::new(),
        }
    }

    /// Enters an item. `odd` is the subject of an inconsistency in this item.
    pub(super) fn enter(&mut self, entity: &AnyEntity, odd: Option<Subject>) {
        self.suspects.extend(odd.filter(|odd| self.is_in_this_pass(odd)));
        match entity {
            AnyEntity::User(user) => self.user(user),
            AnyEntity::EmailClaim(claim) => self.email_claim(claim),
            AnyEntity::UsernameClaim(claim) => self.username_claim(claim),
            AnyEntity::RefreshFamily(family) => self.belongs(family.user_id),
            AnyEntity::DailyUsage(day) => self.belongs(day.user_id),
            AnyEntity::Session(head) => self.head(head),
            AnyEntity::Code(code) => self.code(code),
            AnyEntity::CodeChunk(chunk) => self.chunk(chunk),
            AnyEntity::Anchors(anchors) => self.anchors(anchors),
            AnyEntity::Thread(thread) => self.thread(thread),
            AnyEntity::Message(message) => self.message(message),
            AnyEntity::Idempotency(record) if self.keeps(record.session_id.uuid()) => {
                self.thread_row(record.thread, record.session_id);
            }
            AnyEntity::Idempotency(_) | AnyEntity::Creation(_) | AnyEntity::RateWindow(_) | AnyEntity::SweepJob(_) => {}
        }
    }

    /// Whether this pass keeps the id. Ids are UUIDs of version 7, whose last bits are random.
    fn keeps(&self, id: Uuid) -> bool {
        let (pass, passes) = self.pass;
        id.as_u128() % u128::from(passes) == u128::from(pass)
    }

    fn is_in_this_pass(&self, subject: &Subject) -> bool {
        matches!(subject, Subject::Session(session_id, _) if self.keeps(session_id.uuid()))
    }

    fn user_row(&mut self, user_id: UserId) -> Option<&mut UserRow> {
        self.keeps(user_id.uuid()).then(|| self.users.entry(user_id).or_default())
    }

    fn session_row(&mut self, session_id: SessionId) -> Option<&mut SessionRow> {
        self.keeps(session_id.uuid()).then(|| self.sessions.entry(session_id).or_default())
    }

    fn thread_row(&mut self, thread: ThreadUuid, session_id: SessionId) -> &mut ThreadRow {
        self.sessions.entry(session_id).or_default();
        self.threads.entry(thread).or_insert(ThreadRow {
            session_id,
            slots: None,
            has_expired: false,
            taken: 0,
            first: u32::MAX,
            end: 0,
            owed: 0,
        })
    }

    fn user(&mut self, user: &User) {
        if let Some(row) = self.user_row(user.user_id) {
            row.profile = Some((user.session_count, user.email.digest(), user.username.key()));
        }
    }

    fn belongs(&mut self, user_id: UserId) {
        if let Some(row) = self.user_row(user_id) {
            row.others = true;
        }
    }

    fn email_claim(&mut self, claim: &EmailClaim) {
        let second = self.user_row(claim.user_id).and_then(|row| row.email_claim.replace(claim.email_digest));
        if let Some(first) = second {
            self.suspects.extend([Subject::Email(first), Subject::Email(claim.email_digest)]);
        }
    }

    fn username_claim(&mut self, claim: &UsernameClaim) {
        let key = &claim.username_key;
        let second = self.user_row(claim.user_id).and_then(|row| row.username_claim.replace(key.clone()));
        if let Some(first) = second {
            self.suspects.extend([Subject::Username(first), Subject::Username(key.clone())]);
        }
    }

    fn uses(&mut self, revision: RevisionId, used: Use) {
        if used.count > 0 {
            let known = self.used.entry(revision).or_insert(Use { count: 0, ..used });
            known.count = known.count.max(used.count);
        }
    }

    fn head(&mut self, head: &Session) {
        let (session_id, owner, count) = (head.session_id, head.user_id, head.chunk_count);
        self.uses(head.revision, Use { session_id, owner, count });
        if let Some(row) = self.user_row(head.user_id) {
            row.heads += 1;
        }
        let Some(row) = self.session_row(head.session_id) else { return };
        let second = row.head.replace(Part {
            owner: head.user_id,
            revision: head.revision,
            chunk_count: head.chunk_count,
            bytes: head.code_bytes,
        });
        row.thread_count = head.thread_count;
        if let Some(first) = second {
            self.suspects.push(Subject::Session(head.session_id, Some(first.owner)));
        }
    }

    fn code(&mut self, code: &Code) {
        let (session_id, owner, count) = (code.session_id, code.user_id, code.chunk_count);
        self.uses(code.revision, Use { session_id, owner, count });
        if let Some(row) = self.session_row(code.session_id) {
            let (owner, revision) = (code.user_id, code.revision);
            row.name(owner);
            row.code = Some(Part { owner, revision, chunk_count: code.chunk_count, bytes: code.size });
        }
    }

    fn chunk(&mut self, chunk: &CodeChunk) {
        if self.keeps(chunk.session_id.uuid()) {
            let row = self.chunks.entry(chunk.revision).or_default();
            row.numbers.push(chunk.n);
            if !row.sessions.contains(&chunk.session_id) {
                row.sessions.push(chunk.session_id);
            }
        }
    }

    fn anchors(&mut self, anchors: &Anchors) {
        if let Some(row) = self.session_row(anchors.session_id) {
            row.name(anchors.user_id);
            row.anchors = u32::try_from(anchors.threads.len()).unwrap_or(u32::MAX);
        }
    }

    fn thread(&mut self, thread: &Thread) {
        if let Some(row) = self.session_row(thread.session_id) {
            row.threads += 1;
            row.name(thread.user_id);
            let has_expired = thread.has_expired_messages(self.now);
            let row = self.thread_row(thread.thread, thread.session_id);
            (row.slots, row.has_expired) = (Some(thread.message_slots), has_expired);
        }
    }

    fn message(&mut self, message: &Message) {
        if !self.keeps(message.session_id.uuid()) {
            return;
        }
        self.sessions.entry(message.session_id).or_default().name(message.user_id);
        let now = self.now;
        let row = self.thread_row(message.thread, message.session_id);
        if message.has_expired(now) {
            return;
        }
        let width = match (message.role, message.reply_state) {
            (Role::Ai, _) => 0,
            (Role::User, None) => 1,
            (Role::User, Some(_)) => 2,
        };
        row.taken += width;
        row.first = row.first.min(message.seq);
        row.end = row.end.max(message.seq.saturating_add(width.saturating_sub(1)));
        row.owed += i32::from(message.reply_state == Some(ReplyState::Answered)) - i32::from(message.role == Role::Ai);
    }

    /// The subjects whose sums do not match. Sessions with code in chunks are always included, because the digest
    /// covers all chunks together.
    pub(super) fn into_suspects(mut self) -> Vec<Subject> {
        let mut suspects = std::mem::take(&mut self.suspects);
        for (user_id, row) in self.users {
            suspects.extend(row.suspects(user_id));
        }
        for (revision, ChunkRow { mut numbers, sessions }) in self.chunks {
            numbers.sort_unstable();
            let used = self.used.get(&revision);
            let is_whole = used.is_some_and(|used| {
                sessions == [used.session_id] && numbers.iter().copied().eq(0..used.count.min(MOST_CHUNKS))
            });
            if !is_whole {
                let used_by = used.map(|used| (used.session_id, used.owner));
                suspects.push(Subject::Chunks(Box::new(Chunks { revision, numbers, sessions, used_by })));
            }
        }
        for row in self.threads.into_values() {
            if !row.is_sound() {
                let owner = self.sessions.get(&row.session_id).and_then(SessionRow::owner);
                suspects.push(Subject::Session(row.session_id, owner));
            }
        }
        for (session_id, row) in self.sessions {
            let is_whole = row.head.is_some()
                && row.head == row.code
                && row.threads == row.thread_count
                && row.threads == row.anchors;
            let is_whole = is_whole && !row.is_odd && row.named == row.owner();
            let is_chunked = row.head.as_ref().is_some_and(|head| head.chunk_count > 0);
            if !is_whole || is_chunked {
                suspects.push(Subject::Session(session_id, row.owner()));
            }
        }
        suspects
    }
}

impl ThreadRow {
    /// Whether the sums match. Messages expire in order, so the remaining ones are the last ones.
    fn is_sound(&self) -> bool {
        let begins_with = if self.has_expired { self.first } else { 1 };
        let is_whole = match self.slots {
            Some(_) if self.taken == 0 && self.has_expired => true,
            Some(0) => self.taken == 0,
            Some(slots) => {
                slots == self.end && u64::from(self.taken) + u64::from(begins_with) == u64::from(self.end) + 1
            }
            None => false,
        };
        is_whole && self.owed == 0
    }
}

impl SessionRow {
    fn name(&mut self, owner: UserId) {
        self.is_odd |= self.named.replace(owner).is_some_and(|named| named != owner);
    }

    fn owner(&self) -> Option<UserId> {
        self.head.as_ref().map(|head| head.owner)
    }
}

impl UserRow {
    fn suspects(self, user_id: UserId) -> Vec<Subject> {
        let Self { profile, heads, others, email_claim, username_claim } = self;
        let (is_sound, email, username) = match profile {
            Some((count, email, username)) => {
                let is_claimed = email_claim == Some(email) && username_claim.as_ref() == Some(&username);
                (count == heads && is_claimed, Some(email), Some(username))
            }
            None => (heads == 0 && !others, None, None),
        };
        let mut suspects = Vec::new();
        suspects.extend((!is_sound).then_some(Subject::User(user_id)));
        suspects.extend(email_claim.filter(|claimed| Some(claimed) != email.as_ref()).map(Subject::Email));
        suspects.extend(username_claim.filter(|claimed| Some(claimed) != username.as_ref()).map(Subject::Username));
        suspects
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_and_its_key_take_less_than_300_bytes() {
        let rows = [size_of::<UserRow>(), size_of::<SessionRow>(), size_of::<ThreadRow>(), size_of::<ChunkRow>()];
        assert!(rows.iter().all(|row| row + size_of::<Uuid>() < 300), "{rows:?}");
    }
}
