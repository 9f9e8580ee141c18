//! Situations in which a route fails.

use axum::http::{Request, header};
use handlers::openapi::document;
use model::ClientRequest;
use serde_json::Value;
use tests::LEASE;
use tests::app::Response;

use crate::http::errors::scene::Scene;
use crate::http::{CODE, FILENAME, expiry, stored_messages, user};

pub(super) async fn with_a_wrong_password(scene: &Scene) -> Response {
    scene.with(&["password", "current_password"].map(|name| (name, "Wrong-1843".into()))).await
}

/// Repeats the request until it is limited, at most 60 times. Account routes send a wrong password, so that the account
/// stays unchanged.
pub(super) async fn rate_limited(scene: &Scene) -> Response {
    let is_account = scene.operation.path.starts_with("/users");
    for _ in 0..60 {
        let answer = if is_account { with_a_wrong_password(scene).await } else { scene.asked().await };
        if answer.status == 429 {
            return answer;
        }
    }
    scene.asked().await
}

/// A malformed request: by its type, its query or its path, depending on the route.
pub(super) async fn malformed(scene: &Scene) -> Response {
    let (method, path) = (&*scene.operation.method, &scene.operation.path);
    if method != "GET" {
        let request = Request::builder().method(method).uri(scene.path()).header(header::CONTENT_TYPE, "text/plain");
        return scene.ada.sends(request, "{}").await;
    }
    let described = &document()["paths"][path]["get"]["parameters"];
    if described.as_array().into_iter().flatten().any(|parameter| parameter["in"] == "query") {
        return scene.sent(&scene.ada, &format!("{}?limit=0&include=x&from=x", scene.path())).await;
    }
    scene.sent(&scene.ada, &path.replace("{id}", "%ff").replace("{thread_id}", "%ff")).await
}

/// Requests of another user, and from another site.
pub(super) async fn forbidden(scene: &Scene) -> Response {
    let of_another = scene.names("{id}") || scene.names("{thread_id}");
    if scene.operation.method == "GET" {
        return scene.sent(&scene.bob, &scene.path()).await;
    }
    let forged = Request::builder().method(&*scene.operation.method).uri(scene.path());
    let forged = forged.header(header::ORIGIN, "https://elsewhere.example");
    let body = scene.body.as_ref().map(Value::to_string).unwrap_or_default();
    let answer = scene.ada.sends_json(forged, body).await;
    if !of_another {
        return answer;
    }
    answer.refused(403, "FORBIDDEN");
    scene.sent(&scene.bob, &scene.path()).await
}

/// At the cap.
pub(super) async fn at_the_cap(scene: &Scene, code: &str) -> Response {
    match code {
        "SESSION_LIMIT_EXCEEDED" => {
            for _ in 1..100 {
                scene.ada.creates(FILENAME, "x").await;
            }
        }
        "THREAD_LIMIT_EXCEEDED" => {
            for _ in 1..50 {
                scene.ada.opens_thread(&scene.session, 1..=1).await;
            }
        }
        _ => {
            let owner = user(&scene.app, "ada").await.user_id;
            let mut seen = scene.app.table().threads().get(owner, scene.thread.id.parse().unwrap()).await.unwrap();
            for number in 1..=500 {
                scene.app.table().messages().add_note(&seen, "note", None).await.unwrap();
                seen.message_slots = number;
            }
        }
    }
    scene.asked().await
}

pub(super) async fn too_much_code(scene: &Scene) -> Response {
    // The question is about three lines: 420,000 characters are 105,000 tokens by the estimate.
    let mut lines: Vec<_> = CODE.lines().map(str::to_owned).collect();
    lines[32..35].fill("x".repeat(140_000));
    let code = lines.join("\n");
    scene.ada.saves(&scene.session, 1, &code).await.is(200);
    if scene.body.is_none() {
        return scene.asked().await;
    }
    scene.with(&[("code_content", code.into())]).await
}

/// A run holds the question, and another request already waits for it.
pub(super) async fn in_progress(scene: &Scene) -> Response {
    let owner = user(&scene.app, "ada").await.user_id;
    let thread = scene.app.table().threads().get(owner, scene.thread.id.parse().unwrap()).await.unwrap();
    let mut body = scene.body.clone();
    if let Some(body) = &mut body {
        let content = body["content"].as_str().unwrap().to_owned();
        let client = ClientRequest::new(expiry::ID.parse().unwrap(), &content, true);
        scene.app.table().messages().ask(&thread, &content, Some(client), LEASE).await.unwrap();
        body["client_message_id"] = expiry::ID.into();
    } else {
        let failed = &stored_messages(&scene.app, &scene.thread.id).await[0];
        scene.app.table().messages().acquire_lease(failed, LEASE).await.unwrap();
    }
    let path = scene.path();
    let (one, other) = (scene.sends(&scene.ada, &path, body.as_ref()), scene.sends(&scene.ada, &path, body.as_ref()));
    tokio::select! {
        answer = one => answer,
        answer = other => answer,
    }
}
