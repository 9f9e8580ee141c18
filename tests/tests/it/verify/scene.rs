//! A table with every kind of item, and its verification.

use std::sync::Mutex;
use std::time::Duration;

use model::{
    ClientRequest, FindingKind, Hit, Progress, RateRule, Session, Store, Thread, ThreadKind, User, Verified, Verify,
};
use tests::story::answer;
use tests::texts::noise;
use tests::{LEASE, TestTable};

/// Two users, sessions inline and in chunks, conversations of all kinds, days, sign-ins, records and rate windows.
pub(super) struct Scene {
    pub(super) table: TestTable,
    pub(super) ada: User,
    pub(super) bob: User,
    /// A session of Ada's with three threads.
    pub(super) session: Session,
    /// A session of Ada's in chunks.
    pub(super) large: Session,
    /// A note, an answered question, a failed one and a note.
    pub(super) thread: Thread,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let table = TestTable::new().await;
        let (ada, bob) = (table.user("augusta").await, table.user("robert").await);
        let session = table.session(&ada, "main.rs", "fn main() {}\n").await;
        let large = table.session(&ada, "large.rs", &noise(500_000, 1)).await;
        table.session(&bob, "empty.rs", "").await;
        let thread = table.thread(&session, 1, 1).await;
        table.messages().add_note(&thread, "to be asked", None).await.unwrap();
        let (_, _) = table.talk(&reread(&table, &thread).await, "why?").await;
        let failed = table.question(&reread(&table, &thread).await, "and this?").await;
        table.messages().lease(&failed).release("BEDROCK_UNAVAILABLE").await.unwrap();
        table.messages().add_note(&reread(&table, &thread).await, "never mind", None).await.unwrap();
        let other = table.thread(&session, 1, 1).await;
        let request = ClientRequest::new("6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77".parse().unwrap(), "again?", true);
        let question = table.messages().ask(&other, "again?", Some(request), LEASE).await.unwrap();
        table.messages().lease(&question).store_answer(answer("yes")).await.unwrap();
        table.thread(&session, 1, 1).await;
        assert_eq!(other.kind, ThreadKind::Block);
        let rule = RateRule::new("login", 5, Duration::from_mins(15));
        assert_eq!(table.rate_limits().hit(rule, "192.0.2.1").await.unwrap(), Hit::Counted);
        let thread = reread(&table, &thread).await;
        let session = table.patterns().get_session(ada.user_id, session.session_id).await.unwrap().unwrap();
        Self { table, ada, bob, session, large, thread }
    }
}

async fn reread(store: &Store, thread: &Thread) -> Thread {
    store.patterns().get_thread(thread.session_id, thread.thread).await.unwrap().unwrap()
}

/// Options without a pause, because nothing else writes.
pub(super) fn options(fix: bool) -> Verify {
    Verify { look_again_after: Duration::ZERO, fix, ..Verify::default() }
}

/// The findings, and whether each was repaired.
pub(super) async fn verified(store: &Store, options: Verify) -> (Verified, Vec<(FindingKind, &'static str)>) {
    let findings = Mutex::new(Vec::new());
    let tell = |progress| {
        if let Progress::Found(finding, outcome) = progress {
            let shown = format!("{finding:?}");
            assert!(!["augusta", "robert", "unknown@", "192.0.2"].iter().any(|name| shown.contains(name)), "{shown}");
            findings.lock().unwrap().push((finding.kind, outcome.word()));
        }
    };
    let verified = store.maintenance().verify(options, tell).await.expect("the table answers");
    let findings = findings.into_inner().unwrap();
    assert_eq!(verified.findings, findings.len() as u64);
    (verified, findings)
}

pub(super) async fn found(table: &TestTable) -> Vec<(FindingKind, &'static str)> {
    verified(table, options(false)).await.1
}

pub(super) async fn fixed(table: &TestTable) -> Vec<(FindingKind, &'static str)> {
    verified(table, options(true)).await.1
}
