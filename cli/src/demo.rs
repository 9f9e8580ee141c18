//! `codesensei demo`: shows the product step by step through its HTTP routes, with the access patterns of each step.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use bedrock_local::LocalBedrock;
use handlers::http::request_cost::RequestCost;
use handlers::{Domain, router};
use http_body_util::BodyExt as _;
use model::{Clock, CursorKey, Endpoint, Ids, Protection, Store, TableConfig};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::Failure;
use crate::engine::Engine;
use crate::local::application_on;
use crate::local_keys::LocalKeys;
use crate::seed::FILES;

/// The lines of the file that the demo discusses: a comparison in a loop.
const LINES: (usize, usize) = (33, 35);

/// Runs the steps and prints them.
///
/// # Errors
/// If a step has an unexpected answer.
pub async fn run() -> Result<(), Failure> {
    let engine = Engine::in_memory().await?;
    let bedrock = LocalBedrock::start()?;
    let store = Store::connect(TableConfig {
        table: "codesensei-demo".to_owned(),
        endpoint: Endpoint::url(engine.url().to_owned()),
        cursor_key: CursorKey::from_secret(b"the key of the demo"),
        clock: Clock::system(),
        ids: Ids::random(),
    })
    .await;
    store.table().create_if_absent(Protection::Off).await?;
    let app = application_on(store, &LocalKeys::generate()?, &bedrock.url, handlers::auth::password::COST).await?;
    println!("CodeSensei, step by step, on a new table in memory. The rule-based reviewer of this process answers.\n");
    println!("{:<46} {:>6}  {:>3} {:>6} {:>6}  access patterns", "step", "status", "req", "RCU", "WCU");
    let mut client =
        DemoClient { router: router(&app, &Domain::ALL), cookies: String::new(), requests: 0, rcu: 0.0, wcu: 0.0 };
    run_steps(&mut client).await?;
    println!("\n{:<46} {:>6}  {:>3} {:>6} {:>6}", "total", "", client.requests, client.rcu, client.wcu);
    println!("\nEach access pattern is documented in access-patterns.md. DynamoDB bills RCU and WCU.");
    Ok(())
}

/// A client that keeps cookies and a running total of the cost.
struct DemoClient {
    router: Router,
    cookies: String,
    requests: u32,
    rcu: f64,
    wcu: f64,
}

async fn run_steps(client: &mut DemoClient) -> Result<(), Failure> {
    let (filename, code) = FILES[1];
    let account = json!({ "name": "Ada", "email": "ada@example.com", "username": "ada",
        "password": "Engine-1843", "confirm_password": "Engine-1843" });
    client.step("sign up", "POST", "/auth/signup", Some(account)).await?;
    let credentials = json!({ "username": "ada", "password": "Engine-1843" });
    client.step("sign in", "POST", "/auth/login", Some(credentials)).await?;
    let file = json!({ "filename": filename, "code_content": code });
    let session = client.step("create a session from rate_limiter.py", "POST", "/sessions", Some(file)).await?;
    let session = format!("/sessions/{}", text_of(&session["session"]["session_id"])?);
    client.step("list the sessions", "GET", "/sessions", None).await?;
    client.step("open the session with its code", "GET", &session, None).await?;
    let selected: String = code.lines().skip(LINES.0 - 1).take(LINES.1 - LINES.0 + 1).collect::<Vec<_>>().join("\n");
    let lines = json!({ "type": "block", "start_line": LINES.0, "end_line": LINES.1, "selected_text": selected });
    let thread = client
        .step(
            &format!("open a thread on lines {} to {}", LINES.0, LINES.1),
            "POST",
            &format!("{session}/threads"),
            Some(lines),
        )
        .await?;
    let thread = format!("/threads/{}", text_of(&thread["thread"]["thread_id"])?);
    let question = json!({ "content": "Is this comparison right?" });
    let posted = client
        .step("ask a question, get an answer with a patch", "POST", &format!("{thread}/messages"), Some(question))
        .await?;
    let reply = &posted["reply"];
    let mut explained = text_of(&reply["content"])?.lines().filter(|line| !line.trim().is_empty());
    for line in explained.by_ref().take(3) {
        println!("    | {}", shorten(line));
    }
    let patched = apply_patch(code, &reply["patch"])?;
    let save = json!({ "expected_version_number": 1, "code_content": patched });
    let saved = client.step("apply the patch by saving", "PUT", &session, Some(save.clone())).await?;
    let anchor = &saved["threads"][0];
    println!(
        "    | version {}, the thread is {} at lines {} to {}",
        saved["session"]["version_number"], anchor["anchor_status"], anchor["start_line"], anchor["end_line"]
    );
    let again = client.step("send the same save again: no new version", "PUT", &session, Some(save)).await?;
    println!("    | version {}", again["session"]["version_number"]);
    let stale = json!({ "expected_version_number": 1, "code_content": code });
    let conflict = client
        .expect_error("save other code from the old version: refused", "PUT", &session, stale, "VERSION_CONFLICT")
        .await?;
    println!("    | {}, current version {}", conflict["error"]["code"], conflict["error"]["current_version"]);
    client.step("read the thread back", "GET", &thread, None).await?;
    let messages = client.step("read its messages", "GET", &format!("{thread}/messages"), None).await?;
    println!("    | {} messages", messages["messages"].as_array().map_or(0, Vec::len));
    Ok(())
}

