//! The connection of a proxy to its service.

use std::io;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::wire::{Reader, Request, Response};

/// A connection that was idle for longer is replaced: the service may be closing it.
const IDLE: Duration = Duration::from_secs(5);

/// A connection to the service, opened when it is needed.
pub(super) struct Upstream {
    address: String,
    connection: Option<(Reader<TcpStream>, Instant)>,
}

impl Upstream {
    pub(super) fn new(address: &str) -> Self {
        Self { address: address.to_owned(), connection: None }
    }

    /// Sends the request and waits for the whole answer.
    pub(super) async fn ask(&mut self, request: &Request) -> io::Result<Response> {
        let mut reader = match self.connection.take() {
            Some((reader, used)) if used.elapsed() < IDLE => reader,
            _ => {
                let socket = TcpStream::connect(&self.address).await?;
                socket.set_nodelay(true)?;
                Reader::new(socket)
            }
        };
        reader.socket.write_all(&request.bytes).await?;
        let response = reader.response().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if response.keeps_alive {
            self.connection = Some((reader, Instant::now()));
        }
        Ok(response)
    }
}
