//! The request that an operation stands for, at a state: its texts, and the resources that its numbers choose.

use std::sync::LazyLock;

use tests::texts::noise;

use super::call::{Block, Call, File, Move, Selection};
use super::operation::{Need, OTHERS, Operation, Selected, SelectedText, Version};
use super::state::{Kind, ReplyState, SessionAt, State, ThreadAt};

pub(super) const USERNAMES: [&str; 4] = ["ada", "bob", "eve", "dan"];
pub(super) const PASSWORDS: [&str; 3] = ["Analytical-1843", "Difference-1822", "Bernoulli-1842"];
const NAMES: [&str; 3] = ["Ada Lovelace", "Bob", "Eve 🦀"];
const FILENAMES: [&str; 3] = ["first.py", "main.rs", "report.sql"];
const LANGUAGES: [&str; 2] = ["Rust", "Python"];
const TEXTS: [&str; 3] = ["Is this comparison right?", "Why?", "What does it do?"];
/// Ids that a client gives its requests.
const CLIENTS: [&str; 3] = [
    "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77",
    "0b2f7f0c-19e1-4a59-8a0b-0d1f3a5f2c11",
    "c0a8e7d4-6f2e-4b8f-9d6e-2f6b1b7c3e22",
];
/// The model does not see all of a longer file, and refuses a question about it without lines.
const LARGE: usize = 100_000;
/// An id that no session, thread or device has.
const ABSENT: &str = "01a05c0d-bf80-7185-8426-38e3974fd9b8";

/// The files that are created and saved. The reviewer has a patch for the comparison in the first one. The last one
/// does not compress, so it is stored in chunks.
static CODES: LazyLock<[String; 9]> = LazyLock::new(|| {
    let first = "def first(items):\n    if items == None:\n        return 0\n    return items[0]\n";
    let last = first.replace("first", "last").replace("[0]", "[-1]");
    [
        first.to_owned(),
        format!("# one\n# two\n{first}"),
        first.replace("return 0", "return None"),
        format!("{last}\n{first}"),
        first.replace("    if", "\tif").replace("items", "things"),
        "x = 'é🦀'\n\n\ny = 2".to_owned(),
        first.replace("        return 0\n", ""),
        String::new(),
        lines_of(&noise(400_000, 5)),
    ]
});

/// The text in short lines.
fn lines_of(text: &str) -> String {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    chars.chunks(100).flat_map(|line| line.iter().copied().chain(['\n'])).collect()
}

pub(super) fn email(username: &str) -> String {
    format!("{username}@example.com")
}

fn nth<const N: usize>(texts: [&str; N], number: u8) -> String {
    texts[usize::from(number) % N].to_owned()
}

fn client(number: Option<u8>) -> Option<String> {
    number.map(|number| nth(CLIENTS, number))
}

fn code(number: u8) -> String {
    CODES[usize::from(number) % CODES.len()].clone()
}

/// 0 means the detected language.
fn language(number: u8) -> Option<String> {
    number.checked_sub(1).map(|number| nth(LANGUAGES, number))
}

/// Chooses among the caller's own resources, or with a number from [`OTHERS`] on among all.
fn chosen<T: Copy>(own: &[T], all: &[T], number: u8) -> Option<T> {
    let (from, number) = if number < OTHERS { (own, number) } else { (all, number - OTHERS) };
    from.get(usize::from(number) % from.len().max(1)).copied()
}

const fn is_question(kind: &Kind) -> bool {
    matches!(kind, Kind::Question(..))
}

/// Whether it is an answer with a patch, or may be one.
fn is_answer(kind: &Kind) -> bool {
    matches!(kind, Kind::Answer { shown, .. } if shown.as_ref().is_none_or(|shown| shown["patch"].is_object()))
}

