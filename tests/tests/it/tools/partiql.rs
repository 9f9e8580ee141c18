//! Every PartiQL statement of a pattern returns the rows of the pattern's generated function.

use std::collections::BTreeMap;
use std::fmt::Debug;

use model::registry::{Parameter, Pattern, Statement};
use model::{
    Anchors, Code, CodeChunk, Creation, DailyUsage, Digest, EmailClaim, Idempotency, IdempotencyKey, ItemKey, Message,
    MessageKey, Order, PATTERNS, Page, PageRequest, RefreshFamily, Session, Signup, Thread, User, UserCost, UserSpend,
    UsernameClaim,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tests::RawItem;

use super::{CLIENTS_ID, FullTable, numbers};

/// Runs the statements of every pattern that reads.
struct Statements<'w> {
    full_table: &'w FullTable,
    arguments: BTreeMap<&'static str, String>,
    compared: Vec<&'static str>,
}

impl<'w> Statements<'w> {
    fn of(full_table: &'w FullTable) -> Self {
        let FullTable { ada, session, thread, chunk, table } = full_table;
        let today = table.clock().now().date();
        let arguments = BTreeMap::from([
            ("user_id", ada.user_id.to_string()),
            ("username_key", ada.username.key().as_str().to_owned()),
            ("email_digest", ada.email.digest().to_string()),
            ("session_id", session.session_id.to_string()),
            ("thread", thread.thread.to_string()),
            ("key_digest", Digest::of(CLIENTS_ID).to_string()),
            ("revision", chunk.revision.to_string()),
            ("signup_date", today.to_string()),
            ("date", today.to_string()),
            ("from", today.days_before(7).to_string()),
            ("to", today.to_string()),
            ("now", table.clock().now().millis().to_string()),
            ("now, in seconds since 1970", table.clock().now().seconds().to_string()),
            ("n:02", format!("{:02}", chunk.n)),
            ("seq:03", "002".to_owned()),
            ("shard:02", "03".to_owned()),
        ]);
        Self { full_table, arguments, compared: Vec::new() }
    }

    fn fill(&self, template: &str) -> String {
        let mut filled = template.to_owned();
        while let Some((before, rest)) = filled.split_once('{') {
            let (name, after) = rest.split_once('}').expect("a brace closes");
            let value = self.arguments.get(name).unwrap_or_else(|| panic!("{template}: give `{name}` a value"));
            filled = format!("{before}{value}{after}");
        }
        filled
    }

    /// The rows of a pattern's n-th statement; for several shards, their merged rows.
    async fn rows(&mut self, id: &'static str, number: usize) -> Vec<RawItem> {
        let Some(shards) = pattern(id).shards else { return self.rows_of_one(id, number).await };
        let mut rows = Vec::new();
        for shard in 0..shards {
            self.arguments.insert("shard", shard.to_string());
            rows.extend(self.rows_of_one(id, number).await);
        }
        rows.sort_by_key(|row| row.number("GSI1SK"));
        if statement(id, number).text.ends_with("DESC") {
            rows.reverse();
        }
        rows
    }

    async fn rows_of_one(&mut self, id: &'static str, number: usize) -> Vec<RawItem> {
        let Statement { text, parameters, limit, consistent, .. } = *statement(id, number);
        let parameter = |parameter: &Parameter| match parameter {
            Parameter::Text(template) => json!({ "S": self.fill(template) }),
            Parameter::Number(name) => json!({ "N": self.fill(name) }),
        };
        let table = self.full_table.table.store().table().name();
        let request = json!({
            "Statement": text.replace("\"codesensei\"", &format!("\"{table}\"")),
            "Parameters": parameters.iter().map(parameter).collect::<Vec<_>>(),
            "ConsistentRead": consistent,
            "Limit": limit,
        });
        self.compared.push(id);
        self.full_table.table.raw().partiql(without_nulls(request)).await
    }

    /// Asserts that the statement returns the same items in the same order, and at least one.
    async fn assert_rows<T: DeserializeOwned + PartialEq + Debug>(
        &mut self,
        id: &'static str,
        number: usize,
        found: &[T],
    ) {
        assert!(!found.is_empty(), "{id} finds nothing");
        let decode = |row: &RawItem| serde_json::from_value::<T>(row.plain(numbers));
        let mut rows = self.rows(id, number).await;
        // In descending order a statement has no limit: its caller takes the first rows.
        if statement(id, number).text.ends_with("DESC") {
            rows.truncate(found.len());
        }
        let rows: Result<Vec<T>, _> = rows.iter().map(decode).collect();
        assert_eq!(rows.unwrap_or_else(|error| panic!("{id}: {error}")), found, "{id}");
    }
}

