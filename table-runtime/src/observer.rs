//! Observers: functions that are called for each pattern and each request.

use std::fmt;
use std::sync::Arc;

/// An observed event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// A pattern was called.
    Pattern(&'static str),
    /// A request with this action was sent.
    Action {
        /// The action that IAM checks, for instance `ConditionCheckItem`.
        action: String,
        /// The index; `None` for the table.
        index: Option<String>,
        /// A partition of the request: the first key attribute (`dynamodb:LeadingKeys`).
        partition: String,
    },
}

/// A function that is called for each event.
#[derive(Clone)]
pub(crate) struct Observer(pub(crate) Arc<dyn Fn(Reached) + Send + Sync>);

impl Observer {
    pub(crate) fn tell(&self, reached: Reached) {
        (self.0)(reached);
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
