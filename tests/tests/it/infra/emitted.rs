//! The metrics that the programs emit, from real log lines.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bedrock_local::Act;
use handlers::http::metrics::Metrics;
use handlers::report::{Report, TablePrices, Units};
use handlers::sweep;
use serde_json::{Value, json};
use tests::{Proxy, Sink, TestApp, used};

use crate::http::{CODE, FILENAME};

/// The name of each metric with its dimensions, and the value for `service`: what an alarm can name.
pub(super) type Emitted = BTreeSet<(String, BTreeMap<String, Option<String>>)>;

/// Lines of every kind.
pub(super) async fn lines() -> Vec<Value> {
    let sink = Sink::default();
    let to = sink.clone();
    let app = TestApp::with(|app| app.metrics = Metrics::to(to).of("threads")).await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let thread = ada.opens_thread(&session, 33..=35).await;
    ada.asks(&thread, "Why?").await;
    ada.posts("/sessions", &json!({})).await.invalid("filename");

    // An answer that is paid for and not stored.
    let proxy = Proxy::before(app.table().endpoint()).await;
    let unlucky = app.on(app.table().store_through(&proxy.url()).await, &ada);
    let calls = app.bedrock().calls();
    app.bedrock().script(vec![Act::Answer.after(Duration::from_secs(2))]);
    let refused = async {
        while app.bedrock().calls() == calls {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        proxy.refuse("TransactWriteItems", "ValidationException", 100);
    };
    let (messages, question) = (thread.messages(), json!({ "content": "Is this right?" }));
    let (answer, ()) = tokio::join!(unlucky.posts(&messages, &question), refused);
    answer.refused(500, "INTERNAL_ERROR");

    // An unreadable session.
    let damage =
        |head: &mut serde_json::Map<String, Value>| drop(head.insert("version_number".into(), json!({ "S": "x" })));
    app.table().raw().change("session", |_| true, damage).await;
    ada.gets("/sessions").await.is(200);

    let (store, metrics) = (app.table().store(), Metrics::to(sink.clone()));
    sweep::run(&used::by("sweep", store), &metrics, Duration::from_secs(5)).await.unwrap();
    let (today, prices) = (store.clock().now(), TablePrices::parse("0.125/0.625").unwrap());
    Report::of(&used::by("report", store), today.date(), Units::default(), prices)
        .await
        .unwrap()
        .measure(&metrics, today);
    sink.lines()
}

/// The metrics that CloudWatch extracts from such lines.
pub(super) fn metrics(lines: &[Value]) -> Emitted {
    let mut emitted = Emitted::new();
    for line in lines {
        for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            assert_eq!(directive["Namespace"], "CodeSensei");
            for set in directive["Dimensions"].as_array().unwrap() {
                let dimensions: BTreeMap<_, _> =
                    set.as_array().unwrap().iter().map(|name| dimension(line, name)).collect();
                let names = directive["Metrics"].as_array().unwrap().iter();
                emitted.extend(names.map(|metric| (metric["Name"].as_str().unwrap().to_owned(), dimensions.clone())));
            }
        }
    }
    emitted
}

fn dimension(line: &Value, name: &Value) -> (String, Option<String>) {
    let name = name.as_str().unwrap();
    (name.to_owned(), (name == "service").then(|| line[name].as_str().unwrap().to_owned()))
}
