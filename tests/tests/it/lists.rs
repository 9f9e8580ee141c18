//! Lists: a new item is in the next list, in order, and a cursor continues at its position.

use std::collections::BTreeSet;

use model::{AccessError, Order, PageRequest};
use tests::TestTable;
use tests::story::lines;

#[tokio::test]
async fn a_new_users_list_contains_a_new_session_at_once() {
    let table = TestTable::new().await;
    for number in 0..20 {
        let user = table.user(&format!("user{number}")).await;
        assert_eq!(table.patterns().list_sessions(user.user_id, PageRequest::default()).await.unwrap().items, []);
        let session = table.session(&user, "main.rs", "fn main() {}").await;
        let page = table.patterns().list_sessions(user.user_id, PageRequest::default()).await.unwrap();
        assert_eq!(page.items, [session]);
    }
}

#[tokio::test]
async fn a_list_of_threads_contains_a_new_thread_at_once() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", &"line\n".repeat(20)).await;
    let mut opened = Vec::new();
    for line in 1..=20 {
        let new = lines(line, line);
        let created = table.threads().create(ada.user_id, session.session_id, None, new).await.unwrap();
        opened.push(created.item);
        let page = table.threads().list(ada.user_id, session.session_id, PageRequest::default()).await.unwrap();
        assert_eq!((page.items, page.cursor), (opened.clone(), None));
    }
}

#[tokio::test]
async fn a_list_of_messages_contains_a_new_message_at_once() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", "fn main() {}").await;
    let thread = table.thread(&session, 1, 1).await;
    let (question, reply) = table.talk(&thread, "why?").await;
    let page =
        table.messages().list(ada.user_id, thread.id(), Order::Descending, PageRequest::default()).await.unwrap().1;
    let seqs: Vec<u32> = page.items.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, [reply.seq, question.seq]);
    assert_eq!(page.items[0], reply);
}

#[tokio::test]
async fn pages_of_any_size_contain_every_session_once_newest_first() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let mut created = Vec::new();
    for number in 0..53 {
        created.push(table.session(&ada, "main.rs", &number.to_string()).await.session_id);
    }
    created.reverse();
    for limit in [Some(1), Some(7), Some(50), None, Some(1_000)] {
        let (mut listed, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let request = PageRequest { limit, cursor: cursor.as_deref() };
            let page = table.patterns().list_sessions(ada.user_id, request).await.unwrap();
            assert!(!page.items.is_empty(), "an empty page follows a cursor");
            assert!(page.items.len() <= limit.unwrap_or(50).min(50) as usize);
            listed.extend(page.items.into_iter().map(|session| session.session_id));
            match page.cursor {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(listed, created, "{limit:?}");
    }
}

#[tokio::test]
async fn a_user_cannot_read_another_users_lists() {
    let table = TestTable::new().await;
    let (ada, bob) = (table.user("ada").await, table.user("bob").await);
    let session = table.session(&ada, "main.rs", "secret").await;
    let thread = table.thread(&session, 1, 1).await;
    table.talk(&thread, "why?").await;
    let page = PageRequest::default();
    assert_eq!(table.patterns().list_sessions(bob.user_id, page).await.unwrap().items, []);
    let read = table.sessions().open(bob.user_id, session.session_id).await;
    assert!(matches!(read, Err(AccessError::Forbidden)), "{read:?}");
    let threads = table.threads().list(bob.user_id, session.session_id, page).await;
    assert!(matches!(threads, Err(AccessError::Forbidden)));
    let messages = table.messages().list(bob.user_id, thread.id(), Order::Ascending, page).await;
    assert!(matches!(messages, Err(AccessError::Forbidden)));
    let removed = table.sessions().delete(bob.user_id, session.session_id).await;
    assert!(matches!(removed, Err(AccessError::Forbidden)));
    table.sessions().delete(ada.user_id, session.session_id).await.unwrap();
    let gone = table.sessions().open(bob.user_id, session.session_id).await;
    assert!(matches!(gone, Err(AccessError::NotFound)), "{gone:?}");
}

#[tokio::test]
async fn the_ids_of_one_millisecond_differ_and_keep_their_order() {
    let table = TestTable::seeded(7).await;
    let ada = table.user("ada").await;
    let mut ids = Vec::new();
    for _ in 0..30 {
        ids.push(table.session(&ada, "main.rs", "").await.session_id);
    }
    assert!(ids.is_sorted());
    assert_eq!(ids.iter().map(ToString::to_string).collect::<BTreeSet<_>>().len(), 30);
}
