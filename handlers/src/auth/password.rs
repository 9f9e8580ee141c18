//! Passwords: the rules for new ones, and bcrypt on separate threads.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use model::PasswordHash;
use model::limits::{PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS, PASSWORDS_PER_PROCESSOR};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::error::{ApiError, ApiResult, BoxError, ErrorCode, Wrong};

/// The bcrypt cost of the specification.
pub const COST: u32 = 10;

/// Common passwords that satisfy all other rules, in lower case.
const COMMON: [&str; 24] = [
    "password1!",
    "password!1",
    "password123!",
    "password1234!",
    "password@123",
    "password@1",
    "passw0rd!",
    "p@ssword1",
    "p@ssw0rd",
    "p@ssw0rd1",
    "p@ssw0rd123",
    "p@ssword123",
    "pa$$w0rd",
    "welcome1!",
    "welcome@123",
    "welcome123!",
    "qwerty1!",
    "qwerty123!",
    "qwerty@123",
    "admin123!",
    "admin@123",
    "abcd1234!",
    "abc123!@#",
    "1q2w3e4r!",
];

/// A password that satisfies the rules, not trimmed or normalised. `Debug` does not print it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// The first rule that a password breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// It is too short.
    #[error("A password has at least {PASSWORD_MIN_CHARS} characters.")]
    TooShort,
    /// bcrypt would not read all of it.
    #[error("A password has at most {PASSWORD_MAX_BYTES} bytes.")]
    TooLong,
    /// Two passwords that differ after a control character can have one hash.
    #[error("A password has no control characters.")]
    Control,
    /// There is no upper-case letter.
    #[error("A password has at least one upper-case letter.")]
    NoUppercase,
    /// There is no digit.
    #[error("A password has at least one number.")]
    NoNumber,
    /// Every character is a letter or a number.
    #[error("A password has at least one special character.")]
    NoSpecial,
    /// It is a common password.
    #[error("This password is too common.")]
    Common,
}

impl FromStr for Password {
    type Err = WeakPassword;

    fn from_str(text: &str) -> Result<Self, WeakPassword> {
        let rules = [
            (text.chars().count() >= PASSWORD_MIN_CHARS, WeakPassword::TooShort),
            (text.len() <= PASSWORD_MAX_BYTES, WeakPassword::TooLong),
            (!text.contains(char::is_control), WeakPassword::Control),
            (text.contains(char::is_uppercase), WeakPassword::NoUppercase),
            (text.contains(char::is_numeric), WeakPassword::NoNumber),
            (text.contains(|c: char| !c.is_alphanumeric()), WeakPassword::NoSpecial),
            (!COMMON.contains(&text.to_lowercase().as_str()), WeakPassword::Common),
        ];
        match rules.into_iter().find(|(obeyed, _)| !obeyed) {
            Some((_, broken)) => Err(broken),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(<redacted>)")
    }
}

impl WeakPassword {
    /// `WEAK_PASSWORD` at this field of the request.
    #[must_use]
    pub fn at(self, field: &'static str) -> ApiError {
        ApiError::new(ErrorCode::WeakPassword).at(field).with_message(self.to_string())
    }
}

/// Parses a new password in the field of this name.
///
/// # Errors
/// `WEAK_PASSWORD` at that field.
pub(crate) fn new_password(field: &'static str, text: &str) -> ApiResult<Password> {
    text.parse().map_err(|broken: WeakPassword| broken.at(field))
}

/// Checks that the confirmation equals the new password. Ignores it when the password is missing.
pub(crate) fn check_confirmation(wrong: &mut Wrong, password: &str, again: &str) {
    if !password.is_empty() && password != again {
        wrong.note(ApiError::invalid("confirm_password", "The two passwords differ."));
    }
}

/// The result of [`HasherPlace::verify`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The password is wrong, or the user is unknown.
    Wrong,
    /// The password is right.
    Right,
    /// The password is right, but the cost of its hash is too low: store a new hash.
    RightButOutdated,
}

impl Verdict {
    /// Whether the password is right.
    #[must_use]
    pub fn is_right(self) -> bool {
        self != Self::Wrong
    }
}

/// Hashes and verifies passwords on separate threads, one for each processor. Clones share the limit.
#[derive(Clone)]
pub struct Hasher {
    cost: u32,
    /// A hash for unknown users, so that their verification takes as long.
    dummy_hash: Arc<str>,
    /// The threads that may run.
    threads: Arc<Semaphore>,
    /// The requests that may wait for a thread or use one.
    places: Arc<Semaphore>,
}

/// A request's place among those that wait for a password to be hashed, until it is dropped.
pub struct HasherPlace {
    hasher: Hasher,
    _place: OwnedSemaphorePermit,
}

