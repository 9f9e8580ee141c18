//! The calls of the bench by generated functions, and their data.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use model::{
    ChangeSessionSettings, Clock, CountHit, CreateSession, CursorKey, Endpoint, Filename, Ids, NewSession, NewUser,
    PageRequest, Protection, Session, SessionId, Store, TableConfig, User,
};

use crate::bare::{PlainCode, PlainSession, decoded};

/// An item of the SDK.
pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) const TABLE: &str = "layer-bench";

/// A pattern, and the same request with the SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pair {
    GetUser,
    ListSessions,
    OpenSession,
    CountHit,
    Rename,
    CreateSession,
}

impl Pair {
    pub(crate) const ALL: [Self; 6] =
        [Self::GetUser, Self::ListSessions, Self::OpenSession, Self::CountHit, Self::Rename, Self::CreateSession];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::GetUser => "AP-04, `GetItem`",
            Self::ListSessions => "AP-21, `Query` of 50 items",
            Self::OpenSession => "AP-22, `BatchGetItem` of 2",
            Self::CountHit => "AP-60, `UpdateItem` with a condition",
            Self::Rename => "AP-25, `UpdateItem` that returns the item",
            Self::CreateSession => "AP-20, `TransactWriteItems` of 3",
        }
    }
}

/// A table with a user and fifty sessions.
pub(crate) struct Scene {
    pub(crate) store: Store,
    pub(crate) client: Client,
    pub(crate) user: User,
    pub(crate) session: Session,
}

/// The data of one side of a round.
pub(crate) struct Prepared {
    user: User,
    pub(crate) session: Session,
    filename: Filename,
    pub(crate) new: Option<New>,
    pub(crate) subject: String,
}

/// A new session of `user` and its code, not stored, as each side has them.
pub(crate) struct New {
    pub(crate) session: Session,
    code: model::Code,
    pub(crate) plain_head: PlainSession,
    pub(crate) plain_code: PlainCode,
}

fn client(url: &str) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(10))
        .build();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "bench"))
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .build();
    Client::from_conf(config)
}

#[expect(clippy::needless_pass_by_value, reason = "literals and numbers are shorter without `&`")]
pub(crate) fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "literals and numbers are shorter without `&`")]
pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn key(pk: String, sk: String) -> Item {
    Item::from([("PK".to_owned(), text(pk)), ("SK".to_owned(), text(sk))])
}

pub(crate) fn head_key(session: &Session) -> Item {
    key(format!("USER#{}", session.user_id), format!("SESSION#{}", session.session_id))
}

pub(crate) fn code_key(session: SessionId) -> Item {
    key(format!("SESSION#{session}"), "CODE".to_owned())
}

impl Scene {
    pub(crate) async fn at(url: &str) -> Self {
        let store = connect(url).await;
        store.table().create_if_absent(Protection::Off).await.expect("a table");
        let user = user(&store).await;
        let mut session = create(&store, &user).await;
        for _ in 1..50 {
            session = create(&store, &user).await;
        }
        Self { client: client(url), store, user, session }
    }

    pub(crate) async fn prepare(&self, pair: Pair, calls: u32) -> Prepared {
        let mut prepared = Prepared {
            user: self.user.clone(),
            session: self.session.clone(),
            filename: "renamed.rs".parse().expect("a name"),
            new: None,
            subject: self.store.ids().token().to_string(),
        };
        match pair {
            Pair::Rename => prepared.session = create(&self.store, &user(&self.store).await).await,
            Pair::CreateSession => {
                assert!(calls < 100, "an account has at most 100 sessions: --calls 99");
                prepared.user = user(&self.store).await;
                let session = create(&self.store, &prepared.user).await;
                let code = self.store.patterns().get_code(session.session_id).await.expect("read").expect("stored");
                let plain_head = decoded(self.read(head_key(&session)).await);
                let plain_code = decoded(self.read(code_key(session.session_id)).await);
                prepared.new = Some(New { session, code, plain_head, plain_code });
            }
            _ => {}
        }
        prepared
    }

