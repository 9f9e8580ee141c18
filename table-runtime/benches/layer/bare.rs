//! The calls of the bench by the bare SDK, with the same requests. Items are decoded into plain structs.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, Put, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use model::{Session, SessionId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::pairs::{Item, New, Pair, Prepared, Scene, TABLE, code_key, head_key, key, number, text};

const CAPACITY: ReturnConsumedCapacity = ReturnConsumedCapacity::Total;

/// A profile as a user of the SDK would read it.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only decoding it is measured")]
struct PlainUser {
    user_id: String,
    name: String,
    email: String,
    username: String,
    password_hash: String,
    session_count: u32,
    session_changes: u32,
    created_at: i64,
    signup_date: String,
    updated_at: i64,
}

/// A head as a user of the SDK would read it.
#[derive(Deserialize, Serialize)]
pub(crate) struct PlainSession {
    user_id: String,
    pub(crate) session_id: String,
    filename: String,
    language_detected: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_override: Option<String>,
    version_number: u32,
    revision: String,
    code_bytes: u32,
    chunk_count: u32,
    thread_count: u32,
    thread_changes: u32,
    settings_changes: u32,
    created_at: i64,
    updated_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_activity_at: Option<i64>,
    last_modified_by: String,
}

/// A code item as a user of the SDK would read it.
#[derive(Deserialize, Serialize)]
pub(crate) struct PlainCode {
    pub(crate) session_id: String,
    user_id: String,
    revision: String,
    sha256: String,
    size: u32,
    chunk_count: u32,
    inline: Option<ByteBuf>,
}

pub(crate) fn decoded<T: DeserializeOwned>(item: Item) -> T {
    serde_dynamo::from_item(item).expect("it decodes")
}

fn encoded(value: &impl Serialize, entity: &str, key: Item) -> Item {
    let mut item: Item = serde_dynamo::to_item(value).expect("it encodes");
    item.extend(key);
    item.insert("et".to_owned(), text(entity));
    item.insert("v".to_owned(), number(1));
    item
}

impl Scene {
    /// By the SDK, with the request of the function.
    pub(crate) async fn by_sdk(&self, pair: Pair, prepared: &mut Prepared, call: u32) {
        match pair {
            Pair::GetUser => {
                let key = key(format!("USER#{}", self.user.user_id), "PROFILE".to_owned());
                let get = self.client.get_item().table_name(TABLE).set_key(Some(key)).consistent_read(true);
                let got = get.return_consumed_capacity(CAPACITY).send().await.expect("read");
                let user: PlainUser = decoded(got.item.expect("stored"));
                assert!(user.session_count > 0);
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
        let query = query.scan_index_forward(false).limit(51).return_consumed_capacity(CAPACITY);
        let items = query.send().await.expect("read").items.expect("items");
        let sessions: Vec<PlainSession> = items.into_iter().map(decoded).collect();
        assert_eq!(sessions.len(), 50);
    }

    async fn open(&self) {
        let keys = vec![head_key(&self.session), code_key(self.session.session_id)];
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build().expect("keys");
        let batch = self.client.batch_get_item().request_items(TABLE, wanted).return_consumed_capacity(CAPACITY);
        let read = batch.send().await.expect("read");
        let mut read = read.responses.expect("items").remove(TABLE).expect("of the table");
        let place = read.iter().position(|item| item["SK"] == text("CODE")).expect("the code");
        let code: PlainCode = decoded(read.swap_remove(place));
        let head: PlainSession = decoded(read.remove(0));
        assert!(code.inline.is_some() && head.version_number == 1);
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
            ("#write_id", "write_id"),
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
            (":write_id", text(self.store.ids().token())),
        ];
        let update = self.client.update_item().table_name(TABLE);
        let update = update.set_key(Some(key(format!("RATE#bench#{subject}#1"), "RATE".to_owned())));
        let update = update.update_expression(
            "SET #et = :et, #v = :v, #rule = :rule, #subject = :subject, #window = :window, #expires_at = :expires_at, \
             #write_id = :write_id ADD #hits :one, #ai_hits :none",
        );
        let update = update.condition_expression(
            "(attribute_not_exists(#hits) OR #hits < :max) AND (attribute_not_exists(#ai_hits) OR #ai_hits < :ai_max) AND \
             (attribute_not_exists(#write_id) OR #write_id <> :write_id)",
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
            ("#write_id", "write_id"),
        ];
        let values = [
            (":filename", text("renamed.rs")),
            (":language", text("Rust")),
            (":now", number(self.store.clock().now().millis())),
            (":one", number(1)),
            (":version", number(1)),
            (":seen", number(call)),
            (":write_id", text(self.store.ids().token())),
        ];
        let update = self.client.update_item().table_name(TABLE).set_key(Some(head_key(session)));
        let update = update.update_expression(
            "SET #filename = :filename, #language = :language, #updated_at = :now, #write_id = :write_id \
             REMOVE #override ADD #changes :one",
        );
        let update = update.condition_expression(
            "attribute_exists(#PK) AND #version = :version AND #changes = :seen AND \
             (attribute_not_exists(#write_id) OR #write_id <> :write_id)",
        );
        let update = update.set_expression_attribute_names(Some(names_of(&names)));
        let update = update.set_expression_attribute_values(Some(values_of(values)));
        let update = update.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let update = update.return_values(ReturnValue::AllNew).return_consumed_capacity(CAPACITY);
        let renamed: PlainSession = decoded(update.send().await.expect("renamed").attributes.expect("the item"));
        assert_eq!(renamed.filename, "renamed.rs");
    }

    async fn create(&self, prepared: &mut Prepared) {
        let New { session, plain_head, plain_code, .. } = prepared.new.as_mut().expect("prepared");
        let id: SessionId = self.store.ids().next(self.store.clock().now());
        plain_head.session_id = id.to_string();
        plain_code.session_id = id.to_string();
        let head_key = head_key(&Session { session_id: id, ..session.clone() });
        let (head, code) = (encoded(plain_head, "session", head_key), encoded(plain_code, "code", code_key(id)));
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