fn pattern(id: &str) -> &'static Pattern {
    PATTERNS.iter().find(|pattern| pattern.id == id).expect("the pattern exists")
}

fn statement(id: &str, number: usize) -> &'static Statement {
    &pattern(id).partiql[number]
}

/// DynamoDB Local does not accept `null` for a number.
fn without_nulls(mut request: Value) -> Value {
    if let Value::Object(fields) = &mut request {
        fields.retain(|_, value| !value.is_null());
    }
    request
}

fn all<T>(page: Page<T>) -> Vec<T> {
    assert_eq!(page.cursor, None, "one page has all rows");
    page.items
}

fn one<T>(found: Option<T>) -> [T; 1] {
    [found.expect("it is there")]
}

#[tokio::test]
async fn every_statement_returns_the_rows_of_its_function() {
    let full_table = FullTable::new().await;
    let mut statements = Statements::of(&full_table);
    accounts(&mut statements).await;
    sessions(&mut statements).await;
    threads(&mut statements).await;
    conversations(&mut statements).await;
    operators(&mut statements).await;
    leftovers(&mut statements).await;
    let with_statements = PATTERNS.iter().filter(|pattern| !pattern.partiql.is_empty()).map(|pattern| pattern.id);
    let left: Vec<_> = with_statements.filter(|id| !statements.compared.contains(id)).collect();
    assert!(left.is_empty(), "no test compares the rows of {left:?}");
}

async fn accounts(statements: &mut Statements<'_>) {
    let FullTable { table, ada, .. } = statements.full_table;
    let (digest, key) = (ada.email.digest(), ada.username.key());
    statements
        .assert_rows::<UsernameClaim>("AP-02", 0, &one(table.patterns().find_username_claim(&key).await.unwrap()))
        .await;
    statements
        .assert_rows::<EmailClaim>("AP-03", 0, &one(table.patterns().find_email_claim(digest).await.unwrap()))
        .await;
    statements.assert_rows::<User>("AP-04", 0, &one(table.patterns().get_user(ada.user_id).await.unwrap())).await;
    let claims = table.patterns().check_claims(ada.user_id, digest, &key).await.unwrap();
    statements.assert_rows::<User>("AP-94", 0, &one(claims.user)).await;
    statements.assert_rows::<EmailClaim>("AP-94", 1, &one(claims.email_claim)).await;
    statements.assert_rows::<UsernameClaim>("AP-94", 2, &one(claims.username_claim)).await;
    let families = table.patterns().list_refresh_families(ada.user_id).await.unwrap();
    statements.assert_rows::<RefreshFamily>("AP-14", 0, &families).await;
    statements.arguments.insert("family_id", families[0].family_id.to_string());
    let family = table.patterns().get_refresh_family(ada.user_id, families[0].family_id).await.unwrap();
    statements.assert_rows::<RefreshFamily>("AP-11", 0, &one(family)).await;
    let signed_in = table.patterns().get_sign_in(ada.user_id, families[0].family_id).await.unwrap();
    statements.assert_rows::<User>("AP-15", 0, &one(signed_in.user)).await;
    statements.assert_rows::<RefreshFamily>("AP-15", 1, &one(signed_in.family)).await;
}

