//! The page of `codesensei serve`: its files, their caching and their security headers.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::GzDecoder;
use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Client, Response, StatusCode};
use serde_norway::Value as Yaml;

use crate::process::{Server, codesensei};

/// The `Accept` header of a browser navigation.
const VISIT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

async fn start_server() -> Server {
    Server::run(codesensei(&["--port", "0", "--store", "memory"])).await
}

async fn get(server: &Server, path: &str, headers: &[(HeaderName, &str)]) -> Response {
    let request = Client::new().get(format!("{}{path}", server.url));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, *value));
    request.send().await.unwrap()
}

fn header_text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> &'h str {
    headers.get(name).unwrap_or_else(|| panic!("{name} in {headers:?}")).to_str().unwrap()
}

/// The addresses in the HTML of the page.
async fn named(server: &Server) -> Vec<String> {
    let page = get(server, "/", &[]).await.text().await.unwrap();
    assert!(!page.contains("//"), "the page loads only files of this server: {page}");
    let after = page.split("src=\"").skip(1).chain(page.split("href=\"").skip(1));
    after.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

async fn a_script(server: &Server) -> String {
    let mut named = named(server).await.into_iter();
    named.find(|address| address.starts_with("/assets/") && address.contains(".js")).unwrap()
}

#[tokio::test]
async fn the_page_is_served_at_its_views_and_cached() {
    let server = start_server().await;
    let page = get(&server, "/", &[]).await.text().await.unwrap();
    assert!(page.starts_with("<!doctype html>"), "{page}");
    for path in [
        "/",
        "/index.html",
        "/about",
        "/login",
        "/signup",
        "/dashboard",
        "/settings",
        "/editor/x",
        "/about?from=mail",
        "/settings/?tab=usage",
    ] {
        let answer = get(&server, path, &[]).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(header_text(answer.headers(), &header::CONTENT_TYPE), "text/html; charset=utf-8", "{path}");
        assert_eq!(header_text(answer.headers(), &header::CACHE_CONTROL), "no-cache", "{path}");
        let tag = header_text(answer.headers(), &header::ETAG).to_owned();
        assert!(answer.text().await.unwrap() == page, "{path}");
        let again = get(&server, path, &[(header::IF_NONE_MATCH, &tag)]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!(header_text(again.headers(), &header::CACHE_CONTROL), "no-cache", "{path}");
        assert_eq!(again.text().await.unwrap(), "", "{path}");
    }
    let head = Client::new().head(format!("{}/about", server.url)).send().await.unwrap();
    assert_eq!((head.status(), head.text().await.unwrap()), (StatusCode::OK, String::new()));
    for file in ["/favicon.svg", "/theme.js", "/licenses.md"] {
        let answer = get(&server, file, &[]).await;
        assert_eq!(header_text(answer.headers(), &header::CACHE_CONTROL), "no-cache", "{file}");
    }
}

#[tokio::test]
async fn unknown_addresses_return_the_page_to_browsers_and_json_to_programs() {
    let server = start_server().await;
    let page = get(&server, "/", &[]).await.text().await.unwrap();
    for path in ["/nowhere", "/About", "/editor", "/editor/a/b", "/assetsy"] {
        let tag = get(&server, "/", &[]).await.headers()[header::ETAG].to_str().unwrap().to_owned();
        let visit = get(&server, path, &[(header::ACCEPT, VISIT), (header::IF_NONE_MATCH, &tag)]).await;
        assert_eq!(visit.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(header_text(visit.headers(), &header::CACHE_CONTROL), "no-cache", "{path}");
        assert!(visit.text().await.unwrap() == page, "{path}");
        for accept in ["*/*", "application/json"] {
            assert_error(get(&server, path, &[(header::ACCEPT, accept)]).await, StatusCode::NOT_FOUND, "NOT_FOUND")
                .await;
        }
    }
    for path in ["/assets/none.js", "/assets/", "/assets"] {
        let visit = get(&server, path, &[(header::ACCEPT, VISIT)]).await;
        assert_error(visit, StatusCode::NOT_FOUND, "NOT_FOUND").await;
    }
    // Addresses of the API are not pages, even for browsers.
    let visit = get(&server, "/sessions", &[(header::ACCEPT, VISIT)]).await;
    assert_error(visit, StatusCode::UNAUTHORIZED, "UNAUTHORIZED").await;
    let posted = Client::new().post(format!("{}/about", server.url)).header(header::ACCEPT, VISIT).send().await;
    assert_error(posted.unwrap(), StatusCode::NOT_FOUND, "NOT_FOUND").await;
}

async fn assert_error(answer: Response, status: StatusCode, code: &str) {
    assert_eq!(answer.status(), status, "{}", answer.url());
    assert_eq!(header_text(answer.headers(), &header::CACHE_CONTROL), "no-store");
    let error: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(error["error"]["code"], code);
}

#[tokio::test]
async fn files_with_a_hash_in_their_names_are_cached_for_a_year() {
    let server = start_server().await;
    let named = named(&server).await;
    assert!(named.len() > 3, "{named:?}");
    for address in named {
        let file = get(&server, &address, &[]).await;
        assert_eq!(file.status(), StatusCode::OK, "{address}");
        let kept = if address.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        assert_eq!(header_text(file.headers(), &header::CACHE_CONTROL), kept, "{address}");
        let kind = header_text(file.headers(), &header::CONTENT_TYPE);
        let known = ["text/javascript; charset=utf-8", "text/css; charset=utf-8", "image/svg+xml", "font/woff2"];
        assert!(known.contains(&kind), "{address}: {kind}");
    }
}

#[tokio::test]
async fn a_script_is_gzipped_for_clients_that_accept_gzip() {
    let server = start_server().await;
    let script = a_script(&server).await;
    let plain = get(&server, &script, &[]).await;
    assert_eq!(plain.headers().get(header::CONTENT_ENCODING), None);
    assert_eq!(header_text(plain.headers(), &header::VARY), "accept-encoding");
    let tag = header_text(plain.headers(), &header::ETAG).to_owned();
    let plain = plain.bytes().await.unwrap();
    for codings in ["gzip", "gzip, deflate, br, zstd", "*"] {
        let packed = get(&server, &script, &[(header::ACCEPT_ENCODING, codings)]).await;
        assert_eq!(header_text(packed.headers(), &header::CONTENT_ENCODING), "gzip", "{codings}");
        assert_eq!(header_text(packed.headers(), &header::VARY), "accept-encoding");
        assert_ne!(header_text(packed.headers(), &header::ETAG), tag, "other bytes have another ETag");
        let packed = packed.bytes().await.unwrap();
        assert!(packed.len() < plain.len(), "{} of {}", packed.len(), plain.len());
        let mut unpacked = Vec::new();
        GzDecoder::new(&*packed).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == plain, "{codings}");
    }
    let refused = get(&server, &script, &[(header::ACCEPT_ENCODING, "br, gzip;q=0")]).await;
    assert_eq!(refused.headers().get(header::CONTENT_ENCODING), None);
}

/// The headers that CloudFront adds by this policy, except `Strict-Transport-Security`.
fn by_cloudfront(policy: &str) -> BTreeMap<String, String> {
    let template: Yaml = serde_norway::from_str(include_str!("../../../infra/site.yaml")).unwrap();
    let config = &template["Resources"][policy]["Properties"]["ResponseHeadersPolicyConfig"];
    let mut headers = BTreeMap::new();
    for (name, value) in config["SecurityHeadersConfig"].as_mapping().unwrap() {
        let text = |key: &str| value[key].as_str().unwrap().to_owned();
        match name.as_str().unwrap() {
            "StrictTransportSecurity" => continue,
            "ContentTypeOptions" => headers.insert("x-content-type-options".to_owned(), "nosniff".to_owned()),
            "FrameOptions" => headers.insert("x-frame-options".to_owned(), text("FrameOption")),
            "ReferrerPolicy" => headers.insert("referrer-policy".to_owned(), text("ReferrerPolicy")),
            "ContentSecurityPolicy" => {
                headers.insert("content-security-policy".to_owned(), text("ContentSecurityPolicy"))
            }
            other => panic!("the test does not know {other}"),
        };
    }
    for item in config["CustomHeadersConfig"]["Items"].as_sequence().unwrap() {
        let text = |key: &str| item[key].as_str().unwrap();
        headers.insert(text("Header").to_lowercase(), text("Value").to_owned());
    }
    headers
}

/// All headers of an answer, except those about its bytes and the excluded ones.
fn sent(answer: &Response, but: &[HeaderName]) -> BTreeMap<String, String> {
    let own = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::ETAG, header::VARY, header::DATE];
    let headers = answer.headers().iter().filter(|(name, _)| !own.contains(name) && !but.contains(name));
    headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
}

#[tokio::test]
async fn security_headers_match_those_of_cloudfront() {
    let server = start_server().await;
    for (path, accept) in [("/", "*/*"), ("/theme.js", "*/*"), ("/editor/x", VISIT), ("/nowhere", VISIT)] {
        let answer = get(&server, path, &[(header::ACCEPT, accept)]).await;
        assert_eq!(sent(&answer, &[]), by_cloudfront("PageHeaders"), "{path}");
    }
    let script = get(&server, &a_script(&server).await, &[]).await;
    // The upload to the bucket sets the `Cache-Control` of assets.
    assert_eq!(sent(&script, &[header::CACHE_CONTROL]), by_cloudfront("AssetHeaders"));
    let deploy = include_str!("../../../.github/workflows/deploy.yml");
    let kept = header_text(script.headers(), &header::CACHE_CONTROL);
    assert!(deploy.contains(kept), "the upload does not set {kept}");
}
