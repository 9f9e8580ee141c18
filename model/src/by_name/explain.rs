//! What a pattern would send, without sending it.

use super::{Arguments, RunError};
use crate::registry::Pattern;
use crate::store::wire::Held;
use crate::store::{PageRequest, Store, WireRequest};

impl Store {
    /// The request that [`run`](Store::run) would send first, exactly as the client writes it. Nothing is sent, and no
    /// credentials are needed.
    ///
    /// # Errors
    /// When an argument or the cursor is not what it should be.
    pub async fn explain(
        &self,
        pattern: &'static Pattern,
        arguments: Arguments,
        page: PageRequest<'_>,
    ) -> Result<WireRequest, RunError> {
        let held = Held::default();
        let outcome = self.holding(&held).run(pattern, arguments, page).await;
        match (held.take(), outcome) {
            (Some(request), _) => Ok(request),
            (None, Err(error)) => Err(error),
            // A batch of nothing.
            (None, Ok(_)) => Ok(WireRequest { operation: String::new(), body: serde_json::Value::Null }),
        }
    }
}
