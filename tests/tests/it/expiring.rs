//! Messages that expire: hidden at once, removed by DynamoDB at any time, and not reported as damage by `verify`.

use std::time::Duration;

use model::{
    FindingKind, Message, MessageTtl, NewThread, Order, Page, PageRequest, Session, Store, Thread, User, Verify,
};
use tests::story::{answer, lines};
use tests::{LEASE, TestTable};

const DAY: Duration = Duration::from_hours(24);

struct Scene {
    table: TestTable,
    /// A store whose messages expire after 30 days.
    store: Store,
    ada: User,
    session: Session,
    thread: Thread,
}

impl Scene {
    async fn new() -> Self {
        let table = TestTable::new().await;
        let store = table.with_message_ttl(MessageTtl::days(30).unwrap());
        let ada = table.user("ada").await;
        let session = table.session(&ada, "main.rs", "fn main() {}\n").await;
        let new = NewThread { selected_text: "fn main() {}".to_owned(), ..lines(1, 1) };
        let thread = table.threads().create(ada.user_id, session.session_id, None, new).await.unwrap().item.item;
        Self { table, store, ada, session, thread }
    }

    /// The current thread item.
    async fn thread(&self) -> Thread {
        self.table.threads().get(self.ada.user_id, self.thread.id()).await.unwrap()
    }

    async fn note(&self, store: &Store) -> Message {
        store.messages().add_note(&self.thread().await, "a note", None).await.unwrap()
    }

    async fn talk(&self) -> (Message, Message) {
        let question = self.store.messages().ask(&self.thread().await, "why?", None, LEASE).await.unwrap();
        let reply = self.store.messages().lease(&question).store_answer(answer("because")).await.unwrap();
        (question, reply)
    }

    async fn page(&self, order: Order, request: PageRequest<'_>) -> Page<Message> {
        self.table.messages().list(self.ada.user_id, self.thread.id(), order, request).await.unwrap().1
    }

    /// Removes a message as DynamoDB does.
    async fn remove(&self, seq: u32) {
        let message = self.table.raw().one("message", |message| message.number("seq") == Some(seq.into())).await;
        self.table.raw().remove(&message).await;
    }

    /// The findings of `verify`: in the whole table, and for Ada alone.
    async fn found(&self) -> Vec<FindingKind> {
        let how = Verify { look_again_after: Duration::ZERO, ..Verify::default() };
        let mut kinds = [Vec::new(), Vec::new()];
        let [whole, own] = &mut kinds;
        let tell = |found: &mut Vec<FindingKind>, progress| {
            if let model::Progress::Found(finding, _) = progress {
                found.push(finding.kind);
            }
        };
        self.table.maintenance().verify(how.clone(), |progress| tell(whole, progress)).await.unwrap();
        self.table.maintenance().verify_user(self.ada.user_id, how, |progress| tell(own, progress)).await.unwrap();
        let [mut whole, mut own] = kinds;
        // The sign-in also expires, within a week.
        for found in [&mut whole, &mut own] {
            found.retain(|kind| *kind != FindingKind::Expired);
            found.sort();
        }
        assert_eq!(whole, own);
        whole
    }
}

fn seqs(page: &Page<Message>) -> Vec<u32> {
    page.items.iter().map(|message| message.seq).collect()
}

#[tokio::test]
async fn messages_do_not_expire_without_the_setting() {
    let scene = Scene::new().await;
    let note = scene.note(&scene.table).await;
    assert_eq!(note.expires_at, None);
    for kind in ["thread", "message"] {
        let item = scene.table.raw().one(kind, |_| true).await;
        assert!(item.0.keys().all(|name| !name.contains("expire")), "{item:?}");
    }
    scene.table.advance(DAY * 20_000);
    assert_eq!(seqs(&scene.page(Order::Ascending, PageRequest::default()).await), [1]);
    assert!(!scene.thread().await.has_expired_messages(scene.table.clock().now()));
}

#[tokio::test]
async fn every_read_hides_expired_messages() {
    let scene = Scene::new().await;
    let (question, reply) = scene.talk().await;
    assert_eq!(question.expires_at, Some(scene.table.clock().now().plus(DAY * 30).expiry()));
    assert_eq!(reply.expires_at, question.expires_at, "an answer expires with its question");
    scene.table.advance(DAY * 20);
    scene.talk().await;
    scene.table.advance((DAY * 10).saturating_sub(Duration::from_secs(1)));
    let page = scene.page(Order::Ascending, PageRequest::default()).await;
    assert_eq!(seqs(&page), [1, 2, 3, 4]);
    assert!(!scene.thread().await.has_expired_messages(scene.table.clock().now()));
    scene.table.advance(Duration::from_secs(1));
    for (order, expected) in [(Order::Ascending, [3, 4]), (Order::Descending, [4, 3])] {
        let page = scene.page(order, PageRequest::default()).await;
        assert_eq!((seqs(&page), page.cursor), (expected.to_vec(), None));
    }
    let context = scene.table.messages().conversation(scene.thread.id()).await.unwrap();
    assert_eq!(context.iter().map(|message| message.seq).collect::<Vec<_>>(), [3, 4]);
    let (session_id, thread) = (scene.session.session_id, scene.thread.thread);
    assert_eq!(scene.table.patterns().get_message(session_id, thread, 2).await.unwrap(), None);
    assert!(scene.table.patterns().get_message(session_id, thread, 3).await.unwrap().is_some());
    assert!(scene.thread().await.has_expired_messages(scene.table.clock().now()));
}

