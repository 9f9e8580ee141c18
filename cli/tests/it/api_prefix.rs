//! The API under `/api`, which the page uses: the same API as at `/`, and never the page.

use std::fs::{self, File};

use reqwest::{Client, StatusCode, header};
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::process::{Server, codesensei};

#[tokio::test]
async fn a_sign_in_under_api_works_at_both_prefixes_and_logs_routes() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("log");
    let mut command = codesensei(&["--port", "0", "--store", "memory"]);
    command.env("CODESENSEI_LOG", "info").env("NO_COLOR", "1").stderr(File::create(&path).unwrap());
    let server = Server::run(command).await;
    let client = Client::builder().cookie_store(true).build().unwrap();
    let form = json!({ "username": "demo", "password": "Review-me-2026" });
    let login = client.post(format!("{}/api/auth/login", server.url)).header(header::ORIGIN, &server.url).json(&form);
    let login = login.send().await.unwrap();
    assert_eq!(login.status(), StatusCode::OK);
    for cookie in login.headers().get_all(header::SET_COOKIE) {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("; Path=/;") || cookie.ends_with("; Path=/"), "{cookie}");
    }
    let mut answers = Vec::new();
    for prefix in ["", "/api"] {
        let listing = client.get(format!("{}{prefix}/sessions?limit=1", server.url)).send().await.unwrap();
        assert_eq!(listing.status(), StatusCode::OK, "{prefix}");
        answers.push(listing.json::<Value>().await.unwrap()["sessions"].clone());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].as_array().unwrap().len(), 1, "the query reaches the route");
    let document: Value =
        client.get(format!("{}/api/openapi.json", server.url)).send().await.unwrap().json().await.unwrap();
    assert!(document["paths"]["/sessions"].is_object() && document["paths"].get("/api/sessions").is_none());
    server.kill().await;
    let log = fs::read_to_string(&path).unwrap();
    assert_eq!(log.matches("GET /sessions 200").count(), 2, "{log}");
    assert!(log.contains("POST /auth/login 200") && !log.contains("/api"), "{log}");
}

#[tokio::test]
async fn unknown_api_paths_return_json_even_to_browsers() {
    let server = Server::run(codesensei(&["--port", "0", "--store", "memory"])).await;
    for path in ["/api", "/api/", "/api/nowhere", "/api/about", "/api/assets/x.js", "/api/docs", "/api/api/health"] {
        let visit = Client::new().get(format!("{}{path}", server.url)).header(header::ACCEPT, "text/html");
        let answer = visit.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        let error: Value = answer.json().await.unwrap();
        assert_eq!(error["error"]["code"], "NOT_FOUND", "{path}");
    }
    let health = reqwest::get(format!("{}/api/health", server.url)).await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
    assert_eq!(health.json::<Value>().await.unwrap()["status"], "ok");
    // The prefix is a whole path segment.
    let apis = reqwest::get(format!("{}/apihealth", server.url)).await.unwrap();
    assert_eq!(apis.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn other_origins_and_hosts_are_refused_under_api_too() {
    let server = Server::run(codesensei(&["--port", "0", "--store", "memory"])).await;
    let form = json!({ "username": "demo", "password": "wrong" });
    let login = || Client::new().post(format!("{}/api/auth/login", server.url)).json(&form);
    for (name, value) in [
        (header::ORIGIN, "https://evil.example"),
        (header::HOST, "evil.example"),
        ("sec-fetch-site".parse().unwrap(), "cross-site"),
    ] {
        assert_eq!(login().header(&name, value).send().await.unwrap().status(), StatusCode::FORBIDDEN, "{name}");
    }
    assert_eq!(login().send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    for path in ["/", "/assets/none.js", "/api/health"] {
        let request = Client::new().get(format!("{}{path}", server.url)).header(header::HOST, "evil.example");
        assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{path}");
    }
}
