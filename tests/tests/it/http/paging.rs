//! Pages over HTTP: every item once, in both orders, and cursors that are valid only for their own list.

use serde_json::Value;
use tests::TestApp;
use tests::app::{Person, Session, Thread};

use crate::http::{CODE, FILENAME};

/// The ids of all items of a list, page by page.
async fn all(person: &Person, list: &str, items: &str, id: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let with_cursor = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let mut page = person.gets(&format!("{list}{with_cursor}")).await.is(200);
        let shown = page[items].as_array().unwrap();
        assert!(!shown.is_empty(), "an empty page follows a cursor");
        ids.extend(shown.iter().map(|item| item[id].as_str().unwrap().to_owned()));
        match page["cursor"].take() {
            Value::String(next) => cursor = Some(next),
            _ => return ids,
        }
    }
}

/// A person with three sessions, three threads in the first session and three notes in its first thread.
async fn busy(app: &TestApp, name: &str) -> (Person, Session, Thread) {
    let person = app.signs_up(name).await;
    let session = person.creates(FILENAME, CODE).await;
    for _ in 0..2 {
        person.creates(FILENAME, CODE).await;
    }
    let thread = person.opens_thread(&session, 1..=1).await;
    for line in 2..=3 {
        person.opens_thread(&session, line..=line).await;
    }
    for number in 1..=3 {
        person.notes(&thread, &format!("note {number}")).await;
    }
    (person, session, thread)
}

fn lists(session: &Session, thread: &Thread) -> [String; 4] {
    [
        "/sessions?limit=1".to_owned(),
        format!("{}/threads?limit=1", session.path),
        format!("{}?limit=1", thread.messages()),
        format!("{}?limit=1&order=desc", thread.messages()),
    ]
}

async fn cursor(person: &Person, list: &str) -> String {
    person.gets(list).await.is(200)["cursor"].as_str().expect("a second page follows").to_owned()
}

#[tokio::test]
async fn pages_of_any_size_show_every_item_once_and_in_order() {
    let app = TestApp::new().await;
    let (ada, session, thread) = busy(&app, "ada").await;
    for limit in [1, 2, 3, 50] {
        let sessions = all(&ada, &format!("/sessions?limit={limit}"), "sessions", "session_id").await;
        assert!(sessions.len() == 3 && sessions.is_sorted_by(|a, b| a > b), "newest first: {sessions:?}");
        assert_eq!(sessions[2], session.id);
        let threads = format!("{}/threads?limit={limit}", session.path);
        let threads = all(&ada, &threads, "threads", "thread_id").await;
        assert!(threads.len() == 3 && threads.is_sorted(), "oldest first: {threads:?}");
        let messages = format!("{}?limit={limit}", thread.messages());
        let oldest_first = all(&ada, &messages, "messages", "content").await;
        assert_eq!(oldest_first, ["note 1", "note 2", "note 3"]);
        let newest_first = all(&ada, &format!("{messages}&order=desc"), "messages", "content").await;
        assert_eq!(newest_first, ["note 3", "note 2", "note 1"]);
    }
}

#[tokio::test]
async fn a_page_has_fifty_sessions_by_default() {
    let app = TestApp::new().await;
    let ada = app.signs_up("ada").await;
    for _ in 0..51 {
        ada.creates(FILENAME, "").await;
    }
    let page = ada.gets("/sessions").await.is(200);
    assert_eq!(page["sessions"].as_array().unwrap().len(), 50);
    let cursor = page["cursor"].as_str().unwrap();
    let last = ada.gets(&format!("/sessions?cursor={cursor}")).await.is(200);
    assert_eq!(last["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(last.get("cursor"), None);
}

#[tokio::test]
async fn a_cursor_of_another_user_is_refused() {
    let app = TestApp::new().await;
    let (ada, ada_session, ada_thread) = busy(&app, "ada").await;
    let (bob, bob_session, bob_thread) = busy(&app, "bob").await;
    let adas = lists(&ada_session, &ada_thread);
    for (list, other) in adas.iter().zip(lists(&bob_session, &bob_thread)) {
        let bobs = cursor(&bob, &other).await;
        ada.gets(&format!("{list}&cursor={bobs}")).await.invalid("cursor");
    }
}

#[tokio::test]
async fn a_cursor_of_another_list_or_order_is_refused() {
    let app = TestApp::new().await;
    let (ada, session, thread) = busy(&app, "ada").await;
    let lists = lists(&session, &thread);
    for list in &lists {
        for other in lists.iter().filter(|other| *other != list) {
            let cursor = cursor(&ada, other).await;
            ada.gets(&format!("{list}&cursor={cursor}")).await.invalid("cursor");
        }
    }
    let second = ada.opens_thread(&session, 4..=4).await;
    let cursor = cursor(&ada, &lists[2]).await;
    ada.gets(&format!("{}?cursor={cursor}", second.messages())).await.invalid("cursor");
}

#[tokio::test]
async fn a_cursor_with_one_byte_changed_is_refused_and_the_table_is_not_asked() {
    let app = TestApp::new().await;
    let (ada, ..) = busy(&app, "ada").await;
    let cursor = cursor(&ada, "/sessions?limit=1").await;
    for at in 0..cursor.len() {
        let mut changed = cursor.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let answer = ada.gets(&format!("/sessions?limit=1&cursor={changed}")).await;
        assert_eq!(answer.bill.iter().map(|call| call.requests).sum::<u32>(), 0, "{:?}", answer.bill);
        answer.invalid("cursor");
    }
    for garbage in ["x", "%00", "null", &cursor[1..], &format!("{cursor}A"), &"A".repeat(5_000)] {
        ada.gets(&format!("/sessions?limit=1&cursor={garbage}")).await.invalid("cursor");
    }
}

#[tokio::test]
async fn invalid_limits_and_orders_are_refused_by_name() {
    let app = TestApp::new().await;
    let (ada, session, thread) = busy(&app, "ada").await;
    let threads = format!("{}/threads", session.path);
    for (list, most) in [("/sessions", 50), (&*threads, 50), (&*thread.messages(), 100)] {
        for limit in ["0", "-1", "x", "", "1.5", "18446744073709551616", &(most + 1).to_string()] {
            ada.gets(&format!("{list}?limit={limit}")).await.invalid("limit");
        }
        ada.gets(&format!("{list}?limit={most}")).await.is(200);
        ada.gets(&format!("{list}?order=up")).await.invalid("order");
        ada.gets(&format!("{list}?cursor=")).await.invalid("cursor");
        ada.gets(&format!("{list}?limit=1&limit=2")).await.refused(400, "INVALID_INPUT");
    }
    ada.gets("/sessions?order=desc").await.invalid("order");
}
