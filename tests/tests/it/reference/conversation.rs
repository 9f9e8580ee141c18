//! The rules of messages: a message with a client's id is stored once, a question keeps the place of its answer, and
//! each answer is billed once.

use serde_json::Value;

use super::call::Call;
use super::state::{
    Answer, AppliedPatch, Kind, Message, Outcome, Reply, ReplyState, Shown, State, Thread, ThreadAt, day,
};

const MESSAGES_PER_THREAD: u32 = 500;
/// The error when the model cannot be reached.
const UNAVAILABLE: &str = "BEDROCK_UNAVAILABLE";

/// A new question or note.
struct Draft<'a> {
    content: &'a str,
    client: Option<&'a String>,
    version: Option<u32>,
    fails: bool,
}

impl State {
    pub(super) fn perform_on_messages(&mut self, caller: usize, call: &Call, answer: Option<&Answer>) -> Outcome {
        match call {
            Call::Post { thread, content, asks, client, version, fails } => {
                let draft = Draft { content, client: client.as_ref(), version: *version, fails: *fails };
                if *asks { self.ask(caller, thread, &draft) } else { self.note(caller, thread, &draft) }
            }
            Call::Retry { thread, seq, fails } => {
                self.check_exists(caller)?;
                let at = self.thread(caller, thread)?;
                match self.message(at, *seq)?.kind {
                    Kind::Question(_, ReplyState::Answered) => Ok(earlier(at, *seq, true)),
                    Kind::Question(..) => Ok(self.run(at, *seq, *fails)),
                    Kind::Note(_) | Kind::Answer { .. } => Err(Reply::invalid("message_id")),
                }
            }
            Call::Cancel { thread, seq } => {
                let at = self.thread(caller, thread)?;
                match &self.message(at, *seq)?.kind {
                    // Its run ended without an answer, and the table does not know it.
                    Kind::Question(_, ReplyState::Abandoned) => self.set_state(at, *seq, ReplyState::Cancelled),
                    Kind::Question(..) => {}
                    Kind::Note(_) | Kind::Answer { .. } => return Err(Reply::invalid("message_id")),
                }
                Ok(Reply::shows(200, [Shown::Message(at, *seq)]))
            }
            Call::ReadMessage { thread, seq } => {
                let at = self.thread(caller, thread)?;
                self.message(at, *seq)?;
                Ok(Reply::shows(200, [Shown::Message(at, *seq)]))
            }
            Call::ListMessages { thread, newest_first, .. } => {
                let at = self.thread(caller, thread)?;
                let mut seqs: Vec<u32> = self.thread_at(at).messages.iter().map(|message| message.seq).collect();
                seqs.sort_unstable();
                if *newest_first {
                    seqs.reverse();
                }
                Ok(Reply::shows(200, [Shown::Messages(at, seqs)]))
            }
            Call::Apply { thread, seq, version } => {
                let at = self.thread(caller, thread)?;
                self.apply(at, *seq, *version, answer)
            }
            other => panic!("{other:?} is not a request of messages"),
        }
    }

    /// A note with a known id is returned, before the thread is looked for.
    fn note(&mut self, caller: usize, thread: &str, draft: &Draft<'_>) -> Outcome {
        let at = self.thread(caller, thread)?;
        if let Some(seq) = self.stored(at, draft.client) {
            return match &self.message(at, seq)?.kind {
                Kind::Note(content) if content == draft.content => Ok(Reply::shows(200, [Shown::Message(at, seq)])),
                _ => Err(Reply::invalid("client_message_id")),
            };
        }
        let seq = self.store(at, draft.client, 1, Kind::Note(draft.content.to_owned()))?;
        Ok(Reply::shows(201, [Shown::Message(at, seq)]))
    }

    /// A question with a known id returns its answer, or is asked again if it failed.
    fn ask(&mut self, caller: usize, thread: &str, draft: &Draft<'_>) -> Outcome {
        self.check_exists(caller)?;
        let at = self.thread(caller, thread)?;
        if let Some(seq) = self.stored(at, draft.client) {
            return match &self.message(at, seq)?.kind {
                Kind::Question(content, _) if content != draft.content => Err(Reply::invalid("client_message_id")),
                Kind::Question(_, ReplyState::Answered) => Ok(earlier(at, seq, true)),
                Kind::Question(_, ReplyState::Cancelled) => Ok(earlier(at, seq, false)),
                Kind::Question(..) => Ok(self.run(at, seq, draft.fails)),
                Kind::Note(_) | Kind::Answer { .. } => Err(Reply::invalid("client_message_id")),
            };
        }
        let session = (at.0, at.1);
        if draft.version.is_some_and(|version| version != self.at(session).version) {
            return Err(Reply { shows: vec![Shown::Current(session)], ..Reply::refused(409, "VERSION_CONFLICT") });
        }
        let question = Kind::Question(draft.content.to_owned(), ReplyState::Abandoned);
        let seq = self.store(at, draft.client, 2, question)?;
        Ok(self.run(at, seq, draft.fails))
    }

