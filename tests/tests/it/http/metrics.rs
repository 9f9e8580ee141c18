//! Metrics: each request writes one line in CloudWatch's embedded metric format, without data that identifies a person.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use bedrock_local::Act;
use handlers::http::metrics::Metrics;
use serde_json::{Value, json};
use tests::{Proxy, Sink, TestApp};

use crate::http::{CODE, FILENAME};

async fn measured() -> (TestApp, Sink) {
    let sink = Sink::default();
    let to = sink.clone();
    (TestApp::with(|app| app.metrics = Metrics::to(to)).await, sink)
}

/// The metrics of a line with their dimensions, after a check of the format.
fn metrics(line: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    assert!(line["_aws"]["Timestamp"].is_i64());
    for directive in line["_aws"]["CloudWatchMetrics"].as_array().expect("directives") {
        assert_eq!(directive["Namespace"], "CodeSensei");
        let metrics = directive["Metrics"].as_array().expect("metrics");
        assert!((1..=100).contains(&metrics.len()));
        for dimensions in directive["Dimensions"].as_array().expect("sets of dimensions") {
            let dimensions: Vec<&str> =
                dimensions.as_array().expect("a set").iter().map(|name| name.as_str().unwrap()).collect();
            assert!((1..=30).contains(&dimensions.len()));
            for name in &dimensions {
                let value = line[*name].as_str().unwrap_or_else(|| panic!("the dimension {name} is no text: {line}"));
                assert!((1..=1_024).contains(&value.len()) && value.is_ascii());
            }
            for metric in metrics {
                let name = metric["Name"].as_str().expect("a name");
                assert!(["Count", "Milliseconds", "None"].contains(&metric["Unit"].as_str().expect("a unit")));
                assert!(line[name].is_number(), "{name} is no number: {line}");
                found.insert(format!("{name} by {}", dimensions.join(", ")));
            }
        }
    }
    found
}