    async fn read(&self, key: Item) -> Item {
        let read = self.client.get_item().table_name(TABLE).set_key(Some(key)).send().await;
        read.expect("read").item.expect("stored")
    }

    /// The same scene through another address of the engine.
    pub(crate) async fn through(&self, url: &str) -> Self {
        let (user, session) = (self.user.clone(), self.session.clone());
        Self { store: connect(url).await, client: client(url), user, session }
    }

    /// One call of one side.
    pub(crate) async fn call(&self, pair: Pair, is_layer: bool, prepared: &mut Prepared, call: u32) {
        if is_layer {
            self.by_layer(pair, prepared, call).await;
        } else {
            self.by_sdk(pair, prepared, call).await;
        }
    }

    /// By the generated function.
    pub(crate) async fn by_layer(&self, pair: Pair, prepared: &mut Prepared, _call: u32) {
        let patterns = self.store.patterns();
        match pair {
            Pair::GetUser => {
                let user = patterns.get_user(self.user.user_id).await.expect("read");
                assert!(user.is_some());
            }
            Pair::ListSessions => {
                let page = patterns.list_sessions(self.user.user_id, PageRequest::default()).await.expect("read");
                assert_eq!(page.items.len(), 50);
            }
            Pair::OpenSession => {
                let opened = patterns.open_session(self.user.user_id, self.session.session_id).await.expect("read");
                assert!(opened.head.is_some() && opened.code.is_some());
            }
            Pair::CountHit => {
                let hit = CountHit {
                    rule: "bench",
                    subject: &prepared.subject,
                    window: 1,
                    max_hits: u32::MAX,
                    max_ai_hits: u32::MAX,
                    expires_at: self.store.clock().now().expiry(),
                    hits: 1,
                    ai_hits: 0,
                };
                patterns.count_hit(hit).await.expect("counted");
            }
            Pair::Rename => {
                let session = &prepared.session;
                let change = ChangeSessionSettings {
                    user_id: session.user_id,
                    session_id: session.session_id,
                    seen_version: session.version_number,
                    seen_settings_changes: session.settings_changes,
                    filename: &prepared.filename,
                    language_detected: session.language_detected,
                    language_override: session.language_override,
                    now: self.store.clock().now(),
                };
                prepared.session = patterns.change_session_settings(change).await.expect("renamed");
            }
            Pair::CreateSession => {
                let New { session, code, .. } = prepared.new.as_mut().expect("prepared");
                let id: SessionId = self.store.ids().next(self.store.clock().now());
                (session.session_id, code.session_id) = (id, id);
                let input = CreateSession { record: None, session, code, staged: None };
                patterns.create_session(input).await.expect("created");
            }
        }
    }
}

async fn connect(url: &str) -> Store {
    Store::connect(TableConfig {
        table: TABLE.to_owned(),
        endpoint: Endpoint::url(url),
        cursor_key: CursorKey::from_secret(b"bench"),
        clock: Clock::system(),
        ids: Ids::random(),
    })
    .await
}

async fn user(store: &Store) -> User {
    let name = format!("u{}", &store.ids().token().simple().to_string()[..12]);
    let new = NewUser {
        name: "Ada Lovelace".to_owned(),
        email: format!("{name}@example.com").parse().expect("an address"),
        username: name.parse().expect("a name"),
        password_hash: format!("$2b$10${}", "a".repeat(53)).parse().expect("a hash"),
    };
    store.accounts().create(new, Duration::from_hours(1)).await.expect("created").0
}

async fn create(store: &Store, user: &User) -> Session {
    let text = "fn main() {\n    println!(\"hello\");\n}\n".repeat(80);
    let new = NewSession { filename: "inventory.rs".parse().expect("a name"), language_override: None, text };
    store.sessions().create(user.user_id, None, new).await.expect("created").item
}
