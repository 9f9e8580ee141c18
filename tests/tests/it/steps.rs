//! The proxy that counts steps: sequential requests are one step each, and concurrent requests are one.

use model::UserId;
use tests::{Proxy, TestTable};

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_requests_are_one_step() {
    let table = TestTable::new().await;
    let proxy = Proxy::counting_steps(table.endpoint()).await;
    let store = table.store_through(&proxy.url()).await;
    let user: UserId = table.ids().next(table.clock().now());
    assert_eq!(proxy.take_steps(), Vec::<Vec<String>>::new());
    let read = || async { store.patterns().get_user(user).await.unwrap() };
    futures::join!(read(), async { store.patterns().list_refresh_families(user).await.unwrap() }, read());
    assert_eq!(proxy.take_steps(), [["GetItem", "GetItem", "Query"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sequential_requests_are_one_step_each() {
    let table = TestTable::new().await;
    let proxy = Proxy::counting_steps(table.endpoint()).await;
    let store = table.store_through(&proxy.url()).await;
    let user: UserId = table.ids().next(table.clock().now());
    let read = || async { store.patterns().get_user(user).await.unwrap() };
    let twice = async {
        read().await;
        read().await
    };
    futures::join!(twice, read());
    assert_eq!(proxy.take_steps(), [vec!["GetItem", "GetItem"], vec!["GetItem"]]);
}
