//! Logs and metrics of the functions, without secrets.

use serde_json::{Value, json};

use crate::events::Request;
use crate::runtime::{Function, TRACE};
use crate::surroundings::{SEED, Surroundings};
use crate::{AI, AUTH, SESSIONS, cookies};

/// A text that only this test contains.
fn secret(what: &str) -> String {
    format!("zq{what}zq1843")
}

fn question() -> Value {
    let code = format!("x = '{}'\n", secret("code"));
    json!({ "filename": format!("{}.py", secret("file")), "code_content": code, "question": secret("question") })
}

/// The lines of a log, split into log lines and metrics.
fn lines(log: &str) -> (Vec<Value>, Vec<Value>) {
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
    lines.partition(|line| line.get("_aws").is_none())
}

/// Checks the embedded metric format: all declared dimensions and metrics exist and have the right type.
fn check_format(line: &Value) {
    assert!(line["_aws"]["Timestamp"].as_i64().is_some_and(|millis| millis > 1_700_000_000_000), "{line}");
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    assert!(!directives.is_empty());
    for directive in directives {
        assert_eq!(directive["Namespace"], "CodeSensei");
        for dimension in directive["Dimensions"].as_array().unwrap().iter().flat_map(|set| set.as_array().unwrap()) {
            assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension}: {line}");
        }
        for metric in directive["Metrics"].as_array().unwrap() {
            assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}: {line}");
            assert!(metric["Unit"].is_string());
        }
    }
}

#[tokio::test]
async fn each_request_writes_one_line_of_metrics() {
    let around = Surroundings::start().await;
    let pairs = cookies(&mut Function::start(AUTH, &around.environment()).await).await;
    let mut ai = Function::start(AI, &around.environment()).await;
    let ask = Request::post("/ai/analyze", &question()).with_cookies(&pairs);
    let mut answers = Vec::new();
    for version in [1, 2] {
        answers.push(ai.calls(version, &ask).await);
    }
    answers.push(ai.calls(1, &Request::post("/ai/analyze", &question())).await);
    answers.push(ai.calls(1, &Request::get("/sessions")).await);
    let (_, metrics) = lines(&ai.stops().await);
    let requests: Vec<_> =
        metrics.iter().map(|line| (line["endpoint"].as_str().unwrap(), &line["status"], &line["code"])).collect();
    let ok = ("POST /ai/analyze", &json!("200"), &Value::Null);
    let refused = ("POST /ai/analyze", &json!("401"), &json!("UNAUTHORIZED"));
    assert_eq!(requests, [ok, ok, refused, ("(no route)", &json!("404"), &json!("NOT_FOUND"))]);
    for (line, answer) in metrics.iter().zip(&answers) {
        check_format(line);
        assert_eq!(line["trace_id"].as_str().map(str::len), Some(32), "ours, and not {TRACE}");
        let tokens = ["InputTokens", "OutputTokens"].map(|name| line[name].as_u64().unwrap_or_default());
        assert_eq!(tokens.iter().sum::<u64>(), answer.json["token_count"].as_u64().unwrap_or_default());
    }
    // The hit of the limit, and the user's usage with its index.
    assert!(metrics[0]["WriteCapacity"].as_f64().unwrap() >= 3.0, "{}", metrics[0]);
}

#[tokio::test]
async fn at_level_trace_a_function_logs_no_body_header_or_secret() {
    let around = Surroundings::start().await;
    let mut environment = around.environment();
    let level = "trace,lambda_runtime=trace,lambda_http=trace,hyper=trace,aws_smithy_runtime=trace,modyne=trace";
    environment.push(("CODESENSEI_LOG", level.to_owned()));
    let form = json!({
        "name": secret("name"), "email": format!("{}@example.com", secret("mail")), "username": "zquserzq1843",
        "password": format!("A-{}", secret("password")), "confirm_password": format!("A-{}", secret("password")),
    });
    let mut auth = Function::start(AUTH, &environment).await;
    let signed_up = auth.calls(1, &Request::post("/auth/signup", &form)).await;
    assert_eq!(signed_up.status, 201, "{}", signed_up.json);
    let wrong = json!({ "username": "zquserzq1843", "password": secret("wrong") });
    assert_eq!(auth.calls(2, &Request::post("/auth/login", &wrong)).await.status, 401);
    assert_eq!(auth.calls(1, &Request::post("/auth/login", &json!([secret("body")]))).await.status, 400);
    let pairs = signed_up.pairs();
    let mut sessions = Function::start(SESSIONS, &environment).await;
    let mut file = question();
    file.as_object_mut().unwrap().remove("question");
    for version in [1, 2] {
        let create = Request::post("/sessions", &file).with_cookies(&pairs).with_header("X-Own", &secret("header"));
        assert_eq!(sessions.calls(version, &create).await.status, 201);
        let query = Request::get("/sessions").with_cookies(&pairs).with_query("cursor", &secret("cursor"));
        assert_eq!(sessions.calls(version, &query).await.status, 400);
    }
    let mut ai = Function::start(AI, &environment).await;
    let ask = Request::post("/ai/analyze", &question()).with_cookies(&pairs);
    assert_eq!(ai.calls(1, &ask).await.status, 200);
    for (function, line) in
        [(auth, "POST /auth/login 401"), (sessions, "POST /sessions 201"), (ai, "POST /ai/analyze 200")]
    {
        let log = function.stops().await;
        let (own, metrics) = lines(&log);
        assert!(log.contains(line) && !metrics.is_empty() && own.iter().any(|line| line["level"] == "DEBUG"), "{log}");
        for line in own.iter().filter(|line| line["level"] == "DEBUG" || line["level"] == "TRACE") {
            let target = line["target"].as_str().unwrap();
            let ours = ["handlers::", "bedrock::", "model::", "table_runtime::"];
            assert!(ours.iter().any(|own| target.starts_with(own)), "{line}");
        }
        for secret in ["zq1843", "eyJ", "$2b$", "BEGIN", "Local rule-based", SEED] {
            let line = log.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} is in the log");
        }
    }
}
