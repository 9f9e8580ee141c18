//! Tests of the endpoint over HTTP, with the product's prompt.

mod asking;
mod protocol;
mod reviewing;
mod scripting;
mod streaming;
