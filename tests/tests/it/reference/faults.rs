//! Planted faults: each of them makes the comparison with the reference model fail.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use proptest::test_runner::TestError;
use serde_json::Value;
use tests::Proxy;
use tests::app::Person;
use tests::proxy::Defect;
use tower::ServiceExt as _;

use super::{Step, run_seed};

/// A fault of the API or of its store.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    Store(Defect),
    /// A save ignores the version that the client edited.
    IgnoresVersions,
    /// `GET /sessions/{id}` shows the session to every user.
    ShowsOthersSessions,
    /// A repeated `POST /sessions` creates another session.
    ForgetsClientIds,
    /// Signing out clears the cookies only.
    KeepsSignIns,
}

/// The cookies of the creator of each session.
static OWNERS: LazyLock<Mutex<HashMap<String, HeaderValue>>> = LazyLock::new(Mutex::default);

impl Fault {
    /// The URL of the store with this fault.
    pub(super) async fn before(self, endpoint: &str) -> String {
        match self {
            Self::Store(defect) => Proxy::with_defect(endpoint, defect).await.url(),
            _ => endpoint.to_owned(),
        }
    }

    /// The person; their requests go to an API with this fault.
    pub(super) fn around(self, person: &Person) -> Person {
        person.through(|router| {
            Router::new().fallback_service(tower::service_fn(move |request| {
                let router = router.clone();
                async move { Ok::<_, Infallible>(self.answer(&router, request).await) }
            }))
        })
    }

    async fn answer(self, router: &Router, request: Request<Body>) -> Response {
        let (mut parts, body) = request.into_parts();
        let mut body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let path = parts.uri.path().to_owned();
        let request = |parts: &axum::http::request::Parts, body: &Bytes| {
            let mut request = Request::new(Body::from(body.clone()));
            (*request.method_mut(), *request.uri_mut()) = (parts.method.clone(), parts.uri.clone());
            (*request.headers_mut(), *request.extensions_mut()) = (parts.headers.clone(), parts.extensions.clone());
            request
        };
        match self {
            Self::IgnoresVersions if parts.method == Method::PUT && path.starts_with("/sessions/") => {
                let mut read = parts.clone();
                read.method = Method::GET;
                read.headers.remove(header::CONTENT_TYPE);
                let opened = json_of(send(router, request(&read, &Bytes::new())).await).await.1;
                let current = opened["session"]["version_number"].clone();
                if current.is_number() {
                    body = changed(&body, |json| json["expected_version_number"] = current);
                }
            }
            Self::ShowsOthersSessions if parts.method == Method::GET && path.starts_with("/sessions/") => {
                let answer = send(router, request(&parts, &body)).await;
                let owner = OWNERS.lock().unwrap_or_else(PoisonError::into_inner).get(&path).cloned();
                let (StatusCode::FORBIDDEN, Some(cookies)) = (answer.status(), owner) else { return answer };
                parts.headers.insert(header::COOKIE, cookies);
            }
            Self::ShowsOthersSessions if parts.method == Method::POST && path == "/sessions" => {
                let answer = send(router, request(&parts, &body)).await;
                let cookies = parts.headers.get(header::COOKIE).cloned();
                let (answer, json) = json_of(answer).await;
                if let (Some(id), Some(cookies)) = (json["session"]["session_id"].as_str(), cookies) {
                    let mut owners = OWNERS.lock().unwrap_or_else(PoisonError::into_inner);
                    owners.insert(format!("/sessions/{id}"), cookies);
                }
                return answer;
            }
            Self::ForgetsClientIds if parts.method == Method::POST && path == "/sessions" => {
                body = changed(&body, |json| {
                    json.as_object_mut().and_then(|fields| fields.remove("client_session_id"));
                });
            }
            Self::KeepsSignIns if path == "/auth/logout" => {
                parts.headers.remove(header::COOKIE);
            }
            _ => {}
        }
        send(router, request(&parts, &body)).await
    }
}

async fn send(router: &Router, request: Request<Body>) -> Response {
    router.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
}

/// The answer, and its body as JSON.
async fn json_of(answer: Response) -> (Response, Value) {
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let json = serde_json::from_slice(&body).unwrap_or_default();
    ((parts, body).into_response(), json)
}

fn changed(body: &Bytes, change: impl FnOnce(&mut Value)) -> Bytes {
    let mut json = serde_json::from_slice(body).unwrap_or_default();
    change(&mut json);
    json.to_string().into()
}

/// The sequences that are tried. A fault that none of them finds is not found.
const TRIES: u64 = 60;

/// The first difference that the fault causes from this seed on, and the sequence, shortened at most this often.
fn found(fault: Fault, seed: u64, shorter: u32) -> (String, Vec<Step>) {
    for seed in seed..seed + TRIES {
        if let Err(TestError::Fail(reason, steps)) = run_seed(seed, Some(fault), shorter) {
            println!("{fault:?}, seed {seed}: {reason}");
            return (reason.message().to_owned(), steps);
        }
    }
    panic!("{fault:?}: {TRIES} sequences find no difference");
}

#[test]
fn a_store_that_drops_a_write_is_found() {
    found(Fault::Store(Defect::DropsTransactions), 1, 0);
}

#[test]
fn a_store_that_tears_a_transaction_is_found() {
    found(Fault::Store(Defect::TearsTransactions), 1, 0);
}

#[test]
fn a_store_with_stale_reads_is_found() {
    found(Fault::Store(Defect::RepeatsReads), 1, 0);
}

#[test]
fn a_save_that_ignores_the_version_is_found() {
    let (reason, _) = found(Fault::IgnoresVersions, 4, 0);
    assert!(reason.contains("VERSION_CONFLICT") || reason.contains("version"), "{reason}");
}

#[test]
fn a_session_that_is_shown_to_another_user_is_found_and_the_sequence_shortened() {
    let (reason, steps) = found(Fault::ShowsOthersSessions, 1, 100);
    assert!(reason.contains("403") && reason.contains("FORBIDDEN"), "{reason}");
    assert!(steps.len() <= 2, "{steps:?}");
}

#[test]
fn a_forgotten_client_id_is_found() {
    let (reason, _) = found(Fault::ForgetsClientIds, 17, 0);
    assert!(reason.contains("CreateSession"), "{reason}");
}

#[test]
fn a_sign_in_that_stays_after_sign_out_is_found() {
    let (reason, _) = found(Fault::KeepsSignIns, 3, 0);
    assert!(reason.contains("devices") || reason.contains("Refresh"), "{reason}");
}