impl State {
    /// The request of an operation. Resources whose ids are still unknown cannot be chosen.
    pub(super) fn call(&self, device: usize, operation: Operation) -> Call {
        match operation {
            Operation::SignUp { username, email: address } => Call::SignUp {
                name: nth(NAMES, username),
                username: nth(USERNAMES, username),
                email: email(&nth(USERNAMES, address)),
                password: PASSWORDS[0].to_owned(),
            },
            Operation::SignIn { username, password } => {
                Call::SignIn { username: nth(USERNAMES, username), password: nth(PASSWORDS, password) }
            }
            Operation::SignOut => Call::SignOut,
            Operation::Refresh => Call::Refresh,
            Operation::ReadProfile => Call::ReadProfile,
            Operation::ChangeProfile { name, username, email: address } => Call::ChangeProfile {
                name: Some(nth(NAMES, name)),
                username: username.map(|number| nth(USERNAMES, number)),
                email: address.map(|number| email(&nth(USERNAMES, number))),
            },
            Operation::ChangePassword { current, new } => {
                Call::ChangePassword { current: nth(PASSWORDS, current), new: nth(PASSWORDS, new) }
            }
            Operation::DeleteAccount { password } => Call::DeleteAccount { password: nth(PASSWORDS, password) },
            Operation::ListDevices => Call::ListDevices,
            Operation::EndDevice { device: number } => Call::EndDevice { id: self.chosen_device(device, number) },
            Operation::ReadUsage => Call::ReadUsage,
            _ => self.call_on_contents(device, operation),
        }
    }

    fn call_on_contents(&self, device: usize, operation: Operation) -> Call {
        match operation {
            Operation::CreateSession { filename, code: number, language: set, client: id } => {
                let file = File { filename: nth(FILENAMES, filename), code: code(number), language: language(set) };
                Call::CreateSession { file, client: client(id) }
            }
            Operation::ListSessions { by_activity, limit } => Call::ListSessions { by_activity, limit },
            Operation::OpenSession { session, with_threads } => {
                Call::OpenSession { id: self.chosen_session(device, session).0, with_threads }
            }
            Operation::Save { session, version, code: number, language: set } => {
                let (id, at) = self.chosen_session(device, session);
                let version = self.version(at, version);
                Call::Save { id, version, code: number.map(code), language: set.map(language) }
            }
            Operation::Rename { session, filename, language: set } => {
                // At least one of the two is required; 0 keeps the language if there is a name.
                let language = (set > 0 || filename.is_none()).then(|| language(set));
                let id = self.chosen_session(device, session).0;
                Call::Rename { id, filename: filename.map(|number| nth(FILENAMES, number)), language }
            }
            Operation::DeleteSession { session } => Call::DeleteSession { id: self.chosen_session(device, session).0 },
            Operation::CreateThread { session, selection, client: id } => {
                let (session, at) = self.chosen_session(device, session);
                Call::CreateThread { session, selection: self.selection(at, selection), client: client(id) }
            }
            Operation::ListThreads { session, limit } => {
                Call::ListThreads { session: self.chosen_session(device, session).0, limit }
            }
            Operation::ReadThread { thread } => Call::ReadThread { id: self.chosen_thread(device, thread).0 },
            Operation::DeleteThread { thread } => Call::DeleteThread { id: self.chosen_thread(device, thread).0 },
            Operation::MoveThread { thread, to, with_text } => {
                let (id, at) = self.chosen_thread(device, thread);
                let to = match self.selection(at.map(|at| (at.0, at.1)), to) {
                    Selection::Block(Block { start, end, .. }) if !with_text => Move::Lines(start, end),
                    selection => Move::To(selection),
                };
                Call::MoveThread { id, to }
            }
            _ => self.call_on_messages(device, operation),
        }
    }

    fn call_on_messages(&self, device: usize, operation: Operation) -> Call {
        match operation {
            Operation::Note { thread, text, client: id } => {
                let (thread, content) = (self.chosen_thread(device, thread).0, nth(TEXTS, text));
                Call::Post { thread, content, asks: false, client: client(id), version: None, fails: false }
            }
            Operation::Ask { thread, text, client: id, version, fails } => {
                let (thread, at) = self.chosen_thread(device, thread);
                let version = version.map(|version| self.version(at.map(|at| (at.0, at.1)), version));
                Call::Post { thread, content: nth(TEXTS, text), asks: true, client: client(id), version, fails }
            }
            Operation::Retry { thread, message, fails } => {
                // Mostly a question without an answer.
                let is_wanted = |kind: &Kind| match kind {
                    Kind::Question(_, state) => *state != ReplyState::Answered || message % 3 == 2,
                    _ => false,
                };
                let (thread, seq, _) = self.chosen_message(device, thread, message, is_wanted);
                Call::Retry { thread, seq, fails }
            }
            Operation::Apply { thread, message, version } => {
                let (thread, seq, at) = self.chosen_message(device, thread, message, is_answer);
                let chosen = at.and_then(|at| self.thread_at(at).message(seq)).map(|message| &message.kind);
                // The patch is not known yet.
                if matches!(chosen, Some(Kind::Answer { shown: None, .. })) {
                    return Call::ReadMessage { thread, seq };
                }
                Call::Apply { thread, seq, version: self.version(at.map(|at| (at.0, at.1)), version) }
            }
            Operation::Cancel { thread, message } => {
                let (thread, seq, _) = self.chosen_message(device, thread, message, is_question);
                Call::Cancel { thread, seq }
            }
            Operation::ReadMessage { thread, message } => {
                let (thread, seq, _) = self.chosen_message(device, thread, message, |_| true);
                Call::ReadMessage { thread, seq }
            }
            Operation::ListMessages { thread, newest_first, limit } => {
                Call::ListMessages { thread: self.chosen_thread(device, thread).0, newest_first, limit }
            }
            other => panic!("{other:?} stands for several requests, or is handled above"),
        }
    }

