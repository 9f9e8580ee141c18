//! The cost of a request at the table: metered while it runs, logged, and available to callers in this process.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use model::{CallCost, Meter, Total};

/// The calls of one request, in the order of their start. An extension of its response, which is never sent.
#[derive(Clone, Debug)]
pub struct RequestCost(pub Vec<CallCost>);

impl RequestCost {
    /// Each pattern with its requests, read units and write units, for the log: `AP-24:1r/0/6`. `~` marks estimated
    /// write units, because DynamoDB bills refused writes and does not report them: `AP-60:1r/0/~1`.
    #[must_use]
    pub fn patterns(&self) -> String {
        let call = |cost: &CallCost| {
            let estimated = if cost.is_estimated { "~" } else { "" };
            format!("{}:{}r/{}/{estimated}{}", cost.pattern.id, cost.requests, cost.rcu, cost.wcu)
        };
        self.0.iter().map(call).collect::<Vec<_>>().join(" ")
    }

    /// The sum of all calls.
    #[must_use]
    pub fn total(&self) -> Total {
        self.0.iter().fold(Total::default(), Total::and)
    }
}

/// Middleware: adds a meter to the request, and the cost to its response.
pub async fn count(mut request: Request, next: Next) -> Response {
    let meter = Meter::default();
    request.extensions_mut().insert(meter.clone());
    let mut response = next.run(request).await;
    response.extensions_mut().insert(RequestCost(meter.take()));
    response
}
