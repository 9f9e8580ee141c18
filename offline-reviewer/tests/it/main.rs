//! The reviewer as its users see it: requests in, answers out.

mod examples;
mod hostile;
mod property;
mod reviewing;
