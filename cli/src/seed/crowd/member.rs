//! A generated user: all of its data, derived from its number.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{
    AnchorStatus, Anchors, Code, ContextMode, DailyUsage, Date, Email, Ids, Message, MessageRequired, PackedBody,
    PasswordHash, Patch, ReplyState, RevisionId, Role, Session, SessionId, SessionRequired, SessionVersion, Thread,
    ThreadAnchor, ThreadKind, ThreadUuid, Timestamp, UserId, Username,
};
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, RngExt as _, SeedableRng as _};

use super::pool::{Pool, SampleFile, SampleThread};
use super::shape::Shape;
use crate::seed::plan::{ANSWER_TAKES, Answer, MODEL_ID};

/// Short names, so that they form valid usernames together with two numbers.
const NAMES: [&str; 24] = [
    "ada", "alan", "amira", "anders", "barb", "chen", "dana", "edsger", "emeka", "fatima", "grace", "hana", "ivan",
    "jean", "katya", "leslie", "linus", "mei", "niklas", "olu", "priya", "rosa", "sofia", "tim",
];

/// A user during its generation, one session at a time.
pub(super) struct GeneratedUser<'p> {
    shape: &'p Shape,
    pool: &'p Pool,
    rng: ChaCha8Rng,
    /// The id.
    pub(super) user_id: UserId,
    /// The name.
    pub(super) name: String,
    /// The username.
    pub(super) username: Username,
    /// The e-mail address.
    pub(super) email: Email,
    /// The time of the sign-up.
    pub(super) joined: Timestamp,
    /// The times at which the sessions are opened, the last one first.
    openings: Vec<Timestamp>,
    /// The number of sessions.
    pub(super) session_count: u32,
    days: BTreeMap<Date, DailyUsage>,
}

/// Items of one write.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) heads: Vec<Session>,
    pub(super) codes: Vec<Code>,
    pub(super) anchors: Vec<Anchors>,
    pub(super) threads: Vec<Thread>,
    pub(super) messages: Vec<Message>,
    pub(super) days: Vec<DailyUsage>,
}

impl Batch {
    /// The number of items.
    pub(super) fn len(&self) -> usize {
        let of_sessions = self.heads.len() + self.codes.len() + self.anchors.len() + self.threads.len();
        of_sessions + self.messages.len() + self.days.len()
    }
}

