//! Only programs of the owner can use the embedded engine and read the data folder.

use codesensei::engine::Engine;
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};

use crate::process::{Server, codesensei, send};

/// The URL of an engine, and its key.
fn parts(engine: &Engine) -> (String, String) {
    let (key, url) = model::split_access_key(engine.url());
    (url, key.unwrap().to_owned())
}

fn lists(url: &str, method: Method, key: &str) -> RequestBuilder {
    let scope = "20261123/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
    reqwest::Client::new()
        .request(method, url)
        .header("x-amz-target", "DynamoDB_20120810.ListTables")
        .header(header::CONTENT_TYPE, "application/x-amz-json-1.0")
        .header(header::AUTHORIZATION, format!("AWS4-HMAC-SHA256 Credential={key}/{scope}"))
        .body("{}")
}

async fn is_refused(request: RequestBuilder, status: StatusCode, code: &str) {
    let answer: Response = request.send().await.unwrap();
    assert_eq!(answer.status(), status, "{code}");
    assert_eq!(answer.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN), None);
    let text = answer.text().await.unwrap();
    assert!(text.contains(code) && !text.contains("TableNames"), "{text}");
}

#[tokio::test]
async fn the_engine_refuses_web_pages_even_with_its_key() {
    let engine = Engine::in_memory().await.unwrap();
    let (url, key) = parts(&engine);
    for method in [Method::POST, Method::GET, Method::OPTIONS] {
        for origin in ["https://evil.example", "http://localhost:5173", "null"] {
            let request = lists(&url, method.clone(), &key).header(header::ORIGIN, origin);
            is_refused(request, StatusCode::FORBIDDEN, "AccessDeniedException").await;
        }
        for host in ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1:80.evil.example", ""] {
            let request = lists(&url, method.clone(), &key).header(header::HOST, host);
            is_refused(request, StatusCode::FORBIDDEN, "AccessDeniedException").await;
        }
    }
}

#[tokio::test]
async fn the_api_refuses_pages_of_rebound_domains() {
    let server = Server::run(codesensei(&["--port", "0", "--store", "memory"])).await;
    let client = reqwest::Client::new();
    let form = serde_json::json!({ "username": "demo", "password": "wrong" });
    for path in ["/auth/login", "/health", "/docs"] {
        for host in ["evil.example", "evil.example:8080", "localhost.evil.example", "localhost:80.evil.example", ""] {
            let request = client.post(format!("{}{path}", server.url)).header(header::HOST, host);
            let request = request.header(header::ORIGIN, format!("http://{host}")).json(&form);
            assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{path} {host}");
        }
    }
    let by_address = client.get(format!("http://{}/health", server.address())).send().await.unwrap();
    assert_eq!(by_address.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_engine_refuses_programs_without_its_key() {
    let engine = Engine::in_memory().await.unwrap();
    let (url, key) = parts(&engine);
    send(engine.url(), "ListTables", &serde_json::json!({})).await;
    let longer = format!("{key}A");
    for wrong in ["local", "", &key[1..], &key[..key.len() - 1], &longer, &key.to_lowercase()] {
        is_refused(lists(&url, Method::POST, wrong), StatusCode::BAD_REQUEST, "UnrecognizedClientException").await;
    }
    let unsigned = reqwest::Client::new().post(&url).body("{}");
    is_refused(unsigned, StatusCode::BAD_REQUEST, "UnrecognizedClientException").await;
    let another = Engine::in_memory().await.unwrap();
    assert_ne!(parts(&another).1, key);
    assert!(!format!("{engine:?}").contains(&key));
    let as_localhost = lists(&url.replace("127.0.0.1", "localhost"), Method::POST, &key).send().await.unwrap();
    assert!(as_localhost.text().await.unwrap().contains("TableNames"));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_the_data_folder_even_of_an_earlier_version() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    Server::start(&data).await.kill().await;
    fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    for file in fs::read_dir(&data).unwrap() {
        fs::set_permissions(file.unwrap().path(), Permissions::from_mode(0o644)).unwrap();
    }
    for wanted in ["engine", "table.db-wal", "table.db-shm", "secret", "signing-key.pem", "lock"] {
        assert!(data.join(wanted).exists(), "{wanted}");
    }
    let server = Server::start(&data).await;
    server.create(&server.sign_in().await, "mine.py").await;
    assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    for file in fs::read_dir(&data).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
    }
}
