//! Cursors: valid only for the query that returned them.

use std::time::Duration;

use model::{
    AccessError, CursorError, Date, Order, Page, PageRequest, Session, StoreAnswerError, StoreError, Thread, User,
};
use tests::TestTable;
use tests::story::answer;

/// A page of one item, from this cursor.
fn one(cursor: Option<&str>) -> PageRequest<'_> {
    PageRequest { limit: Some(1), cursor }
}

fn cursor_of<T: std::fmt::Debug>(page: Result<Page<T>, StoreError>) -> String {
    page.unwrap().cursor.expect("a second page follows")
}

fn refusal<T: std::fmt::Debug>(page: Result<Page<T>, StoreError>) -> CursorError {
    match page {
        Err(StoreError::Cursor(refusal)) => refusal,
        other => panic!("not refused for its cursor: {other:?}"),
    }
}

/// Two users with two items of each kind.
struct Scene {
    table: TestTable,
    ada: User,
    bob: User,
    sessions: Vec<Session>,
    threads: Vec<Thread>,
    today: Date,
}

impl Scene {
    async fn new() -> Self {
        let table = TestTable::new().await;
        let (ada, bob) = (table.user("ada").await, table.user("bob").await);
        let (mut sessions, mut threads) = (Vec::new(), Vec::new());
        for owner in [&ada, &ada, &bob, &bob] {
            let session = table.session(owner, "main.rs", "fn main() {\n}").await;
            for line in 1..=2 {
                let thread = table.thread(&session, line, line).await;
                table.talk(&thread, "why?").await;
                threads.push(thread);
            }
            sessions.push(session);
        }
        let today = table.clock().now().date();
        Self { table, ada, bob, sessions, threads, today }
    }

    /// A cursor of each pattern that has them, for Ada.
    async fn cursors(&self) -> Vec<(&'static str, String)> {
        let (table, ada, first) = (&self.table, self.ada.user_id, one(None));
        let (session, thread) = (self.sessions[0].session_id, self.threads[0].thread);
        vec![
            ("AP-21", cursor_of(table.patterns().list_sessions(ada, first).await)),
            ("AP-35", cursor_of(table.patterns().list_threads_page(session, first).await)),
            ("AP-44", cursor_of(table.patterns().list_messages(session, thread, Order::Ascending, first).await)),
            ("AP-77", cursor_of(table.patterns().user_footprint(ada, first).await)),
            ("AP-81", cursor_of(table.patterns().list_signups(self.today, first).await)),
        ]
    }
}

#[tokio::test]
async fn a_cursor_of_another_user_session_thread_day_or_order_is_refused() {
    let scene = Scene::new().await;
    let (table, bob) = (&scene.table, scene.bob.user_id);
    let (session, thread) = (scene.sessions[0].session_id, scene.threads[0].thread);
    let cursors = scene.cursors().await;
    let [sessions, threads, messages, footprint, signups] = [0, 1, 2, 3, 4].map(|index| one(Some(&cursors[index].1)));
    let other = (scene.sessions[1].session_id, scene.threads[1].thread);
    let yesterday = scene.today.days_before(1);
    let refusals = [
        refusal(table.patterns().list_sessions(bob, sessions).await),
        refusal(table.patterns().list_threads_page(other.0, threads).await),
        refusal(table.patterns().list_messages(other.0, thread, Order::Ascending, messages).await),
        refusal(table.patterns().list_messages(session, other.1, Order::Ascending, messages).await),
        refusal(table.patterns().list_messages(session, thread, Order::Descending, messages).await),
        refusal(table.patterns().user_footprint(bob, footprint).await),
        refusal(table.patterns().list_signups(yesterday, signups).await),
    ];
    assert_eq!(refusals, [CursorError::Forged; 7]);
}

