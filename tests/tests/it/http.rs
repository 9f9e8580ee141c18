//! The API over HTTP, through the real router: the responses of a page's requests, and the errors of invalid ones.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use handlers::rates::RateLimit;
use model::{Message, ThreadId, User};
use serde_json::Value;
use tests::TestApp;
use tests::app::Response;

mod access;
mod accounts;
mod analyze;
mod anchors;
mod apply;
mod bodies;
mod caching;
mod cancelling;
mod capped_days;
mod context;
mod cookies;
mod counters;
mod creating_once;
mod deleted_accounts;
mod deleting;
mod devices;
mod document;
mod errors;
mod every_field;
mod exactly_once;
mod expiry;
mod faults;
mod forgery;
mod forms;
mod hardening;
mod health;
mod hostile;
mod idempotency;
mod journey;
mod known_devices;
mod large;
mod limits;
mod logs;
mod metrics;
mod opening;
mod paging;
mod passwords;
mod question_costs;
mod rates;
mod refresh;
mod renaming;
mod reviewer;
mod route_costs;
mod saving;
mod selections;
mod settling;
mod sign_in_steps;
mod streaming;
mod taken;
mod usage;
mod users;

/// A real file to ask about. Line 34 contains `best == None`.
pub(crate) const CODE: &str = codesensei::seed::FILES[1].1;
/// The name of this file.
pub(crate) const FILENAME: &str = codesensei::seed::FILES[1].0;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut inflated = Vec::new();
    MultiGzDecoder::new(bytes).read_to_end(&mut inflated).unwrap();
    inflated
}

/// The user of this name, as stored.
async fn user(app: &TestApp, name: &str) -> User {
    let key = name.parse::<model::Username>().unwrap().key();
    app.table().accounts().find(&key).await.unwrap().expect("the user has signed up")
}

/// Moves the clock to the start of the next window of the user's first sign-in under a limit, and returns its end.
async fn to_next_window(app: &TestApp, limit: RateLimit, name: &str) -> model::Timestamp {
    let sign_in = first_sign_in(app, name).await;
    let (rule, now) = (limit.rule, app.table().clock().now());
    app.advance(rule.window(&sign_in, now).ends_at.since(now));
    rule.window(&sign_in, app.table().clock().now()).ends_at
}

/// The id of this user's oldest sign-in.
async fn first_sign_in(app: &TestApp, name: &str) -> String {
    let user_id = user(app, name).await.user_id;
    app.table().patterns().list_refresh_families(user_id).await.unwrap()[0].family_id.to_string()
}

/// Asserts that exactly both tokens are cleared. Deleting an account also clears the device cookie.
#[track_caller]
fn assert_clears_cookies(answer: &Response) {
    let mut cookies = answer.set_cookies();
    if answer.what == "DELETE /users/me" {
        assert_eq!(cookies.pop().map(|cookie| cookie.name).as_deref(), Some("device"));
    }
    let names: Vec<_> = cookies.iter().map(|cookie| cookie.name.as_str()).collect();
    assert_eq!(names, ["access_token", "refresh_token"], "{}", answer.what);
    let attributes = ["HttpOnly", "Secure", "SameSite=Strict", "Path=/", "Max-Age=0"];
    assert!(cookies.iter().all(|cookie| cookie.value.is_empty() && cookie.attributes == attributes), "{cookies:?}");
}

/// The patterns that a request called, in order.
fn patterns(answer: &Response) -> Vec<&'static str> {
    answer.bill.iter().map(|call| call.pattern.id).collect()
}

/// Asserts a 429 response with the end of the window, at the cost of one write.
#[track_caller]
fn assert_rate_limited(answer: Response, retry_at: model::Timestamp, seconds: &str) {
    assert!(matches!(patterns(&answer)[..], ["AP-60"] | ["AP-60", "AP-15"]), "{:?}", patterns(&answer));
    assert_eq!(answer.bill[0].requests, 1);
    assert_eq!(answer.headers["retry-after"], seconds);
    assert_eq!(answer.set_cookies(), []);
    let error = answer.refused(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(error["retry_after"], retry_at.to_rfc3339());
}

/// The messages of a thread, as stored.
async fn stored_messages(app: &TestApp, thread_id: &str) -> Vec<Message> {
    let ThreadId { session_id, thread } = thread_id.parse().unwrap();
    let (mut messages, mut cursor) = (Vec::new(), None);
    loop {
        let next = model::PageRequest { limit: None, cursor: cursor.as_deref() };
        let page =
            app.table().patterns().list_messages(session_id, thread, model::Order::Ascending, next).await.unwrap();
        messages.extend(page.items);
        cursor = page.cursor;
        if cursor.is_none() {
            return messages;
        }
    }
}

/// Ids by the order of their first appearance: a snapshot shows which ids are equal, and not the random ids of a run.
#[derive(Default)]
struct Shapes {
    ids: Vec<String>,
}

impl Shapes {
    /// The JSON, indented, with `<id 1>` for the first id, and without long or foreign texts: code, cursors and the
    /// model's text.
    fn of(&mut self, json: &Value) -> String {
        let mut json = json.clone();
        shorten(&mut json);
        self.named(&serde_json::to_string_pretty(&json).unwrap())
    }

    fn named(&mut self, text: &str) -> String {
        let (mut out, mut rest) = (String::new(), text);
        while let Some(at) = (0..rest.len()).find(|at| rest.get(*at..at + 36).is_some_and(is_uuid)) {
            let id = &rest[at..at + 36];
            let number = self.ids.iter().position(|seen| seen == id).unwrap_or_else(|| {
                self.ids.push(id.to_owned());
                self.ids.len() - 1
            });
            out.push_str(&rest[..at]);
            write!(out, "<id {}>", number + 1).unwrap();
            rest = &rest[at + 36..];
        }
        out + rest
    }
}

fn shorten(json: &mut Value) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(fields) => {
            let by_model = fields.get("role").is_some_and(|role| role == "ai");
            for (name, field) in fields {
                match (name.as_str(), &*field) {
                    ("code_content" | "current_code", Value::String(code)) => {
                        *field = format!("<{} bytes>", code.len()).into();
                    }
                    ("content", Value::String(_)) if by_model => *field = "<explanation>".into(),
                    ("cursor", Value::String(_)) => *field = "<cursor>".into(),
                    ("token_count", Value::Number(_)) => *field = "<number>".into(),
                    _ => shorten(field),
                }
            }
        }
        _ => {}
    }
}

fn is_uuid(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

/// The code with an answer's patch applied, as a page would apply it.
fn patched(code: &str, patch: &Value) -> String {
    let line = |name: &str| usize::try_from(patch[name].as_u64().unwrap()).unwrap();
    let lines: Vec<&str> = code.split('\n').collect();
    let replacement: Vec<&str> = patch["replacement"].as_str().unwrap().split('\n').collect();
    [&lines[..line("start_line") - 1], &replacement, &lines[line("end_line")..]].concat().join("\n")
}
