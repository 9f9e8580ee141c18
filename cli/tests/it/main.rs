//! The command as its users start it: a process of its own, seen by what it prints, answers and leaves on the disk.

#![expect(clippy::unwrap_used, reason = "an unwrap in a helper is one in the test that calls it")]

mod asking;
mod costs;
mod docs;
mod doctor;
mod exporting;
mod keys;
mod large_bodies;
mod logs;
mod mistakes;
mod page;
mod process;
mod profiles;
mod query;
mod questions;
mod rehearsing;
mod seeding;
mod serving;
mod side_by_side;
mod silent_clients;
mod strangers;
mod sweeping;
mod tables;
mod teaching;
mod under_api;
mod verifying;
mod walks;