#[tokio::test]
async fn an_unreadable_item_left_out_of_a_list_is_counted() {
    let (app, sink) = measured().await;
    let ada = app.signs_up("ada").await;
    for name in ["good.py", "bad.py"] {
        ada.creates(name, CODE).await;
    }
    let damage =
        |head: &mut serde_json::Map<String, Value>| drop(head.insert("version_number".into(), json!({ "S": "x" })));
    app.table().raw().change("session", |item| item.text("filename") == Some("bad.py"), damage).await;
    drop(sink.lines());
    ada.gets("/sessions").await.is(200);
    let [left_out, request] = sink.lines().try_into().expect("one line for the item, one for the request");
    assert_eq!(metrics(&left_out), BTreeSet::from(["UnreadableItems by service".to_owned()]));
    assert_eq!((&left_out["UnreadableItems"], &request["status"]), (&json!(1), &json!("200")));
    assert!(!left_out.to_string().contains("bad.py"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_paid_but_not_stored_is_counted() {
    let (app, sink) = measured().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    let proxy = Proxy::before(app.table().endpoint()).await;
    let ada = app.on(app.table().store_through(&proxy.url()).await, &ada);
    drop(sink.lines());
    let calls = app.bedrock().calls();
    app.bedrock().script(vec![Act::Answer.after(Duration::from_secs(2))]);
    let refused = async {
        while app.bedrock().calls() == calls {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        proxy.refuse("TransactWriteItems", "ValidationException", 100);
    };
    let question = json!({ "content": "Is this right?" });
    let messages = thread.messages();
    let (answer, ()) = tokio::join!(ada.posts(&messages, &question), refused);
    let id = answer.refused(500, "INTERNAL_ERROR")["message_id"].clone();
    let lines = sink.lines();
    let told: Vec<_> = lines.iter().filter(|line| line.get("AnswersNotStored").is_some()).collect();
    assert_eq!(told.len(), 1, "{lines:?}");
    assert_eq!(metrics(told[0]), BTreeSet::from(["AnswersNotStored by service".to_owned()]));
    assert_eq!((&told[0]["AnswersNotStored"], &told[0]["item"]), (&json!(1), &id));
}

#[tokio::test]
async fn a_stream_that_fails_after_its_status_is_a_fault() {
    let (app, sink) = measured().await;
    let ada = app.signs_up("ada").await;
    drop(sink.lines());
    app.bedrock().script(vec![Act::Text("so".to_owned()), Act::Text("so".to_owned())]);
    let body = json!({ "filename": FILENAME, "code_content": CODE, "question": "Why?" });
    let request = Request::post("/ai/analyze").header("accept", "text/event-stream");
    let stream = ada.streams(request, &body).await;
    assert!(stream.contains("event: error"), "{stream}");
    let line = sink.line();
    assert_eq!((&line["status"], &line["code"]), (&json!("200"), &json!("AI_MALFORMED_RESPONSE")));
    assert_eq!((&line["Faults"], &line["Errors"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_metrics_line_has_endpoint_status_times_table_and_model_usage() {
    let (app, sink) = measured().await;
    let ada = app.signs_up("ada").await;
    drop(sink.lines());
    let body = json!({ "filename": FILENAME, "code_content": CODE, "question": "Why?" });
    let answer = ada.posts("/ai/analyze", &body).await;
    let mut line = sink.line();
    assert_eq!(line["trace_id"], answer.headers["x-trace-id"].to_str().unwrap());
    assert_eq!(line["_aws"]["Timestamp"], app.table().clock().now().millis());
    assert!(line["Duration"].is_u64());
    assert_eq!(line["WriteCapacity"], answer.bill.iter().map(|call| call.wcu).sum::<f64>());
    let tokens = line["InputTokens"].as_u64().unwrap() + line["OutputTokens"].as_u64().unwrap();
    assert_eq!(tokens, answer.is(200)["token_count"]);
    for (name, value) in [
        ("endpoint", json!("POST /ai/analyze")),
        ("status", json!("200")),
        ("service", json!("api")),
        ("Requests", json!(1)),
        ("Faults", json!(0)),
        // The read of the caller's account.
        ("ReadCapacity", json!(1.0)),
    ] {
        assert_eq!(line[name], value, "{name}");
    }
    assert!(line["ModelCost"].as_i64().unwrap() > 0);
    let known = [
        "Duration by endpoint",
        "Duration by service",
        "Faults by endpoint",
        "Faults by service",
        "InputTokens by endpoint",
        "InputTokens by service",
        "ModelCost by endpoint",
        "ModelCost by service",
        "OutputTokens by endpoint",
        "OutputTokens by service",
        "ReadCapacity by endpoint",
        "ReadCapacity by service",
        "Requests by endpoint",
        "Requests by endpoint, status",
        "Requests by service",
        "WriteCapacity by endpoint",
        "WriteCapacity by service",
    ];
    assert_eq!(metrics(&line), known.map(str::to_owned).into());
    line.as_object_mut().unwrap().remove("_aws");
    assert_eq!(line.as_object().unwrap().len(), 12, "{line}");
}

#[tokio::test]
async fn an_error_is_counted_by_its_code_and_with_its_cost() {
    let (app, sink) = measured().await;
    let ada = app.signs_up("ada").await;
    drop(sink.lines());
    let body = json!({ "filename": FILENAME, "code_content": CODE, "question": "Why?" });
    app.bedrock().script(vec![Act::Text("so".to_owned()), Act::Text("so".to_owned())]);
    ada.posts("/ai/analyze", &body).await.refused(502, "AI_MALFORMED_RESPONSE");
    let line = sink.line();
    assert_eq!(
        (&line["code"], &line["status"], &line["Errors"]),
        (&json!("AI_MALFORMED_RESPONSE"), &json!("502"), &json!(1))
    );
    assert_eq!(line["Faults"], 1);
    assert!(line["InputTokens"].as_u64().unwrap() > 0, "{line}");
    assert!(metrics(&line).is_superset(&["Errors by code", "Errors by endpoint, code"].map(str::to_owned).into()));

    ada.posts("/sessions", &json!({})).await.invalid("filename");
    let line = sink.line();
    assert_eq!((&line["code"], &line["Errors"], &line["Faults"]), (&json!("INVALID_INPUT"), &json!(1), &json!(0)));
    assert!(line.get("InputTokens").is_none() && line.get("ModelCost").is_none(), "{line}");
}

#[tokio::test]
async fn the_endpoint_of_a_metric_is_a_route_and_never_a_path() {
    let (app, sink) = measured().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    ada.asks(&thread, "Why?").await;
    ada.opens(&session).await;
    ada.gets(&format!("{}?limit=3", thread.messages())).await.is(200);
    ada.gets(&format!("/sessions/{}", "secret".repeat(9))).await.refused(404, "SESSION_NOT_FOUND");
    for path in ["/secret", "/secret/secret?secret=secret"] {
        ada.gets(path).await.refused(404, "NOT_FOUND");
    }
    for method in ["BREW", "SECRET"] {
        let request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri("/sessions");
        ada.sends(request, Body::empty()).await.refused(405, "METHOD_NOT_ALLOWED");
    }
    ada.sends(Request::delete("/sessions"), Body::empty()).await.refused(405, "METHOD_NOT_ALLOWED");
    let lines = sink.lines();
    let mut endpoints = BTreeMap::new();
    for line in &lines {
        metrics(line);
        *endpoints.entry(line["endpoint"].as_str().unwrap()).or_insert(0) += 1;
        let mut shown = line.clone();
        shown.as_object_mut().unwrap().remove("trace_id");
        let shown = shown.to_string();
        for secret in ["secret", "SECRET", &session.id, "ada", "Why?"] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
    }
    let expected = [
        ("(no route)", 4),
        ("DELETE /sessions", 1),
        ("GET /sessions/{id}", 2),
        ("GET /threads/{thread_id}/messages", 1),
        ("POST /auth/signup", 1),
        ("POST /sessions", 1),
        ("POST /sessions/{id}/threads", 1),
        ("POST /threads/{thread_id}/messages", 1),
    ];
    assert_eq!(endpoints, expected.into());
}
