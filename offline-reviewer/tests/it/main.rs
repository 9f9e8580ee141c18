//! Tests of the reviewer: requests in, answers out.

mod examples;
mod hostile;
mod property;
mod reviewing;