/// Applies the answer's patch to the code, as a client does.
fn apply_patch(code: &str, patch: &Value) -> Result<String, Failure> {
    let number = |name: &str| {
        let number = patch[name].as_u64().and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| format!("the answer has no patch with the field {name}"))
    };
    let (start, end) = (number("start_line")?, number("end_line")?);
    println!("    | a patch for lines {start} to {end}");
    let lines: Vec<&str> = code.lines().collect();
    let replacement: Vec<&str> = text_of(&patch["replacement"])?.lines().collect();
    let patched = [&lines[..start - 1], &replacement, &lines[end..]].concat().join("\n");
    Ok(patched + "\n")
}

fn shorten(line: &str) -> String {
    match line.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn text_of(value: &Value) -> Result<&str, Failure> {
    value.as_str().ok_or_else(|| "a field is missing in an answer".into())
}

fn unexpected(method: &str, path: &str, status: StatusCode, answer: &Value) -> Failure {
    format!("{method} {path} answered {status}: {}", answer["error"]["code"]).into()
}

impl DemoClient {
    /// Sends a request that must succeed.
    async fn step(&mut self, what: &str, method: &str, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        match self.send(what, method, path, body).await? {
            (status, answer) if status.is_success() => Ok(answer),
            (status, answer) => Err(unexpected(method, path, status, &answer)),
        }
    }

    /// Sends a request that must fail with this error code.
    async fn expect_error(
        &mut self,
        what: &str,
        method: &str,
        path: &str,
        body: Value,
        code: &str,
    ) -> Result<Value, Failure> {
        let (status, answer) = self.send(what, method, path, Some(body)).await?;
        if answer["error"]["code"] == code { Ok(answer) } else { Err(unexpected(method, path, status, &answer)) }
    }

    async fn send(
        &mut self,
        what: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<(StatusCode, Value), Failure> {
        let request = Request::builder()
            .method(Method::from_bytes(method.as_bytes())?)
            .uri(path)
            .header(header::COOKIE, &self.cookies)
            .header(header::CONTENT_TYPE, "application/json")
            .extension(ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.router.clone().oneshot(request.body(body)?).await?;
        let (parts, body) = response.into_parts();
        self.store_cookies(&parts.headers);
        self.print_step(what, parts.status, parts.extensions.get::<RequestCost>());
        let answer: Value = serde_json::from_slice(&body.collect().await?.to_bytes())?;
        Ok((parts.status, answer))
    }

    fn store_cookies(&mut self, headers: &axum::http::HeaderMap) {
        let cookies = headers.get_all(header::SET_COOKIE).iter();
        let pairs: Vec<&str> = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next()).collect();
        if !pairs.is_empty() {
            self.cookies = pairs.join("; ");
        }
    }

    fn print_step(&mut self, what: &str, status: StatusCode, bill: Option<&RequestCost>) {
        let calls = bill.map(|bill| bill.0.as_slice()).unwrap_or_default();
        let requests: u32 = calls.iter().map(|call| call.requests).sum();
        let (rcu, wcu) =
            (calls.iter().map(|call| call.rcu).sum::<f64>(), calls.iter().map(|call| call.wcu).sum::<f64>());
        (self.requests, self.rcu, self.wcu) = (self.requests + requests, self.rcu + rcu, self.wcu + wcu);
        let patterns: Vec<String> =
            calls.iter().map(|call| format!("{} {}", call.pattern.id, call.pattern.name)).collect();
        println!("{what:<46} {:>6}  {requests:>3} {rcu:>6} {wcu:>6}  {}", status.as_u16(), patterns.join(", "));
    }
}
