//! Optional expiry of messages: when a new message expires, and whether a thread has expired messages.
//!
//! The messages of a thread expire in order, also after the setting has changed. So only the beginning of a
//! conversation can be missing, and a missing number before the first remaining message is not an error.

use std::str::FromStr;
use std::time::Duration;

use crate::limits::MESSAGE_TTL_DAYS;
use crate::{Message, Thread, Timestamp};

/// The text is not a number of days, or the number exceeds [`MESSAGE_TTL_DAYS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a whole number of days, from 1 to {MESSAGE_TTL_DAYS}, or 0: messages never expire")]
pub struct InvalidMessageTtl;

/// How long messages live. By default they never expire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageTtl(Option<Duration>);

impl MessageTtl {
    /// A number of days; 0 means that messages never expire.
    ///
    /// # Errors
    /// When the number is too large.
    pub fn days(days: u32) -> Result<Self, InvalidMessageTtl> {
        if days > MESSAGE_TTL_DAYS {
            return Err(InvalidMessageTtl);
        }
        Ok(Self((days > 0).then(|| Duration::from_hours(u64::from(days) * 24))))
    }

    /// The expiry of a message that is stored now. It is not before the expiry of the earlier messages of the thread.
    pub(crate) fn expiry_in(self, thread: &Thread, now: Timestamp) -> Option<Timestamp> {
        let own = now.plus(self.0?);
        Some(thread.messages_expire_until.map_or(own, |until| until.max(own)))
    }
}

impl FromStr for MessageTtl {
    type Err = InvalidMessageTtl;

    fn from_str(days: &str) -> Result<Self, InvalidMessageTtl> {
        days.parse().map_err(|_| InvalidMessageTtl).and_then(Self::days)
    }
}

impl Thread {
    /// Whether messages of the thread have expired. They are hidden, and may already be removed.
    #[must_use]
    pub fn has_expired_messages(&self, now: Timestamp) -> bool {
        self.messages_expire_from.is_some_and(|from| from.expiry().has_passed(now))
    }
}

impl Message {
    /// Whether the message has expired. `DynamoDB` removes expired items with a delay.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at.has_passed(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ttl_is_a_number_of_days_or_unlimited() {
        assert_eq!(MessageTtl::days(0), Ok(MessageTtl::default()));
        assert_eq!(MessageTtl::days(365), Ok(MessageTtl(Some(Duration::from_hours(365 * 24)))));
        assert!(MessageTtl::days(MESSAGE_TTL_DAYS).is_ok());
        assert_eq!("365".parse(), MessageTtl::days(365));
        for bad in ["", "-1", "1.5", "a year", "36501", "4294967297"] {
            assert_eq!(bad.parse::<MessageTtl>(), Err(InvalidMessageTtl), "{bad}");
        }
    }
}