    /// Stores a question or a note that takes this many places.
    fn store(&mut self, at: ThreadAt, client: Option<&String>, places: u32, kind: Kind) -> Result<u32, Reply> {
        let now = self.now;
        let thread = self.thread_at_mut(at);
        let seq = thread.slots() + 1;
        if seq + places - 1 > MESSAGES_PER_THREAD {
            return Err(Reply::refused(409, "MESSAGE_LIMIT_EXCEEDED"));
        }
        thread.add(Message { seq, at: now, client: client.cloned(), kind });
        self.at_mut((at.0, at.1)).asked_at = Some(now);
        Ok(seq)
    }

    /// The model answers a question, or fails.
    fn run(&mut self, at: ThreadAt, seq: u32, fails: bool) -> Reply {
        if fails {
            self.set_state(at, seq, ReplyState::Failed(UNAVAILABLE));
            return Reply { shows: vec![Shown::Failed(at, seq)], ..Reply::refused(503, UNAVAILABLE) };
        }
        self.set_state(at, seq, ReplyState::Answered);
        let (now, base_version) = (self.now, self.at((at.0, at.1)).version);
        let kind = Kind::Answer { shown: None, base_version, applied: None };
        self.thread_at_mut(at).add(Message { seq: seq + 1, at: now, client: None, kind });
        let usage = self.accounts[at.0].usage.entry(day(now)).or_default();
        usage.answers += 1;
        usage.unseen += 1;
        Reply { status: 201, ..earlier(at, seq, true) }
    }

    /// A request that asks, in a process that is killed after it stored the question and before it stored the answer.
    /// False if the request stores nothing.
    pub(super) fn abandon(&mut self, device: usize, call: &Call) -> bool {
        let mut answered = self.clone();
        answered.perform(device, call, None);
        let found = self.all_sessions().flat_map(|at| self.living_threads(at)).find_map(|at| {
            let (before, after) = (self.thread_at(at), answered.thread_at(at));
            let is_asked = |message: &&Message| {
                matches!(message.kind, Kind::Question(..)) && before.message(message.seq) != Some(*message)
            };
            after.messages.iter().find(is_asked).map(|message| (at, message.seq))
        });
        let Some((at, seq)) = found else { return false };
        if self.thread_at(at).message(seq).is_none() {
            let message = answered.thread_at(at).message(seq).cloned().expect("it was found");
            self.thread_at_mut(at).add(message);
            self.at_mut((at.0, at.1)).asked_at = Some(self.now);
        }
        self.set_state(at, seq, ReplyState::Abandoned);
        true
    }

    /// Applies the patch of an answer. A patch for the current version fits; one for an older version may fit where
    /// its lines are now, and then replaces exactly its original text.
    fn apply(&mut self, at: ThreadAt, seq: u32, version: u32, answer: Option<&Answer>) -> Outcome {
        let session = (at.0, at.1);
        let Kind::Answer { shown, base_version, applied } = &self.message(at, seq)?.kind else {
            return Err(Reply::refused(409, "PATCH_CONFLICT"));
        };
        let patch = shown.as_ref().map(|shown| shown["patch"].clone()).filter(Value::is_object);
        let patch = patch.ok_or(Reply::refused(409, "PATCH_CONFLICT"))?;
        if let Some(applied) = *applied {
            return Ok(applied_patch(at, seq, applied));
        }
        if self.at(session).version != version {
            return Err(Reply { shows: vec![Shown::Current(session)], ..Reply::refused(409, "VERSION_CONFLICT") });
        }
        let lines = ["start_line", "end_line"];
        let of = |json: &Value| lines.map(|name| json[name].as_u64().and_then(|line| u32::try_from(line).ok()));
        let mut place = of(&patch);
        if *base_version != version {
            match answer {
                Some(Answer { status: 200, json }) => place = of(json),
                _ => return Err(Reply::refused(409, "PATCH_CONFLICT")),
            }
        }
        let [Some(start), Some(end)] = place else { return Err(Reply::refused(409, "PATCH_CONFLICT")) };
        let old: Vec<&str> = self.at(session).code.split('\n').collect();
        let replaced = old.get(start as usize - 1..end as usize).map(|lines| lines.join("\n"));
        if replaced.as_deref() != patch["original"].as_str() {
            return Err(Reply::refused(409, "PATCH_CONFLICT"));
        }
        let replacement: Vec<&str> = patch["replacement"].as_str().unwrap_or_default().split('\n').collect();
        let code = [&old[..start as usize - 1], &replacement, &old[end as usize..]].concat().join("\n");
        self.store_code(session, &code);
        let done = AppliedPatch { version: version + 1, start, end };
        if let Some(Message { kind: Kind::Answer { applied, .. }, .. }) = self.thread_at_mut(at).message_mut(seq) {
            *applied = Some(done);
        }
        Ok(applied_patch(at, seq, done))
    }

