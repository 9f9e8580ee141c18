//! Every limit of a request in one place, so that none is enforced twice with two numbers. Those of a review are in
//! [`review::limits`].

use std::num::NonZeroU32;
use std::time::Duration;

use model::RateRule;

/// The longest selected text that a thread keeps, in bytes of UTF-8.
pub const SELECTED_TEXT_BYTES: usize = model::MAX_SELECTED_BYTES;
/// The longest display name of a person, in characters.
pub const NAME_CHARS: usize = 100;

/// Sessions a user can have.
pub const SESSIONS_PER_USER: u32 = 100;
/// Threads a session can have.
pub const THREADS_PER_SESSION: u32 = 50;
/// Messages a thread can have, questions, notes and answers together.
pub const MESSAGES_PER_THREAD: u32 = 500;

/// Sessions on one page of a list.
pub const SESSIONS_PER_PAGE: u32 = 50;
/// Threads on one page of a list.
pub const THREADS_PER_PAGE: u32 = 50;
/// Messages on one page of a history.
pub const MESSAGES_PER_PAGE: u32 = 100;

/// Days of usage in one answer: as many as one request to the table brings.
pub const USAGE_DAYS: u32 = 31;
/// How much of a `User-Agent` is kept with a sign-in, in bytes.
pub const USER_AGENT_BYTES: usize = 200;

/// Body of a request that carries a file, on the wire and inflated. JSON may write each byte of a file as an escape of
/// six characters: [`CODE_BYTES`](review::limits::CODE_BYTES) take 30 MiB at most.
pub const CODE_BODY_BYTES: usize = 32 * 1024 * 1024;
/// Bytes of large bodies that a process holds at once. Requests that would exceed it wait for their turn.
pub const LARGE_BODIES_BYTES: usize = 96 * 1024 * 1024;
/// A body of up to this size is not counted among the large ones.
pub const UNCOUNTED_BODY_BYTES: usize = 512 * 1024;
/// How long such a request waits for its turn.
pub const TURN_WITHIN: Duration = Duration::from_secs(30);
/// How long a body may take to arrive: a large one keeps others waiting meanwhile.
pub const BODY_WITHIN: Duration = Duration::from_mins(1);
/// The most that is read of a body that its route does not want.
pub const DRAINED_BYTES: u64 = 64 * 1024 * 1024;
/// How long such a body is read.
pub const DRAINED_WITHIN: Duration = Duration::from_secs(5);
/// Inflated body of a request that carries selected text, which may be all of a file: such a thread is on the file. A byte less than
/// a body with a file, so that what is too large is not called a file.
pub const SELECTION_BODY_BYTES: usize = CODE_BODY_BYTES - 1;
/// Inflated body of every other request. A message of 5,000 escaped surrogate pairs still fits.
pub const SMALL_BODY_BYTES: usize = 64 * 1024;
/// How deep arrays and objects may nest in a body. Ours nest three deep.
pub const BODY_DEPTH: u32 = 32;

/// A token longer than this is refused before anything of it is decoded. Ours have about 700 bytes.
pub const TOKEN_BYTES: usize = 8 * 1024;
/// How long an access token is good for.
pub const ACCESS_TOKEN_LIFE: Duration = Duration::from_mins(15);
/// How long a refresh token is good for.
pub const REFRESH_TOKEN_LIFE: Duration = Duration::from_hours(7 * 24);
/// How long a browser keeps the cookie that names its accounts, from its last sign-in.
pub const DEVICE_COOKIE_LIFE: Duration = Duration::from_hours(365 * 24);
/// A refresh token with less life left than this is replaced when it is used.
pub const REFRESH_ROTATES_BELOW: Duration = Duration::from_hours(24);
/// How long a superseded refresh token still earns its successor, so that two tabs do not log each other out.
pub const REFRESH_GRACE: Duration = Duration::from_secs(10);
/// How far the clocks of the machines that sign and check tokens may be apart.
pub const CLOCK_LEEWAY: Duration = Duration::from_secs(5);