#[tokio::test]
async fn pages_are_full_after_expired_messages() {
    let scene = Scene::new().await;
    for _ in 0..70 {
        scene.note(&scene.store).await;
    }
    scene.table.advance(DAY * 10);
    for _ in 0..20 {
        scene.note(&scene.store).await;
    }
    scene.table.advance(DAY * 20);
    for (order, expected) in [(Order::Ascending, (71..=90).collect()), (Order::Descending, (71..=90).rev().collect())] {
        let (mut cursor, mut sizes, mut found): (Option<String>, Vec<usize>, Vec<u32>) = (None, Vec::new(), Vec::new());
        loop {
            let page = scene.page(order, PageRequest { limit: Some(8), cursor: cursor.as_deref() }).await;
            sizes.push(page.items.len());
            found.extend(seqs(&page));
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
        }
        let expected: Vec<u32> = expected;
        assert_eq!(found, expected);
        assert!(sizes[..2] == [8, 8] && sizes[2] == 4, "{sizes:?}");
    }
}

#[tokio::test]
async fn the_numbers_of_expired_messages_are_not_reused() {
    let scene = Scene::new().await;
    scene.talk().await;
    scene.note(&scene.store).await;
    scene.table.advance(DAY * 31);
    for seq in 1..=3 {
        scene.remove(seq).await;
    }
    assert_eq!(scene.note(&scene.store).await.seq, 4);
    assert_eq!(scene.thread().await.message_slots, 4);
}

#[tokio::test]
async fn messages_expire_in_order_after_the_setting_is_lowered() {
    let scene = Scene::new().await;
    let first = scene.note(&scene.store).await;
    let short = scene.table.with_message_ttl(MessageTtl::days(7).unwrap());
    let second = scene.note(&short).await;
    assert_eq!(second.expires_at, first.expires_at);
    scene.table.advance(DAY * 29);
    let third = scene.note(&short).await;
    assert_eq!(third.expires_at, Some(third.created_at.plus(DAY * 7).expiry()));
    let thread = scene.thread().await;
    assert_eq!(thread.messages_expire_from.map(model::Timestamp::expiry), first.expires_at);
    assert_eq!(thread.messages_expire_until.map(model::Timestamp::expiry), third.expires_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_does_not_report_messages_removed_by_expiry() {
    let scene = Scene::new().await;
    // Stored before the setting was on, so it does not expire.
    scene.note(&scene.table).await;
    scene.talk().await;
    scene.note(&scene.store).await;
    scene.table.advance(DAY * 20);
    scene.talk().await;
    assert_eq!(scene.found().await, []);
    scene.table.advance(DAY * 10);
    assert_eq!(scene.found().await, [], "expired, and not removed");
    // DynamoDB removes them in any order.
    for seq in [3, 4, 2] {
        scene.remove(seq).await;
        assert_eq!(scene.found().await, [], "{seq}");
    }
    scene.table.advance(DAY * 20);
    for seq in [6, 5] {
        scene.remove(seq).await;
        assert_eq!(scene.found().await, [], "{seq}");
    }
    assert_eq!(scene.note(&scene.store).await.seq, 7);
    assert_eq!(scene.found().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_reports_a_lost_message_that_has_not_expired() {
    let scene = Scene::new().await;
    for _ in 0..3 {
        scene.note(&scene.store).await;
    }
    scene.remove(2).await;
    assert_eq!(scene.found().await, [FindingKind::MessageGap], "none has expired yet");
    scene.table.advance(DAY * 20);
    for _ in 0..3 {
        scene.note(&scene.store).await;
    }
    scene.table.advance(DAY * 10);
    assert_eq!(scene.found().await, []);
    scene.remove(5).await;
    assert_eq!(scene.found().await, [FindingKind::MessageGap], "the one before it has not expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_removes_expired_messages_that_dynamodb_kept() {
    let scene = Scene::new().await;
    scene.talk().await;
    scene.table.advance(DAY * 34);
    let how = Verify { look_again_after: Duration::ZERO, fix: true, ..Verify::default() };
    scene.table.maintenance().verify(how, |_| {}).await.unwrap();
    assert_eq!(scene.table.raw().all("message").await, []);
    assert_eq!(scene.found().await, []);
}

#[tokio::test]
async fn the_sweep_removes_expired_messages_too() {
    let scene = Scene::new().await;
    scene.talk().await;
    scene.table.advance(DAY * 31);
    scene.table.threads().delete(scene.ada.user_id, scene.thread.id()).await.unwrap();
    assert_eq!(scene.table.raw().all("message").await, []);
}