impl<'p> GeneratedUser<'p> {
    /// The user with this number.
    pub(super) fn new(shape: &'p Shape, pool: &'p Pool, number: u32) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(shape.rng_seed.into());
        // A separate stream per user, so that each user can be generated independently.
        rng.set_stream(number.into());
        let (start, end) = shape.span();
        let joined = moment(&mut rng, start, end);
        let name = NAMES.choose(&mut rng).expect("the list is not empty");
        let username = format!("{name}{number}x{}", base36(shape.rng_seed));
        let session_count = shape.sessions(&mut rng);
        let mut openings: Vec<_> = (0..session_count).map(|_| moment(&mut rng, joined, end)).collect();
        openings.sort_unstable_by(|one, other| other.cmp(one));
        Self {
            user_id: ids(&mut rng).next(joined),
            name: format!("{}{} {number}", name[..1].to_uppercase(), &name[1..]),
            email: format!("{username}@example.com").parse().expect("letters and digits at a domain"),
            username: username.parse().expect("at most 20 letters and digits"),
            joined,
            openings,
            session_count,
            days: BTreeMap::new(),
            shape,
            pool,
            rng,
        }
    }

    /// Generates the next session into this batch. Returns false if there is none.
    pub(super) fn next_session(&mut self, into: &mut Batch) -> bool {
        let Some(opened) = self.openings.pop() else { return false };
        let pool = self.pool;
        let sample = pool.0.choose(&mut self.rng).expect("the pool is not empty");
        let ids = ids(&mut self.rng);
        let (session_id, revision): (SessionId, RevisionId) = (ids.next(opened), ids.next(opened));
        let thread_count = self.shape.threads(&mut self.rng);
        let mut head: Session = SessionRequired {
            user_id: self.user_id,
            session_id,
            filename: sample.filename.clone(),
            language_detected: sample.language,
            version_number: SessionVersion::new(1),
            revision,
            code_bytes: sample.code.size,
            chunk_count: 0,
            thread_count,
            thread_changes: thread_count,
            settings_changes: 0,
            created_at: opened,
            updated_at: opened,
            last_modified_by: self.user_id,
        }
        .into();
        into.codes.push(Code {
            session_id,
            user_id: self.user_id,
            revision,
            sha256: sample.code.sha256,
            size: sample.code.size,
            chunk_count: 0,
            inline: inline(sample),
        });
        let (mut at, mut threads) = (opened, Vec::new());
        for _ in 0..thread_count {
            at = self.later(at, 600);
            let (thread, anchor) = self.thread(session_id, ids.next(at), sample, at, into);
            at = thread.updated_at;
            head.last_activity_at = thread.last_at.or(head.last_activity_at);
            into.threads.push(thread);
            threads.push(anchor);
        }
        into.heads.push(head);
        if thread_count > 0 {
            into.anchors.push(Anchors { session_id, user_id: self.user_id, changes: thread_count, threads });
        }
        true
    }

    /// The usage by day.
    pub(super) fn days(self) -> Vec<DailyUsage> {
        self.days.into_values().collect()
    }

    /// The profile and its claims.
    pub(super) fn account(
        &self,
        password_hash: PasswordHash,
    ) -> (model::User, model::EmailClaim, model::UsernameClaim) {
        let identity = (self.name.clone(), self.email.clone(), self.username.clone());
        crate::seed::load::account(self.user_id, self.joined, identity, (password_hash, self.session_count))
    }

    fn thread(
        &mut self,
        session_id: SessionId,
        thread: ThreadUuid,
        sample: &SampleFile,
        opened: Timestamp,
        into: &mut Batch,
    ) -> (Thread, ThreadAnchor) {
        let sample_thread = sample.threads.choose(&mut self.rng).expect("a file has a thread");
        let (start_line, end_line) = sample_thread.anchor.lines;
        let kind = if sample_thread.anchor.selected.is_some() { ThreadKind::Block } else { ThreadKind::File };
        let exchanges = self.shape.exchanges(&mut self.rng);
        let selected = sample_thread.anchor.selected.clone().unwrap_or_default();
        let mut thread_item = Thread::new((session_id, thread, self.user_id), kind, selected, opened);
        thread_item.message_slots = 2 * exchanges;
        for number in 0..exchanges {
            self.exchange(&mut thread_item, sample_thread, (number, sample.code.size), into);
        }
        let (status, moves) = (AnchorStatus::Stable, thread_item.moves);
        let anchor = ThreadAnchor {
            thread,
            start_line,
            end_line,
            status,
            version: SessionVersion::new(1),
            moves,
            moved_at: None,
        };
        (thread_item, anchor)
    }

    /// A question and its answer.
    fn exchange(
        &mut self,
        thread: &mut Thread,
        sample_thread: &SampleThread,
        (number, code_bytes): (u32, u32),
        into: &mut Batch,
    ) {
        let question_time = self.later(thread.updated_at, 240);
        let answer_time = question_time.plus(ANSWER_TAKES);
        let (content, answer) = sample_thread.exchange(number, code_bytes);
        let question = Message {
            reply_state: Some(ReplyState::Answered),
            ..message(thread, 2 * number + 1, Role::User, content, question_time)
        };
        self.add_usage(answer_time.date(), &answer);
        let anchor_line = (thread.kind == ThreadKind::Block).then_some(sample_thread.anchor.lines.0);
        let reply = reply(thread, 2 * number + 2, (answer, anchor_line), answer_time);
        for message in [question, reply] {
            thread.says(&message);
            into.messages.push(message);
        }
    }

    fn add_usage(&mut self, date: Date, answer: &Answer) {
        let nothing = DailyUsage {
            user_id: self.user_id,
            date,
            requests: 0,
            input_tokens: 0,
            cache_read_tokens: 0,
            cache_write_tokens: 0,
            output_tokens: 0,
            cost_micros: 0,
        };
        let (day, usage) = (self.days.entry(date).or_insert(nothing), answer.usage);
        day.requests += 1;
        day.input_tokens += i64::from(usage.input_tokens);
        day.cache_read_tokens += i64::from(usage.cache_read_tokens);
        day.cache_write_tokens += i64::from(usage.cache_write_tokens);
        day.output_tokens += i64::from(usage.output_tokens);
        day.cost_micros += usage.cost_micros;
    }

    /// A random time after this one, within these seconds, but not after the last day.
    fn later(&mut self, than: Timestamp, seconds: u64) -> Timestamp {
        let last = self.shape.span().1.minus(ANSWER_TAKES + Duration::from_secs(1));
        let wait = Duration::from_millis(self.rng.random_range(5_000..seconds * 1_000));
        than.plus(wait).min(last).max(than)
    }
}

fn message(thread: &Thread, seq: u32, role: Role, content: String, created_at: Timestamp) -> Message {
    let Thread { session_id, thread, user_id, .. } = *thread;
    MessageRequired { session_id, thread, seq, user_id, role, content, created_at }.into()
}

fn reply(thread: &Thread, seq: u32, (answer, anchor_line): (Answer, Option<u32>), at: Timestamp) -> Message {
    Message {
        context_mode: Some(ContextMode::Full),
        context_first_line: Some(1),
        context_last_line: Some(answer.lines),
        confidence: answer.confidence,
        patch_status: answer.patch.as_ref().map(|patch| patch.status.into()),
        patch: answer.patch.map(|checked| Patch::based_on(checked.patch, SessionVersion::new(1), anchor_line)),
        model_id: Some(MODEL_ID.to_owned()),
        input_tokens: Some(answer.usage.input_tokens),
        output_tokens: Some(answer.usage.output_tokens),
        ..message(thread, seq, Role::Ai, answer.content, at)
    }
}

fn inline(sample: &SampleFile) -> Option<Vec<u8>> {
    match &sample.code.body {
        PackedBody::Inline(bytes) => Some(bytes.clone()),
        PackedBody::Chunked(_) => None,
    }
}

fn ids(rng: &mut ChaCha8Rng) -> Ids {
    Ids::seeded(rng.next_u64())
}

/// A random time between these two, but not in the last minute.
fn moment(rng: &mut ChaCha8Rng, from: Timestamp, to: Timestamp) -> Timestamp {
    let room = to.minus(Duration::from_mins(1)).since(from).as_millis();
    let room = u64::try_from(room).unwrap_or(u64::MAX);
    from.plus(Duration::from_millis(rng.random_range(0..=room)))
}

/// A number in digits and lower-case letters: at most 7 of them.
fn base36(mut number: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(number % 36, 36).expect("the digit is below 36"));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_with_the_largest_numbers_is_a_valid_username() {
        let longest = NAMES.iter().map(|name| name.len()).max().expect("the list is not empty");
        assert_eq!(base36(u32::MAX), "1z141z3");
        assert_eq!(longest + "999999".len() + 1 + base36(u32::MAX).len(), 20);
    }
}
