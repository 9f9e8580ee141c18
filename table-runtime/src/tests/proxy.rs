//! A TCP proxy between the store and the engine that injects planned faults.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The fault of one request. Requests without a planned fault pass.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    Pass,
    /// The connection breaks before the engine gets the request.
    BreakBefore,
    /// The engine applies the request, and the connection breaks before the response.
    BreakAfter,
    /// The engine applies the request, and half of the response is sent.
    CutAnswer,
    /// The engine does not get the request; the client gets this status and error code.
    Answer(u16, &'static str),
    /// The engine does not get the request; the client gets this status and body.
    Body(u16, String),
}

#[derive(Clone)]
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    plan: Arc<Mutex<VecDeque<Fault>>>,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Listens in front of an engine.
    pub(super) async fn before(engine: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let proxy = Self { address, plan: Arc::default(), bodies: Arc::default() };
        let served = proxy.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let proxy = served.clone();
                tokio::spawn(async move {
                    // A client that closes its connection ends only this connection.
                    let _ = proxy.serve(client, engine).await;
                });
            }
        });
        proxy
    }

    /// Plans the faults of the next requests, in order.
    pub(super) fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.plan.lock().expect("no test panics with it").extend(faults);
    }

    /// The bodies of the requests since the last call of this function.
    pub(super) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.bodies.lock().expect("no test panics with it"))
    }

    async fn serve(&self, mut client: TcpStream, engine: SocketAddr) -> std::io::Result<()> {
        loop {
            let request = read_message(&mut client).await?;
            self.bodies.lock().expect("no test panics with it").push(body(&request));
            let fault = self.plan.lock().expect("no test panics with it").pop_front();
            let answer = match fault.unwrap_or(Fault::Pass) {
                Fault::BreakBefore => return Ok(()),
                Fault::Pass => forward(&request, engine).await?,
                Fault::BreakAfter => {
                    forward(&request, engine).await?;
                    return Ok(());
                }
                Fault::CutAnswer => {
                    let answer = forward(&request, engine).await?;
                    return client.write_all(&answer[..answer.len() - 2]).await;
                }
                Fault::Answer(status, code) => {
                    respond(status, &format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":""}}"#))
                }
                Fault::Body(status, body) => respond(status, &body),
            };
            client.write_all(&answer).await?;
        }
    }
}

fn respond(status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {length}");
    format!("{head}\r\n\r\n{body}").into_bytes()
}

async fn forward(request: &[u8], engine: SocketAddr) -> std::io::Result<Vec<u8>> {
    let mut upstream = TcpStream::connect(engine).await?;
    upstream.write_all(request).await?;
    read_message(&mut upstream).await
}

/// Reads one HTTP/1.1 message whose length is in its head.
async fn read_message(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4 * 1024];
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&buffer[..read]);
        if let Some(head) = head_length(&bytes)
            && bytes.len() >= head + body_length(&bytes[..head])
        {
            return Ok(bytes);
        }
    }
}

fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|end| end + 4)
}

fn body_length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    length.unwrap_or(0)
}

fn body(message: &[u8]) -> String {
    String::from_utf8_lossy(&message[head_length(message).unwrap_or(0)..]).into_owned()
}
