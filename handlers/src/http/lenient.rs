//! Lists that leave out what does not decode, so that one damaged item hides no other; each is logged and counted.

use model::{Store, Unreadable, UserId};

use crate::http::metrics;
use crate::state::Ctx;

/// The items that lists of one request have left out.
#[derive(Debug, Default)]
pub(crate) struct LeftOut(Unreadable);

impl LeftOut {
    /// A store whose lists leave out what does not decode, and note it here.
    pub(crate) fn store(&self, ctx: &Ctx) -> Store {
        ctx.store.without_unreadable(&self.0)
    }

    /// Logs and counts what was left out.
    pub(crate) fn log(self, ctx: &Ctx, user_id: UserId) {
        for item in self.0.take() {
            tracing::warn!(item = %item.sk, %user_id, reason = item.reason, "A list leaves out an item that does not decode");
            ctx.app.metrics.write_line(&metrics::unreadable(ctx.store.clock().now(), &item.sk));
        }
    }
}