    /// Whether the request asks the model about a large file.
    pub(super) fn asks_about_large_code(&self, call: &Call) -> bool {
        let (Call::Post { thread, asks: true, .. } | Call::Retry { thread, .. }) = call else { return false };
        let large = self.all_sessions().filter(|at| self.at(*at).code.len() > LARGE);
        let mut threads = large.flat_map(|at| self.living_threads(at));
        threads.any(|at| self.thread_at(at).id.as_ref() == Some(thread))
    }

    /// The user of a device's access token, which may have expired.
    fn user_of(&self, device: usize) -> Option<usize> {
        self.devices[device].access.as_ref().map(|access| access.account)
    }

    fn chosen_session(&self, device: usize, number: u8) -> (String, Option<SessionAt>) {
        let is_known = |at: &SessionAt| self.at(*at).id.is_some();
        let all = (0..self.accounts.len())
            .flat_map(|account| (0..self.accounts[account].sessions.len()).map(move |at| (account, at)));
        let all: Vec<SessionAt> = all.filter(is_known).collect();
        let own = self.user_of(device).map(|account| self.sessions_of(account)).unwrap_or_default();
        let own: Vec<SessionAt> = own.into_iter().filter(is_known).collect();
        let at = chosen(&own, &all, number);
        (at.and_then(|at| self.at(at).id.clone()).unwrap_or_else(|| ABSENT.to_owned()), at)
    }

    fn chosen_thread(&self, device: usize, number: u8) -> (String, Option<ThreadAt>) {
        let is_known = |at: &ThreadAt| self.thread_at(*at).id.is_some();
        let mut all = Vec::new();
        for (account, of_account) in self.accounts.iter().enumerate() {
            for (session, of_session) in of_account.sessions.iter().enumerate() {
                all.extend((0..of_session.threads.len()).map(|thread| (account, session, thread)));
            }
        }
        all.retain(is_known);
        let own = self.user_of(device).map(|account| self.sessions_of(account)).unwrap_or_default();
        let own: Vec<ThreadAt> = own.into_iter().flat_map(|at| self.living_threads(at)).filter(is_known).collect();
        let at = chosen(&own, &all, number);
        (at.and_then(|at| self.thread_at(at).id.clone()).unwrap_or_else(|| format!("{ABSENT}.{ABSENT}")), at)
    }

    /// A message of this kind in the caller's threads. With a number from [`OTHERS`] on, it is any message of a thread,
    /// or the next one, which does not exist.
    fn chosen_message(
        &self,
        device: usize,
        thread: u8,
        number: u8,
        is_wanted: impl Fn(&Kind) -> bool,
    ) -> (String, u32, Option<ThreadAt>) {
        let own = self.user_of(device).map(|account| self.sessions_of(account)).unwrap_or_default();
        let threads = own.into_iter().flat_map(|at| self.living_threads(at));
        let wanted = threads.filter(|at| self.thread_at(*at).id.is_some()).flat_map(|at| {
            let messages = self.thread_at(at).messages.iter().filter(|message| is_wanted(&message.kind));
            messages.map(move |message| (at, message.seq)).collect::<Vec<_>>()
        });
        let wanted: Vec<(ThreadAt, u32)> = wanted.collect();
        if thread < OTHERS
            && number < OTHERS
            && let Some((at, seq)) = chosen(&wanted, &[], (thread + number) % OTHERS)
        {
            return (self.thread_at(at).id.clone().unwrap_or_default(), seq, Some(at));
        }
        let (id, at) = self.chosen_thread(device, thread);
        let slots = at.map_or(0, |at| self.thread_at(at).slots());
        (id, 1 + u32::from(number) % (slots + 1), at)
    }