/// How much longer than its deadline a run holds its question, so that clocks may differ and the answer be stored.
pub const LEASE_MARGIN: Duration = Duration::from_secs(5);
/// The time after the deadline in which an answer that came at the deadline is stored. Lambda's own margin is longer.
pub const STORING: Duration = Duration::from_secs(1);
/// How long storing what was paid for is tried, also when its request has been answered. Half the life of a transaction's token.
pub const SETTLING: Duration = Duration::from_mins(5);
/// How long a message that another request is at is waited for, within the deadline.
pub const REPLAY_PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked after meanwhile.
pub const REPLAY_POLL: Duration = Duration::from_millis(500);
/// When a client should come back for a message that another request is at.
pub const IN_PROGRESS_RETRY: Duration = Duration::from_secs(2);
/// How often a run looks whether its question was cancelled: it sees it within a second.
pub const CANCEL_POLL: Duration = Duration::from_millis(700);
/// How often a stream says that it is still there when it has nothing to tell. Proxies close what is silent for a minute or less.
pub const HEARTBEAT: Duration = Duration::from_secs(10);

/// Whether rate limits are enforced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RateLimits {
    /// As deployed.
    #[default]
    Enforced,
    /// On a developer's machine, for tools that send more than a person does.
    Off,
}

/// Who a rate limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateSubject {
    /// The network address of the client.
    Ip,
    /// The signed-in user.
    User,
    /// The sign-in whose token came with the request: a thief who has a copy of one shares the user with its owner, who
    /// signs in anew and is not kept from anything.
    SignIn,
    /// The account that is being signed in to, by all clients that are not known to it together.
    Account,
    /// An account on a device that has signed in to it before.
    Device,
}

/// So many requests of a subject in each window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many in how long. The rule's name is never used again for another rule.
    pub rule: RateRule,
    /// Who is counted.
    pub subject: RateSubject,
}

/// Messages a user can send in a minute, questions among them.
const MESSAGES_PER_MINUTE: u32 = 30;
/// Questions to the model a user can ask in a minute.
const AI_PER_MINUTE: u32 = 10;

impl RateLimit {
    const fn per_minute(name: &'static str, subject: RateSubject, max_hits: u32) -> Self {
        Self { rule: RateRule::new(name, max_hits, 60), subject }
    }

    /// A request that counts as a message, as a question to the model, or as both. These two share one window of a user, so
    /// that a question costs one update.
    const fn message(max_hits: Option<u32>, max_ai_hits: Option<u32>) -> Self {
        let rule = RateRule { name: "message", window_seconds: 60, max_hits, max_ai_hits };
        Self { rule, subject: RateSubject::User }
    }

    /// A limit on wrong passwords of an account: ten in a quarter of an hour, right ones are given back.
    const fn failures(name: &'static str, subject: RateSubject) -> Self {
        Self { rule: RateRule::new(name, 10, 15 * 60), subject }
    }

    /// `POST /auth/signup` with a good form.
    pub const SIGN_UP: Self = Self::per_minute("signup", RateSubject::Ip, 5);
    /// `POST /auth/login` with a good form.
    pub const LOGIN: Self = Self::per_minute("login", RateSubject::Ip, 5);
    /// `POST /auth/login` with a wrong password from clients that are not known to the account: many addresses cannot
    /// guess one password faster than this.
    pub const LOGIN_ACCOUNT: Self = Self::failures("login-account", RateSubject::Account);
    /// `POST /auth/login` with a wrong password from a device that has signed in to the account before.
    pub const LOGIN_DEVICE: Self = Self::failures("login-device", RateSubject::Device);
    /// `POST /auth/refresh` with a good token. The specification counts users; see [`RateSubject::SignIn`].
    pub const REFRESH: Self = Self::per_minute("refresh", RateSubject::SignIn, 20);
    /// `POST /auth/refresh` without a good token.
    pub const REFRESH_REFUSED: Self = Self::per_minute("refresh-refused", RateSubject::Ip, 5);
    /// `POST /auth/logout`.
    pub const LOGOUT: Self = Self::per_minute("logout", RateSubject::Ip, 5);
    /// `PUT /users/me` with a good form: it tells which names and addresses are taken, as a sign-up does, and so as often.
    pub const PROFILE: Self = Self::per_minute("profile", RateSubject::Ip, 5);
    /// `PUT /users/me/password` and `DELETE /users/me`: both take a password, so both could be used to guess it.
    pub const ACCOUNT: Self = Self::per_minute("account", RateSubject::SignIn, 5);
    /// `POST /sessions`.
    pub const SESSION_CREATE: Self = Self::per_minute("session-create", RateSubject::User, 20);
    /// `PUT /sessions/{id}`.
    pub const SESSION_SAVE: Self = Self::per_minute("session-save", RateSubject::User, 60);
    /// `POST /threads/{id}/messages` with a note, or with a body that is refused.
    pub const NOTE: Self = Self::message(Some(MESSAGES_PER_MINUTE), None);
    /// `POST /threads/{id}/messages` with a question to the model.
    pub const QUESTION: Self = Self::message(Some(MESSAGES_PER_MINUTE), Some(AI_PER_MINUTE));
    /// `POST /ai/analyze`: a question to the model that is no message.
    pub const ANALYSIS: Self = Self::message(None, Some(AI_PER_MINUTE));

