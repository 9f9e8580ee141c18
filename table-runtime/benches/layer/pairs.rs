//! The calls of the bench, each by a generated function and by the bare SDK.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, Put, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use model::{
    ChangeSessionSettings, Clock, CountHit, CreateSession, CursorKey, Endpoint, Filename, Ids, NewSession, NewUser,
    PageRequest, Protection, Session, SessionId, Store, TableConfig, User,
};

type Item = HashMap<String, AttributeValue>;

const TABLE: &str = "layer-bench";
const CAPACITY: ReturnConsumedCapacity = ReturnConsumedCapacity::Total;

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
    store: Store,
    client: Client,
    user: User,
    session: Session,
}

/// The data of one side of a round.
pub(crate) struct Prepared {
    user: User,
    session: Session,
    filename: Filename,
    /// A new session of `user` and its code, not stored, and both as items.
    new: Option<(Session, model::Code, Item, Item)>,
    subject: String,
}

async fn client(url: &str) -> Client {
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

fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn key(pk: String, sk: String) -> Item {
    Item::from([("PK".to_owned(), text(pk)), ("SK".to_owned(), text(sk))])
}

fn head_key(session: &Session) -> Item {
    key(format!("USER#{}", session.user_id), format!("SESSION#{}", session.session_id))
}

fn code_key(session: SessionId) -> Item {
    key(format!("SESSION#{session}"), "CODE".to_owned())
}

impl Scene {
    pub(crate) async fn at(url: &str) -> Self {
        let store = Store::connect(TableConfig {
            table: TABLE.to_owned(),
            endpoint: Endpoint::url(url),
            cursor_key: CursorKey::from_secret(b"bench"),
            clock: Clock::system(),
            ids: Ids::random(),
        })
        .await;
        store.table().create_if_absent(Protection::Off).await.expect("a table");
        let user = user(&store).await;
        let mut session = create(&store, &user).await;
        for _ in 1..50 {
            session = create(&store, &user).await;
        }
        Self { client: client(url).await, store, user, session }
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
                let (head, code_item) =
                    (self.read(head_key(&session)).await, self.read(code_key(session.session_id)).await);
                prepared.new = Some((session, code, head, code_item));
            }
            _ => {}
        }
        prepared
    }

    async fn read(&self, key: Item) -> Item {
        let read = self.client.get_item().table_name(TABLE).set_key(Some(key)).send().await;
        read.expect("read").item.expect("stored")
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
                let (session, code, ..) = prepared.new.as_mut().expect("prepared");
                let id: SessionId = self.store.ids().next(self.store.clock().now());
                (session.session_id, code.session_id) = (id, id);
                let input = CreateSession { record: None, session, code, staged: None };
                patterns.create_session(input).await.expect("created");
            }
        }
    }

    /// By the SDK, with the request of the function.
    pub(crate) async fn by_sdk(&self, pair: Pair, prepared: &mut Prepared, call: u32) {
        match pair {
            Pair::GetUser => {
                let key = key(format!("USER#{}", self.user.user_id), "PROFILE".to_owned());
                let get = self.client.get_item().table_name(TABLE).set_key(Some(key)).consistent_read(true);
                let got = get.return_consumed_capacity(CAPACITY).send().await.expect("read");
                assert!(got.item.is_some());
            }
            Pair::ListSessions => self.list().await,
            Pair::OpenSession => self.open().await,
            Pair::CountHit => self.count(&prepared.subject).await,
            Pair::Rename => self.rename(prepared, call).await,
            Pair::CreateSession => self.create(prepared).await,
        }
    }

    async fn list(&self) {
        let query = self.client.query().table_name(TABLE);
        let query = query.key_condition_expression("#PK = :pk AND begins_with(#SK, :sk)");
        let query = query.expression_attribute_names("#PK", "PK").expression_attribute_names("#SK", "SK");
        let query = query.expression_attribute_values(":pk", text(format!("USER#{}", self.user.user_id)));
        let query = query.expression_attribute_values(":sk", text("SESSION#")).consistent_read(true);
        let query = query.scan_index_forward(false).limit(50).return_consumed_capacity(CAPACITY);
        assert_eq!(query.send().await.expect("read").count, 50);
    }

    async fn open(&self) {
        let keys = vec![head_key(&self.session), code_key(self.session.session_id)];
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build().expect("keys");
        let batch = self.client.batch_get_item().request_items(TABLE, wanted).return_consumed_capacity(CAPACITY);
        let read = batch.send().await.expect("read");
        assert_eq!(read.responses.expect("items")[TABLE].len(), 2);
    }

    async fn count(&self, subject: &str) {
        let names = [
            ("#et", "et"),
            ("#v", "v"),
            ("#rule", "rule"),
            ("#subject", "subject"),
            ("#window", "window"),
            ("#expires_at", "expires_at"),
            ("#hits", "hits"),
            ("#ai_hits", "ai_hits"),
        ];
        let values = [
            (":et", text("rate_window")),
            (":v", number(1)),
            (":rule", text("bench")),
            (":subject", text(subject)),
            (":window", number(1)),
            (":expires_at", number(self.store.clock().now().millis() / 1_000)),
            (":one", number(1)),
            (":none", number(0)),
            (":max", number(u32::MAX)),
            (":ai_max", number(u32::MAX)),
        ];
        let update = self.client.update_item().table_name(TABLE);
        let update = update.set_key(Some(key(format!("RATE#bench#{subject}#1"), "RATE".to_owned())));
        let update = update.update_expression(
            "SET #et = :et, #v = :v, #rule = :rule, #subject = :subject, #window = :window, #expires_at = :expires_at \
             ADD #hits :one, #ai_hits :none",
        );
        let update = update.condition_expression(
            "(attribute_not_exists(#hits) OR #hits < :max) AND (attribute_not_exists(#ai_hits) OR #ai_hits < :ai_max)",
        );
        let update = update.set_expression_attribute_names(Some(names_of(&names)));
        let update = update.set_expression_attribute_values(Some(values_of(values)));
        let update = update.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        update.return_values(ReturnValue::None).return_consumed_capacity(CAPACITY).send().await.expect("counted");
    }

    async fn rename(&self, prepared: &Prepared, call: u32) {
        let session = &prepared.session;
        let names = [
            ("#filename", "filename"),
            ("#language", "language_detected"),
            ("#override", "language_override"),
            ("#updated_at", "updated_at"),
            ("#changes", "settings_changes"),
            ("#PK", "PK"),
            ("#version", "version_number"),
        ];
        let values = [
            (":filename", text("renamed.rs")),
            (":language", text("Rust")),
            (":now", number(self.store.clock().now().millis())),
            (":one", number(1)),
            (":version", number(1)),
            (":seen", number(call)),
        ];
        let update = self.client.update_item().table_name(TABLE).set_key(Some(head_key(session)));
        let update = update.update_expression(
            "SET #filename = :filename, #language = :language, #updated_at = :now REMOVE #override ADD #changes :one",
        );
        let update = update.condition_expression("attribute_exists(#PK) AND #version = :version AND #changes = :seen");
        let update = update.set_expression_attribute_names(Some(names_of(&names)));
        let update = update.set_expression_attribute_values(Some(values_of(values)));
        let update = update.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let update = update.return_values(ReturnValue::AllNew).return_consumed_capacity(CAPACITY);
        assert!(update.send().await.expect("renamed").attributes.is_some());
    }

    async fn create(&self, prepared: &Prepared) {
        let (session, _, head, code) = prepared.new.as_ref().expect("prepared");
        let id: SessionId = self.store.ids().next(self.store.clock().now());
        let (mut head, mut code) = (head.clone(), code.clone());
        head.extend(head_key(&Session { session_id: id, ..session.clone() }));
        code.extend(code_key(id));
        for item in [&mut head, &mut code] {
            item.insert("session_id".to_owned(), text(id));
        }
        let user = key(format!("USER#{}", session.user_id), "PROFILE".to_owned());
        let count = Update::builder()
            .table_name(TABLE)
            .set_key(Some(user))
            .update_expression("ADD #count :one, #changes :one")
            .condition_expression("attribute_exists(#PK) AND #count < :most")
            .set_expression_attribute_names(Some(names_of(&[
                ("#count", "session_count"),
                ("#changes", "session_changes"),
                ("#PK", "PK"),
            ])))
            .set_expression_attribute_values(Some(values_of([(":one", number(1)), (":most", number(100))])))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .expect("an update");
        let put_head = Put::builder()
            .table_name(TABLE)
            .set_item(Some(head))
            .condition_expression("attribute_not_exists(#PK)")
            .expression_attribute_names("#PK", "PK")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .expect("a put");
        let put_code = Put::builder().table_name(TABLE).set_item(Some(code)).build().expect("a put");
        let transaction = self.client.transact_write_items();
        let transaction = transaction.transact_items(TransactWriteItem::builder().update(count).build());
        let transaction = transaction.transact_items(TransactWriteItem::builder().put(put_head).build());
        let transaction = transaction.transact_items(TransactWriteItem::builder().put(put_code).build());
        let transaction = transaction.client_request_token(self.store.ids().token().to_string());
        transaction.return_consumed_capacity(CAPACITY).send().await.expect("created");
    }
}

fn names_of(names: &[(&str, &str)]) -> HashMap<String, String> {
    names.iter().map(|(name, attribute)| ((*name).to_owned(), (*attribute).to_owned())).collect()
}

fn values_of<const N: usize>(values: [(&str, AttributeValue); N]) -> HashMap<String, AttributeValue> {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
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
