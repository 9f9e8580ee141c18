//! Concurrent changes of sign-ins and accounts: the later request sees the changes of the earlier one.

use model::{AccountError, PasswordHash, ProfileChange, RefreshFamily, StartRefreshFamilyError, Store, User};
use serde_json::{Map, Value, json};
use tests::proxy::Moment;
use tests::story::A_WEEK;
use tests::{Proxy, TestTable};
use tokio::task::JoinHandle;

use crate::items;

fn another_hash() -> PasswordHash {
    format!("$2b$10${}", "b".repeat(53)).parse().unwrap()
}

fn name(name: &str) -> ProfileChange {
    ProfileChange { name: Some(name.to_owned()), ..ProfileChange::default() }
}

fn email(address: &str) -> ProfileChange {
    ProfileChange { email: Some(address.parse().unwrap()), ..ProfileChange::default() }
}

/// Ada, her first sign-in, and a store whose requests a test can stall.
struct Scene {
    table: TestTable,
    ada: User,
    family: RefreshFamily,
    proxy: Proxy,
    slow: Store,
}

impl Scene {
    async fn new() -> Self {
        let table = TestTable::new().await;
        let (ada, family) = table.user_and_family("ada").await;
        let proxy = Proxy::before(table.endpoint()).await;
        let slow = table.store_through(&proxy.url()).await;
        Self { table, ada, family, proxy, slow }
    }

    fn slowly_signs_in(&self) -> JoinHandle<Result<RefreshFamily, StartRefreshFamilyError>> {
        let (store, ada) = (self.slow.clone(), self.ada.clone());
        tokio::spawn(async move { store.sign_ins().start(&ada, A_WEEK).await })
    }

    fn slowly_deletes_the_account(&self) -> JoinHandle<Result<(), AccountError>> {
        let (store, ada) = (self.slow.clone(), self.ada.clone());
        tokio::spawn(async move { store.accounts().delete(&ada).await })
    }

    async fn changes_the_password(&self, store: &Store) -> Result<RefreshFamily, AccountError> {
        store.accounts().change_password(&self.ada, &self.family, &another_hash(), A_WEEK).await
    }

    async fn families(&self) -> Vec<RefreshFamily> {
        self.table.patterns().list_refresh_families(self.ada.user_id).await.unwrap()
    }
}

#[tokio::test]
async fn a_password_change_ends_a_sign_in_that_starts_during_the_change() {
    let scene = Scene::new().await;
    // The other sign-ins have been listed, and the password is still the old one.
    let stalled = scene.proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let late = async {
        stalled.arrived().await;
        scene.table.sign_ins().start(&scene.ada, A_WEEK).await.expect("the password is correct");
        stalled.release();
    };
    let (kept, ()) = tokio::join!(scene.changes_the_password(&scene.slow), late);
    assert_eq!(scene.families().await, [kept.unwrap()]);
}

#[tokio::test]
async fn a_password_change_refuses_or_ends_a_concurrent_sign_in() {
    // The password is verified, and changes before the sign-in starts.
    let scene = Scene::new().await;
    let stalled = scene.proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let late = scene.slowly_signs_in();
    stalled.arrived().await;
    let kept = scene.changes_the_password(scene.table.store()).await.unwrap();
    stalled.release();
    let refused = late.await.unwrap();
    assert!(matches!(refused, Err(StartRefreshFamilyError::PasswordChanged)), "{refused:?}");
    assert_eq!(scene.families().await, [kept]);
    // The password changes after the sign-in started: the change ends the sign-in.
    let scene = Scene::new().await;
    let stalled = scene.proxy.stall("TransactWriteItems", Moment::BeforeTheAnswer);
    let late = scene.slowly_signs_in();
    stalled.arrived().await;
    let kept = scene.changes_the_password(scene.table.store()).await.unwrap();
    stalled.release();
    late.await.unwrap().expect("it started before the change");
    assert_eq!(scene.families().await, [kept]);
}

#[tokio::test]
async fn a_sign_in_during_an_account_delete_leaves_nothing() {
    let scene = Scene::new().await;
    let stalled = scene.proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let late = scene.slowly_signs_in();
    stalled.arrived().await;
    scene.table.accounts().delete(&scene.ada).await.unwrap();
    stalled.release();
    let refused = late.await.unwrap();
    assert!(matches!(refused, Err(StartRefreshFamilyError::UserNotFound)), "{refused:?}");
    assert_eq!(scene.table.raw().outline().await, []);
}

#[tokio::test]
async fn more_sign_ins_than_fit_into_a_transaction_are_all_ended() {
    let scene = Scene::new().await;
    for _ in 0..130 {
        scene.table.sign_ins().start(&scene.ada, A_WEEK).await.unwrap();
    }
    let kept = scene.changes_the_password(scene.table.store()).await.unwrap();
    assert_ne!(kept.family_id, scene.family.family_id);
    assert_eq!(scene.families().await, [kept]);
}

