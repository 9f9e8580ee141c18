//! Compares the actions with their routes, the numbers with the templates, and docs/costs.md with the command.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use bedrock_local::LocalBedrock;
use handlers::http::request_cost::RequestCost as Asked;
use handlers::{Domain, router};
use http_body_util::BodyExt as _;
use model::{Clock, CursorKey, Endpoint, Ids, Meter, PATTERNS, Protection, Store, TableConfig};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::actions::{ACTIONS, Action, POLL_PATTERN};
use super::assumptions::{AssumedValues, Parameter};
use super::bill::{Bill, number};
use super::{prices, report};
use crate::engine::Engine;
use crate::local::application_on;
use crate::local_keys::LocalKeys;
use crate::section;

/// A client that keeps its cookies and the access patterns of its requests.
struct Client {
    router: Router,
    cookies: BTreeMap<String, String>,
    requested: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Client {
    async fn step(&mut self, action: &'static str, method: &str, path: &str, body: Option<Value>) -> Value {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/json")
            .extension(ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.router.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().expect("text").split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a pair");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let bytes = body.collect().await.expect("a body").to_bytes();
        assert!(parts.status.is_success(), "{action}: {} {}", parts.status, String::from_utf8_lossy(&bytes));
        let calls = &parts.extensions.get::<Asked>().expect("a bill").0;
        self.requested.insert(action, calls.iter().map(|call| call.pattern.id).collect());
        serde_json::from_slice(&bytes).unwrap_or_default()
    }
}

async fn store(engine: &Engine) -> Store {
    let store = Store::connect(TableConfig {
        table: "codesensei-costs".to_owned(),
        endpoint: Endpoint::url(engine.url().to_owned()),
        cursor_key: CursorKey::from_secret(b"costs"),
        clock: Clock::fixed("2026-11-29T10:00:00Z".parse().expect("a time")),
        ids: Ids::random(),
    })
    .await;
    store.table().create_if_absent(Protection::Off).await.expect("a table");
    // Processes on Lambda are short-lived, so the costs assume an empty cache.
    store.with_code_cache(0)
}

#[tokio::test]
async fn every_action_has_the_patterns_of_its_route() {
    let (engine, bedrock) = (Engine::in_memory().await.expect("an engine"), LocalBedrock::start().expect("a model"));
    let store = store(&engine).await;
    let keys = LocalKeys::generate().expect("keys");
    let app = application_on(store.clone(), &keys, &bedrock.url, 4).await.expect("an application");
    let router = router(&app, &Domain::ALL);
    let mut client = Client { router, cookies: BTreeMap::new(), requested: BTreeMap::new() };
    let account = json!({ "name": "Ada", "email": "ada@example.com", "username": "ada",
        "password": "Engine-1843", "confirm_password": "Engine-1843" });
    client.step("sign up", "POST", "/auth/signup", Some(account)).await;
    let credentials = json!({ "username": "ada", "password": "Engine-1843" });
    client.step("sign in", "POST", "/auth/login", Some(credentials)).await;
    store.clock().advance(Duration::from_hours(24));
    client.step("refresh", "POST", "/auth/refresh", None).await;
    let code = "def best(values):\n    if values == None:\n        return None\n    return max(values)\n";
    let file = json!({ "filename": "best.py", "code_content": code });
    let session = client.step("create a session", "POST", "/sessions", Some(file)).await;
    client.step("list sessions", "GET", "/sessions", None).await;
    let session = format!("/sessions/{}", session["session"]["session_id"].as_str().expect("an id"));
    let lines = json!({ "type": "block", "start_line": 2, "end_line": 2, "selected_text": "    if values == None:" });
    let thread = client.step("open a thread", "POST", &format!("{session}/threads"), Some(lines)).await;
    let messages = format!("/threads/{}/messages", thread["thread"]["thread_id"].as_str().expect("an id"));
    let question = json!({ "content": "Is this comparison right?" });
    let answer = client.step("ask a question", "POST", &messages, Some(question)).await;
    client.step("read a thread's messages", "GET", &messages, None).await;
    client.step("open a session", "GET", &format!("{session}?include=threads"), None).await;
    let apply = format!("{messages}/{}/apply", answer["reply"]["message_id"].as_str().expect("an id"));
    client.step("apply a patch", "POST", &apply, Some(json!({ "expected_version_number": 1 }))).await;
    let save = json!({ "expected_version_number": 2, "code_content": format!("import sys\n{code}") });
    client.step("save the code", "PUT", &session, Some(save)).await;
    client.step("delete a session", "DELETE", &session, None).await;
    let meter = Meter::default();
    store.metered(meter.clone()).maintenance().sweep_due(Duration::from_mins(1)).await.expect("swept");
    client.requested.insert("sweep", meter.take().iter().map(|call| call.pattern.id).collect());
    let differ = |action: &&Action| {
        let requested: Vec<&str> =
            client.requested[action.name].iter().filter(|id| **id != POLL_PATTERN).copied().collect();
        requested != action.patterns
    };
    // The report runs in a separate program.
    let checked = ACTIONS.iter().filter(|action| action.name != "daily report");
    let differing: Vec<&str> = checked.filter(differ).map(|action| action.name).collect();
    assert!(differing.is_empty(), "{differing:?} in {:#?}", client.requested);
}

#[test]
fn every_pattern_is_registered_for_its_function() {
    for action in ACTIONS {
        for id in action.patterns {
            let pattern = PATTERNS.iter().find(|pattern| pattern.id == *id);
            let pattern = pattern.unwrap_or_else(|| panic!("{id} of {}", action.name));
            let function = action.function.name();
            assert!(pattern.callers.contains(&function), "{id} of {}", action.name);
        }
    }
    assert!(PATTERNS.iter().any(|pattern| pattern.id == POLL_PATTERN));
}

/// A file of the folder infra.
fn infra(file: &str) -> String {
    std::fs::read_to_string(format!("{}/../infra/{file}", env!("CARGO_MANIFEST_DIR"))).expect(file)
}

#[test]
fn memory_alarms_and_rules_match_the_templates() {
    let [template, alarms] = ["template.yaml", "alarms.yaml"].map(infra);
    for action in ACTIONS {
        let mut name = action.function.name().to_owned();
        name[..1].make_ascii_uppercase();
        let resource =
            template.split(&format!("\n  {name}Function:\n")).nth(1).expect("the function is in the template");
        let memory = resource.split("MemorySize: ").nth(1).and_then(|rest| rest.split_whitespace().next());
        assert_eq!(memory, Some(&*action.function.memory().to_string()), "{name}");
    }
    let values = AssumedValues::with(&[]);
    let count = |text: &str, line: &str| number(text.matches(line).count() as u64);
    // An alarm without a list of metrics has one metric. The anomaly alarm has its own price.
    let polled = |text: &str| {
        let alarms = text.split("Type: AWS::CloudWatch::Alarm\n").skip(1);
        alarms
            .map(|alarm| count(alarm.split("\n    Type: ").next().unwrap_or(alarm), "MetricStat:").max(1.0))
            .sum::<f64>()
    };
    let all = polled(&template) + polled(&alarms);
    assert!(
        (all - values[Parameter::Alarms] - values[Parameter::AnomalyAlarms]).abs() < 0.5,
        "{all} metrics of alarms"
    );
    let rules = count(&template, "\n          Priority: ");
    assert!((rules - values[Parameter::WafRules]).abs() < 0.5, "{rules} rules");
}

/// The default of a parameter of the template.
fn default<'a>(template: &'a str, parameter: &str) -> &'a str {
    let found = template.split(&format!("\n  {parameter}:\n")).nth(1).expect("the parameter is in the template");
    let value = found.split("Default: ").nth(1).and_then(|rest| rest.lines().next());
    value.expect("it has a default").trim_matches('"')
}

