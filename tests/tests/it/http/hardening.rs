//! Malformed requests: the response is an error envelope that names the problem.

use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use serde_json::json;
use tests::TestApp;
use tests::app::{Person, Session, Thread};

use crate::http::{CODE, FILENAME, gunzip, gzip};

async fn scene(app: &TestApp) -> (Person, Session, Thread) {
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    (ada, session, thread)
}

#[tokio::test]
async fn every_form_refuses_invalid_integers() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    let before = app.table().raw().items().await;
    let threads = format!("{}/threads", session.path);
    let block = r#""type":"block","selected_text":"x""#;
    let routes = [
        ("PUT", &session.path, "expected_version_number", r#""code_content":"new""#.to_owned()),
        ("POST", &threads, "start_line", format!(r#"{block},"end_line":2"#)),
        ("POST", &threads, "end_line", format!(r#"{block},"start_line":1"#)),
        ("PUT", &thread.path, "start_line", r#""end_line":2"#.to_owned()),
        ("PUT", &thread.path, "end_line", r#""start_line":1"#.to_owned()),
    ];
    for (method, path, field, rest) in routes {
        let send = |value: &str| {
            ada.sends_json(Request::builder().method(method).uri(path), format!("{{\"{field}\":{value},{rest}}}"))
        };
        for value in [
            "-1",
            "-0",
            "1.0",
            "1e0",
            "0.5",
            "1e300",
            "4294967296",
            "18446744073709551616",
            "-9223372036854775809",
            "123456789012345678901234567890",
            "true",
            "\"1\"",
            "[1]",
            "{}",
            "null",
        ] {
            let answer = send(value).await;
            assert_eq!(answer.json["error"]["field"], field, "{value} {}", answer.what);
            answer.refused(400, "INVALID_INPUT");
        }
        for value in ["1e999", "-1e999", "01", "+1", "0x1", "1.", ".5", "Infinity", "1_000", "--1", ""] {
            let answer = send(value).await;
            assert_eq!(answer.bill, [], "{value}");
            answer.refused(400, "INVALID_INPUT");
        }
    }
    assert!(app.table().raw().items().await == before, "something was written");
}

#[tokio::test]
async fn a_duplicate_field_is_refused_in_every_spelling() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    let before = app.table().raw().items().await;
    let (threads, metadata) = (format!("{}/threads", session.path), format!("{}/metadata", session.path));
    let messages = thread.messages();
    for (method, path, body) in [
        ("POST", "/sessions", r#"{"filename":"a.py","code_content":"x","filename":"b.py"}"#),
        ("POST", "/sessions", r#"{"filename":"a.py","code_content":"x","file\u006eame":"b.py"}"#),
        ("POST", "/sessions", r#"{"filename":"a.py","code_content":"x","unknown":{"a":1,"a":1}}"#),
        ("PUT", &session.path, r#"{"expected_version_number":7,"expected_version_number":1,"code_content":"x"}"#),
        ("PUT", &session.path, r#"{"expected_version_number":1,"language_override":null,"language_override":"Go"}"#),
        ("PATCH", &metadata, r#"{"filename":"a.py","filename":"a.py"}"#),
        ("POST", &threads, r#"{"type":"file","type":"file"}"#),
        ("PUT", &thread.path, r#"{"start_line":1,"start_line":1}"#),
        ("POST", &messages, r#"{"content":"a","content":"b","ask":false}"#),
        ("POST", &messages, r#"{"content":"a","ask":true,"a\u0073k":false}"#),
    ] {
        let answer = ada.sends_json(Request::builder().method(method).uri(path), body).await;
        assert_eq!(answer.bill, [], "{body}");
        answer.refused(400, "INVALID_INPUT");
    }
    assert!(app.table().raw().items().await == before, "something was written");
}

#[tokio::test]
async fn a_path_with_a_broken_escape_is_refused_or_not_found() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    for (escape, text) in
        [("%", true), ("%2", true), ("%zz", true), ("%u0041", true), ("%ff", false), ("%f0%9f", false)]
    {
        for (methods, path) in [
            (&["GET", "PUT", "DELETE"][..], format!("/sessions/{escape}")),
            (&["PATCH"], format!("/sessions/{}{escape}/metadata", session.id)),
            (&["GET", "POST"], format!("/sessions/{escape}{}/threads", session.id)),
            (&["GET", "PUT", "DELETE"], format!("/threads/{}{escape}", thread.id)),
            (&["GET", "POST"], format!("/threads/{escape}/messages")),
        ] {
            for method in methods {
                let request = Request::builder().method(*method).uri(&path);
                let answer = ada.sends_json(request, "{}").await;
                assert_eq!(answer.bill, [], "{method} {path}");
                let code = match (text, path.starts_with("/threads/")) {
                    (false, _) => "INVALID_INPUT",
                    (true, true) => "THREAD_NOT_FOUND",
                    (true, false) => "SESSION_NOT_FOUND",
                };
                answer.refused(if text { 404 } else { 400 }, code);
            }
        }
    }
    for query in
        ["limit=%zz", "limit=%ff", "limit=1e3", "limit=-0", "limit=1.0", "limit=18446744073709551616", "limit="]
    {
        ada.gets(&format!("/sessions?{query}")).await.invalid("limit");
    }
    for query in ["cursor=%zz", "cursor=%ff", "cursor=%"] {
        ada.gets(&format!("/sessions?{query}")).await.invalid("cursor");
    }
}

#[tokio::test]
async fn malformed_cookies_are_unauthorized() {
    let app = TestApp::new().await;
    let (ada, session, _) = scene(&app).await;
    let good = ada.cookie("access_token").unwrap();
    for cookie in [
        b"access_token=%zz".to_vec(),
        b"access_token=%".to_vec(),
        b"access_token=\xff\xfe".to_vec(),
        b"access_token".to_vec(),
        b"=; =;;;,".to_vec(),
        b"\xc3\x28=1".to_vec(),
        format!("access_token=\"{good}").into_bytes(),
        format!("access_token={}", good.replace('.', "%2e")).into_bytes(),
        [b"access_token=".to_vec(), vec![b'a'; 100_000]].concat(),
    ] {
        let value = HeaderValue::from_bytes(&cookie).unwrap();
        for request in [Request::get(&session.path), Request::delete(&session.path)] {
            let request = request.header(header::COOKIE, value.clone());
            app.stranger().sends(request, Body::empty()).await.refused(401, "UNAUTHORIZED");
        }
    }
    // Cookies of other pages at this address are ignored.
    for others in ["theme=%zz; ", "a=\"b c\"; ", "x; =; ", "\u{e9}=\u{e9}; "] {
        let value = HeaderValue::from_bytes(format!("{others}access_token={good}").as_bytes()).unwrap();
        let request = Request::get(&session.path).header(header::COOKIE, value);
        app.stranger().sends(request, Body::empty()).await.is(200);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_of_its_route_is_refused_plain_and_gzipped() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    let (threads, metadata) = (format!("{}/threads", session.path), format!("{}/metadata", session.path));
    let (small, selection) = (64 * 1024, model::limits::CODE_BODY_BYTES - 1);
    for (method, path, limit) in [
        ("POST", "/auth/signup", small),
        ("POST", "/auth/login", small),
        ("PATCH", &metadata, small),
        ("POST", &thread.messages(), small),
        ("POST", &threads, selection),
        ("PUT", &thread.path, selection),
    ] {
        let body = json!({ "unknown": "x".repeat(limit) }).to_string();
        let request = || Request::builder().method(method).uri(path);
        let plain = ada.sends_json(request(), body.clone()).await.refused(400, "INVALID_INPUT");
        assert_eq!(plain["message"], "The body is too large.", "{path}");
        let packed = request().header(header::CONTENT_TYPE, "application/gzip");
        let packed = ada.sends(packed, gzip(body.as_bytes())).await.refused(400, "INVALID_INPUT");
        assert_eq!(packed["message"], "The body is too large.", "{path}");
        // A body of exactly the limit is refused for its fields.
        let taken = format!("{{\"unknown\":\"{}\"}}", "x".repeat(limit - 14));
        assert_eq!(taken.len(), limit);
        let error = ada.sends_json(request(), taken).await.refused(400, "INVALID_INPUT");
        assert_ne!(error["message"], "The body is too large.", "{path}");
    }
}

#[tokio::test]
async fn large_answers_are_gzipped_on_request_and_gzipped_changes_accepted() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    let packed = |request: axum::http::request::Builder| request.header(header::CONTENT_TYPE, "application/gzip");
    let text = "x".repeat(16 * 1024);
    let anchor = gzip(json!({ "selected_text": text }).to_string().as_bytes());
    let request = packed(Request::put(&thread.path)).header(header::ACCEPT_ENCODING, "gzip");
    let answer = ada.sends(request, anchor).await;
    assert_eq!((answer.status, &answer.headers[header::CONTENT_ENCODING]), (200, &HeaderValue::from_static("gzip")));
    assert!(answer.body.len() < 1024);
    let shown: serde_json::Value = serde_json::from_slice(&gunzip(&answer.body)).unwrap();
    assert_eq!(shown["thread"]["selected_text"], *text);
    let renamed = gzip(json!({ "filename": "a.rs" }).to_string().as_bytes());
    let request = packed(Request::patch(format!("{}/metadata", session.path)));
    let answer = ada.sends(request.header(header::ACCEPT_ENCODING, "gzip"), renamed).await;
    assert_eq!(answer.headers.get(header::CONTENT_ENCODING), None, "a small response is not compressed");
    assert_eq!(answer.is(200)["session"]["filename"], "a.rs");
}

#[tokio::test]
async fn every_field_refuses_invalid_text() {
    let app = TestApp::new().await;
    let (ada, session, thread) = scene(&app).await;
    let before = app.table().raw().items().await;
    let (threads, metadata) = (format!("{}/threads", session.path), format!("{}/metadata", session.path));
    for (method, path, start, end) in [
        ("POST", "/sessions", r#"{"filename":""#, r#"","code_content":"x"}"#),
        ("POST", "/sessions", r#"{"filename":"a.py","code_content":""#, r#""}"#),
        ("PUT", &session.path, r#"{"expected_version_number":1,"code_content":""#, r#""}"#),
        ("PATCH", &metadata, r#"{"filename":""#, r#""}"#),
        ("PATCH", &metadata, r#"{"language_override":""#, r#""}"#),
        ("POST", &threads, r#"{"type":"file","selected_text":""#, r#""}"#),
        ("PUT", &thread.path, r#"{"selected_text":""#, r#""}"#),
        ("POST", &thread.messages(), r#"{"ask":false,"content":""#, r#""}"#),
    ] {
        for wrong in [
            &b"\xff"[..],
            b"\xc0\xaf",
            b"\xed\xa0\x80",
            b"\xf0\x9f",
            b"\\ud83e",
            b"\\udd80x",
            b"\\ud83e\\ud83e",
            b"\\x41",
            b"\n",
            b"\x00",
        ] {
            let body = [start.as_bytes(), b"a", wrong, end.as_bytes()].concat();
            let answer = ada.sends_json(Request::builder().method(method).uri(path), body).await;
            assert_eq!(answer.bill, [], "{path} {wrong:?}");
            answer.refused(400, "INVALID_INPUT");
        }
    }
    assert!(app.table().raw().items().await == before, "something was written");
}
