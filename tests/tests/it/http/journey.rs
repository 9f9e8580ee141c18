//! The product's journey, request by request: a file is reviewed, and the answer's patch is applied.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};
use tests::TestApp;
use tests::app::{PASSWORD, Person, Response, sign_up};

use crate::http::{CODE, FILENAME, Shapes, patched};

/// The requests and responses, and the cost of each request at the table.
#[derive(Default)]
struct Transcript {
    shapes: Shapes,
    answers: String,
    costs: String,
}

impl Transcript {
    /// Notes a response, and returns its JSON.
    fn records(&mut self, answer: Response, status: u16) -> Value {
        let what = self.shapes.named(&answer.what);
        let mut calls = BTreeMap::<_, u32>::new();
        for call in &answer.bill {
            *calls.entry((call.pattern.id, call.pattern.name)).or_default() += call.requests;
        }
        let requests: u32 = calls.values().sum();
        let calls = calls.iter().map(|((id, name), requests)| format!("{id} {name} {requests}"));
        let calls = calls.collect::<Vec<_>>().join(", ");
        writeln!(self.costs, "{what:<40} {status}  {requests:>2}  {calls}").unwrap();
        let json = answer.is(status);
        write!(self.answers, "{what}\n{status}\n{}\n\n", self.shapes.of(&json)).unwrap();
        json
    }
}

/// The first half: an account, a session, a thread.
async fn to_a_thread(app: &TestApp, ada: &Person, transcript: &mut Transcript) -> (String, String) {
    transcript.records(ada.posts("/auth/signup", &sign_up("ada")).await, 201);
    let credentials = json!({ "username": "ada", "password": PASSWORD });
    transcript.records(ada.posts("/auth/login", &credentials).await, 200);
    app.advance(Duration::from_mins(1));
    let file = json!({ "filename": FILENAME, "code_content": CODE });
    let created = transcript.records(ada.posts("/sessions", &file).await, 201);
    let session = format!("/sessions/{}", created["session"]["session_id"].as_str().unwrap());
    let list = transcript.records(ada.gets("/sessions").await, 200);
    assert_eq!(list["sessions"], json!([created["session"]]));
    let opened = transcript.records(ada.gets(&session).await, 200);
    assert!(opened["session"]["code_content"] == CODE, "the same code, byte for byte");
    app.advance(Duration::from_mins(1));
    let selected: Vec<&str> = CODE.lines().skip(32).take(3).collect();
    let selection = json!({ "type": "block", "start_line": 33, "end_line": 35, "selected_text": selected.join("\n") });
    let threads = format!("{session}/threads");
    let thread = transcript.records(ada.posts(&threads, &selection).await, 201);
    let list = transcript.records(ada.gets(&threads).await, 200);
    assert_eq!(list["threads"], json!([thread["thread"]]));
    (session, format!("/threads/{}", thread["thread"]["thread_id"].as_str().unwrap()))
}

/// The second half: a question, its answer, the patch.
async fn to_a_patch(app: &TestApp, ada: &Person, transcript: &mut Transcript, (session, thread): (&str, &str)) {
    let messages = format!("{thread}/messages");
    let question = json!({ "content": "Is this comparison right?" });
    let posted = transcript.records(ada.posts(&messages, &question).await, 201);
    app.advance(Duration::from_mins(1));
    let new = patched(CODE, &posted["reply"]["patch"]);
    assert_eq!(CODE.replace("best == None", "best is None"), new);
    let save = json!({ "expected_version_number": 1, "code_content": new });
    let saved = transcript.records(ada.puts(session, &save).await, 200);
    let other = json!({ "expected_version_number": 1, "code_content": CODE });
    let conflict = transcript.records(ada.puts(session, &other).await, 409);
    assert!(conflict["error"]["current_code"] == *new);
    assert_eq!(transcript.records(ada.gets(thread).await, 200)["thread"], saved["threads"][0]);
    let note = json!({ "content": "Thanks, applied.", "ask": false });
    let noted = transcript.records(ada.posts(&messages, &note).await, 201);
    let (question, mut answer) = (posted["message"].clone(), posted["reply"].clone());
    let oldest_first = transcript.records(ada.gets(&messages).await, 200);
    assert_eq!(oldest_first["messages"], json!([question, answer, noted["message"]]));
    let first = transcript.records(ada.gets(&format!("{messages}?order=desc&limit=2")).await, 200);
    assert_eq!(first["messages"], json!([noted["message"], answer.take()]));
    let cursor = first["cursor"].as_str().unwrap();
    let last = ada.gets(&format!("{messages}?order=desc&limit=2&cursor={cursor}")).await.is(200);
    assert_eq!(last, json!({ "messages": [question] }));
}

