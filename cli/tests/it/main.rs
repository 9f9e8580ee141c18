//! Tests of the program as a separate process: its output, its answers and its files.

#![expect(clippy::unwrap_used, reason = "an unwrap in a helper is one in the test that calls it")]

mod access_control;
mod api_prefix;
mod concurrent_commands;
mod costs;
mod docs;
mod doctor;
mod documented_commands;
mod export;
mod help;
mod keys;
mod large_bodies;
mod logs;
mod page;
mod process;
mod profiles;
mod query;
mod query_arguments;
mod seed;
mod serve;
mod short_lifetimes;
mod silent_clients;
mod sweep;
mod table;
mod torture;
mod usage_errors;
mod verify;
mod walks;
