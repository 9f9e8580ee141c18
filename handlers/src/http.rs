//! HTTP around the handlers: extractors that check requests, and layers around all responses.

pub mod accept;
pub mod body;
pub mod client_ip;
pub mod cookie;
pub mod cors;
pub mod deadline;
mod drain;
pub mod etag;
#[doc(hidden)] // Public for the fuzz targets.
pub mod events;
pub mod failure;
pub mod forgery;
pub mod form;
pub(crate) mod json;
pub mod large;
pub mod layers;
pub(crate) mod lenient;
pub mod metrics;
pub mod path;
pub mod prefix;
pub mod query;
pub mod rate;
pub mod request_cost;
pub mod success;
pub mod trace;