    /// The request that a page sends first, because its user or their session, thread or question is missing.
    pub(super) fn before(&self, device: usize, need: Need) -> Option<Call> {
        if need == Need::Nothing {
            return None;
        }
        if self.access(device).is_err() {
            return Some(self.signing_in(device));
        }
        let account = self.user_of(device)?;
        let is_known = |at: &SessionAt| self.at(*at).id.is_some() && self.at(*at).code.len() < LARGE;
        let sessions: Vec<SessionAt> = self.sessions_of(account).into_iter().filter(is_known).collect();
        let threads: Vec<ThreadAt> = sessions.iter().flat_map(|at| self.living_threads(*at)).collect();
        let mut known = threads.iter().filter(|at| self.thread_at(**at).id.is_some());
        let file = || File { filename: nth(FILENAMES, 0), code: code(0), language: None };
        match (sessions.first(), known.next()) {
            (None, _) if need >= Need::Session => Some(Call::CreateSession { file: file(), client: None }),
            (Some(at), None) if need >= Need::Thread => {
                let selection = Selected { first: 1, more: 1, kind: SelectedText::Lines };
                let session = self.at(*at).id.clone()?;
                Some(Call::CreateThread { session, selection: self.selection(Some(*at), selection), client: None })
            }
            (_, Some(at))
                if need == Need::Question && threads.iter().all(|at| self.thread_at(*at).messages.is_empty()) =>
            {
                let (thread, content) = (self.thread_at(*at).id.clone()?, nth(TEXTS, 0));
                Some(Call::Post { thread, content, asks: true, client: None, version: None, fails: false })
            }
            _ => None,
        }
    }

    /// Refreshes the access token, or signs in to the account of the device's person, or signs up.
    fn signing_in(&self, device: usize) -> Call {
        let person = device / 2;
        let is_usable = self.devices[device].refresh.as_ref().is_some_and(|token| self.now < token.expires);
        if is_usable
            && !self.devices[device].access.as_ref().is_some_and(|access| self.accounts[access.account].is_deleted)
        {
            return Call::Refresh;
        }
        let mut living = self.accounts.iter().filter(|account| !account.is_deleted);
        match living.nth(person).or_else(|| self.accounts.iter().rfind(|account| !account.is_deleted)) {
            Some(account) => Call::SignIn { username: account.username.clone(), password: account.password.clone() },
            None => Call::SignUp {
                name: nth(NAMES, 0),
                username: USERNAMES[person % 4].to_owned(),
                email: email(USERNAMES[person % 4]),
                password: PASSWORDS[0].to_owned(),
            },
        }
    }

    fn chosen_device(&self, device: usize, number: u8) -> String {
        let known = |account: usize| self.accounts[account].families.iter().filter_map(|family| family.id.as_ref());
        let all: Vec<&String> = (0..self.accounts.len()).flat_map(known).collect();
        let own: Vec<&String> = self.user_of(device).into_iter().flat_map(known).collect();
        chosen(&own, &all, number).map_or_else(|| ABSENT.to_owned(), Clone::clone)
    }

    fn version(&self, at: Option<SessionAt>, version: Version) -> u32 {
        let current = at.map_or(1, |at| self.at(at).version);
        match version {
            Version::Current => current,
            Version::Previous => current.saturating_sub(1).max(1),
            Version::Next => current + 1,
        }
    }

    /// A selection as an editor sends it for the current code.
    fn selection(&self, at: Option<SessionAt>, Selected { first, more, kind }: Selected) -> Selection {
        let code = at.map_or("", |at| &self.at(at).code);
        let lines: Vec<&str> = code.split('\n').take(100).collect();
        let start = usize::from(first) % lines.len();
        let end = (start + usize::from(more)).min(lines.len() - 1);
        let (selected, number) = (lines[start..=end].join("\n"), |line: usize| u32::try_from(line).unwrap_or(u32::MAX));
        let (mut start, mut end) = (number(start) + 1, number(end) + 1);
        let text = match kind {
            SelectedText::WholeFile => return Selection::WholeFile,
            SelectedText::Lines => selected,
            SelectedText::LinesAndEnd => selected + "\n",
            SelectedText::Part => {
                let mut part = selected.chars();
                part.next();
                part.next_back();
                part.as_str().to_owned()
            }
            SelectedText::Nothing => String::new(),
            SelectedText::Other => "some other text".to_owned(),
            SelectedText::Outside => {
                let count = number(code.split('\n').count());
                (start, end) = (count + 1, count + 1);
                selected
            }
        };
        Selection::Block(Block { start, end, text })
    }
}
