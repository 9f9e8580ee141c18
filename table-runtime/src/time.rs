//! Time: instants in milliseconds, UTC days, expiries in seconds, and the injected clock.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::KeyPart;

/// The last millisecond with 13 digits, in November 2286.
const MAX_MILLIS: i64 = 9_999_999_999_999;
const MILLIS_PER_DAY: i64 = 86_400_000;

/// An instant in whole milliseconds since 1970, up to the year 2286. A number in the table, 13 digits in a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "i64", try_from = "i64")]
pub struct Timestamp(i64);

/// The value is not a valid time, day or expiry: it is malformed, before 1970 or after 2286.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time between 1970 and 2286 in the expected form")]
pub struct InvalidTime;

impl Timestamp {
    /// The first instant.
    pub const EPOCH: Self = Self(0);

    /// The instant so many milliseconds after the beginning of 1970.
    pub const fn from_millis(millis: i64) -> Result<Self, InvalidTime> {
        if millis < 0 || millis > MAX_MILLIS { Err(InvalidTime) } else { Ok(Self(millis)) }
    }

    /// Milliseconds since 1970, never negative.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded **down**: "now" for a comparison with an [`Expiry`], which is rounded up, so
    /// that nothing expires early.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0 / 1_000
    }

    /// The current second, for a comparison with an [`Expiry`] in a condition: an item that expires in it has expired.
    #[must_use]
    pub const fn second(self) -> Expiry {
        Expiry(self.seconds())
    }

    /// For instance `2026-11-23T08:05:09.120Z`: always three decimals and `Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        format!("{:.3}", self.instant())
    }

    /// The instant so much later, at most the last instant.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(whole_millis(by)).min(MAX_MILLIS))
    }

    /// The instant so much earlier, at least the first instant.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(whole_millis(by)).max(0))
    }

    /// The time since `earlier`; zero if this instant is not later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// The UTC day of this instant.
    #[must_use]
    pub fn date(self) -> Date {
        Date(self.instant().to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    /// The expiry at this instant, rounded up to the next whole second.
    #[must_use]
    pub const fn expiry(self) -> Expiry {
        Expiry((self.0 + 999) / 1_000)
    }

    fn instant(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).expect("jiff reaches the year 9999, this type only 2286")
    }
}

fn whole_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTime;

    /// Accepts RFC 3339 with any offset. Fractions of a millisecond are dropped.
    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| InvalidTime)?;
        Self::from_millis(instant.as_millisecond())
    }
}

impl TryFrom<i64> for Timestamp {
    type Error = InvalidTime;

    fn try_from(millis: i64) -> Result<Self, InvalidTime> {
        Self::from_millis(millis)
    }
}

impl From<Timestamp> for i64 {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0
    }
}

impl KeyPart for Timestamp {
    fn key_part(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{:013}", self.0))
    }
}

/// A UTC day, written `2026-11-23`, from 1970 to 2286.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// Midnight at the beginning of this day.
    #[must_use]
    pub fn start(self) -> Timestamp {
        let days = (self.0 - jiff::civil::date(1970, 1, 1)).get_days();
        Timestamp(i64::from(days) * MILLIS_PER_DAY)
    }

    /// Midnight at the end of this day.
    #[must_use]
    pub fn end(self) -> Timestamp {
        self.start().plus(Duration::from_hours(24))
    }

    /// The day so many days earlier, at least the first day of 1970.
    #[must_use]
    pub fn days_before(self, days: u32) -> Self {
        self.start().minus(Duration::from_hours(24) * days).date()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Date({self})")
    }
}

impl FromStr for Date {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let date: jiff::civil::Date = text.parse().map_err(|_| InvalidTime)?;
        // jiff also accepts `20261123`, and a time after the day. One day must have one text.
        let first = jiff::civil::date(1970, 1, 1);
        let last = Timestamp(MAX_MILLIS).date().0;
        if date.to_string() == text && date >= first && date <= last { Ok(Self(date)) } else { Err(InvalidTime) }
    }
}

crate::serde_as_text!(Date);

impl KeyPart for Date {
    fn key_part(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

/// The expiry of an item, in whole **seconds** since 1970, as DynamoDB's TTL requires. The table deletes expired items
/// days later, so readers compare the expiry with the clock themselves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "i64", try_from = "i64")]
pub struct Expiry(i64);

impl Expiry {
    /// Whole seconds since 1970.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The instant of expiry.
    #[must_use]
    pub fn at(self) -> Timestamp {
        Timestamp((self.0 * 1_000).min(MAX_MILLIS))
    }

    /// Whether the instant has passed.
    #[must_use]
    pub fn has_passed(self, now: Timestamp) -> bool {
        self.0 <= now.seconds()
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.at().fmt(f)
    }
}

impl fmt::Debug for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expiry({self})")
    }
}

impl FromStr for Expiry {
    type Err = InvalidTime;

    /// Accepts RFC 3339, rounded up to a whole second.
    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        text.parse().map(Timestamp::expiry)
    }
}

impl TryFrom<i64> for Expiry {
    type Error = InvalidTime;

    fn try_from(seconds: i64) -> Result<Self, InvalidTime> {
        // One second more than the last whole second of a timestamp, because of the rounding.
        if (0..=MAX_MILLIS / 1_000 + 1).contains(&seconds) { Ok(Self(seconds)) } else { Err(InvalidTime) }
    }
}

impl From<Expiry> for i64 {
    fn from(expiry: Expiry) -> Self {
        expiry.0
    }
}

/// The current time. Clones of a fixed clock change together.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until a test moves it.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(at.0))))
    }

    /// The current instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else takes the time from")]
            Source::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp::EPOCH.plus(since)
            }
            Source::Fixed(millis) => Timestamp(millis.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock and all its clones forward. Has no effect on the machine's clock.
    pub fn advance(&self, by: Duration) {
        if let Source::Fixed(millis) = &self.0 {
            let later = |now| Timestamp(now).plus(by).0;
            // Keeps the step of another thread.
            millis.update(Ordering::SeqCst, Ordering::SeqCst, later);
        }
    }

    /// Sets a fixed clock and all its clones. Has no effect on the machine's clock.
    pub fn set(&self, to: Timestamp) {
        if let Source::Fixed(millis) = &self.0 {
            millis.store(to.0, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests;
