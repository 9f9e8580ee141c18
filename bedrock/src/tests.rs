//! The client against the local endpoint, over a socket.

mod failing;
mod requests;
mod scene;
mod streaming;
