//! Every error that the OpenAPI document declares can be provoked at its route, through the router, for its stated
//! reason.
//!
//! A new route needs its name at the end of this file, and a line in `errors/scene.rs` if it has a body. A new code
//! needs a scenario in [`provoked`].

mod scenarios;
mod scene;

use std::collections::BTreeSet;
use std::time::Duration;

use bedrock_local::Act;
use handlers::error::ErrorCode;
use serde_json::{Value, json};
use tests::app::contract::{Operation, operations};
use tests::app::{PASSWORD, Response};
use tests::{CLOSED_URL, Proxy, TestApp};

use crate::http::errors::scenarios::{
    at_the_cap, forbidden, in_progress, malformed, rate_limited, too_much_code, with_a_wrong_password,
};
use crate::http::errors::scene::Scene;
use crate::http::expiry;

const ABSENT: &str = "019b3c5a-7d2e-7c3a-8f00-0123456789ab";

/// Whether the scenario of this code changes the scene so that no other scenario may share it.
fn changes_the_scene(operation: &Operation, code: &str) -> bool {
    // After a retry, the question has its answer.
    code.contains("LIMIT") || code == "REQUEST_IN_PROGRESS" || operation.path.ends_with("/retry")
}

/// Each of the route's error codes, with the response of its scenario; `None` if there is no scenario.
async fn all_provoked(operation: &'static Operation) -> Vec<(&'static str, Option<Response>)> {
    let mut answers = Vec::new();
    let shared = Scene::of(TestApp::new().await, operation).await;
    for code in operation.codes() {
        let answer = match code {
            "RATE_LIMIT_EXCEEDED" => {
                Some(rate_limited(&Scene::of(TestApp::with_rate_limits().await, operation).await).await)
            }
            // Without rate limits, some routes do not use the table.
            code @ ("DATABASE_ERROR" | "INTERNAL_ERROR") => {
                provoked(&Scene::of(TestApp::with_rate_limits().await, operation).await, code).await
            }
            "NETWORK_ERROR" => Some(Scene::of(TestApp::without_a_model().await, operation).await.asked().await),
            code if changes_the_scene(operation, code) => {
                provoked(&Scene::of(TestApp::new().await, operation).await, code).await
            }
            code => provoked(&shared, code).await,
        };
        answers.push((code, answer));
    }
    answers
}

async fn provoked(scene: &Scene, code: &str) -> Option<Response> {
    let operation = scene.operation;
    Some(match code {
        "INVALID_INPUT" => malformed(scene).await,
        "UNAUTHORIZED" => scene.sent(&scene.app.stranger(), &scene.path()).await,
        "TOKEN_EXPIRED" => {
            scene.app.advance(Duration::from_mins(16));
            let answer = scene.asked().await;
            for (name, person) in [("ada", &scene.ada), ("bob", &scene.bob)] {
                let again = json!({ "username": name, "password": PASSWORD });
                person.posts("/auth/login", &again).await.is(200);
            }
            answer
        }
        "FORBIDDEN" => forbidden(scene).await,
        code if code.ends_with("_NOT_FOUND") => not_found(scene, code).await?,
        "DATABASE_ERROR" => {
            let closed = Proxy::before(CLOSED_URL).await;
            let store = scene.app.table().store_through(&closed.url()).await;
            scene.sent(&scene.app.on(store, &scene.ada), &scene.path()).await
        }
        "INTERNAL_ERROR" => {
            let store = scene.app.table().store_without_table().await;
            scene.sent(&scene.app.on(store, &scene.ada), &scene.path()).await
        }
        "INVALID_CREDENTIALS" => with_a_wrong_password(scene).await,
        "WEAK_PASSWORD" => {
            let weak = || Value::from("weak");
            scene.with(&[("password", weak()), ("new_password", weak()), ("confirm_password", weak())]).await
        }
        "REFRESH_TOKEN_INVALID" => {
            scene.ada.with_cookie("refresh_token", None);
            scene.asked().await
        }
        "USER_ALREADY_EXISTS" => scene.with(&[("username", "bob".into()), ("email", "bob@example.com".into())]).await,
        "INVALID_LANGUAGE" => scene.with_choice("language_override", "Klingon").await,
        "FILE_TOO_LARGE" => scene.with(&[("code_content", "x".repeat(5 * 1024 * 1024 + 1).into())]).await,
        "MESSAGE_TOO_LONG" => {
            let text = Value::from("x".repeat(5_001));
            scene.with(&[("content", text.clone()), ("question", text)]).await
        }
        "PATCH_CONFLICT" => scene.sent(&scene.ada, &scene.path().replace(".2/apply", ".1/apply")).await,
        "VERSION_CONFLICT" if operation.path.ends_with("/messages") => {
            let mut body = scene.body.clone().expect("a body");
            body["version_number"] = 7.into();
            scene.sends(&scene.ada, &scene.path(), Some(&body)).await
        }
        "VERSION_CONFLICT" => scene.with(&[("expected_version_number", 7.into())]).await,
        "SESSION_LIMIT_EXCEEDED" | "THREAD_LIMIT_EXCEEDED" | "MESSAGE_LIMIT_EXCEEDED" => at_the_cap(scene, code).await,
        "TOKEN_LIMIT_EXCEEDED" => too_much_code(scene).await,
        "AI_TIMEOUT" => scene.with_model(vec![Act::fault(408, "ModelTimeoutException", "slow")]).await,
        "AI_MALFORMED_RESPONSE" => scene.with_model(vec![Act::Text(String::new()), Act::Text(String::new())]).await,
        "BEDROCK_UNAVAILABLE" => scene.with_model(vec![Act::fault(403, "AccessDeniedException", "no")]).await,
        "REQUEST_IN_PROGRESS" => in_progress(scene).await,
        _ => return None,
    })
}

