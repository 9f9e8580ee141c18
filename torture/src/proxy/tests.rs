//! The proxy on real sockets: what a client sees of each fault, and whether the service got the request.

use std::io::ErrorKind;

use tokio::io::AsyncReadExt as _;

use super::*;
use crate::fault::Refusal;

const REQUEST: &[u8] = b"POST / HTTP/1.1\r\nx-amz-target: DynamoDB_20120810.PutItem\r\ncontent-length: 2\r\n\r\n{}";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{\"a\": 1}";

/// A service that counts its requests and answers each with [`RESPONSE`], and a proxy before it.
async fn scene() -> (Proxy, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let (address, applied) = (listener.local_addr().expect("an address"), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&applied);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (mut reader, counted) = (Reader::new(socket), Arc::clone(&counted));
            tokio::spawn(async move {
                while let Ok(Some(_)) = reader.request().await {
                    counted.fetch_add(1, Ordering::SeqCst);
                    reader.socket.write_all(RESPONSE).await.expect("an open connection");
                }
            });
        }
    });
    let proxy = Proxy::before(&address.to_string(), Plan::new(1, 1), None).await.expect("a proxy");
    (proxy, applied)
}

/// Sends the request and reads until the answer is complete or the connection ends.
async fn sent(proxy: &Proxy) -> io::Result<Vec<u8>> {
    let mut socket = TcpStream::connect(proxy.address()).await?;
    socket.write_all(REQUEST).await?;
    let mut received = Vec::new();
    while received.len() < RESPONSE.len() && socket.read_buf(&mut received).await? > 0 {}
    Ok(received)
}

#[tokio::test]
async fn a_client_sees_each_fault_and_the_service_gets_only_what_was_forwarded() {
    for (fault, applied, received) in [
        (Fault::Delay(Duration::from_millis(1)), 1, Ok(RESPONSE)),
        (Fault::Slices, 1, Ok(RESPONSE)),
        (Fault::Cut, 1, Ok(&RESPONSE[..RESPONSE.len() / 2])),
        (Fault::ResetBefore, 0, Err(ErrorKind::ConnectionReset)),
        (Fault::ResetAfter, 1, Err(ErrorKind::ConnectionReset)),
        (Fault::Silence(Duration::from_millis(1)), 0, Ok(&b""[..])),
    ] {
        let (proxy, count) = scene().await;
        proxy.queue([fault]);
        let answer = sent(&proxy).await;
        assert_eq!(answer.as_deref().map_err(io::Error::kind), received, "{fault:?}");
        assert_eq!(count.load(Ordering::SeqCst), applied, "{fault:?}");
        assert_eq!(proxy.tally().take().into_iter().collect::<Vec<_>>(), [(fault.name(), 1)]);
        assert_eq!(sent(&proxy).await.expect("no fault"), RESPONSE, "the next request passes");
    }
}

#[tokio::test]
async fn a_refused_request_does_not_reach_the_service() {
    let (proxy, count) = scene().await;
    proxy.queue([Fault::Refusal(Refusal::Throttling)]);
    let answer = sent(&proxy).await.expect("an answer");
    assert!(answer.starts_with(b"HTTP/1.1 400 "));
    assert_eq!((count.load(Ordering::SeqCst), proxy.requests(), proxy.forwarded()), (0, 1, 0));
}

#[tokio::test]
async fn a_held_read_is_forwarded_after_the_commit_of_another_writer() {
    let (proxy, count) = scene().await;
    proxy.queue([Fault::HeldRead]);
    let read = tokio::spawn({
        let address = proxy.address();
        async move {
            let mut socket = TcpStream::connect(address).await.expect("a connection");
            let get = String::from_utf8_lossy(REQUEST).replace("PutItem", "GetItem");
            socket.write_all(get.as_bytes()).await.expect("sent");
            socket.read_u8().await.expect("an answer");
        }
    });
    while proxy.requests() == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(count.load(Ordering::SeqCst), 0, "the read is held");
    sent(&proxy).await.expect("the write passes");
    read.await.expect("the read passes after it");
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_stop_freezes_the_world_at_its_moment() {
    for (moment, applied) in [(Moment::Before, 1), (Moment::After, 2)] {
        let (proxy, count) = scene().await;
        let reached = proxy.stop_at(2, moment);
        assert_eq!(sent(&proxy).await.expect("before the stop"), RESPONSE);
        let address = proxy.address();
        let frozen = tokio::spawn(async move {
            let mut socket = TcpStream::connect(address).await.expect("a connection");
            socket.write_all(REQUEST).await.expect("sent");
            let mut received = Vec::new();
            socket.read_to_end(&mut received).await.map(|_| received)
        });
        reached.await.expect("the stop is reached");
        proxy.settled().await;
        assert_eq!(count.load(Ordering::SeqCst), applied, "{moment:?}");
        proxy.thaw();
        assert_eq!(frozen.await.expect("no panic").expect("closed"), b"", "{moment:?}");
        assert_eq!(sent(&proxy).await.expect("after the stop"), RESPONSE);
    }
}

#[tokio::test]
async fn equal_requests_have_equal_digests() {
    let (proxy, _) = scene().await;
    proxy.record();
    sent(&proxy).await.expect("an answer");
    sent(&proxy).await.expect("an answer");
    let arrivals = proxy.recorded();
    assert_eq!(arrivals.len(), 2);
    assert_eq!(arrivals[0].digest, arrivals[1].digest);
}
