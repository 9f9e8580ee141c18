//! HTTP/1.1 on a raw socket: reads one whole message at a time and keeps its bytes as they came.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The most header lines of a message.
const MAX_HEADERS: usize = 64;
/// The longest head of a message.
const MAX_HEAD: usize = 64 * 1024;

/// A request, with its bytes as they came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The head and the body.
    pub(crate) bytes: Vec<u8>,
    head_length: usize,
    /// `GetItem` of the header `x-amz-target: DynamoDB_20120810.GetItem`, else the last part of the path.
    pub(crate) operation: String,
}

/// A response, with its bytes as they came.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    /// The head and the body.
    pub(crate) bytes: Vec<u8>,
    head_length: usize,
    /// The status.
    pub(crate) status: u16,
    /// Whether the sender keeps the connection open.
    pub(crate) keeps_alive: bool,
}

/// How the end of a body is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
    UntilClose,
}

/// The properties of a head.
struct Head {
    length: usize,
    framing: Option<Framing>,
    status: u16,
    operation: String,
    closes: bool,
}

impl Request {
    /// The body.
    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[self.head_length..]
    }

    /// The same request with another body.
    pub(crate) fn with_body(&self, body: &[u8]) -> Self {
        let (bytes, head_length) = replaced(&self.bytes[..self.head_length], body);
        Self { bytes, head_length, operation: self.operation.clone() }
    }
}

impl Response {
    /// The body, still in chunks if it came in chunks.
    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[self.head_length..]
    }

    /// The same response with another body.
    pub(crate) fn with_body(&self, body: &[u8]) -> Self {
        let (bytes, head_length) = replaced(&self.bytes[..self.head_length], body);
        Self { bytes, head_length, ..*self }
    }
}

/// The head with the length of this body, and the body.
fn replaced(head: &[u8], body: &[u8]) -> (Vec<u8>, usize) {
    let text = String::from_utf8_lossy(head);
    let kept = text.lines().filter(|line| {
        let name = line.split(':').next().unwrap_or_default();
        !line.is_empty() && !name.eq_ignore_ascii_case("content-length") && !name.eq_ignore_ascii_case("x-amz-crc32")
    });
    let mut bytes = kept.fold(Vec::new(), |mut bytes, line| {
        bytes.extend_from_slice(line.as_bytes());
        bytes.extend_from_slice(b"\r\n");
        bytes
    });
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    let head_length = bytes.len();
    bytes.extend_from_slice(body);
    (bytes, head_length)
}

/// Reads messages from a socket.
#[derive(Debug)]
pub(crate) struct Reader<S> {
    /// The socket, to write to.
    pub(crate) socket: S,
    buffer: Vec<u8>,
}

impl<S: AsyncRead + Unpin> Reader<S> {
    pub(crate) fn new(socket: S) -> Self {
        Self { socket, buffer: Vec::new() }
    }

    /// The next request; `None` if the client closed the connection before it.
    pub(crate) async fn request(&mut self) -> io::Result<Option<Request>> {
        let Some(head) = self.head(request_head).await? else { return Ok(None) };
        // A request without a length has no body.
        let end = self.end(&head, head.framing.unwrap_or(Framing::Length(0))).await?;
        let bytes = self.buffer.drain(..end).collect();
        Ok(Some(Request { bytes, head_length: head.length, operation: head.operation }))
    }

    /// The next response; `None` if the server closed the connection before it.
    pub(crate) async fn response(&mut self) -> io::Result<Option<Response>> {
        let Some(head) = self.head(response_head).await? else { return Ok(None) };
        let framing = head.framing.unwrap_or(Framing::UntilClose);
        let end = self.end(&head, framing).await?;
        let bytes = self.buffer.drain(..end).collect();
        let keeps_alive = !head.closes && framing != Framing::UntilClose;
        Ok(Some(Response { bytes, head_length: head.length, status: head.status, keeps_alive }))
    }