    /// Whether the patch of this answer is for another version than the current one.
    pub(super) fn is_for_another_version(&self, call: &Call) -> bool {
        let Call::Apply { thread, seq, .. } = call else { return false };
        let threads = self.all_sessions().flat_map(|at| self.living_threads(at));
        let mut threads = threads.filter(|at| self.thread_at(*at).id.as_ref() == Some(thread));
        threads.any(|at| match self.thread_at(at).message(*seq).map(|message| &message.kind) {
            Some(Kind::Answer { base_version, .. }) => *base_version != self.at((at.0, at.1)).version,
            _ => false,
        })
    }

    /// After a crash, the row of the thread may show an older state of its last question than the question itself.
    pub(super) fn forget_row(&mut self, call: &Call) {
        let (Call::Post { thread: id, .. } | Call::Retry { thread: id, .. } | Call::Cancel { thread: id, .. }) = call
        else {
            return;
        };
        let mut threads = self.accounts.iter_mut().flat_map(|account| &mut account.sessions);
        let thread =
            threads.find_map(|session| session.threads.iter_mut().find(|thread| thread.id.as_ref() == Some(id)));
        if let Some(thread) = thread {
            thread.is_row_unsure = true;
        }
    }

    /// The number of the message with this id of the client.
    fn stored(&self, at: ThreadAt, client: Option<&String>) -> Option<u32> {
        let client = client?;
        let messages = &self.thread_at(at).messages;
        messages.iter().find(|message| message.client.as_ref() == Some(client)).map(|message| message.seq)
    }

    fn message(&self, at: ThreadAt, seq: u32) -> Result<&Message, Reply> {
        self.thread_at(at).message(seq).ok_or(Reply::refused(404, "MESSAGE_NOT_FOUND"))
    }

    fn set_state(&mut self, at: ThreadAt, seq: u32, state: ReplyState) {
        let message = self.thread_at_mut(at).message_mut(seq);
        if let Some(Message { kind: Kind::Question(_, stored), .. }) = message {
            *stored = state;
        }
    }

    /// An access token outlives its account, but a deleted account asks nothing.
    fn check_exists(&self, caller: usize) -> Result<(), Reply> {
        if self.accounts[caller].is_deleted { Err(Reply::refused(401, "UNAUTHORIZED")) } else { Ok(()) }
    }
}

impl Thread {
    /// Adds a message, which is the last one until another is stored.
    fn add(&mut self, message: Message) {
        self.updated_at = message.at;
        self.last = Some(message.seq);
        self.is_row_unsure = false;
        self.messages.push(message);
        self.messages.sort_by_key(|message| message.seq);
    }
}

/// The messages that an earlier request stored.
fn earlier(at: ThreadAt, seq: u32, has_answer: bool) -> Reply {
    Reply::shows(200, [Shown::Message(at, seq), Shown::Reply(at, has_answer.then_some(seq + 1))])
}

/// An applied patch, the lines that it replaced, and the current session and threads.
fn applied_patch(at: ThreadAt, seq: u32, applied: AppliedPatch) -> Reply {
    let session = (at.0, at.1);
    Reply::shows(
        200,
        [
            Shown::Message(at, seq),
            Shown::Lines(applied.start, applied.end),
            Shown::Session { at: session, with_code: false },
            Shown::Threads(session),
        ],
    )
}