#[test]
fn processor_web_acl_and_edge_functions_match_the_templates() {
    let [template, site, stages] = ["template.yaml", "site.yaml", "samconfig.toml"].map(infra);
    let processor = default(&template, "Architecture");
    assert!(prices::LAMBDA_TIME.what.ends_with(processor), "functions run on {processor}");
    assert!(!stages.contains("Architecture="), "a stage has a different processor");

    let values = AssumedValues::with(&[]);
    let prod = stages.split("\n[prod.").last().expect("the stage prod");
    assert_eq!((default(&template, "EdgeWaf"), prod.contains("\"EdgeWaf=on\"")), ("on", true));
    assert!((values[Parameter::EdgeWaf] - 1.0).abs() < f64::EPSILON);
    let rules = number(site.matches("\n          Priority: ").count() as u64);
    assert!((rules - values[Parameter::EdgeWafRules]).abs() < 0.5, "{rules} rules at the edge");

    // The CloudFront functions of the bill: for pages and for the API, none for files.
    let behaviours =
        site.split("DefaultCacheBehavior:").nth(1).and_then(|rest| rest.split("CustomErrorResponses:").next());
    let mut behaviours = behaviours.expect("behaviours of the cache").split("- PathPattern: ");
    let functions = |behaviour: &str| behaviour.matches("EventType: ").count();
    assert_eq!(behaviours.next().map(functions), Some(1), "at pages");
    let paths: Vec<_> = behaviours.map(|one| (one.split_whitespace().next().unwrap_or(""), functions(one))).collect();
    assert_eq!(paths, [("/assets/*", 0), ("/api/openapi.json", 0), ("/api/*", 1)]);
    let bill = Bill::of(100, &values);
    let quantity =
        |price| bill.lines.iter().find(|line| line.price == price).map(|line| line.quantity).expect("a line");
    let loads = 100.0 * values[Parameter::ActiveDays] * values[Parameter::PageLoads];
    let (api, all) = (quantity(prices::GATEWAY_REQUESTS), quantity(prices::CLOUDFRONT_REQUESTS));
    assert!((quantity(prices::CLOUDFRONT_FUNCTIONS) - api - loads).abs() < 0.5);
    assert!((quantity(prices::WAF_REQUESTS) - api - all).abs() < 0.5, "each ACL inspects the requests that reach it");
    assert!((quantity(prices::WAF_ACL) - 2.0).abs() < f64::EPSILON);
}

