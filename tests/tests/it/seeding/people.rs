//! The people of `seed/`: real files, threads on real lines, patches that apply, thirty days.

use std::collections::BTreeSet;

use codesensei::seed::{SeedLogin, load_people};
use model::{
    Date, Message, OpenedSession, Order, PageRequest, PatchStatus, PlacedThread, ReplyState, SessionVersion, ThreadId,
    ThreadKind, User,
};
use review::lines::Lines;
use review::patch::Patch;
use tests::TestTable;
use tests::proxy::{Moment, Proxy};

use super::soundness::{assert_sound, assert_verified, by_key};

/// A thread with its session and its messages, as a reader gets them.
struct Read {
    session: OpenedSession,
    thread: PlacedThread,
    messages: Vec<Message>,
}

async fn loaded() -> TestTable {
    let table = TestTable::new().await;
    load_people(table.store(), SeedLogin::SharedPassword).await.unwrap();
    table
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// All users, found as an operator would find them: by the day of their sign-up.
async fn all_users(table: &TestTable) -> Vec<User> {
    let mut users = Vec::new();
    for before in (0..30).rev() {
        let signups =
            table.patterns().list_signups(day("2026-09-30").days_before(before), PageRequest::default()).await.unwrap();
        for signup in signups.items {
            users.push(table.patterns().get_user(signup.user_id).await.unwrap().unwrap());
        }
    }
    users
}

async fn sessions(table: &TestTable) -> Vec<OpenedSession> {
    let mut sessions = Vec::new();
    for user in all_users(table).await {
        let page = table.patterns().list_sessions(user.user_id, PageRequest::default()).await.unwrap();
        assert_eq!(page.cursor, None);
        for head in page.items {
            sessions.push(table.sessions().open(user.user_id, head.session_id).await.unwrap());
        }
    }
    sessions
}

async fn threads(table: &TestTable) -> Vec<Read> {
    let mut all = Vec::new();
    for session in sessions(table).await {
        for thread in table.threads_of(&session.head).await {
            let page = PageRequest::default();
            let messages =
                table.patterns().list_messages(thread.session_id, thread.thread, Order::Ascending, page).await.unwrap();
            all.push(Read { session: session.clone(), thread, messages: messages.items });
        }
    }
    all
}

#[tokio::test]
async fn a_second_load_writes_nothing() {
    let table = loaded().await;
    let before = table.raw().items().await;
    let again = load_people(table.store(), SeedLogin::SharedPassword).await.unwrap();
    assert_eq!((again.items(), again.wcu, again.skipped()), (0, 0.0, &[][..]));
    assert_eq!(by_key(table.raw().items().await), by_key(before));
}

/// The load dies at a request that the engine has not received, or has executed; the next load gets a little further.
#[tokio::test]
async fn a_load_interrupted_repeatedly_gives_the_same_result() {
    let (table, whole) = (TestTable::new().await, loaded().await);
    let mut cuts = 0;
    loop {
        let moment = if cuts % 2 == 0 { Moment::BeforeTheEngine } else { Moment::BeforeTheAnswer };
        let proxy = Proxy::before(table.endpoint()).await;
        let (store, stalled) =
            (table.store_through(&proxy.url()).await, proxy.stall_after("", 41 * (cuts + 1), moment));
        tokio::select! {
            done = load_people(&store, SeedLogin::SharedPassword) => {
                assert_eq!(done.unwrap().skipped(), &[] as &[String]);
                break;
            }
            () = stalled.arrived() => cuts += 1,
        }
    }
    assert!(cuts > 5, "{cuts} cuts");
    assert_eq!(by_key(table.raw().items().await), by_key(whole.raw().items().await));
}

#[tokio::test]
async fn late_writes_of_an_interrupted_load_are_not_taken_for_changes() {
    let whole = by_key(loaded().await.raw().items().await);
    for transactions in [1, 4, 9, 16] {
        let table = TestTable::new().await;
        let mut loads = Vec::new();
        // Both loads are about to write the same item.
        for written in [transactions, 0] {
            let proxy = Proxy::before(table.endpoint()).await;
            let stalled = proxy.stall_after("TransactWriteItems", written, Moment::BeforeTheEngine);
            let store = table.store_through(&proxy.url()).await;
            let load = tokio::spawn(async move { load_people(&store, SeedLogin::SharedPassword).await });
            stalled.arrived().await;
            loads.push((load, stalled));
        }
        for (load, stalled) in loads {
            stalled.release();
            assert_eq!(load.await.unwrap().unwrap().skipped(), &[] as &[String], "after {transactions} transactions");
        }
        assert!(by_key(table.raw().items().await) == whole, "after {transactions} transactions");
    }
}

#[tokio::test]
async fn loaded_data_is_consistent_and_has_no_sign_ins() {
    let table = loaded().await;
    assert_sound(&table.raw().items().await);
    assert_verified(&table).await;
}

#[tokio::test]
async fn the_files_are_in_more_than_ten_languages_and_one_of_them_is_in_chunks() {
    let sessions = sessions(&loaded().await).await;
    let languages: BTreeSet<_> = sessions.iter().map(|session| session.head.language().to_string()).collect();
    assert!(languages.len() > 10, "{languages:?}");
    assert_eq!(sessions.iter().filter(|session| session.head.chunk_count > 0).count(), 1);
    assert!(
        sessions.iter().any(|session| session.head.version_number > SessionVersion::new(2)),
        "some were saved more than once"
    );
}

#[tokio::test]
async fn every_thread_is_on_the_lines_that_it_quotes() {
    let threads = threads(&loaded().await).await;
    assert!(threads.len() > 20, "{} threads", threads.len());
    for Read { session, thread, .. } in &threads {
        let (first, last) = (thread.anchor.start_line as usize, thread.anchor.end_line as usize);
        let lines = Lines::of(&session.text);
        assert!(lines.has(first, last), "{} {first} to {last}", session.head.filename.as_str());
        if thread.kind == ThreadKind::Block && thread.anchor.status == model::AnchorStatus::Stable {
            assert_eq!(lines.text(first, last), thread.selected_text, "{}", session.head.filename.as_str());
        }
    }
    let moved = threads.iter().filter(|read| read.thread.anchor.status == model::AnchorStatus::Approximate).count();
    assert!(moved > 0, "some lines were rewritten by a patch");
}

#[tokio::test]
async fn every_patch_applies_or_was_applied() {
    let threads = threads(&loaded().await).await;
    let (mut open, mut applied) = (0, 0);
    for Read { session, messages, .. } in &threads {
        for message in messages {
            let Some(patch) = &message.patch else { continue };
            if message.patch_status == Some(PatchStatus::Applied) {
                assert!(message.applied_version.unwrap() <= session.head.version_number);
                applied += 1;
            } else if patch.base_version == session.head.version_number {
                let model::Patch { start_line, end_line, original, replacement, .. } = patch.clone();
                let patch = Patch { start_line, end_line, original, replacement };
                patch.apply(&session.text).unwrap_or_else(|error| panic!("{:?}: {error}", session.head));
                open += 1;
            }
        }
    }
    assert!(open > 4 && applied > 4, "{open} open, {applied} applied");
}

#[tokio::test]
async fn conversations_have_questions_answers_notes_and_a_failed_question() {
    let messages: Vec<_> = threads(&loaded().await).await.into_iter().flat_map(|read| read.messages).collect();
    let count = |what: &dyn Fn(&Message) -> bool| messages.iter().filter(|message| what(message)).count();
    let of_state = |state| count(&|message: &Message| message.reply_state == Some(state));
    let answers = count(&|message: &Message| message.model_id.is_some());
    assert_eq!(of_state(ReplyState::Answered), answers);
    assert_eq!((of_state(ReplyState::Pending), of_state(ReplyState::Failed) > 0), (0, true));
    assert!(messages.len() > 60, "{} messages", messages.len());
    let is_note = |message: &Message| message.reply_state.is_none() && message.model_id.is_none();
    assert!(count(&is_note) > 2);
}

#[tokio::test]
async fn each_of_thirty_days_has_usage() {
    let table = loaded().await;
    for before in 0..30 {
        let date = day("2026-09-30").days_before(before);
        assert!(!table.patterns().top_users_by_cost(date, None).await.unwrap().items.is_empty(), "{date}");
    }
}

#[tokio::test]
async fn a_changed_session_is_kept_and_reported() {
    let table = loaded().await;
    let before = sessions(&table).await;
    let changed = before.iter().find(|session| session.head.thread_count > 0).unwrap();
    let threads = table.threads_of(&changed.head).await;
    let thread = threads.iter().find(|thread| thread.message_slots > 0).unwrap();
    table
        .threads()
        .delete(changed.head.user_id, ThreadId { session_id: thread.session_id, thread: thread.thread })
        .await
        .unwrap();
    table.save(&changed.head, "something else\n").await.unwrap();
    let again = load_people(table.store(), SeedLogin::SharedPassword).await.unwrap();
    assert_eq!((again.items(), again.skipped().len()), (0, 1), "{:?}", again.skipped());
    assert!(again.skipped()[0].contains(changed.head.filename.as_str()), "{:?}", again.skipped());
}

#[tokio::test]
async fn a_taken_username_keeps_its_owner() {
    let table = TestTable::new().await;
    let before = table.user("Demo").await;
    let tally = load_people(table.store(), SeedLogin::SharedPassword).await.unwrap();
    assert!(tally.skipped().iter().any(|left| left.starts_with("demo: ")), "{:?}", tally.skipped());
    assert_eq!(table.profile(&before).await, before);
}