async fn sessions(statements: &mut Statements<'_>) {
    let FullTable { table, ada, session, chunk, .. } = statements.full_table;
    let listed = all(table.patterns().list_sessions(ada.user_id, PageRequest::default()).await.unwrap());
    assert_eq!(listed.len(), 2);
    statements.assert_rows::<Session>("AP-21", 0, &listed).await;
    statements
        .assert_rows::<Session>("AP-132", 0, &table.patterns().list_all_sessions(ada.user_id).await.unwrap())
        .await;
    let key = Digest::of(format!("session\n{}\n{CLIENTS_ID}", ada.user_id));
    let of_the_message = statements.arguments.insert("key_digest", key.to_string());
    statements.assert_rows::<Creation>("AP-131", 0, &one(table.patterns().get_creation(key).await.unwrap())).await;
    statements.arguments.extend(of_the_message.map(|digest| ("key_digest", digest)));
    let opened = table.patterns().open_session(ada.user_id, session.session_id).await.unwrap();
    statements.assert_rows::<Session>("AP-22", 0, &one(opened.head)).await;
    statements.assert_rows::<Code>("AP-22", 1, &one(opened.code)).await;
    let head = table.patterns().get_session(ada.user_id, session.session_id).await.unwrap();
    statements.assert_rows::<Session>("AP-23", 0, &one(head)).await;
    statements
        .assert_rows::<Code>("AP-27", 0, &one(table.patterns().get_code(session.session_id).await.unwrap()))
        .await;
    let chunks = table.patterns().read_code_chunks(std::slice::from_ref(chunk)).await.unwrap();
    statements.assert_rows::<CodeChunk>("AP-28", 0, &chunks).await;
    statements
        .assert_rows::<CodeChunk>(
            "AP-95",
            0,
            &one(table.patterns().get_code_chunk(chunk.revision, chunk.n).await.unwrap()),
        )
        .await;
}

async fn threads(statements: &mut Statements<'_>) {
    let FullTable { table, ada, session, thread, .. } = statements.full_table;
    let (session_id, thread) = (session.session_id, thread.thread);
    let page = PageRequest::default();
    let anchors = table.patterns().get_anchors(session_id).await.unwrap();
    let rows: Vec<String> = statements.rows("AP-31", 0).await.iter().map(|row| row.sk().to_owned()).collect();
    let threads = all(table.patterns().list_threads_page(session_id, page).await.unwrap());
    let keys = threads.iter().map(|thread| format!("THREAD#{}", thread.thread));
    assert_eq!(rows, ["THREAD".to_owned()].into_iter().chain(keys).collect::<Vec<_>>());
    statements.assert_rows::<Thread>("AP-35", 0, &threads).await;
    statements.assert_rows::<Anchors>("AP-36", 0, &one(anchors.clone())).await;
    statements.assert_rows::<Thread>("AP-37", 0, &threads[..1]).await;
    statements.assert_rows::<Anchors>("AP-37", 1, &one(anchors)).await;
    let keys = ([threads[0].key()], [MessageKey { session_id, thread, seq: 2 }]);
    let users = [ada.key()];
    let records = [IdempotencyKey { session_id, thread, key_digest: Digest::of(CLIENTS_ID) }];
    let opened =
        table.patterns().open_with_anchors(ada.user_id, session_id, &keys.0, &keys.1, &users, &records).await.unwrap();
    statements.assert_rows::<Session>("AP-38", 0, &one(opened.head)).await;
    statements.assert_rows::<Code>("AP-38", 1, &one(opened.code)).await;
    statements.assert_rows::<Anchors>("AP-38", 2, &one(opened.anchors)).await;
    statements.assert_rows::<Thread>("AP-38", 3, &opened.threads).await;
    statements.assert_rows::<Message>("AP-38", 4, &opened.messages).await;
    statements.assert_rows::<User>("AP-38", 5, &opened.users).await;
    statements.assert_rows::<Idempotency>("AP-38", 6, &opened.records).await;
    let opened =
        table.patterns().open_without_code(ada.user_id, session_id, &keys.0, &keys.1, &users, &records).await.unwrap();
    statements.assert_rows::<Session>("AP-47", 0, &one(opened.head)).await;
    statements.assert_rows::<Anchors>("AP-47", 1, &one(opened.anchors)).await;
    statements.assert_rows::<Thread>("AP-47", 2, &opened.threads).await;
    statements.assert_rows::<Message>("AP-47", 3, &opened.messages).await;
    statements.assert_rows::<User>("AP-47", 4, &opened.users).await;
    statements.assert_rows::<Idempotency>("AP-47", 5, &opened.records).await;
    statements
        .assert_rows::<Thread>("AP-32", 0, &one(table.patterns().get_thread(session_id, thread).await.unwrap()))
        .await;
}