#[test]
fn the_largest_assumptions_make_a_finite_bill() {
    let all = super::assumptions::ASSUMPTIONS.map(|assumption| format!("{}=1e12", assumption.name).parse());
    let all: Result<Vec<_>, String> = all.into_iter().collect();
    let values = AssumedValues::with(&all.expect("assumptions"));
    let bills = [Bill::of(u64::MAX, &values)];
    assert!(bills[0].total().is_finite());
    let shown = report::markdown(&bills, &values);
    assert!(!shown.contains("inf") && !shown.contains("NaN"), "{shown}");
}

#[test]
fn costs_grow_with_users_and_the_total_is_the_sum_of_the_lines() {
    let values = AssumedValues::with(&[]);
    let bills = [100, 10_000].map(|users| Bill::of(users, &values));
    for bill in &bills {
        let sum: f64 = bill.lines.iter().map(|line| line.quantity * line.price.dollars / line.price.of).sum();
        assert!((sum - bill.total()).abs() < 1e-6 && bill.model() < bill.total());
    }
    let ratio = bills[1].model() / bills[0].model();
    assert!((ratio - 100.0).abs() < 1e-6, "the model is asked a hundred times as often: {ratio}");
    assert!(bills[1].per_user() < bills[0].per_user(), "more users share the fixed costs");
}

#[test]
fn the_document_has_the_tables_of_the_command() {
    let values = AssumedValues::with(&[]);
    let bills = [100, 10_000, 1_000_000].map(|users| Bill::of(users, &values));
    let document = include_str!("../../../docs/costs.md");
    let updated =
        section::replaced(document, "costs", &report::markdown(&bills, &values)).expect("docs/costs.md has markers");
    assert!(document == updated, "docs/costs.md is outdated: run `codesensei costs --update docs/costs.md`");
    let picture = include_str!("../../../docs/pictures/costs.svg");
    assert!(picture == report::picture(&bills).svg(), "docs/pictures/costs.svg is outdated: run the same command");
}