#[tokio::test]
async fn a_cursor_of_another_pattern_is_refused() {
    let scene = Scene::new().await;
    let (table, ada) = (&scene.table, scene.ada.user_id);
    let (session, thread) = (scene.sessions[0].session_id, scene.threads[0].thread);
    for (pattern, cursor) in scene.cursors().await {
        let page = one(Some(&cursor));
        // The footprint is in the same partition as the sessions, and the messages are in the same one as the threads.
        let mut outcomes = vec![
            ("AP-21", table.patterns().list_sessions(ada, page).await.map(drop)),
            ("AP-35", table.patterns().list_threads_page(session, page).await.map(drop)),
            ("AP-44", table.patterns().list_messages(session, thread, Order::Ascending, page).await.map(drop)),
            ("AP-77", table.patterns().user_footprint(ada, page).await.map(drop)),
            ("AP-81", table.patterns().list_signups(scene.today, page).await.map(drop)),
            ("AP-65", table.patterns().list_usage(ada, scene.today, scene.today, page).await.map(drop)),
        ];
        outcomes.retain(|(asked, _)| *asked != pattern);
        assert_eq!(outcomes.len(), 5);
        for (asked, outcome) in outcomes {
            let refused = matches!(outcome, Err(StoreError::Cursor(CursorError::Forged)));
            assert!(refused, "a cursor of {pattern} at {asked}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_cursor_with_one_changed_character_is_refused() {
    let scene = Scene::new().await;
    let cursor = cursor_of(scene.table.patterns().list_sessions(scene.ada.user_id, one(None)).await);
    for index in 0..cursor.len() {
        let mut changed = cursor.clone().into_bytes();
        changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let refused = refusal(scene.table.patterns().list_sessions(scene.ada.user_id, one(Some(&changed))).await);
        assert!(matches!(refused, CursorError::Forged | CursorError::Malformed), "{index}: {refused:?}");
    }
}

#[tokio::test]
async fn a_cursor_expires_after_a_day() {
    let scene = Scene::new().await;
    let (table, ada) = (&scene.table, scene.ada.user_id);
    let cursors = scene.cursors().await;
    table.advance(Duration::from_hours(24));
    let page = one(Some(&cursors[0].1));
    assert_eq!(
        table.patterns().list_sessions(ada, page).await.unwrap().items[0].session_id,
        scene.sessions[0].session_id
    );
    table.advance(Duration::from_millis(1));
    assert_eq!(refusal(table.patterns().list_sessions(ada, page).await), CursorError::Expired);
}

#[tokio::test]
async fn another_users_cursor_is_refused_without_a_request() {
    let scene = Scene::new().await;
    let bobs = cursor_of(scene.table.patterns().list_sessions(scene.bob.user_id, one(None)).await);
    let before = scene.table.meter().take().len();
    assert!(before > 0);
    refusal(scene.table.patterns().list_sessions(scene.ada.user_id, one(Some(&bobs))).await);
    let calls = scene.table.meter().take();
    assert_eq!(calls.iter().map(|call| call.requests).sum::<u32>(), 0, "{calls:?}");
    let threads = scene.table.threads().list(scene.ada.user_id, scene.sessions[0].session_id, one(Some(&bobs))).await;
    assert!(matches!(threads, Err(AccessError::Store(StoreError::Cursor(CursorError::Forged)))));
}

#[tokio::test]
async fn a_cursor_stays_valid_when_its_item_is_deleted() {
    let scene = Scene::new().await;
    let (table, ada) = (&scene.table, &scene.ada);
    let third = table.session(ada, "main.rs", "").await;
    let page = table.patterns().list_sessions(ada.user_id, one(None)).await.unwrap();
    assert_eq!(page.items[0].session_id, third.session_id);
    // The cursor's item is deleted, and a newer one is created.
    table.sessions().delete(ada.user_id, third.session_id).await.unwrap();
    table.session(ada, "main.rs", "").await;
    let next = table.patterns().list_sessions(ada.user_id, one(page.cursor.as_deref())).await.unwrap();
    assert_eq!(next.items[0].session_id, scene.sessions[1].session_id);
}

#[tokio::test]
async fn usage_is_paged_by_day() -> Result<(), StoreAnswerError> {
    let scene = Scene::new().await;
    let (table, ada) = (&scene.table, scene.ada.user_id);
    let from = scene.today;
    for _ in 0..3 {
        table.advance(Duration::from_hours(24));
        let thread = table.threads().get(ada, scene.threads[0].id()).await.unwrap();
        let question = table.question(&thread, "and today?").await;
        table.messages().lease(&question).store_answer(answer("because")).await?;
    }
    let to = table.clock().now().date();
    let page = table.patterns().list_usage(ada, from, to, one(None)).await.unwrap();
    assert_eq!(page.items[0].date, from);
    let next = table.patterns().list_usage(ada, from, to, one(page.cursor.as_deref())).await.unwrap();
    assert_eq!(next.items[0].date.days_before(1), from);
    // Another range is another query.
    let shorter = table.patterns().list_usage(ada, from, to.days_before(1), one(page.cursor.as_deref())).await;
    assert_eq!(refusal(shorter), CursorError::Forged);
    Ok(())
}
