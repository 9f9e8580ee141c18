//! What a request cost at the table: counted while it runs, logged with it, and shown to callers in this process.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use model::{CallCost, Meter, Total};

/// The calls of one request, in the order they began. An extension of its response; never sent.
#[derive(Clone, Debug)]
pub struct Bill(pub Vec<CallCost>);

impl Bill {
    /// The patterns with what they took, as one word for the log each: `AP-24:1r/0/6`. A `~` marks write units that are an
    /// estimate, because refused writes are billed and not reported: `AP-60:1r/0/~1`.
    #[must_use]
    pub fn patterns(&self) -> String {
        let call = |cost: &CallCost| {
            let estimated = if cost.is_estimated { "~" } else { "" };
            format!("{}:{}r/{}/{estimated}{}", cost.pattern.id, cost.requests, cost.rcu, cost.wcu)
        };
        self.0.iter().map(call).collect::<Vec<_>>().join(" ")
    }

    /// All calls together.
    #[must_use]
    pub fn total(&self) -> Total {
        self.0.iter().fold(Total::default(), Total::and)
    }
}

/// Middleware: gives the request a meter, and its response the bill.
pub async fn count(mut request: Request, next: Next) -> Response {
    let meter = Meter::default();
    request.extensions_mut().insert(meter.clone());
    let mut response = next.run(request).await;
    response.extensions_mut().insert(Bill(meter.take()));
    response
}
