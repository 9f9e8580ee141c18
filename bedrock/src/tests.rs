//! Tests of the client against the local endpoint, over a socket.

mod connection;
mod failing;
mod requests;
mod streaming;
