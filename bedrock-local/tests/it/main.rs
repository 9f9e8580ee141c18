//! The endpoint as its users see it: over HTTP, with the product's prompt.

mod asking;
mod protocol;
mod reviewing;
mod scripting;
mod streaming;
