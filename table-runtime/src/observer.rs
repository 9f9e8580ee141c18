//! What calls reach, and the function that is told of it.

use std::fmt;
use std::sync::Arc;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// A pattern was asked.
    Pattern(&'static str),
    /// A request was sent that does this.
    Action {
        /// What IAM checks, for instance `ConditionCheckItem`.
        action: String,
        /// The index that it does it to; the table without it.
        index: Option<String>,
        /// A partition that it does it in: the first key attribute (`dynamodb:LeadingKeys`).
        partition: String,
    },
}

/// Is told what is reached.
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
