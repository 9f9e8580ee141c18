//! Load and faults on the real program: a server process behind proxies that inject faults, and clients over loopback.
//!
//! [`run`] runs scenarios. Each starts the program `codesensei` as a child process on a new table. A TCP proxy stands
//! before the table and another before the model. A plan from a seed decides which request gets which fault. Each
//! scenario checks the answers of the server and the content of the table, and counts each violation as a loss.
//!
//! Reading order: `scenario.rs` (the list), `world.rs` (one scenario's server, table and proxies), `proxy.rs` and
//! `fault.rs` (the faults), `history.rs` (the checker of saves), and `scenario/` (one file for each scenario).

mod client;
mod error;
mod fault;
mod history;
mod latency;
mod plan;
mod proxy;
mod report;
mod scenario;
mod secrets;
mod server;
mod table;
mod wire;
mod world;

pub use error::TortureError;
pub use proxy::Planted;
pub use report::{Report, ScenarioReport};
pub use scenario::{Scale, Scenario, Settings, run};
pub use world::Setup;