/// The scenarios of absent and deleted resources.
async fn not_found(scene: &Scene, code: &str) -> Option<Response> {
    let operation = scene.operation;
    Some(match code {
        "SESSION_NOT_FOUND" if scene.names("{id}") => {
            let path = operation.path.replace("{id}", ABSENT);
            scene.sent(&scene.ada, &path).await
        }
        // For a route that creates: the resource of an earlier request with the same client id was deleted.
        "SESSION_NOT_FOUND" | "THREAD_NOT_FOUND" if operation.method == "POST" && !scene.names("{thread_id}") => {
            created_and_deleted(scene, if code == "SESSION_NOT_FOUND" { "session" } else { "thread" }).await
        }
        "THREAD_NOT_FOUND" => {
            let path = scene.addressed(&format!("{}.{ABSENT}", scene.session.id));
            scene.sent(&scene.ada, &path).await
        }
        "DEVICE_NOT_FOUND" => scene.sent(&scene.ada, &operation.path.replace("{device_id}", ABSENT)).await,
        "MESSAGE_NOT_FOUND" if scene.operation.path.ends_with("/messages") => {
            expiry::sent_again(&scene.app, || scene.with_choice("client_message_id", expiry::ID)).await
        }
        "MESSAGE_NOT_FOUND" => {
            let answer = format!("/{}", scene.message);
            let absent = format!("/{}.9", scene.thread.id);
            scene.sent(&scene.ada, &scene.path().replace(&answer, &absent)).await
        }
        _ => return None,
    })
}

/// Creates a resource under a client id, deletes it, and repeats the creation.
async fn created_and_deleted(scene: &Scene, noun: &str) -> Response {
    let (name, id) = (format!("client_{noun}_id"), "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77");
    let created = scene.with_choice(&name, id).await.is(201);
    let path = format!("/{noun}s/{}", created[noun][format!("{noun}_id")].as_str().unwrap());
    scene.ada.deletes(&path).await.is(200);
    scene.with_choice(&name, id).await
}

/// Asserts that the route succeeds, and that each declared error occurs in its scenario.
async fn check_declared_errors(name: &str) {
    let operation = operations().iter().find(|operation| name_of(operation) == name).expect("the route exists");
    let answer = Scene::of(TestApp::new().await, operation).await.asked().await;
    assert!((200..300).contains(&answer.status), "{}: {}", answer.what, answer.json);
    let mut not_shown = Vec::new();
    for (code, answer) in Box::pin(all_provoked(operation)).await {
        let got = answer.map_or(json!("there is no scenario"), |answer| answer.json["error"]["code"].clone());
        if got != code {
            not_shown.push(format!("{code}: {got}"));
        }
    }
    assert_eq!(not_shown, Vec::<String>::new());
}

/// The test name of an operation: `POST /sessions/{id}/threads` is `post_sessions_id_threads`.
fn name_of(operation: &Operation) -> String {
    let words = operation.path.split(['/', '{', '}']).filter(|word| !word.is_empty());
    [operation.method.to_lowercase().as_str()].into_iter().chain(words).collect::<Vec<_>>().join("_")
}

macro_rules! each_route_shows_every_error_it_declares {
    ($($route:ident)+) => {
        const ROUTES: &[&str] = &[$(stringify!($route)),+];
        $(
            #[tokio::test]
            async fn $route() {
                super::check_declared_errors(stringify!($route)).await;
            }
        )+
    };
}

mod every_declared_error_can_be_provoked_from {
    each_route_shows_every_error_it_declares! {
        delete_sessions_id
        delete_threads_thread_id
        delete_users_me
        delete_users_me_devices_device_id
        get_health
        get_sessions
        get_sessions_id
        get_sessions_id_threads
        get_threads_thread_id
        get_threads_thread_id_messages
        get_threads_thread_id_messages_message_id
        get_users_me
        get_users_me_devices
        get_users_me_usage
        patch_sessions_id_metadata
        post_ai_analyze
        post_auth_login
        post_auth_logout
        post_auth_refresh
        post_auth_signup
        post_sessions
        post_sessions_id_threads
        post_threads_thread_id_messages
        post_threads_thread_id_messages_message_id_apply
        post_threads_thread_id_messages_message_id_cancel
        post_threads_thread_id_messages_message_id_retry
        put_sessions_id
        put_threads_thread_id
        put_users_me
        put_users_me_password
    }

    #[test]
    fn every_route_that_declares_errors_has_a_test() {
        let declaring = super::operations().iter().filter(|operation| operation.codes().next().is_some());
        let mut all: Vec<String> = declaring.map(super::name_of).collect();
        all.sort();
        assert_eq!(all, ROUTES);
    }
}

#[test]
fn every_error_code_is_declared_by_a_route() {
    let declared: BTreeSet<&str> = operations().iter().flat_map(Operation::codes).collect();
    // These are responses to requests without a route.
    let of_none = ["NOT_FOUND", "METHOD_NOT_ALLOWED"];
    let all: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(declared, all.into_iter().filter(|code| !of_none.contains(code)).collect());
}