async fn conversations(statements: &mut Statements<'_>) {
    let FullTable { table, session, thread, .. } = statements.full_table;
    let (session_id, thread, page) = (session.session_id, thread.thread, PageRequest::default());
    for (number, order) in [Order::Ascending, Order::Descending].into_iter().enumerate() {
        let messages = all(table.patterns().list_messages(session_id, thread, order, page).await.unwrap());
        assert_eq!(messages.len(), 14);
        statements.assert_rows::<Message>("AP-44", number, &messages).await;
    }
    let last = table.patterns().last_messages(session_id, thread).await.unwrap();
    assert_eq!(last.len(), 11, "the limits of the statement and the pattern are equal");
    statements.assert_rows::<Message>("AP-45", 0, &last).await;
    statements
        .assert_rows::<Message>("AP-46", 0, &one(table.patterns().get_message(session_id, thread, 2).await.unwrap()))
        .await;
    statements
        .assert_rows::<Message>("AP-55", 0, &one(table.patterns().watch_question(session_id, thread, 2).await.unwrap()))
        .await;
    let read = table.patterns().get_thread_and_message(session_id, thread, 2).await.unwrap();
    statements.assert_rows::<Thread>("AP-133", 0, &one(read.thread)).await;
    statements.assert_rows::<Message>("AP-133", 1, &one(read.message)).await;
    let record = table.patterns().get_question_record(session_id, thread, Digest::of(CLIENTS_ID)).await.unwrap();
    statements.assert_rows::<Idempotency>("AP-50", 0, &one(record)).await;
}

async fn operators(statements: &mut Statements<'_>) {
    let FullTable { table, ada, session, .. } = statements.full_table;
    let (now, page) = (table.clock().now(), PageRequest::default());
    let today = now.date();
    let usage = table.patterns().list_usage(ada.user_id, today.days_before(7), today, page).await.unwrap();
    statements.assert_rows::<DailyUsage>("AP-65", 0, &all(usage)).await;
    statements
        .assert_rows::<DailyUsage>("AP-67", 0, &one(table.patterns().get_usage(ada.user_id, today).await.unwrap()))
        .await;
    let top = table.patterns().top_users_by_cost(today, None).await.unwrap().items;
    assert_eq!(top.len(), 2);
    statements.assert_rows::<UserCost>("AP-80", 0, &top).await;
    statements.assert_rows::<UserSpend>("AP-83", 0, &table.patterns().spend_of_day(today).await.unwrap()).await;
    statements.assert_rows::<Signup>("AP-81", 0, &all(table.patterns().list_signups(today, page).await.unwrap())).await;
    let counts = [
        ("AP-90", table.patterns().count_sessions(ada.user_id).await.unwrap()),
        ("AP-92", table.patterns().count_threads(session.session_id).await.unwrap()),
    ];
    for (id, count) in counts {
        assert_eq!(count, 2, "{id}");
        assert_eq!(statements.rows(id, 0).await.len() as u64, count, "{id}");
    }
}

async fn leftovers(statements: &mut Statements<'_>) {
    let FullTable { table, ada, session, thread, .. } = statements.full_table;
    let (session_id, thread, now) = (session.session_id, thread.thread, table.clock().now());
    let keys: [(_, Vec<ItemKey>); 3] = [
        ("AP-74", table.patterns().session_leftovers(session_id).await.unwrap()),
        ("AP-75", table.patterns().thread_leftovers(session_id, thread).await.unwrap()),
        ("AP-76", table.patterns().thread_record_leftovers(session_id, thread).await.unwrap()),
    ];
    // A key does not show its contents, on purpose.
    for (id, keys) in keys {
        assert!(!keys.is_empty(), "{id} finds nothing");
        assert_eq!(statements.rows(id, 0).await.len(), keys.len(), "{id}");
    }
    let stored = [
        ("AP-71", all(table.patterns().list_due_sweep_jobs(3, now, PageRequest::default()).await.unwrap())),
        ("AP-98", all(table.patterns().stored_user(ada.user_id, PageRequest::default()).await.unwrap())),
        ("AP-99", all(table.patterns().stored_session(session_id, PageRequest::default()).await.unwrap())),
        ("AP-116", all(table.patterns().stored_sweep_jobs(3, PageRequest::default()).await.unwrap())),
    ];
    for (id, items) in stored {
        let rows = statements.rows(id, 0).await;
        let wanted = items.iter().map(|item| RawItem::from(item.to_dynamodb_json()["Item"].take()));
        assert_eq!(rows, wanted.collect::<Vec<_>>(), "{id}");
    }
    let footprint = all(table.patterns().user_footprint(ada.user_id, PageRequest::default()).await.unwrap());
    let rows = statements.rows("AP-77", 0).await;
    let kinds: Vec<&str> = rows.iter().map(RawItem::kind).collect();
    assert_eq!(kinds, ["user", "refresh_family", "session", "session", "daily_usage"]);
    assert_eq!(footprint.len(), kinds.len());
}
