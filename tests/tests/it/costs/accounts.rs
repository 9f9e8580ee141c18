//! The fixtures of AP-01 to AP-07: accounts.

use model::{
    ChangePassword, ChangeProfile, Email, EmailClaim, OldEmailClaim, OldUsernameClaim, RefreshFamily, Username,
    UsernameClaim,
};
use tests::story::A_WEEK;

use super::bench::{Bench, ada, fixtures};

fixtures! {
    "AP-01" => sign_up,
    "AP-02" => find_username_claim,
    "AP-03" => find_email_claim,
    "AP-04" => get_user,
    "AP-05" => change_profile,
    "AP-06" => change_password,
    "AP-07" => delete_account,
}

async fn sign_up(bench: &Bench) {
    bench.once().await.accounts().create(ada(), A_WEEK).await.expect("the name is free");
    bench.weighs("user", 500).await;
}

async fn find_username_claim(bench: &Bench) {
    let ada = bench.user().await;
    let found = bench.once().await.patterns().find_username_claim(&ada.username.key()).await;
    assert_eq!(found.unwrap().expect("the claim exists").user_id, ada.user_id);
}

async fn find_email_claim(bench: &Bench) {
    let ada = bench.user().await;
    let found = bench.once().await.patterns().find_email_claim(ada.email.digest()).await;
    assert_eq!(found.unwrap().expect("the claim exists").user_id, ada.user_id);
}

async fn get_user(bench: &Bench) {
    let ada = bench.user().await;
    assert_eq!(bench.once().await.patterns().get_user(ada.user_id).await.unwrap(), Some(ada));
}

async fn change_profile(bench: &Bench) {
    let ada = bench.user().await;
    let (email, username): (Email, Username) = ("eve@example.com".parse().unwrap(), "eve".parse().unwrap());
    let (now, user_id) = (bench.table.clock().now(), ada.user_id);
    let input = ChangeProfile {
        new_email: Some(&EmailClaim { email_digest: email.digest(), user_id, claimed_at: now }),
        new_username: Some(&UsernameClaim { username_key: username.key(), user_id, claimed_at: now }),
        old_email: Some(OldEmailClaim { email_digest: ada.email.digest(), owner: user_id }),
        old_username: Some(OldUsernameClaim { username_key: &ada.username.key(), owner: user_id }),
        user_id,
        seen_name: &ada.name,
        seen_email: &ada.email,
        seen_username: &ada.username,
        name: &ada.name,
        email: &email,
        username: &username,
        now,
    };
    bench.once().await.patterns().change_profile(input).await.unwrap();
}

async fn change_password(bench: &Bench) {
    let ada = bench.user().await;
    for _ in 0..2 {
        bench.table.sign_ins().start(&ada, A_WEEK).await.unwrap();
    }
    let families = bench.table.patterns().list_refresh_families(ada.user_id).await.unwrap();
    let new_family =
        RefreshFamily { family_id: bench.table.ids().next(bench.table.clock().now()), ..families[0].clone() };
    let families: Vec<_> = families.iter().map(RefreshFamily::key).collect();
    let new_hash = tests::story::PASSWORD_HASH.replace('a', "b").replacen("$2b", "$2a", 1).parse().unwrap();
    let input = ChangePassword {
        families: &families,
        new_family: Some(&new_family),
        user_id: ada.user_id,
        old_hash: &ada.password_hash,
        new_hash: &new_hash,
        now: bench.table.clock().now(),
    };
    bench.once().await.patterns().change_password(input).await.unwrap();
}

async fn delete_account(bench: &Bench) {
    let ada = bench.user().await;
    bench.once().await;
    bench.table.delete_account(&ada).await;
}
