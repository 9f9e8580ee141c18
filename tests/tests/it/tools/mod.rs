//! Outputs for other tools: statements, schemas, models and exports, compared with a table that has every kind of item.

mod export;
mod json_schema;
mod partiql;
mod workbench;

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use model::{
    ClientRequest, CodeChunkKey, Message, NewAnswer, Patch, PatchStatus, RateRule, Session, SessionVersion, SweepKind,
    Thread, User,
};
use serde_json::Value;
use tests::story::answer;
use tests::texts::noise;
use tests::{LEASE, TestTable};

/// A client id of a message.
const CLIENTS_ID: &str = "6f1c9a0e-5b7d-4f32-9a55-4c2f1e0d9b77";

/// A table with items of every entity, and some of these items.
struct FullTable {
    table: TestTable,
    ada: User,
    /// Three messages, from the newest of Ada's sessions.
    session: Session,
    thread: Thread,
    chunk: CodeChunkKey,
}

impl FullTable {
    async fn new() -> Self {
        let table = TestTable::new().await;
        let ada = table.user("ada").await;
        table.advance(Duration::from_millis(1));
        let bob = table.user("bob").await;
        let large = table.session(&ada, "noise.txt", &noise(400_000, 1)).await;
        let small = table.session(&ada, "main.rs", "fn main() {}").await;
        let file = tests::story::file("lib.rs", "pub fn one() -> u8 {\n    1\n}\n");
        let client_id = CLIENTS_ID.parse().expect("it is a UUID");
        let session = table.sessions().create(ada.user_id, Some(client_id), file).await.unwrap().item;
        let thread = table.thread(&session, 1, 1).await;
        table.thread(&session, 2, 3).await;
        talk(&table, &thread).await;
        let theirs = table.session(&bob, "bob.py", "print(1)").await;
        let theirs = table.thread(&theirs, 1, 1).await;
        let question = table.question(&theirs, "and mine?").await;
        let dear = NewAnswer { cost_micros: 9_000, ..answer("dear") };
        table.messages().lease(&question).store_answer(dear).await.unwrap();
        let rule = RateRule::new("login", 5, Duration::from_mins(1));
        table.rate_limits().hit(rule, "127.0.0.1").await.unwrap();
        table.delete_session(&small).await;
        for target in ["first", "second"] {
            table.patterns().leave_sweep_job(&table.job(SweepKind::Account, target, ada.user_id)).await.unwrap();
        }
        table.advance(Duration::from_millis(1));
        let chunk = CodeChunkKey { revision: large.revision, n: 0 };
        Self { table, ada, session, thread, chunk }
    }
}

/// A question under a client id with an answer that has a patch, and six more with plain answers.
async fn talk(table: &TestTable, thread: &Thread) {
    let request = ClientRequest::new(CLIENTS_ID.parse().unwrap(), "why?", true);
    let question = table.messages().ask(thread, "why?", Some(request), LEASE).await.unwrap();
    let patch = Patch {
        start_line: 1,
        end_line: 1,
        original: "pub fn one() -> u8 {".to_owned(),
        replacement: "pub const fn one() -> u8 {".to_owned(),
        base_version: SessionVersion::new(1),
        anchor_line: Some(1),
    };
    let patched = NewAnswer {
        warnings: vec!["It is short.".to_owned()],
        history_truncated: true,
        patch: Some(patch),
        patch_status: Some(PatchStatus::Verified),
        suggested_code: Some("pub const fn one() -> u8 {".to_owned()),
        ..answer("because")
    };
    table.messages().lease(&question).store_answer(patched).await.unwrap();
    let mut thread = Thread { message_slots: 2, ..thread.clone() };
    for number in 0..6 {
        let question: Message = table.question(&thread, &format!("why {number}?")).await;
        table.messages().lease(&question).store_answer(answer("because")).await.unwrap();
        thread.message_slots += 2;
    }
}

/// Bytes as serde writes them in JSON.
fn numbers(base64: &str) -> Value {
    BASE64_STANDARD.decode(base64).expect("base64").into()
}
