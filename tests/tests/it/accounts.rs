//! Accounts: each address and each name belongs to one person, also after concurrent requests.

use model::{NewUser, SignUpError};
use tests::story::{A_WEEK, newcomer};
use tests::{TestTable, concurrently};

use crate::items;

/// Another person who requests the same address, or the same name.
fn rival(number: usize, of: &NewUser, wants_the_name: bool) -> NewUser {
    let other = newcomer(&format!("rival{number}"));
    if wants_the_name {
        NewUser { username: of.username.clone(), ..other }
    } else {
        NewUser { email: of.email.clone(), ..other }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_twenty_concurrent_sign_ups_with_one_address_succeeds() {
    let table = TestTable::new().await;
    let outcomes = concurrently(20, |number| {
        let (store, new) = (table.store().clone(), rival(number, &newcomer("ada"), false));
        async move { store.accounts().create(new, A_WEEK).await }
    })
    .await;
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(SignUpError::EmailTaken))).count();
    let made: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!((made.len(), refused), (1, 19));
    let one = items([("user", 1), ("email_claim", 1), ("username_claim", 1), ("refresh_family", 1)]);
    assert_eq!(table.raw().census().await, one);
    let (user, _) = made[0];
    let claim = table.patterns().find_email_claim(user.email.digest()).await.unwrap().expect("the address is claimed");
    assert_eq!(claim.user_id, user.user_id);
    assert_eq!(table.accounts().find(&user.username.key()).await.unwrap().as_ref(), Some(user));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_twenty_concurrent_sign_ups_with_one_name_in_any_case_succeeds() {
    let table = TestTable::new().await;
    let names = ["ada", "Ada", "ADA", "aDa"];
    let outcomes = concurrently(20, |number| {
        let ada = NewUser { username: names[number % 4].parse().unwrap(), ..newcomer("ada") };
        let (store, new) = (table.store().clone(), rival(number, &ada, true));
        async move { store.accounts().create(new, A_WEEK).await }
    })
    .await;
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(SignUpError::UsernameTaken))).count();
    assert_eq!((outcomes.len() - refused, refused), (1, 19));
    let one = items([("user", 1), ("email_claim", 1), ("username_claim", 1), ("refresh_family", 1)]);
    assert_eq!(table.raw().census().await, one);
}

#[tokio::test]
async fn deleting_an_account_frees_its_address_and_name_at_once() {
    let table = TestTable::new().await;
    let ada = table.user("ada").await;
    table.delete_account(&ada).await;
    assert_eq!(table.accounts().find(&ada.username.key()).await.unwrap(), None);
    let again = table.user("ada").await;
    table.sweep_due_jobs().await;
    // The sweep of the first account does not touch the second.
    assert_eq!(table.accounts().find(&ada.username.key()).await.unwrap(), Some(again));
    let one = items([("user", 1), ("email_claim", 1), ("username_claim", 1), ("refresh_family", 1)]);
    assert_eq!(table.raw().census().await, one);
}
