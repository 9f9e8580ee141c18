//! Requests through a gateway with a stage, the site with `/api`, and CloudFront.

use serde_json::json;

use crate::events::Request;
use crate::runtime::Function;
use crate::surroundings::{ORIGIN, ORIGIN_BEFORE, SEED, Surroundings};
use crate::{AUTH, CODE, SESSIONS, THREADS, cookies, file, gunzip};

const NEXT_ORIGIN: &str = "the-next-origin-secret-and-just-as-long-too";

#[tokio::test]
async fn a_route_is_found_with_the_site_prefix_and_with_a_stage() {
    let around = Surroundings::start().await;
    let mut threads = Function::start(THREADS, &around.environment()).await;
    for path in ["/health", "/api/health"] {
        for version in [1, 2] {
            let answer = threads.calls(version, &Request::get(path)).await;
            assert_eq!((answer.status, &answer.json["status"]), (200, &json!("ok")), "{path}");
        }
    }
    let mut staged = Request::get("/health").v2();
    staged["rawPath"] = json!("/prod/health");
    staged["requestContext"]["stage"] = json!("prod");
    assert_eq!(threads.answers(staged).await["statusCode"], 200);
    for path in ["/api", "/apihealth", "/api/api/health", "/prod/health", "/api/health?/x", "/api/health#"] {
        let answer = threads.calls(1, &Request::get(path)).await;
        assert_eq!((answer.status, &answer.json["error"]["code"]), (404, &json!("NOT_FOUND")), "{path}");
    }
    let page = Request::get("/api/threads/x").with_query("limit", "1");
    assert_eq!(threads.calls(1, &page).await.status, 401, "with its query it is found too");
}

#[tokio::test]
async fn the_document_of_the_whole_api_comes_from_one_function() {
    let around = Surroundings::start().await;
    let mut threads = Function::start(THREADS, &around.environment()).await;
    let answer = threads.calls(1, &Request::get("/api/openapi.json")).await;
    assert!(answer.status == 200 && answer.json["paths"]["/ai/analyze"].is_object());
}

/// A wrong sign-in of a viewer through CloudFront. Each viewer tries another account.
fn guess(viewer: &str, secret: &str) -> Request {
    let name: String = viewer.chars().filter(char::is_ascii_hexdigit).take(9).collect();
    let form = json!({ "username": format!("u{name}{}", viewer.len()), "password": "Wrong-password-1" });
    Request::post("/api/auth/login", &form)
        .with_header("CloudFront-Viewer-Address", viewer)
        .with_header("X-Origin-Secret", secret)
}

#[tokio::test]
async fn rate_limits_count_the_viewer_and_not_the_cloudfront_edge() {
    let around = Surroundings::start().await;
    let mut auth = Function::start(AUTH, &around.environment()).await;
    for viewer in ["198.51.100.1", "198.51.100.2", "2001:db8:0:1::1", "[2001:db8:0:2::1]"] {
        for n in 0..5_u16 {
            let answer = auth.calls(1, &guess(&format!("{viewer}:{}", 40_000 + n), ORIGIN)).await;
            assert_eq!(answer.status, 401, "{viewer}: {}", answer.json);
        }
        let answer = auth.calls(1, &guess(&format!("{viewer}:50000"), ORIGIN)).await;
        assert_eq!((answer.status, &answer.json["error"]["code"]), (429, &json!("RATE_LIMIT_EXCEEDED")), "{viewer}");
    }
    let before = auth.calls(1, &guess("198.51.100.3:1", ORIGIN_BEFORE)).await;
    assert_eq!(before.status, 401, "the value before this one is still believed");
}

#[tokio::test]
async fn a_viewer_address_without_the_cloudfront_secret_is_ignored() {
    let around = Surroundings::start().await;
    let mut auth = Function::start(AUTH, &around.environment()).await;
    for n in 1..=5 {
        let answer = auth.calls(1, &guess(&format!("198.51.100.{n}:1"), "guessed")).await;
        assert_eq!(answer.status, 401, "{}", answer.json);
    }
    for secret in ["guessed", "", &ORIGIN[1..], SEED] {
        let answer = auth.calls(1, &guess("198.51.100.9:1", secret)).await;
        assert_eq!(answer.status, 429, "all of them came from the gateway's one address");
    }
    let log = auth.stops().await;
    assert!(!log.contains("guessed") && !log.contains(ORIGIN), "{log}");
}

#[tokio::test]
async fn a_client_with_gzip_can_read_responses_through_a_rest_gateway() {
    let around = Surroundings::start().await;
    let mut threads = Function::start(THREADS, &around.environment()).await;
    let document = Request::get("/api/openapi.json").with_header("Accept-Encoding", "gzip, br");
    let answer = threads.calls(1, &document).await;
    assert_eq!(answer.json["info"]["title"], "CodeSensei");
    let mut sessions = Function::start(SESSIONS, &around.environment()).await;
    let mut auth = Function::start(AUTH, &around.environment()).await;
    let pairs = cookies(&mut auth).await;
    let stored = sessions.calls(1, &Request::post("/sessions", &file(CODE)).with_cookies(&pairs)).await;
    let id = stored.json["session"]["session_id"].as_str().expect("an id").to_owned();
    let session = Request::get(&format!("/sessions/{id}")).with_cookies(&pairs).with_header("Accept-Encoding", "gzip");
    let session: serde_json::Value =
        serde_json::from_slice(&gunzip(&sessions.calls(1, &session).await.body)).expect("JSON");
    assert_eq!(session["session"]["code_content"], CODE, "a stream's bytes go through as they are");
}

#[tokio::test]
async fn a_new_cloudfront_secret_is_loaded_on_first_use() {
    let around = Surroundings::start().await;
    let mut auth = Function::start(AUTH, &around.environment()).await;
    around.keeps("seed", &json!({ "seed": SEED, "origin": NEXT_ORIGIN, "origin_before": ORIGIN }));
    for viewer in 1..=6 {
        let answer = auth.calls(1, &guess(&format!("198.51.100.{viewer}:1"), NEXT_ORIGIN)).await;
        assert_eq!(answer.status, 401, "each of the six has five tries of their own");
    }
    assert_eq!(auth.calls(1, &guess("198.51.100.7:1", ORIGIN)).await.status, 401, "the value before it stays good");
}

#[tokio::test]
async fn an_invalid_event_is_refused_and_the_next_one_is_served() {
    let around = Surroundings::start().await;
    let mut threads = Function::start(THREADS, &around.environment()).await;
    let refused = threads.refuses(json!({ "source": "aws.scheduler" })).await;
    assert!(refused["errorMessage"].is_string(), "{refused}");
    assert_eq!(threads.calls(1, &Request::get("/health")).await.status, 200);
}
