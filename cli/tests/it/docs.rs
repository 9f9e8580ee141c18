//! `/docs`: a page that needs only this server.

use reqwest::{Response, StatusCode, header};
use serde_json::Value;

use crate::process::{Server, codesensei};

async fn get(server: &Server, path: &str) -> Response {
    reqwest::get(format!("{}{path}", server.url)).await.unwrap()
}

#[tokio::test]
async fn the_page_loads_only_files_of_this_server() {
    let server = Server::run(codesensei(&["--port", "0", "--store", "memory"])).await;
    assert!(server.banner.contains(&format!("{}/docs", server.url)), "{}", server.banner);
    let page = get(&server, "/docs").await;
    assert_eq!(page.url().path(), "/docs/");
    let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert!(!policy.contains("http") && policy.contains("connect-src 'self'"), "{policy}");
    let page = page.text().await.unwrap();
    assert!(!page.contains("//"), "{page}");
    let after = page.split("src=\"").skip(1).chain(page.split("href=\"").skip(1));
    let parts: Vec<&str> =
        after.filter_map(|rest| rest.split('"').next()).map(|part| part.trim_start_matches("./")).collect();
    assert!(parts.len() >= 7, "{parts:?}");
    for part in parts {
        let file = get(&server, &format!("/docs/{part}")).await;
        assert_eq!(file.status(), StatusCode::OK, "{part}");
        assert_eq!(file.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{part}");
        let kind = file.headers()[header::CONTENT_TYPE].to_str().unwrap();
        assert!(["javascript", "css", "png"].iter().any(|known| kind.contains(known)), "{part}: {kind}");
    }
    let settings = get(&server, "/docs/swagger-initializer.js").await.text().await.unwrap();
    assert!(settings.contains("\"/openapi.json\"") && !settings.contains("http"), "{settings}");
}

#[tokio::test]
async fn the_document_of_the_page_is_served() {
    let server = Server::run(codesensei(&["--port", "0", "--store", "memory"])).await;
    let document: Value = get(&server, "/openapi.json").await.json().await.unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/health"]["get"].is_object());
}
