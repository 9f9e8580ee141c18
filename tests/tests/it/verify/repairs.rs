//! Late repairs: a value that changed and changed back since the comparison is not repaired.

use std::time::Duration;

use model::{
    EmailClaim, ProfileChange, ReleaseClaims, ReleaseClaimsError, RepairMessageSlots, RepairMessageSlotsError,
    RepairSessionCountError, RepairThreadCount, RepairThreadCountError, RestoreClaims, RestoreClaimsError,
    StaleUsernameClaim, User,
};
use tests::TestTable;

#[tokio::test]
async fn a_late_repair_of_a_session_counter_is_refused() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    table.session(&ada, "main.rs", "").await;
    let seen = table.profile(&ada).await;
    let repair =
        |counted| table.patterns().repair_session_count(ada.user_id, seen.session_count, seen.session_changes, counted);
    let session = table.session(&ada, "main.rs", "").await;
    table.delete_session(&session).await;
    assert_eq!(table.profile(&ada).await.session_count, seen.session_count);
    assert!(matches!(repair(7).await, Err(RepairSessionCountError::CountMoved)));
}

#[tokio::test]
async fn the_second_of_two_repairs_of_the_same_comparison_is_refused() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let seen = table.profile(&ada).await;
    let repair = || table.patterns().repair_session_count(ada.user_id, 0, seen.session_changes, 0);
    repair().await.unwrap();
    assert!(matches!(repair().await, Err(RepairSessionCountError::CountMoved)), "the counter is at zero still");
    assert_eq!(table.profile(&ada).await.session_count, 0);
}

#[tokio::test]
async fn a_late_repair_of_a_thread_counter_is_refused() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", "fn main() {}\n").await;
    let (user_id, session_id) = (ada.user_id, session.session_id);
    let repair =
        RepairThreadCount { user_id, session_id, seen_count: 0, seen_changes: session.thread_changes, counted: 7 };
    let thread = table.thread(&session, 1, 1).await;
    table.delete_thread(&thread).await;
    let refused = table.patterns().repair_thread_count(repair).await;
    assert!(matches!(refused, Err(RepairThreadCountError::CountMoved)));
    assert_eq!(table.patterns().get_session(user_id, session_id).await.unwrap().unwrap().thread_count, 0);
}

#[tokio::test]
async fn a_late_repair_of_slots_is_refused() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let session = table.session(&ada, "main.rs", "fn main() {}\n").await;
    let thread = table.thread(&session, 1, 1).await;
    table.messages().add_note(&thread, "a note", None).await.unwrap();
    let seen = table.patterns().get_thread(thread.session_id, thread.thread).await.unwrap().unwrap();
    let (session_id, seen_updated_at) = (seen.session_id, seen.updated_at);
    let repair = |seen_slots, counted| RepairMessageSlots {
        session_id,
        thread: seen.thread,
        seen_slots,
        seen_updated_at,
        counted,
    };
    table.patterns().repair_message_slots(repair(1, 0)).await.unwrap();
    table.advance(Duration::from_secs(1));
    table.raw().remove(&table.raw().one("message", |_| true).await).await;
    let emptied = table.patterns().get_thread(thread.session_id, thread.thread).await.unwrap().unwrap();
    table.messages().add_note(&emptied, "another note", None).await.unwrap();
    let refused = table.patterns().repair_message_slots(repair(1, 0)).await;
    assert!(matches!(refused, Err(RepairMessageSlotsError::SlotsMoved)), "the slots were taken again");
}

async fn renamed(table: &TestTable, user: &User, name: &str) {
    table.advance(Duration::from_secs(1));
    let family = table.patterns().list_refresh_families(user.user_id).await.unwrap()[0].family_id;
    let change = ProfileChange { name: None, email: None, username: Some(name.parse().unwrap()) };
    table.accounts().update_profile((user.user_id, family), &change).await.unwrap();
}

#[tokio::test]
async fn a_claim_that_was_released_and_taken_again_is_not_released() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    let key = ada.username.key();
    let seen = table.patterns().find_username_claim(&key).await.unwrap().unwrap();
    renamed(&table, &ada, "augusta").await;
    renamed(&table, &ada, "ada").await;
    let late = StaleUsernameClaim { username_key: &key, owner: ada.user_id, seen_claimed_at: seen.claimed_at };
    let refused =
        table.patterns().release_claims(ReleaseClaims { email_claim: None, username_claim: Some(late) }).await;
    assert!(matches!(refused, Err(ReleaseClaimsError::ClaimMoved)));
    assert!(table.patterns().find_username_claim(&key).await.unwrap().is_some());
}

#[tokio::test]
async fn a_claim_of_a_profile_that_changed_and_changed_back_is_not_restored() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    renamed(&table, &ada, "augusta").await;
    renamed(&table, &ada, "ada").await;
    table.raw().remove(&table.raw().one("email_claim", |_| true).await).await;
    let claimed_at = table.clock().now();
    let claim = EmailClaim { email_digest: ada.email.digest(), user_id: ada.user_id, claimed_at };
    let late = RestoreClaims {
        email_claim: Some(&claim),
        username_claim: None,
        user_id: ada.user_id,
        email: &ada.email,
        username: &ada.username,
        seen_updated_at: ada.updated_at,
    };
    assert!(matches!(table.patterns().restore_claims(late).await, Err(RestoreClaimsError::ProfileChanged)));
}
