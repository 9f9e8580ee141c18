//! Lists omit items that cannot be decoded, so that one damaged item does not hide the others. Each is logged and
//! counted.

use model::{Store, Unreadable, UserId};

use crate::http::metrics;
use crate::state::Ctx;

/// The items that the lists of one request omit.
#[derive(Debug, Default)]
pub(crate) struct LeftOut(Unreadable);

impl LeftOut {
    /// A store whose lists omit items that cannot be decoded, and note them here.
    pub(crate) fn store(&self, ctx: &Ctx) -> Store {
        ctx.store.without_unreadable(&self.0)
    }

    /// Logs and counts the omitted items.
    pub(crate) fn log(self, ctx: &Ctx, user_id: UserId) {
        for item in self.0.take() {
            let reason = item.reason;
            tracing::warn!(item = %item.sk, %user_id, reason, "A list omits an item that cannot be decoded");
            ctx.app.metrics.write_line(&metrics::unreadable(ctx.store.clock().now(), &item.sk));
        }
    }
}
