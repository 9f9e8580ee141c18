//! The fixtures of AP-10 to AP-16: sign-ins.

use model::RotateRefreshToken;
use tests::story::A_WEEK;

use super::bench::{Bench, fixtures};

fixtures! {
    "AP-10" => start_refresh_family,
    "AP-11" => get_refresh_family,
    "AP-12" => rotate_refresh_token,
    "AP-13" => end_refresh_family,
    "AP-14" => list_refresh_families,
    "AP-15" => get_sign_in,
    "AP-16" => note_sign_in_used,
}

async fn start_refresh_family(bench: &Bench) {
    let ada = bench.user().await;
    bench.checks(1);
    bench.once().await.sign_ins().start(&ada, A_WEEK).await.unwrap();
}

async fn get_refresh_family(bench: &Bench) {
    let (ada, family) = bench.table.user_and_family("ada").await;
    let found = bench.once().await.patterns().get_refresh_family(ada.user_id, family.family_id).await;
    assert_eq!(found.unwrap(), Some(family));
}

async fn rotate_refresh_token(bench: &Bench) {
    let (ada, family) = bench.table.user_and_family("ada").await;
    let now = bench.table.clock().now();
    let input = RotateRefreshToken {
        user_id: ada.user_id,
        family_id: family.family_id,
        second: now.expiry(),
        seq: 1,
        now,
        expires_at: now.plus(A_WEEK).expiry(),
    };
    assert_eq!(bench.once().await.patterns().rotate_refresh_token(input).await.unwrap().seq, 2);
}

async fn end_refresh_family(bench: &Bench) {
    let (ada, family) = bench.table.user_and_family("ada").await;
    bench.once().await.patterns().end_refresh_family(ada.user_id, family.family_id).await.unwrap();
}

async fn list_refresh_families(bench: &Bench) {
    let ada = bench.user().await;
    for _ in 0..2 {
        bench.table.sign_ins().start(&ada, A_WEEK).await.unwrap();
    }
    assert_eq!(bench.once().await.patterns().list_refresh_families(ada.user_id).await.unwrap().len(), 3);
}

async fn get_sign_in(bench: &Bench) {
    let (ada, family) = bench.table.accounts().create(super::bench::ada(), A_WEEK).await.unwrap();
    bench.weighs("user", 500).await;
    let found = bench.once().await.patterns().get_sign_in(ada.user_id, family.family_id).await.unwrap();
    assert_eq!((found.user, found.family), (Some(ada), Some(family)));
}

async fn note_sign_in_used(bench: &Bench) {
    let (ada, family) = bench.table.user_and_family("ada").await;
    let now = bench.table.clock().now();
    bench
        .once()
        .await
        .patterns()
        .note_sign_in_used(ada.user_id, family.family_id, now.expiry(), Some(now))
        .await
        .unwrap();
}
