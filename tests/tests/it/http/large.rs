//! Five MiB of code over HTTP, in every accepted encoding, and one byte more.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tests::TestApp;
use tests::texts::{FIVE_MIB, noise, source};

use crate::http::{FILENAME, gunzip, gzip};

fn file(code: &str) -> String {
    json!({ "filename": FILENAME, "code_content": code }).to_string()
}

#[tokio::test]
async fn five_mib_of_source_are_accepted_as_json_and_read_back_unchanged() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let code = source(FIVE_MIB);
    let session = ada.creates(FILENAME, &code).await;
    assert_eq!(session.json["code_bytes"], FIVE_MIB);
    assert!(ada.opens(&session).await.code == code);
    let new = format!("{}x", &code[..FIVE_MIB - 1]);
    ada.saves(&session, 1, &new).await.is(200);
    assert!(ada.opens(&session).await.code == new);
}

#[tokio::test]
async fn five_mib_of_noise_are_accepted_as_gzip_and_returned_as_gzip() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let code = noise(FIVE_MIB, 1);
    let post = Request::post("/sessions").header("content-type", "application/gzip");
    let created = ada.sends(post, gzip(file(&code).as_bytes())).await.is(201);
    let path = format!("/sessions/{}", created["session"]["session_id"].as_str().unwrap());
    let get = Request::get(&path).header("accept-encoding", "br, gzip");
    let answer = ada.sends(get, Body::empty()).await;
    assert_eq!((answer.status, &answer.headers["content-encoding"]), (200, &"gzip".parse().unwrap()));
    let opened: Value = serde_json::from_slice(&gunzip(&answer.body)).unwrap();
    assert!(opened["session"]["code_content"] == code);
    let plain = ada.gets(&path).await;
    assert_eq!(plain.headers.get("content-encoding"), None);
    assert!(plain.json == opened);
}

#[tokio::test]
async fn a_file_of_five_mib_is_accepted_in_every_json_escaping() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let cyrillic = "Ж".repeat(FIVE_MIB / 2);
    let control = "\u{1}".repeat(FIVE_MIB);
    for (code, escaped) in [(&cyrillic, "\\u0416".repeat(FIVE_MIB / 2)), (&control, "\\u0001".repeat(FIVE_MIB))] {
        let json = format!("{{\"filename\":\"{FILENAME}\",\"code_content\":\"{escaped}\"}}");
        let packed = gzip(json.as_bytes());
        for (content_type, body) in [("application/json", json.into_bytes()), ("application/gzip", packed)] {
            let post = Request::post("/sessions").header("content-type", content_type);
            let created = ada.sends(post, body).await.is(201);
            assert_eq!(created["session"]["code_bytes"], FIVE_MIB);
        }
        let session =
            ada.gets("/sessions?limit=1").await.json["sessions"][0]["session_id"].as_str().unwrap().to_owned();
        assert!(ada.gets(&format!("/sessions/{session}")).await.json["session"]["code_content"] == *code);
    }
    let one_more =
        format!("{{\"filename\":\"{FILENAME}\",\"code_content\":\"{}\"}}", "\\u0416".repeat(FIVE_MIB / 2 + 1));
    let error = ada.sends_json(Request::post("/sessions"), one_more).await.refused(413, "FILE_TOO_LARGE");
    assert_eq!(
        (error["field"].as_str(), error["message"].as_str()),
        (Some("code_content"), Some("The file is larger than 5 MB."))
    );
    let body = "x".repeat(32 * 1024 * 1024);
    let error = ada
        .posts("/sessions", &json!({ "filename": FILENAME, "code_content": body }))
        .await
        .refused(413, "FILE_TOO_LARGE");
    assert_eq!(
        (error.get("field"), error["message"].as_str()),
        (None, Some("The request body is larger than 32 MiB."))
    );
}

#[tokio::test]
async fn a_file_one_byte_over_five_mib_is_too_large() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, "small").await;
    let before = app.table().raw().outline().await;
    // The second has fewer characters than the limit, and the third is too large before it is parsed.
    let crab = "\u{1f980}";
    for code in ["x".repeat(FIVE_MIB + 1), crab.repeat(FIVE_MIB / 4) + "x", "x".repeat(13 * 1024 * 1024)] {
        let error = ada
            .posts("/sessions", &json!({ "filename": FILENAME, "code_content": code }))
            .await
            .refused(413, "FILE_TOO_LARGE");
        assert!(error.get("field").is_none_or(|field| field == "code_content"));
        ada.saves(&session, 1, &code).await.refused(413, "FILE_TOO_LARGE");
        let post = Request::post("/sessions").header("content-type", "application/gzip");
        ada.sends(post, gzip(file(&code).as_bytes())).await.refused(413, "FILE_TOO_LARGE");
    }
    assert_eq!(app.table().raw().outline().await, before);
}

#[tokio::test]
async fn a_gzip_bomb_is_refused_without_inflating_it() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let bomb = gzip(&vec![b' '; 200_000_000]);
    let post = Request::post("/sessions").header("content-type", "application/gzip");
    ada.sends(post, bomb.clone()).await.refused(413, "FILE_TOO_LARGE");
    let post = Request::post("/auth/login").header("content-type", "application/gzip");
    ada.sends(post, bomb).await.refused(400, "INVALID_INPUT");
}

#[tokio::test]
async fn a_conflict_on_a_large_file_returns_the_whole_file() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let code = noise(1_000_000, 2);
    let session = ada.creates(FILENAME, &code).await;
    let new = noise(1_000_000, 3);
    ada.saves(&session, 1, &new).await.is(200);
    let conflict = ada.saves(&session, 1, "lost").await.refused(409, "VERSION_CONFLICT");
    assert!(conflict["current_code"] == new);
}