    /// The limit in words, for people who write a client: one sentence for each counter, which begins with its name as
    /// `RATE_LIMIT_EXCEEDED` tells it.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let RateRule { name, window_seconds, max_hits, max_ai_hits } = self.rule;
        let who = match self.subject {
            RateSubject::Ip => "from one network address",
            RateSubject::User => "of a user",
            RateSubject::SignIn => "of one sign-in",
            RateSubject::Account => {
                "with a wrong password for one account, by browsers that have not signed in to it before"
            }
            RateSubject::Device => {
                "with a wrong password for one account, by a browser that has signed in to it before"
            }
        };
        let minutes = match window_seconds / 60 {
            1 => "minute".to_owned(),
            minutes => format!("{minutes} minutes"),
        };
        let sentence = |name: &str, what: &str, max: u32| format!("`{name}`: {max} {what} {who} in each {minutes}.");
        let hits = max_hits.map(|max| sentence(name, "requests", max));
        hits.into_iter().chain(max_ai_hits.map(|max| sentence(RateRule::AI, "questions to the model", max))).collect()
    }

    /// Every question to the model in 24 hours, where the operator caps them. Not in [`ALL`](Self::ALL): the number is theirs.
    #[must_use]
    pub const fn ai_day(cap: NonZeroU32) -> Self {
        let rule = RateRule::new("ai-day", cap.get(), 24 * 60 * 60);
        Self { rule, subject: RateSubject::User }
    }

    /// All rules.
    pub const ALL: [Self; 14] = [
        Self::SIGN_UP,
        Self::LOGIN,
        Self::LOGIN_ACCOUNT,
        Self::LOGIN_DEVICE,
        Self::REFRESH,
        Self::REFRESH_REFUSED,
        Self::LOGOUT,
        Self::PROFILE,
        Self::ACCOUNT,
        Self::SESSION_CREATE,
        Self::SESSION_SAVE,
        Self::NOTE,
        Self::QUESTION,
        Self::ANALYSIS,
    ];
}

#[cfg(test)]
mod tests {
    use review::limits::MESSAGE_CHARS;

    use super::*;

    #[test]
    fn rules_that_share_a_window_agree_on_its_length_and_limits() {
        for (n, one) in RateLimit::ALL.iter().enumerate() {
            assert_ne!(one.rule.name, RateLimit::ai_day(NonZeroU32::MIN).rule.name);
            for other in RateLimit::ALL[n + 1..].iter().filter(|other| other.rule.name == one.rule.name) {
                assert_eq!((one.rule.window_seconds, one.subject), (other.rule.window_seconds, other.subject));
                let agree =
                    |one: Option<u32>, other: Option<u32>| one.zip(other).is_none_or(|(one, other)| one == other);
                assert!(agree(one.rule.max_hits, other.rule.max_hits), "{one:?} {other:?}");
                assert!(agree(one.rule.max_ai_hits, other.rule.max_ai_hits), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_limit_is_described_in_sentences() {
        let told = |limit: RateLimit| limit.sentences().join(" ");
        assert_eq!(told(RateLimit::SIGN_UP), "`signup`: 5 requests from one network address in each minute.");
        assert_eq!(
            told(RateLimit::QUESTION),
            "`message`: 30 requests of a user in each minute. `ai`: 10 questions to the model of a user in each minute."
        );
        assert!(told(RateLimit::LOGIN_DEVICE).ends_with("in each 15 minutes."));
    }

    #[test]
    fn only_messages_and_analyses_share_a_window() {
        let mut names: Vec<_> = RateLimit::ALL.iter().map(|limit| limit.rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RateLimit::ALL.len() - 2);
    }

    #[test]
    fn the_longest_texts_fit_their_bodies_even_when_every_character_is_escaped() {
        let escaped_pair = "\\ud83e\\udd80".len();
        assert!(MESSAGE_CHARS * escaped_pair + 1_024 < SMALL_BODY_BYTES);
        let escaped_byte = "\\u0001".len();
        assert!(SELECTED_TEXT_BYTES * escaped_byte + 1_024 < SELECTION_BODY_BYTES);
    }
}
