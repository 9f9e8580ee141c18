//! Rate limits: which requests count, whose, and how many in a window. The numbers are in [`model::limits`].

use std::num::NonZeroU32;

use model::RateRule;
use model::limits::{
    ACCOUNT_CHANGES_PER_WINDOW, AI_QUESTIONS_PER_WINDOW, DAY_WINDOW, FAILURES_PER_WINDOW, FAILURES_WINDOW,
    LOGINS_PER_WINDOW, LOGOUTS_PER_WINDOW, MESSAGES_PER_WINDOW, PROFILE_CHANGES_PER_WINDOW, RATE_WINDOW,
    REFRESHES_PER_WINDOW, REFUSED_REFRESHES_PER_WINDOW, SESSION_CREATIONS_PER_WINDOW, SESSION_SAVES_PER_WINDOW,
    SIGN_UPS_PER_WINDOW,
};

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
    /// The sign-in of the request's token. So a thief with a copy of a token cannot use up the limit of its owner, who
    /// signs in again and has a new count.
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

impl RateLimit {
    const fn requests(name: &'static str, subject: RateSubject, max_hits: u32) -> Self {
        Self { rule: RateRule::new(name, max_hits, RATE_WINDOW), subject }
    }

    /// A request that counts as a message, as a question to the model, or as both. The two counters share one window of
    /// a user, so that a question costs one update.
    const fn message(max_hits: Option<u32>, max_ai_hits: Option<u32>) -> Self {
        let rule = RateRule { name: "message", window: RATE_WINDOW, max_hits, max_ai_hits };
        Self { rule, subject: RateSubject::User }
    }

    /// A limit on wrong passwords of an account. Right ones are given back.
    const fn failures(name: &'static str, subject: RateSubject) -> Self {
        Self { rule: RateRule::new(name, FAILURES_PER_WINDOW, FAILURES_WINDOW), subject }
    }

    /// `POST /auth/signup` with a good form.
    pub const SIGN_UP: Self = Self::requests("signup", RateSubject::Ip, SIGN_UPS_PER_WINDOW);
    /// `POST /auth/login` with a good form.
    pub const LOGIN: Self = Self::requests("login", RateSubject::Ip, LOGINS_PER_WINDOW);
    /// `POST /auth/login` with a wrong password from clients that are not known to the account: many addresses cannot
    /// guess one password faster than this.
    pub const LOGIN_ACCOUNT: Self = Self::failures("login-account", RateSubject::Account);
    /// `POST /auth/login` with a wrong password from a device that has signed in to the account before.
    pub const LOGIN_DEVICE: Self = Self::failures("login-device", RateSubject::Device);
    /// `POST /auth/refresh` with a good token. The specification counts users; see [`RateSubject::SignIn`].
    pub const REFRESH: Self = Self::requests("refresh", RateSubject::SignIn, REFRESHES_PER_WINDOW);
    /// `POST /auth/refresh` without a good token.
    pub const REFRESH_REFUSED: Self = Self::requests("refresh-refused", RateSubject::Ip, REFUSED_REFRESHES_PER_WINDOW);
    /// `POST /auth/logout`.
    pub const LOGOUT: Self = Self::requests("logout", RateSubject::Ip, LOGOUTS_PER_WINDOW);
    /// `PUT /users/me` with a valid form. Like a sign-up it reveals which names and addresses are taken, so its limit
    /// is the same.
    pub const PROFILE: Self = Self::requests("profile", RateSubject::Ip, PROFILE_CHANGES_PER_WINDOW);
    /// `PUT /users/me/password` and `DELETE /users/me`: both take a password, so both could be used to guess it.
    pub const ACCOUNT: Self = Self::requests("account", RateSubject::SignIn, ACCOUNT_CHANGES_PER_WINDOW);
    /// `POST /sessions`.
    pub const SESSION_CREATE: Self = Self::requests("session-create", RateSubject::User, SESSION_CREATIONS_PER_WINDOW);
    /// `PUT /sessions/{id}`.
    pub const SESSION_SAVE: Self = Self::requests("session-save", RateSubject::User, SESSION_SAVES_PER_WINDOW);
    /// `POST /threads/{id}/messages` with a note, or with a body that is refused.
    pub const NOTE: Self = Self::message(Some(MESSAGES_PER_WINDOW), None);
    /// `POST /threads/{id}/messages` with a question to the model.
    pub const QUESTION: Self = Self::message(Some(MESSAGES_PER_WINDOW), Some(AI_QUESTIONS_PER_WINDOW));
    /// `POST /ai/analyze`: a question to the model that is no message.
    pub const ANALYSIS: Self = Self::message(None, Some(AI_QUESTIONS_PER_WINDOW));

    /// The limit in words, for people who write a client: one sentence for each counter, which begins with its name as
    /// `RATE_LIMIT_EXCEEDED` tells it.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let RateRule { name, window, max_hits, max_ai_hits } = self.rule;
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
        let minutes = match window.as_secs() / 60 {
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
        let rule = RateRule::new("ai-day", cap.get(), DAY_WINDOW);
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
    use super::*;

    #[test]
    fn rules_that_share_a_window_agree_on_its_length_and_limits() {
        for (n, one) in RateLimit::ALL.iter().enumerate() {
            assert_ne!(one.rule.name, RateLimit::ai_day(NonZeroU32::MIN).rule.name);
            for other in RateLimit::ALL[n + 1..].iter().filter(|other| other.rule.name == one.rule.name) {
                assert_eq!((one.rule.window, one.subject), (other.rule.window, other.subject));
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
}