/// Too many requests wait for a password to be hashed. An abandoned request is hashed too, so without a limit a client
/// that disconnects again and again could make all others wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked")]
pub struct HasherBusy;

impl From<HasherBusy> for ApiError {
    fn from(busy: HasherBusy) -> Self {
        const BUSY: &str = "Many people are signing in. Please try again in a moment.";
        ApiError::new(ErrorCode::DatabaseError).with_message(BUSY).caused_by(busy)
    }
}

/// bcrypt takes costs from 4 to 31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cost of bcrypt is a number from 4 to 31")]
pub struct InvalidCost;

impl Hasher {
    /// A hasher that makes hashes of this cost.
    ///
    /// # Errors
    /// When bcrypt does not know the cost.
    pub fn new(cost: u32) -> Result<Self, InvalidCost> {
        if !(4..=31).contains(&cost) {
            return Err(InvalidCost);
        }
        // The salt and digest of a discarded random password. bcrypt would refuse a malformed hash at once, which would
        // reveal that the user is unknown.
        let dummy_hash = format!("$2b${cost:02}$X3nMcPpVRZjzyZwZ3z0mPOQJ8v0bZq0oJx0m5n3yqkq1m2l7bY8bW");
        // One thread for each processor: more would slow each other down.
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let places = threads * PASSWORDS_PER_PROCESSOR as usize;
        let [threads, places] = [threads, places].map(|permits| Arc::new(Semaphore::new(permits)));
        Ok(Self { cost, dummy_hash: dummy_hash.into(), threads, places })
    }

    /// Refuses a request before it asks the table, if there is no place for it now.
    ///
    /// # Errors
    /// When other requests have all places.
    pub fn check_room(&self) -> Result<(), HasherBusy> {
        if self.places.available_permits() == 0 { Err(HasherBusy) } else { Ok(()) }
    }

    /// Takes a place for this request, after it was counted: requests over a rate limit must not use up the places.
    ///
    /// # Errors
    /// When other requests have all places.
    pub fn enter(&self) -> Result<HasherPlace, HasherBusy> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| HasherBusy)?;
        Ok(HasherPlace { hasher: self.clone(), _place: place })
    }
}

impl HasherPlace {
    /// The hash of a new password.
    ///
    /// # Errors
    /// When the operating system provides no random salt.
    pub async fn hash(&self, password: &Password) -> Result<PasswordHash, BoxError> {
        let (password, cost) = (password.0.clone(), self.hasher.cost);
        let hash = self.aside(move || bcrypt::non_truncating_hash(password, cost)).await??;
        Ok(hash.parse()?)
    }

    /// Whether the text is the password of this hash. Without a hash (unknown user) the result is [`Verdict::Wrong`],
    /// after the same time.
    ///
    /// # Errors
    /// When the stored hash cannot be read.
    pub async fn verify(&self, text: &str, hash: Option<&PasswordHash>) -> Result<Verdict, BoxError> {
        // Invalid passwords are refused at once, for known and unknown users alike.
        if text.len() > PASSWORD_MAX_BYTES || text.contains(char::is_control) {
            return Ok(Verdict::Wrong);
        }
        let stored = hash.map_or_else(|| self.hasher.dummy_hash.to_string(), |hash| hash.as_str().to_owned());
        let outdated = cost_of(&stored) < self.hasher.cost;
        let text = text.to_owned();
        let matches = self.aside(move || bcrypt::non_truncating_verify(text, &stored)).await??;
        Ok(match (matches && hash.is_some(), outdated) {
            (false, _) => Verdict::Wrong,
            (true, false) => Verdict::Right,
            (true, true) => Verdict::RightButOutdated,
        })
    }

    async fn aside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, BoxError> {
        let thread = Arc::clone(&self.hasher.threads).acquire_owned().await?;
        let (done, result) = oneshot::channel();
        // Not a Tokio thread: without memory for a new thread, Tokio panics and never releases the permit.
        std::thread::Builder::new().name("password".to_owned()).spawn(move || {
            // The permit is released after the work, even if its request was dropped.
            let _thread = thread;
            let _ = done.send(work());
        })?;
        Ok(result.await?)
    }
}

