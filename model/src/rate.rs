//! Rate limits: each limited request makes one conditional update of a counter. AP-60 and AP-61.

use std::time::Duration;

use crate::{CountHit, CountHitError, Digest, Store, StoreError, TakeHitBackError, Timestamp};

/// The hits that a request counts as, and their limits.
///
/// Rules with the same name share their windows: messages and questions to the model are two counters of one item, and
/// a question increments both in one update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateRule {
    /// Its name in the table, for example `login`.
    pub name: &'static str,
    /// The length of a window, in whole seconds.
    pub window: Duration,
    /// The maximum number of hits in a window; `None` for a rule that does not count them.
    pub max_hits: Option<u32>,
    /// The maximum number of questions to the model in a window; `None` for a rule that does not count them.
    pub max_ai_hits: Option<u32>,
}

/// The result of a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// The hit is within the limit and is counted.
    Counted,
    /// The hit exceeds the limit and is not counted. The next hit passes at this time.
    Refused {
        /// The limit that is reached: the rule's name, or `ai` for questions to the model.
        limit: &'static str,
        /// When the window ends.
        retry_at: Timestamp,
    },
}

/// One window of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its number, which is part of the key.
    pub number: u32,
    /// When it ends and the next one begins.
    pub ends_at: Timestamp,
}

impl RateRule {
    /// The name of the limit of questions to the model.
    pub const AI: &'static str = "ai";

    /// A rule with one counter.
    #[must_use]
    pub const fn new(name: &'static str, max_hits: u32, window: Duration) -> Self {
        Self { name, window, max_hits: Some(max_hits), max_ai_hits: None }
    }

    /// The subject's window at this time. Windows follow each other without a gap. A hash of the subject shifts them,
    /// so that the windows of different subjects end at different times.
    #[must_use]
    pub fn window(&self, subject: &str, now: Timestamp) -> Window {
        let length = self.window.max(Duration::from_secs(1)).as_millis();
        let [first, second, third, fourth, ..] = *Digest::of(subject).as_bytes();
        let offset = u128::from(u32::from_be_bytes([first, second, third, fourth])) % length;
        let since_1970 = u128::try_from(now.millis()).unwrap_or(0) + offset;
        let left = length - since_1970 % length;
        Window {
            number: u32::try_from(since_1970 / length).unwrap_or(u32::MAX),
            ends_at: now.plus(Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX))),
        }
    }
}

/// The hit counters of the rate limits.
#[derive(Clone, Copy, Debug)]
pub struct RateLimits<'a> {
    pub(crate) store: &'a Store,
}

impl Store {
    /// The hit counters of the rate limits.
    #[must_use]
    pub const fn rate_limits(&self) -> RateLimits<'_> {
        RateLimits { store: self }
    }
}

impl RateLimits<'_> {
    /// Counts a hit of a subject under a rule, unless a limit of its window is reached.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn hit(self, rule: RateRule, subject: &str) -> Result<Hit, StoreError> {
        self.hit_in(rule, subject, rule.window(subject, self.store.clock().now())).await
    }

    /// Counts a hit in this window of the subject.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn hit_in(self, rule: RateRule, subject: &str, window: Window) -> Result<Hit, StoreError> {
        let Window { number, ends_at } = window;
        let counted = self.store.patterns.count_hit(CountHit {
            rule: rule.name,
            subject,
            window: number,
            hits: rule.max_hits.is_some().into(),
            ai_hits: rule.max_ai_hits.is_some().into(),
            max_hits: rule.max_hits.unwrap_or(u32::MAX),
            max_ai_hits: rule.max_ai_hits.unwrap_or(u32::MAX),
            expires_at: ends_at.expiry(),
        });
        let limit = match counted.await {
            Ok(()) => return Ok(Hit::Counted),
            Err(CountHitError::LimitReached { .. }) => rule.name,
            Err(CountHitError::AiLimitReached { .. }) => RateRule::AI,
            Err(CountHitError::Store(error)) => return Err(error),
        };
        Ok(Hit::Refused { limit, retry_at: ends_at })
    }

    /// Takes back a hit that was counted in this window, for rules that count failures. Does nothing when the window's
    /// item has expired.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn undo_hit(self, rule: RateRule, subject: &str, window: Window) -> Result<(), StoreError> {
        match self.store.patterns.take_hit_back(rule.name, subject, window.number).await {
            Ok(()) | Err(TakeHitBackError::NothingCounted) => Ok(()),
            Err(TakeHitBackError::Store(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: RateRule = RateRule::new("login", 5, Duration::from_mins(1));

    fn time(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).expect("a time")
    }

    #[test]
    fn windows_follow_each_other_without_a_gap() {
        let now = time(1_795_424_520_123);
        let window = RULE.window("ada", now);
        let last = window.ends_at.minus(Duration::from_millis(1));
        assert_eq!(RULE.window("ada", last), window);
        let next = RULE.window("ada", window.ends_at);
        assert_eq!(next.number, window.number + 1);
        assert_eq!(next.ends_at.since(window.ends_at), Duration::from_mins(1));
    }

    #[test]
    fn the_window_of_a_subject_is_stable_between_releases() {
        let window = RULE.window("ada", time(1_795_424_520_123));
        assert_eq!((window.number, window.ends_at.millis()), (29_923_742, 1_795_424_569_619));
    }

    #[test]
    fn windows_of_many_subjects_end_at_times_spread_over_a_whole_window() {
        let now = time(1_795_424_520_000);
        let mut ends = [0_u32; 6];
        for subject in 0..600 {
            let left = RULE.window(&subject.to_string(), now).ends_at.since(now);
            ends[usize::try_from((left.as_millis() - 1) / 10_000).expect("a small number")] += 1;
        }
        assert!(ends.iter().all(|count| (60..=140).contains(count)), "{ends:?}");
    }
}
