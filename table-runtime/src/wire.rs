//! What goes over the wire: the bytes that come back, and requests that are looked at instead of being sent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;

use crate::table::Table;

/// Counts the bytes of the answers of the tables it was given to, as they came: JSON, keys and names included.
#[derive(Clone, Debug, Default)]
pub struct Traffic(Arc<AtomicU64>);

impl Traffic {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many bytes came back so far.
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

/// A request as it would be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct WireRequest {
    /// DynamoDB's name of the operation, for instance `Query`.
    pub operation: String,
    /// Its parameters.
    pub body: serde_json::Value,
}

impl WireRequest {
    /// What the client has written.
    pub(crate) fn written(context: &BeforeTransmitInterceptorContextRef<'_>) -> Result<Self, BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        Ok(Self { operation: target.rsplit('.').next().unwrap_or_default().to_owned(), body })
    }
}

/// Keeps the first request, and lets none be sent.
#[derive(Clone, Debug, Default)]
pub struct Held(Arc<Mutex<Option<WireRequest>>>);

impl Held {
    /// What would have been sent.
    pub fn take(&self) -> Option<WireRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Intercept for Held {
    fn name(&self) -> &'static str {
        "Held"
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let written = WireRequest::written(context)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(written);
        Err("the request is looked at, not sent".into())
    }
}

impl Table {
    /// The same table, with the bytes of every answer added to this count.
    #[must_use]
    pub fn counting(&self, traffic: &Traffic) -> Self {
        self.intercepted(traffic.clone())
    }

    /// The same table, but nothing is sent.
    #[must_use]
    pub fn holding(&self, held: &Held) -> Self {
        self.intercepted(held.clone())
    }

    pub(crate) fn intercepted(&self, interceptor: impl Intercept + 'static) -> Self {
        let client = self.client();
        self.with_client(Client::from_conf(client.config().to_builder().interceptor(interceptor).build()))
    }
}
