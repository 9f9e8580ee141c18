//! The wire: counts the bytes of responses, and captures requests instead of sending them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;

use crate::table::Table;

/// Counts the response bytes of its tables, as received: JSON with keys and names.
#[derive(Clone, Debug, Default)]
pub struct Traffic(Arc<AtomicU64>);

impl Traffic {
    /// A new counter.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of bytes so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for Traffic {
    fn name(&self) -> &'static str {
        "Traffic"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().map_or(0, <[u8]>::len);
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(())
    }
}

/// A request in its wire form.
#[derive(Clone, Debug, PartialEq)]
pub struct WireRequest {
    /// DynamoDB's name of the operation, for instance `Query`.
    pub operation: String,
    /// Its parameters.
    pub body: serde_json::Value,
}

impl WireRequest {
    /// The request that the client wrote.
    pub(crate) fn written(context: &BeforeTransmitInterceptorContextRef<'_>) -> Result<Self, BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        Ok(Self { operation: target.rsplit('.').next().unwrap_or_default().to_owned(), body })
    }
}

/// Captures the first request, and sends none.
#[derive(Clone, Debug, Default)]
pub struct RequestCapture(Arc<Mutex<Option<WireRequest>>>);

impl RequestCapture {
    /// The captured request.
    pub fn take(&self) -> Option<WireRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Intercept for RequestCapture {
    fn name(&self) -> &'static str {
        "RequestCapture"
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let written = WireRequest::written(context)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(written);
        Err("the request was captured and not sent".into())
    }
}

impl Table {
    /// The same table, whose response bytes this counter adds up.
    #[must_use]
    pub fn counting(&self, traffic: &Traffic) -> Self {
        self.intercepted(traffic.clone())
    }

    /// The same table, but no request is sent.
    #[must_use]
    pub fn capturing(&self, capture: &RequestCapture) -> Self {
        self.intercepted(capture.clone())
    }

    pub(crate) fn intercepted(&self, interceptor: impl Intercept + 'static) -> Self {
        let client = self.client();
        self.with_client(Client::from_conf(client.config().to_builder().interceptor(interceptor).build()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn traffic_is_the_bytes_of_all_answers() {
        let table = crate::tests::garden().await;
        let traffic = Traffic::new();
        let counted = table.counting(&traffic);
        let describe = || counted.client().list_tables().limit(1).send();
        describe().await.expect("the engine answers");
        let once = traffic.bytes();
        assert!(once > 20, "{once}");
        describe().await.expect("the engine answers");
        assert_eq!(traffic.bytes(), 2 * once);
    }
}