    async fn head(&mut self, parse: fn(&[u8]) -> io::Result<Option<Head>>) -> io::Result<Option<Head>> {
        loop {
            if let Some(head) = parse(&self.buffer)? {
                return Ok(Some(head));
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(invalid("the head is too long"));
            }
            if !self.more().await? {
                return if self.buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    /// Reads until the body is complete. Returns its end.
    async fn end(&mut self, head: &Head, framing: Framing) -> io::Result<usize> {
        match framing {
            Framing::Length(length) => self.at_least(head.length + length).await.map(|()| head.length + length),
            Framing::Chunked => self.end_of_chunks(head.length).await,
            Framing::UntilClose => {
                while self.more().await? {}
                Ok(self.buffer.len())
            }
        }
    }

    async fn end_of_chunks(&mut self, mut at: usize) -> io::Result<usize> {
        loop {
            let line = self.line(at).await?;
            let text = String::from_utf8_lossy(&self.buffer[at..line]);
            let size = text.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| invalid("a chunk has no size"))?;
            at = line + 2;
            if size == 0 {
                // Trailers end with an empty line.
                loop {
                    let line = self.line(at).await?;
                    let is_last = line == at;
                    at = line + 2;
                    if is_last {
                        return Ok(at);
                    }
                }
            }
            at += size + 2;
            self.at_least(at).await?;
        }
    }

    /// The end of the line that begins here.
    async fn line(&mut self, at: usize) -> io::Result<usize> {
        loop {
            let rest = self.buffer.get(at..).unwrap_or_default();
            if let Some(length) = rest.windows(2).position(|two| two == b"\r\n") {
                return Ok(at + length);
            }
            if !self.more().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    async fn at_least(&mut self, length: usize) -> io::Result<()> {
        while self.buffer.len() < length {
            if !self.more().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    async fn more(&mut self) -> io::Result<bool> {
        self.buffer.reserve(16 * 1024);
        Ok(self.socket.read_buf(&mut self.buffer).await? > 0)
    }
}

fn request_head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let mut lines = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut lines);
    let httparse::Status::Complete(length) = request.parse(bytes).map_err(unreadable)? else { return Ok(None) };
    let target = value(request.headers, "x-amz-target").and_then(|target| target.rsplit('.').next().map(str::to_owned));
    let path = request.path.unwrap_or_default();
    let operation = target.unwrap_or_else(|| path.rsplit('/').next().unwrap_or_default().to_owned());
    Ok(Some(Head { length, framing: framing(request.headers), status: 0, operation, closes: false }))
}

fn response_head(bytes: &[u8]) -> io::Result<Option<Head>> {
    let mut lines = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut lines);
    let httparse::Status::Complete(length) = response.parse(bytes).map_err(unreadable)? else { return Ok(None) };
    let status = response.code.unwrap_or_default();
    let framing = if matches!(status, 204 | 304) { Some(Framing::Length(0)) } else { framing(response.headers) };
    let closes = value(response.headers, "connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    Ok(Some(Head { length, framing, status, operation: String::new(), closes }))
}

fn framing(headers: &[httparse::Header<'_>]) -> Option<Framing> {
    let is_chunked = |coding: &str| coding.to_ascii_lowercase().contains("chunked");
    if value(headers, "transfer-encoding").is_some_and(is_chunked) {
        return Some(Framing::Chunked);
    }
    value(headers, "content-length").and_then(|length| length.trim().parse().ok()).map(Framing::Length)
}

fn value<'h>(headers: &[httparse::Header<'h>], name: &str) -> Option<&'h str> {
    let found = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(found.value).ok()
}

fn unreadable(error: httparse::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn invalid(problem: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt as _;

    /// A reader of these bytes, which arrive one by one.
    fn reader(bytes: &'static [u8]) -> Reader<tokio::io::DuplexStream> {
        let (mut sender, receiver) = tokio::io::duplex(1);
        tokio::spawn(async move { sender.write_all(bytes).await });
        Reader::new(receiver)
    }

    #[tokio::test]
    async fn requests_on_one_connection_are_read_one_by_one() {
        let mut reader = reader(
            b"POST / HTTP/1.1\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\nContent-Length: 2\r\n\r\n{}\
              POST /model/a/converse HTTP/1.1\r\ncontent-length: 1\r\n\r\n1",
        );
        let first = reader.request().await.expect("readable").expect("a request");
        assert_eq!((&*first.operation, first.body()), ("GetItem", &b"{}"[..]));
        let second = reader.request().await.expect("readable").expect("a request");
        assert_eq!((&*second.operation, second.body()), ("converse", &b"1"[..]));
        assert!(reader.request().await.expect("readable").is_none());
    }

    #[tokio::test]
    async fn a_response_ends_after_its_length_its_last_chunk_or_the_connection() {
        let mut reader = reader(
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok\
              HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n\
              HTTP/1.1 200 OK\r\n\r\nthe rest",
        );
        for (status, body, keeps_alive) in
            [(200, &b"ok"[..], true), (500, b"3\r\nabc\r\n0\r\n\r\n", true), (200, b"the rest", false)]
        {
            let response = reader.response().await.expect("readable").expect("a response");
            assert_eq!((response.status, response.body(), response.keeps_alive), (status, body, keeps_alive));
        }
    }

    #[tokio::test]
    async fn a_truncated_message_is_an_error() {
        for bytes in [&b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab"[..], b"HTTP/1.1 200"] {
            reader(bytes).response().await.expect_err("truncated");
        }
    }

    #[tokio::test]
    async fn another_body_has_its_own_length() {
        let bytes = b"POST / HTTP/1.1\r\nx-amz-target: DynamoDB_20120810.PutItem\r\ncontent-length: 2\r\n\r\n{}";
        let request = reader(bytes).request().await.expect("readable").expect("a request");
        let sent: &'static [u8] = Vec::leak(request.with_body(b"{\"a\":1}").bytes);
        let read = reader(sent).request().await.expect("readable").expect("a request");
        assert_eq!((&*read.operation, read.body()), ("PutItem", &b"{\"a\":1}"[..]));
    }
}
