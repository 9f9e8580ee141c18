//! Large bodies: clients see the reason of a refusal, and concurrent uploads use limited memory.

use std::sync::Arc;

use crate::process::{Server, codesensei, exchanges};

fn post(server: &Server, cookies: &str, length: usize) -> Arc<[u8]> {
    let head = format!(
        "POST /sessions HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n{cookies}Content-Length: {length}\r\n\r\n",
        server.address()
    );
    head.into_bytes().into()
}

#[tokio::test]
async fn a_client_that_sends_a_large_body_before_it_reads_gets_the_refusal() {
    let server = Server::run(codesensei(&["--port", "0", "--store", "memory", "--rate-limits", "off"])).await;
    let body: Arc<[u8]> = vec![b' '; 6_000_000].into();
    for _ in 0..20 {
        let answer = exchanges(&server.address(), vec![post(&server, "", body.len()), Arc::clone(&body)]).await;
        assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("UNAUTHORIZED"), "{answer}");
    }
    let cookies = format!("Cookie: {}\r\n", server.sign_in().await);
    let body: Arc<[u8]> = vec![b' '; 33 * 1024 * 1024].into();
    let answer = exchanges(&server.address(), vec![post(&server, &cookies, body.len()), body]).await;
    assert!(
        answer.starts_with("HTTP/1.1 413 ") && answer.contains("The request body is larger than 32 MiB."),
        "{answer}"
    );
}

/// A file of 5 MiB in random Cyrillic letters, which compress as little as a real text. As JSON escapes they take 15
/// MiB.
#[cfg(target_os = "linux")]
fn escaped() -> Arc<[u8]> {
    let mut state = 1_u32;
    let mut letter = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        format!("\\u{:04x}", 0x430 + (state >> 27))
    };
    let code: String = (0..5 * 512 * 1024).map(|_| letter()).collect();
    format!("{{\"filename\":\"книга.txt\",\"code_content\":\"{code}\"}}").into_bytes().into()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn twenty_files_of_five_mebibytes_at_once_take_less_than_600_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let server = Server::run(codesensei(&["--port", "0", "--data-dir", data, "--rate-limits", "off"])).await;
    let cookies = format!("Cookie: {}\r\n", server.sign_in().await);
    let body = escaped();
    let uploads: Vec<_> = (0..20)
        .map(|_| {
            let (address, parts) = (server.address(), vec![post(&server, &cookies, body.len()), Arc::clone(&body)]);
            tokio::spawn(async move { exchanges(&address, parts).await })
        })
        .collect();
    for upload in uploads {
        let answer = upload.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("peak of the server: {} MB", kilobytes / 1_000);
    assert!(kilobytes < 600_000, "{kilobytes} kB");
}
