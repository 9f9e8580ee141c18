//! Public ids of threads and messages: each includes its session's id, so it determines the item's key.

use std::fmt;
use std::str::FromStr;

use crate::{Message, MessageKey, SessionId, Thread, ThreadUuid};

/// The id of a thread: `{session_id}.{thread}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ThreadId {
    /// The thread's session.
    pub session_id: SessionId,
    /// The thread within the session.
    pub thread: ThreadUuid,
}

/// The id of a message: `{session_id}.{thread}.{seq}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId {
    /// The message's thread.
    pub thread_id: ThreadId,
    /// Its number in the thread.
    pub seq: u32,
}

/// The text is not the id of a thread or message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the id of a {0}")]
pub struct InvalidPublicId(&'static str);

impl MessageId {
    /// The key of the message.
    #[must_use]
    pub const fn key(self) -> MessageKey {
        let ThreadId { session_id, thread } = self.thread_id;
        MessageKey { session_id, thread, seq: self.seq }
    }
}

impl fmt::Display for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.session_id, self.thread)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.thread_id, self.seq)
    }
}

impl FromStr for ThreadId {
    type Err = InvalidPublicId;

    fn from_str(text: &str) -> Result<Self, InvalidPublicId> {
        let invalid = InvalidPublicId("thread");
        let (session, thread) = text.split_once('.').ok_or(invalid)?;
        let session_id = session.parse().map_err(|_| invalid)?;
        Ok(Self { session_id, thread: thread.parse().map_err(|_| invalid)? })
    }
}

impl FromStr for MessageId {
    type Err = InvalidPublicId;

    fn from_str(text: &str) -> Result<Self, InvalidPublicId> {
        let invalid = InvalidPublicId("message");
        let (thread, seq) = text.rsplit_once('.').ok_or(invalid)?;
        let thread_id = thread.parse().map_err(|_| invalid)?;
        let number: u32 = seq.parse().map_err(|_| invalid)?;
        // Each number has one spelling: no sign, no leading zero.
        if number == 0 || number.to_string() != seq {
            return Err(invalid);
        }
        Ok(Self { thread_id, seq: number })
    }
}

impl Thread {
    /// The id that the API shows.
    #[must_use]
    pub fn id(&self) -> ThreadId {
        ThreadId { session_id: self.session_id, thread: self.thread }
    }
}

impl Message {
    /// The id that the API shows.
    #[must_use]
    pub fn id(&self) -> MessageId {
        MessageId { thread_id: ThreadId { session_id: self.session_id, thread: self.thread }, seq: self.seq }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ids, Timestamp};
    use proptest::prelude::*;

    fn thread_id(seed: u64) -> ThreadId {
        let (ids, now) = (Ids::seeded(seed), Timestamp::from_millis(1_763_884_800_000).unwrap());
        ThreadId { session_id: ids.next(now), thread: ids.next(now) }
    }

    proptest! {
        #[test]
        fn a_displayed_id_parses_to_itself(seed: u64, seq in 1_u32..=500) {
            let message = MessageId { thread_id: thread_id(seed), seq };
            prop_assert_eq!(message.thread_id.to_string().parse(), Ok(message.thread_id));
            prop_assert_eq!(message.to_string().parse(), Ok(message));
        }

        #[test]
        fn other_texts_are_refused_without_a_panic(text in ".{0,120}") {
            if let Ok(id) = text.parse::<MessageId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn a_message_has_exactly_one_id() {
        let id = thread_id(1);
        for seq in ["0", "007", "+7", "", "4294967296"] {
            assert!(format!("{id}.{seq}").parse::<MessageId>().is_err(), "{seq}");
        }
    }
}
