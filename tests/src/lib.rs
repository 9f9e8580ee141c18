//! The vocabulary of the integration tests: tables and their users, raw items, texts, and a proxy that stalls requests.
//!
//! A test reads as a story: `let ada = table.user("ada").await;`. It checks results through the product's own
//! functions. It reads the table itself to check what must *not* be there, see [`raw`].

#![expect(clippy::missing_panics_doc, reason = "a panic here is how a test fails")]

pub mod app;
pub mod capacity;
pub mod engine;
mod json_schema;
pub mod proxy;
pub mod raw;
mod sink;
pub mod story;
pub mod table;
pub mod texts;
pub mod used;
mod watchdog;

pub use app::TestApp;
pub use json_schema::JsonSchema;
pub use proxy::Proxy;
pub use raw::{RawItem, RawTable};
pub use sink::Sink;
pub use story::{LEASE, concurrently};
pub use table::{TestTable, without_indexes};

/// The URL of a service that refuses connections. Port 9 is never chosen as a free port, so no other test can listen on
/// it.
pub const CLOSED_URL: &str = "http://127.0.0.1:9";