async fn the_journey() -> Transcript {
    let app = TestApp::with_rate_limits().await;
    let (ada, mut transcript) = (app.stranger(), Transcript::default());
    let (session, thread) = to_a_thread(&app, &ada, &mut transcript).await;
    to_a_patch(&app, &ada, &mut transcript, (&session, &thread)).await;
    transcript.records(app.stranger().gets("/health").await, 200);
    transcript
}

#[tokio::test]
async fn a_file_is_reviewed_and_the_answers_patch_is_applied() {
    let transcript = the_journey().await;
    insta::assert_snapshot!("journey", transcript.answers.trim_end());
}

#[tokio::test]
async fn the_table_requests_of_the_journey_are_unchanged() {
    let transcript = the_journey().await;
    insta::assert_snapshot!("journey_costs", transcript.costs.trim_end());
}

#[tokio::test]
async fn a_save_returns_threads_at_their_moved_lines() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let moved = ada.opens_thread(&session, 33..=35).await;
    let removed = ada.opens_thread(&session, 22..=22).await;
    let anchor = |thread: &Value| {
        let thread = thread.as_object().unwrap();
        ["start_line", "end_line", "anchor_status"].map(|name| thread[name].clone())
    };
    let lines: Vec<&str> = CODE.lines().collect();
    let new = format!("# one\n# two\n{}\n", [&lines[..20], &lines[23..]].concat().join("\n"));
    let saved = ada.saves(&session, 1, &new).await.is(200);
    let [first, second] = saved["threads"].as_array().unwrap().as_slice() else { panic!("{saved}") };
    assert_eq!(first["thread_id"], *moved.id);
    assert_eq!(anchor(first), [json!(32), json!(34), json!("stable")]);
    assert_eq!(second["thread_id"], *removed.id);
    assert_eq!(anchor(second)[2], json!("approximate"));
    for thread in [first, second] {
        let path = format!("/threads/{}", thread["thread_id"].as_str().unwrap());
        assert_eq!(ada.gets(&path).await.is(200)["thread"], *thread);
    }
}

#[tokio::test]
async fn saving_only_the_language_changes_neither_code_nor_version() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    let session = ada.creates(FILENAME, CODE).await;
    let save = json!({ "expected_version_number": 1, "language_override": "ruby" });
    assert_eq!(ada.puts(&session.path, &save).await.is(200)["session"]["version_number"], 1);
    let opened = ada.opens(&session).await;
    assert_eq!(opened.json["language_override"], "Ruby");
    assert_eq!(opened.json["language_detected"], "Python");
    assert!(opened.code == CODE);
    let outdated = json!({ "expected_version_number": 7, "language_override": "go" });
    ada.puts(&session.path, &outdated).await.refused(409, "VERSION_CONFLICT");
}

#[tokio::test]
async fn two_devices_of_one_user_see_each_others_saves() {
    let app = TestApp::new().await;
    let desk = app.signs_up("ada").await;
    let phone = app.signs_in("ada").await;
    assert_ne!(desk.cookie("refresh_token"), phone.cookie("refresh_token"));
    let session = desk.creates("notes.md", "one").await;
    phone.saves(&session, 1, "two").await.is(200);
    let conflict = desk.saves(&session, 1, "three").await.refused(409, "VERSION_CONFLICT");
    assert_eq!((&conflict["current_version"], &conflict["current_code"]), (&json!(2), &json!("two")));
    desk.saves(&session, 2, "three").await.is(200);
    assert_eq!(phone.opens(&session).await.code, "three");
}
