//! A defective store, which confirms writes that it did not execute. A test of a checker plants a defect to show that
//! the checker fails.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::{Answer, Proxy};

/// A defect of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// Every fifth transaction is confirmed and not executed.
    DropsTransactions,
    /// Each transaction is executed without its last action.
    TearsTransactions,
    /// A read has the result of the first read like it.
    RepeatsReads,
}

/// A request of a read, and its first answer.
type Known = (String, Value, (StatusCode, HeaderMap, Bytes));

/// The state of a defect.
#[derive(Clone, Debug)]
pub(super) struct Defective {
    defect: Defect,
    transactions: Arc<AtomicUsize>,
    reads: Arc<Mutex<Vec<Known>>>,
}

impl Proxy {
    /// Starts a proxy that makes a store defective.
    pub async fn with_defect(engine: &str, defect: Defect) -> Self {
        let (proxy, listener) = Self::parts(engine).await;
        let defective = Defective { defect, transactions: Arc::default(), reads: Arc::default() };
        Self { defect: Some(defective), ..proxy }.serve(listener)
    }
}

impl Defective {
    pub(super) async fn pass(&self, proxy: &Proxy, headers: HeaderMap, body: Bytes) -> Answer {
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default().to_owned();
        let is_transaction = target.ends_with("TransactWriteItems");
        let is_read = ["GetItem", "Query"].iter().any(|read| target.ends_with(read));
        let is_dropped = || self.transactions.fetch_add(1, Ordering::Relaxed) % 5 == 4;
        match self.defect {
            Defect::DropsTransactions if is_transaction && is_dropped() => {
                return Ok((StatusCode::OK, HeaderMap::new(), Bytes::from_static(b"{}")));
            }
            Defect::TearsTransactions if is_transaction => {
                return proxy.forward(headers, without_the_last_action(&body)?).await;
            }
            Defect::RepeatsReads if is_read => return self.repeat(proxy, target, headers, body).await,
            _ => {}
        }
        proxy.forward(headers, body).await
    }

    async fn repeat(&self, proxy: &Proxy, target: String, headers: HeaderMap, body: Bytes) -> Answer {
        let request: Value = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
        let known = {
            let reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
            reads.iter().find(|(of, like, _)| (of, like) == (&target, &request)).map(|(.., answer)| answer.clone())
        };
        if let Some(answer) = known {
            return Ok(answer);
        }
        let answer = proxy.forward(headers, body).await?;
        self.reads.lock().unwrap_or_else(PoisonError::into_inner).push((target, request, answer.clone()));
        Ok(answer)
    }
}

fn without_the_last_action(body: &Bytes) -> Result<Bytes, StatusCode> {
    let mut request: Value = serde_json::from_slice(body).map_err(|_| StatusCode::BAD_REQUEST)?;
    if let Some(actions) = request["TransactItems"].as_array_mut()
        && actions.len() > 1
    {
        actions.pop();
    }
    Ok(request.to_string().into())
}