#[tokio::test]
async fn concurrent_profile_changes_do_not_undo_each_other() {
    let scene = Scene::new().await;
    let stalled = scene.proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let sign_in = (scene.ada.user_id, scene.family.family_id);
    let meanwhile = async {
        stalled.arrived().await;
        scene.table.accounts().update_profile(sign_in, &name("Ada King")).await.unwrap();
        stalled.release();
    };
    let change = email("king@example.com");
    let (changed, ()) = tokio::join!(scene.slow.accounts().update_profile(sign_in, &change), meanwhile);
    let stored = scene.table.profile(&scene.ada).await;
    assert_eq!(changed.unwrap(), stored);
    assert_eq!((&*stored.name, stored.email.as_str()), ("Ada King", "king@example.com"));
    let one = items([("user", 1), ("email_claim", 1), ("username_claim", 1), ("refresh_family", 1)]);
    assert_eq!(scene.table.raw().census().await, one);
}

#[tokio::test]
async fn an_account_renamed_during_its_delete_is_deleted_under_its_new_name() {
    let scene = Scene::new().await;
    let stalled = scene.proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let deletion = scene.slowly_deletes_the_account();
    stalled.arrived().await;
    let sign_in = (scene.ada.user_id, scene.family.family_id);
    let change = ProfileChange { username: Some("countess".parse().unwrap()), ..email("king@example.com") };
    scene.table.accounts().update_profile(sign_in, &change).await.unwrap();
    stalled.release();
    deletion.await.unwrap().unwrap();
    assert_eq!(scene.table.raw().outline().await, []);
}

#[tokio::test]
async fn deleting_an_account_keeps_claims_that_name_another_user() {
    for lost in ["email_claim", "username_claim"] {
        let scene = Scene::new().await;
        let bob = scene.table.user("bob").await;
        let of_ada = |claim: &tests::RawItem| claim.text("user_id") == Some(&*scene.ada.user_id.to_string());
        let now_of_bob = json!({ "S": bob.user_id.to_string() });
        let change = |claim: &mut Map<String, Value>| drop(claim.insert("user_id".to_owned(), now_of_bob.clone()));
        scene.table.raw().change(lost, of_ada, change).await;
        let _ = scene.table.meter().take();
        scene.table.accounts().delete(&scene.ada).await.unwrap();
        let calls = scene.table.meter().take();
        let calls: Vec<_> = calls.iter().map(|call| call.pattern.id).collect();
        assert_eq!(calls[..4], ["AP-07", "AP-03", "AP-02", "AP-07"], "{lost}");
        // Bob keeps his items, and the claim that names him.
        let mut left = items([("user", 1), ("email_claim", 1), ("username_claim", 1), ("refresh_family", 1)]);
        *left.get_mut(lost).unwrap() += 1;
        assert_eq!(scene.table.raw().census().await, left, "{lost}");
        assert_eq!(scene.table.patterns().get_user(scene.ada.user_id).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_account_with_a_missing_claim_can_be_deleted() {
    let scene = Scene::new().await;
    let claim = scene.table.raw().one("email_claim", |_| true).await;
    scene.table.raw().remove(&claim).await;
    scene.table.accounts().delete(&scene.ada).await.unwrap();
    assert_eq!(scene.table.raw().outline().await, []);
}

#[tokio::test]
async fn unreadable_items_prevent_neither_account_delete_nor_password_change() {
    for (kind, field) in [("email_claim", "user_id"), ("username_claim", "user_id"), ("refresh_family", "rotated_at")] {
        let scene = Scene::new().await;
        scene.table.sign_ins().start(&scene.ada, A_WEEK).await.unwrap();
        let kept = scene.family.family_id.to_string();
        let is_not_kept = |item: &tests::RawItem| item.text("family_id") != Some(&*kept);
        let broken = json!({ "S": "no such thing" });
        scene.table.raw().change(kind, is_not_kept, |item| drop(item.insert(field.to_owned(), broken))).await;
        scene.changes_the_password(scene.table.store()).await.unwrap();
        let ada = scene.table.profile(&scene.ada).await;
        scene.table.accounts().delete(&ada).await.unwrap();
        assert_eq!(scene.table.patterns().get_user(ada.user_id).await.unwrap(), None, "{kind}");
    }
}

#[tokio::test]
async fn a_concurrent_password_change_prevents_the_account_delete() {
    let scene = Scene::new().await;
    let stalled = scene.proxy.stall("TransactWriteItems", Moment::BeforeTheEngine);
    let deletion = scene.slowly_deletes_the_account();
    stalled.arrived().await;
    scene.changes_the_password(scene.table.store()).await.unwrap();
    stalled.release();
    let refused = deletion.await.unwrap();
    assert!(matches!(refused, Err(AccountError::PasswordChanged)), "{refused:?}");
    assert_eq!(scene.table.profile(&scene.ada).await.password_hash, another_hash());
}

#[tokio::test]
async fn a_long_account_delete_returns_early_and_leaves_the_rest_to_the_sweep() {
    let scene = Scene::new().await;
    let session = scene.table.session(&scene.ada, "main.rs", "fn main() {}").await;
    scene.table.thread(&session, 1, 1).await;
    // The sweep's deletes never get an answer.
    let stalled = scene.proxy.stall("BatchWriteItem", Moment::BeforeTheEngine);
    scene.slowly_deletes_the_account().await.unwrap().unwrap();
    let sign_in = scene.table.sign_ins().find(scene.ada.user_id, scene.family.family_id).await.unwrap();
    assert_eq!(sign_in, None, "signed out first");
    assert_eq!(scene.table.accounts().find(&scene.ada.username.key()).await.unwrap(), None);
    assert_ne!(scene.table.raw().outline().await, []);
    scene.table.sweep_due_jobs().await;
    assert_eq!(scene.table.raw().outline().await, []);
    stalled.release();
}