fn cost_of(hash: &str) -> u32 {
    hash.get(4..6).and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hasher(cost {})", self.cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    const GOOD: &str = "Correct horse 7";

    fn hasher() -> HasherPlace {
        Hasher::new(4).expect("the lowest cost").enter().expect("a place")
    }

    #[test]
    fn each_rule_is_checked_alone() {
        let (longest, too_long) = (format!("A1!{}", "x".repeat(68)), format!("A1!{}", "x".repeat(69)));
        assert!(longest.parse::<Password>().is_ok());
        let crabs = format!("A1!{}", "\u{1f980}".repeat(18));
        for (text, broken) in [
            ("Aa1!567", WeakPassword::TooShort),
            (&*too_long, WeakPassword::TooLong),
            (&*crabs, WeakPassword::TooLong),
            ("Passw0rd!\0", WeakPassword::Control),
            ("Passw0rd!\n", WeakPassword::Control),
            ("correct horse 7", WeakPassword::NoUppercase),
            ("Correct horse", WeakPassword::NoNumber),
            ("CorrectHorse7", WeakPassword::NoSpecial),
            ("Password1!", WeakPassword::Common),
            ("pASSW0RD!", WeakPassword::Common),
        ] {
            assert_eq!(text.parse::<Password>(), Err(broken), "{text}");
        }
        for good in [GOOD, "Übergrößenträger7!", " Aa1     ", "Пароль-7"] {
            assert!(good.parse::<Password>().is_ok(), "{good}");
        }
    }

    #[test]
    fn characters_other_than_letters_and_numbers_are_special() {
        let ascii = (' '..='~').filter(|c| !c.is_ascii_alphanumeric());
        for special in ascii.chain(['\u{a0}', '\u{20ac}', '\u{2013}', '\u{1f980}']) {
            assert!(format!("Correct7horse{special}").parse::<Password>().is_ok(), "{special:?}");
        }
        for letter in ['\u{e9}', '\u{436}', '\u{65e5}', '\u{661}', '\u{b2}'] {
            let broken = format!("Correct7horse{letter}").parse::<Password>();
            assert_eq!(broken, Err(WeakPassword::NoSpecial), "{letter:?}");
        }
    }

    #[test]
    fn a_password_does_not_print() {
        let password: Password = GOOD.parse().expect("strong");
        assert_eq!(format!("{password:?}"), "Password(<redacted>)");
        assert_eq!(WeakPassword::Common.at("new_password").field(), Some("new_password"));
    }

    #[tokio::test]
    async fn only_the_password_itself_is_right() {
        let hasher = hasher();
        let hash = hasher.hash(&GOOD.parse().expect("strong")).await.expect("a hash");
        assert!(hash.as_str().starts_with("$2b$04$"));
        assert_eq!(hasher.verify(GOOD, Some(&hash)).await.expect("readable"), Verdict::Right);
        for wrong in ["", "Correct horse 7 ", "correct horse 7", &GOOD.repeat(9), "Correct horse 7\0x"] {
            assert_eq!(hasher.verify(wrong, Some(&hash)).await.expect("readable"), Verdict::Wrong, "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_hash_of_a_lower_cost_is_outdated() {
        let hash = hasher().hash(&GOOD.parse().expect("strong")).await.expect("a hash");
        let newer = Hasher::new(5).expect("a cost").enter().expect("a place");
        assert_eq!(newer.verify(GOOD, Some(&hash)).await.expect("readable"), Verdict::RightButOutdated);
        assert!(Hasher::new(3).is_err() && Hasher::new(32).is_err());
    }

    #[test]
    fn a_request_without_a_place_is_refused_until_another_request_ends() {
        let hasher = Hasher::new(4).expect("a cost");
        let mut held: Vec<HasherPlace> = std::iter::from_fn(|| hasher.enter().ok()).collect();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        assert_eq!(held.len(), PASSWORDS_PER_PROCESSOR as usize * processors);
        assert_eq!(hasher.check_room(), Err(HasherBusy));
        let refused = ApiError::from(hasher.clone().enter().map(drop).expect_err("clones share the places"));
        assert_eq!(refused.code(), ErrorCode::DatabaseError);
        held.pop();
        assert!(hasher.check_room().is_ok() && hasher.enter().is_ok());
    }

    #[tokio::test]
    async fn an_unknown_user_takes_as_long_as_a_known_one() {
        let hasher = Hasher::new(8).expect("a cost").enter().expect("a place");
        assert!(bcrypt::verify("x", &hasher.hasher.dummy_hash).is_ok(), "the stand-in is well-formed");
        let hash = hasher.hash(&GOOD.parse().expect("strong")).await.expect("a hash");
        let mut best = [u128::MAX; 2];
        for _ in 0..5 {
            for (best, hash) in best.iter_mut().zip([Some(&hash), None]) {
                let began = Instant::now();
                assert_eq!(hasher.verify("Wrong horse 7", hash).await.expect("readable"), Verdict::Wrong);
                *best = (*best).min(began.elapsed().as_micros());
            }
        }
        assert!(best[0] < best[1] * 2 && best[1] < best[0] * 2, "{best:?}");
    }
}
