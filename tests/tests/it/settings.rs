//! Names, languages and anchors that change during a save: neither write undoes the other.

use model::{
    Change, NewSettings, NewThread, OpenedSession, PlacedThread, Session, SessionVersion, Store, Thread, ThreadKind,
    User,
};
use tests::proxy::{Moment, Stalled};
use tests::story::{edit, lines};
use tests::{Proxy, TestTable};

/// Ada with a session, and a store whose next transaction is stalled before the engine receives it.
struct Scene {
    table: TestTable,
    ada: User,
    session: Session,
    slow: Store,
    proxy: Proxy,
}

fn named(filename: &str) -> NewSettings {
    NewSettings { filename: Some(filename.parse().unwrap()), language_override: Change::Keep }
}

fn in_language(language: &str) -> NewSettings {
    NewSettings { filename: None, language_override: Change::Set(language.parse().unwrap()) }
}

impl Scene {
    async fn of(filename: &str, text: &str) -> Self {
        let table = TestTable::new().await;
        let ada = table.user("ada").await;
        let session = table.session(&ada, filename, text).await;
        let proxy = Proxy::before(table.endpoint()).await;
        let slow = table.store_through(&proxy.url()).await;
        Self { table, ada, session, slow, proxy }
    }

    async fn changes(&self, new: NewSettings) -> Session {
        self.table.sessions().change_settings(self.ada.user_id, self.session.session_id, &new).await.unwrap()
    }

    fn stalled(&self, operation: &'static str) -> Stalled {
        self.proxy.stall(operation, Moment::BeforeTheEngine)
    }

    async fn now(&self) -> OpenedSession {
        self.table.read(&self.session).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_does_not_restore_an_old_name_language_or_override() {
    let scene = Scene::of("a.py", "one").await;
    let stalled = scene.stalled("TransactWriteItems");
    let (store, owner, save) = (scene.slow.clone(), scene.ada.user_id, edit(&scene.session, "two"));
    let saving = tokio::spawn(async move { store.sessions().save(owner, save).await });
    stalled.arrived().await;
    scene.changes(named("a.rs")).await;
    scene.changes(in_language("Swift")).await;
    stalled.release();
    let saved = saving.await.unwrap().unwrap().head;
    let opened = scene.now().await;
    assert_eq!((opened.text.as_str(), &opened.head), ("two", &saved));
    assert_eq!((saved.filename.as_str(), saved.language_detected.name()), ("a.rs", "Rust"));
    assert_eq!((saved.language().name(), saved.version_number), ("Swift", SessionVersion::new(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_that_changes_the_language_does_not_restore_old_settings() {
    let scene = Scene::of("a.py", "one").await;
    let stalled = scene.stalled("UpdateItem");
    let save = model::SaveCode {
        text: None,
        language_override: Change::Set("Swift".parse().unwrap()),
        ..edit(&scene.session, "")
    };
    let (store, owner) = (scene.slow.clone(), scene.ada.user_id);
    let saving = tokio::spawn(async move { store.sessions().save(owner, save).await });
    stalled.arrived().await;
    scene.changes(named("a.rs")).await;
    stalled.release();
    let head = saving.await.unwrap().unwrap().head;
    assert_eq!(head, scene.now().await.head);
    assert_eq!(
        (head.filename.as_str(), head.language_detected.name(), head.language().name()),
        ("a.rs", "Rust", "Swift")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_detects_the_language_of_the_current_code() {
    let scene = Scene::of("tool.rb", "#!/usr/bin/env python3").await;
    let stalled = scene.stalled("UpdateItem");
    let (store, owner, id) = (scene.slow.clone(), scene.ada.user_id, scene.session.session_id);
    let renaming = tokio::spawn(async move { store.sessions().change_settings(owner, id, &named("tool")).await });
    stalled.arrived().await;
    scene.table.save(&scene.session, "#!/bin/sh").await.unwrap();
    stalled.release();
    let head = renaming.await.unwrap().unwrap();
    assert_eq!(head, scene.now().await.head);
    assert_eq!((head.language_detected.name(), head.version_number), ("Shell", SessionVersion::new(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_detects_the_language_of_code_in_chunks() {
    let text = format!("#!/usr/bin/perl\n{}", tests::texts::noise(500_000, 1));
    let scene = Scene::of("tool.rb", &text).await;
    assert!(scene.session.chunk_count > 0);
    assert_eq!(scene.changes(named("tool")).await.language_detected.name(), "Perl");
}

/// The second line as a selection of `x`: its anchor is stable if that line is `x`.
fn on_x() -> NewThread {
    NewThread { selected_text: "x".to_owned(), ..lines(2, 2) }
}

async fn moves(store: Store, thread: Thread, to: NewThread) -> PlacedThread {
    let opened = store.threads().open(thread.user_id, thread.id()).await.unwrap();
    store.threads().move_to(opened, to).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_moved_during_a_save_is_checked_against_the_new_code() {
    let scene = Scene::of("a.txt", "a\nx\nb").await;
    let thread = scene.table.thread(&scene.session, 1, 1).await;
    let stalled = scene.stalled("TransactWriteItems");
    let moving = tokio::spawn(moves(scene.slow.clone(), thread.clone(), on_x()));
    stalled.arrived().await;
    scene.table.save(&scene.session, "a\nb\nx").await.unwrap();
    stalled.release();
    let moved = moving.await.unwrap();
    assert_eq!((moved.anchor.status, moved.anchor_version), (model::AnchorStatus::Approximate, SessionVersion::new(2)));
    assert_eq!(scene.table.threads().get_placed(thread.user_id, thread.id()).await.unwrap(), moved);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_moves_a_thread_from_the_lines_of_a_concurrent_move() {
    let scene = Scene::of("a.txt", "a\nx\nb").await;
    let thread = scene.table.thread(&scene.session, 1, 1).await;
    let stalled = scene.stalled("TransactWriteItems");
    let (store, owner, save) = (scene.slow.clone(), scene.ada.user_id, edit(&scene.session, "new\na\nx\nb"));
    let saving = tokio::spawn(async move { store.sessions().save(owner, save).await });
    stalled.arrived().await;
    let moved = moves(scene.table.store().clone(), thread.clone(), on_x()).await;
    assert_eq!((moved.anchor.start_line, moved.anchor.status), (2, model::AnchorStatus::Stable));
    stalled.release();
    let saved = saving.await.unwrap().unwrap();
    let stored = scene.table.threads().get_placed(thread.user_id, thread.id()).await.unwrap();
    assert_eq!(saved.threads, std::slice::from_ref(&stored));
    assert_eq!(
        (stored.anchor.start_line, stored.anchor_version, stored.kind),
        (3, SessionVersion::new(2), ThreadKind::Block)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_deleted_during_its_move_stays_deleted() {
    for whole_session in [false, true] {
        let scene = Scene::of("a.txt", "a\nx\nb").await;
        let thread = scene.table.thread(&scene.session, 1, 1).await;
        let opened = scene.table.threads().open(thread.user_id, thread.id()).await.unwrap();
        if whole_session {
            scene.table.sessions().delete(scene.ada.user_id, scene.session.session_id).await.unwrap();
        } else {
            scene.table.threads().delete(scene.ada.user_id, thread.id()).await.unwrap();
        }
        let moved = scene.table.threads().move_to(opened, on_x()).await;
        assert!(matches!(moved, Err(model::MoveError::Access(model::AccessError::NotFound))), "{:?}", moved.is_ok());
        assert_eq!(scene.table.raw().all("thread").await, []);
    }
}
