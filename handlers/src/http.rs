//! HTTP around the handlers: what a request may look like, and what every answer has in common.

pub mod accept;
pub mod bill;
pub mod body;
pub mod checked;
pub mod client_ip;
pub mod cookie;
pub mod cors;
pub mod deadline;
mod drain;
pub mod etag;
pub(crate) mod events;
pub mod failure;
pub mod forgery;
pub(crate) mod json;
mod large;
pub mod layers;
pub(crate) mod lenient;
pub mod metrics;
pub mod path;
pub mod prefix;
pub mod query;
pub mod rate;
pub mod success;
pub mod trace;
