//! The reference model of the API: plain data without a table, a cache or a second process. `accounts.rs`,
//! `contents.rs` and `conversation.rs` have the rules.
//!
//! The ids, the positions that a save gives to threads and the answers of the reviewer are not predicted. The model
//! learns each at first sight, checks it against its rule, and requires the same later; see `seen.rs`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::call::{Block, Call, File, Selection};

/// Milliseconds since 1970.
pub(super) type Time = i64;

pub(super) const SECOND: Time = 1_000;
pub(super) const MINUTE: Time = 60 * SECOND;
pub(super) const HOUR: Time = 60 * MINUTE;
pub(super) const DAY: Time = 24 * HOUR;

/// The life of an access token, and the difference of clocks that is tolerated.
pub(super) const ACCESS: Time = 15 * MINUTE;
pub(super) const LEEWAY: Time = 5 * SECOND;

/// All users of the API.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    pub(super) now: Time,
    /// In the order of sign-up, deleted ones included.
    pub(super) accounts: Vec<Account>,
    /// The cookies of each device.
    pub(super) devices: Vec<Device>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Device {
    pub(super) access: Option<Access>,
    pub(super) refresh: Option<Refresh>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Access {
    pub(super) account: usize,
    pub(super) family: usize,
    pub(super) expires: Time,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refresh {
    pub(super) account: usize,
    pub(super) family: usize,
    pub(super) seq: u32,
    pub(super) expires: Time,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Account {
    pub(super) id: Option<String>,
    pub(super) is_deleted: bool,
    pub(super) name: String,
    pub(super) username: String,
    pub(super) email: String,
    pub(super) password: String,
    pub(super) created_at: Time,
    /// The sign-ins, in the order of their start.
    pub(super) families: Vec<Family>,
    /// In the order of creation, deleted ones included.
    pub(super) sessions: Vec<Session>,
    /// By the beginning of the day.
    pub(super) usage: BTreeMap<Time, Usage>,
}

/// The answers of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Usage {
    pub(super) answers: u64,
    /// The tokens of the answers that were seen.
    pub(super) tokens: u64,
    /// The number of answers that were not seen yet.
    pub(super) unseen: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Family {
    pub(super) id: Option<String>,
    pub(super) is_ended: bool,
    pub(super) seq: u32,
    pub(super) created_at: Time,
    pub(super) rotated_at: Time,
    pub(super) expires: Time,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Session {
    pub(super) id: Option<String>,
    pub(super) is_deleted: bool,
    /// The client's id, and the file of the request with it.
    pub(super) client: Option<(String, File)>,
    pub(super) filename: String,
    pub(super) language: Option<String>,
    pub(super) version: u32,
    pub(super) code: String,
    pub(super) created_at: Time,
    pub(super) updated_at: Time,
    /// The time of its last question or note.
    pub(super) asked_at: Option<Time>,
    pub(super) threads: Vec<Thread>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Thread {
    pub(super) id: Option<String>,
    pub(super) is_deleted: bool,
    /// The client's id, and the selection of the request with it.
    pub(super) client: Option<(String, Selection)>,
    pub(super) selection: Selection,
    /// The times of the saves since the position was seen. A save may move a thread anywhere; the rule is that its
    /// status is `stable` if and only if the selected text stands at its lines.
    pub(super) unseen_saves: Vec<Time>,
    pub(super) is_stable: bool,
    pub(super) created_at: Time,
    pub(super) updated_at: Time,
    pub(super) messages: Vec<Message>,
    /// The number of the message that was stored last.
    pub(super) last: Option<u32>,
    /// After a crash, the row of the thread may show another state of its last question than the question.
    pub(super) is_row_unsure: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    pub(super) seq: u32,
    pub(super) at: Time,
    pub(super) client: Option<String>,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Note(String),
    Question(String, ReplyState),
    Answer { shown: Option<Value>, base_version: u32, applied: Option<AppliedPatch> },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct AppliedPatch {
    pub(super) version: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ReplyState {
    Answered,
    Failed(&'static str),
    /// Its process was killed more than a lease ago. It is shown as failed.
    Abandoned,
    Cancelled,
}

/// The place of a session: the account, and the session in it.
pub(super) type SessionAt = (usize, usize);
/// The place of a thread.
pub(super) type ThreadAt = (usize, usize, usize);

/// The day of a time.
pub(super) const fn day(at: Time) -> Time {
    at - at.rem_euclid(DAY)
}

/// The predicted answer to a request.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// The code of an error, and the field of the request.
    pub(super) error: Option<(&'static str, Option<&'static str>)>,
    pub(super) shows: Vec<Shown>,
}

/// A part of an answer.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    User(usize),
    Profile(usize),
    Devices {
        account: usize,
        this: usize,
    },
    Usage(usize),
    Session {
        at: SessionAt,
        with_code: bool,
    },
    Sessions(Vec<SessionAt>),
    Thread(ThreadAt),
    Threads(SessionAt),
    Message(ThreadAt, u32),
    Reply(ThreadAt, Option<u32>),
    Messages(ThreadAt, Vec<u32>),
    /// The current version and code of a session.
    Current(SessionAt),
    /// The id of the failed question.
    Failed(ThreadAt, u32),
    Lines(u32, u32),
}

/// An answer to a request, as a client received it.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) json: Value,
}

impl Reply {
    pub(super) const fn refused(status: u16, code: &'static str) -> Self {
        Self { status, error: Some((code, None)), shows: Vec::new() }
    }

    pub(super) const fn invalid(field: &'static str) -> Self {
        Self { status: 400, error: Some(("INVALID_INPUT", Some(field))), shows: Vec::new() }
    }

    pub(super) fn shows(status: u16, shows: impl Into<Vec<Shown>>) -> Self {
        Self { status, error: None, shows: shows.into() }
    }
}

/// A prediction; `Err` is a refusal.
pub(super) type Outcome = Result<Reply, Reply>;

impl State {
    /// No users, at this time.
    pub(super) fn new(now: Time, devices: usize) -> Self {
        Self { now, accounts: Vec::new(), devices: vec![Device::default(); devices] }
    }

    /// Predicts the answer to a request of a device, and changes the state as the request does. The answer is only used
    /// where the API leaves a choice: whether a patch for an older version still fits.
    pub(super) fn perform(&mut self, device: usize, call: &Call, answer: Option<&Answer>) -> Reply {
        let outcome = match call {
            Call::SignUp { .. }
            | Call::SignIn { .. }
            | Call::SignOut
            | Call::Refresh
            | Call::ReadProfile
            | Call::ChangeProfile { .. }
            | Call::ChangePassword { .. }
            | Call::DeleteAccount { .. }
            | Call::ListDevices
            | Call::EndDevice { .. }
            | Call::ReadUsage => self.perform_on_account(device, call),
            _ => self.caller(device).and_then(|caller| self.perform_as(caller, call, answer)),
        };
        outcome.unwrap_or_else(|refused| refused)
    }

    fn perform_as(&mut self, caller: usize, call: &Call, answer: Option<&Answer>) -> Outcome {
        match call {
            Call::Post { .. }
            | Call::Retry { .. }
            | Call::Apply { .. }
            | Call::Cancel { .. }
            | Call::ReadMessage { .. }
            | Call::ListMessages { .. } => self.perform_on_messages(caller, call, answer),
            _ => self.perform_on_contents(caller, call),
        }
    }

    /// The user of the access token. The token is valid for 15 minutes, also after its sign-in has ended.
    fn caller(&self, device: usize) -> Result<usize, Reply> {
        self.access(device).map(|access| access.account)
    }

    pub(super) fn access(&self, device: usize) -> Result<&Access, Reply> {
        match &self.devices[device].access {
            None => Err(Reply::refused(401, "UNAUTHORIZED")),
            Some(access) if access.expires + LEEWAY <= self.now => Err(Reply::refused(401, "TOKEN_EXPIRED")),
            Some(access) => Ok(access),
        }
    }

    /// The caller's session: 403 if it belongs to another user, 404 if it does not exist.
    pub(super) fn session(&self, caller: usize, id: &str) -> Result<SessionAt, Reply> {
        match self.find_session(id) {
            None => Err(Reply::refused(404, "SESSION_NOT_FOUND")),
            Some(at) if at.0 != caller => Err(Reply::refused(403, "FORBIDDEN")),
            Some(at) => Ok(at),
        }
    }

    /// The caller's thread: 403 if it belongs to another user, 404 if it does not exist.
    pub(super) fn thread(&self, caller: usize, id: &str) -> Result<ThreadAt, Reply> {
        match self.find_thread(id) {
            None => Err(Reply::refused(404, "THREAD_NOT_FOUND")),
            Some(at) if at.0 != caller => Err(Reply::refused(403, "FORBIDDEN")),
            Some(at) => Ok(at),
        }
    }

    fn find_session(&self, id: &str) -> Option<SessionAt> {
        self.all_sessions().find(|at| self.at(*at).id.as_deref() == Some(id))
    }

    fn find_thread(&self, id: &str) -> Option<ThreadAt> {
        let threads = self.all_sessions().flat_map(|at| self.living_threads(at));
        threads.into_iter().find(|at| self.thread_at(*at).id.as_deref() == Some(id))
    }

    /// All sessions that are not deleted.
    pub(super) fn all_sessions(&self) -> impl Iterator<Item = SessionAt> {
        (0..self.accounts.len()).flat_map(|account| self.sessions_of(account))
    }

    /// The sessions of a user in the order of creation.
    pub(super) fn sessions_of(&self, account: usize) -> Vec<SessionAt> {
        let sessions = self.accounts[account].sessions.iter().enumerate();
        sessions.filter(|(_, session)| !session.is_deleted).map(|(at, _)| (account, at)).collect()
    }

    /// The threads of a session in the order of creation.
    pub(super) fn living_threads(&self, (account, session): SessionAt) -> Vec<ThreadAt> {
        let threads = self.at((account, session)).threads.iter().enumerate();
        threads.filter(|(_, thread)| !thread.is_deleted).map(|(at, _)| (account, session, at)).collect()
    }

    pub(super) fn at(&self, (account, session): SessionAt) -> &Session {
        &self.accounts[account].sessions[session]
    }

    pub(super) fn at_mut(&mut self, (account, session): SessionAt) -> &mut Session {
        &mut self.accounts[account].sessions[session]
    }

    pub(super) fn thread_at(&self, (account, session, thread): ThreadAt) -> &Thread {
        &self.accounts[account].sessions[session].threads[thread]
    }

    pub(super) fn thread_at_mut(&mut self, (account, session, thread): ThreadAt) -> &mut Thread {
        &mut self.accounts[account].sessions[session].threads[thread]
    }
}

impl Session {
    /// The last change of code, name or language, or the last question or note, whichever is later.
    pub(super) fn last_activity(&self) -> Time {
        self.asked_at.unwrap_or_default().max(self.updated_at)
    }
}

impl Thread {
    pub(super) fn message(&self, seq: u32) -> Option<&Message> {
        self.messages.iter().find(|message| message.seq == seq)
    }

    pub(super) fn message_mut(&mut self, seq: u32) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.seq == seq)
    }

    /// The messages so far and the reserved places of answers.
    pub(super) fn slots(&self) -> u32 {
        let slot = |message: &Message| message.seq + u32::from(matches!(message.kind, Kind::Question(..)));
        self.messages.iter().map(slot).max().unwrap_or_default()
    }
}

impl Message {
    /// The author and the text, if it is not the reviewer's.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Note(text) | Kind::Question(text, _) => Some(text),
            Kind::Answer { .. } => None,
        }
    }
}

/// The rule of anchors: whether the selected text stands at its lines. It begins in the first line and ends in the
/// last, and may include the end of the last line. A blank text stands where all lines are blank.
pub(super) fn stands(code: &str, Block { start, end, text }: &Block) -> bool {
    let (code, text) = (code.replace("\r\n", "\n"), text.replace("\r\n", "\n"));
    let lines: Vec<&str> = code.split('\n').skip(*start as usize - 1).take((end + 1 - start) as usize).collect();
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return false };
    if text.trim().is_empty() {
        return lines.iter().all(|line| line.trim().is_empty());
    }
    let there = lines.join("\n") + "\n";
    let last_begins = there.len() - 1 - last.len();
    let mut places = (0..=first.len()).filter(|at| there.get(*at..).is_some_and(|rest| rest.starts_with(&*text)));
    places.any(|at| at + text.len() >= last_begins)
}
