//! A table on which only one call is measured.

use std::pin::Pin;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use model::registry::Pattern;
use model::{CodeChunk, NewUser, RevisionId, Session, Store, Thread, User};
use tests::capacity::{self, size};
use tests::story::{A_WEEK, newcomer};
use tests::texts::{noise, with_gzip_of};
use tests::{RawItem, TestTable};
use tokio::sync::OnceCell;

/// Prepares the table as the fixture of a contract says, then calls the pattern once.
pub(super) type Fixture = for<'a> fn(&'a Bench) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Lists the fixtures of a module: `fixtures! { "AP-01" => sign_up }`.
macro_rules! fixtures {
    ($($id:literal => $fixture:ident),+ $(,)?) => {
        pub(super) const FIXTURES: &[(&str, super::bench::Fixture)] =
            &[$(($id, |bench| Box::pin($fixture(bench)))),+];
    };
}
pub(super) use fixtures;

/// A table whose next call is measured.
pub(super) struct Bench {
    pub(super) table: TestTable,
    before: OnceCell<Vec<RawItem>>,
    /// Units of items that the call only checks: the items are unchanged afterwards.
    checked: AtomicU32,
}

/// The cost of one call.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) requests: f64,
    pub(super) rcu: f64,
    pub(super) wcu: f64,
    /// The write units by AWS's formula, from the items before and after.
    pub(super) by_formula: f64,
}

impl Bench {
    pub(super) fn on(table: TestTable) -> Self {
        Self { table, before: OnceCell::new(), checked: AtomicU32::new(0) }
    }

    /// The store, for the one measured call. All earlier calls are the fixture.
    pub(super) async fn once(&self) -> &Store {
        assert!(self.before.set(self.table.raw().items().await).is_ok(), "only one call is measured");
        let _ = self.table.meter().take();
        self.table.store()
    }

    /// Declares that the call checks an item of at most this many KB. A check costs the same as a write of the item.
    /// (Developer Guide, "DynamoDB Transactions".)
    pub(super) fn checks(&self, kilobytes: u32) {
        self.checked.store(2 * kilobytes, Ordering::Relaxed);
    }

    pub(super) async fn measured(self, pattern: &'static Pattern) -> Measured {
        let calls = self.table.meter().take();
        assert!(
            calls.len() == 1 && calls[0].pattern.id == pattern.id,
            "one call of {}, not these: {:?}",
            pattern.id,
            calls.iter().map(|call| call.pattern.id).collect::<Vec<_>>()
        );
        let before = self.before.into_inner().expect("the fixture called `once`");
        let after = self.table.raw().items().await;
        let factor = if pattern.operation == model::registry::Operation::Transact { 2 } else { 1 };
        Measured {
            requests: calls[0].requests.into(),
            rcu: calls[0].rcu,
            wcu: calls[0].wcu,
            by_formula: capacity::of_write(&before, &after, factor) + f64::from(self.checked.into_inner()),
        }
    }

    /// Asserts that every item of an entity has this many bytes, as the fixture says.
    pub(super) async fn weighs(&self, kind: &str, bytes: usize) {
        let mut items = self.table.raw().items().await;
        items.retain(|item| item.kind() == kind);
        assert!(!items.is_empty(), "there is no {kind}");
        for item in items {
            assert_eq!(size(&item), bytes, "bytes of a {kind}");
        }
    }

    /// A user whose profile has 500 bytes.
    pub(super) async fn user(&self) -> User {
        let (user, _) = self.table.accounts().create(ada(), A_WEEK).await.expect("the name is free");
        self.weighs("user", 500).await;
        user
    }

    /// A session whose head has 500 bytes, and whose code compresses to 1.2 KB.
    pub(super) async fn session(&self, owner: &User) -> Session {
        let session = self.table.session(owner, &filename(), &small_code()).await;
        self.weighs("session", 500).await;
        session
    }

    /// `count` sessions.
    pub(super) async fn sessions(&self, owner: &User, count: usize) {
        for _ in 0..count {
            self.table.session(owner, &filename(), &small_code()).await;
        }
        self.weighs("session", 500).await;
    }

    /// A thread with a selection of 300 bytes.
    pub(super) async fn thread(&self, session: &Session) -> Thread {
        let new = model::NewThread { selected_text: "s".repeat(300), ..tests::story::lines(1, 1) };
        let opened = self.table.threads().create(session.user_id, session.session_id, None, new).await;
        opened.expect("there is room").item.item
    }

    /// Adds `count` notes with this many bytes of text.
    pub(super) async fn notes(&self, thread: &Thread, count: u32, bytes: usize) -> Thread {
        let mut thread = thread.clone();
        for _ in 0..count {
            self.table.messages().add_note(&thread, &"w".repeat(bytes), None).await.expect("there is room");
            thread.message_slots += 1;
        }
        thread
    }

    /// The chunks of 5 MiB of gzip, as incompressible code would have them.
    pub(super) fn chunks(&self, session: &Session) -> Vec<CodeChunk> {
        let revision: RevisionId = self.table.ids().next(self.table.clock().now());
        let gzip = noise(5 * 1024 * 1024, 1).into_bytes();
        let pieces = gzip.chunks(model::limits::CHUNK_BYTES).zip(0..);
        let chunk =
            |(bytes, n): (&[u8], u32)| CodeChunk { revision, n, session_id: session.session_id, bytes: bytes.to_vec() };
        pieces.map(chunk).collect()
    }
}

/// A person with a name and an address so long that their profile has 500 bytes.
pub(super) fn ada() -> NewUser {
    let email = format!("ada@{}.{}.com", "d".repeat(57), "e".repeat(20)).parse().expect("an address");
    NewUser { name: "n".repeat(100), email, ..newcomer("ada") }
}

/// A name so long that a head has 500 bytes.
pub(super) fn filename() -> String {
    format!("{}.rs", "f".repeat(66))
}

/// A text that compresses to 1,200 bytes.
pub(super) fn small_code() -> String {
    static CODE: LazyLock<String> = LazyLock::new(|| with_gzip_of(1_200, 1));
    CODE.clone()
}
