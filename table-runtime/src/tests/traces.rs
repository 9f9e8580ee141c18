//! The log of calls: the pattern and its cost, without any value.

use std::cell::RefCell;
use std::io::Write;

use tracing_subscriber::layer::SubscriberExt as _;

use super::proxy::Fault;
use super::support::*;
use crate::batch::BatchWrite;
use crate::changes::Changes;
use crate::transact::Transaction;
use crate::{PageRequest, Table};

thread_local! {
    /// The log of this thread's test. Each test has a thread of its own, and its runtime has no other.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Logs like the product: modyne's spans print keys, and the SDK's events print whole bodies, so only this crate is on.
fn subscribe() {
    let filter = "off,table_runtime=trace".parse::<tracing_subscriber::filter::Targets>().expect("targets");
    let layer = tracing_subscriber::fmt::layer().with_writer(|| Log).with_ansi(false);
    let subscriber = tracing_subscriber::registry().with(filter).with(layer);
    // For the whole process: a subscriber of this thread alone can miss events that other threads have cached as
    // disabled.
    tracing::subscriber::set_global_default(subscriber).expect("no other test sets one");
}

/// Calls every operation on plants with the text `canary`.
async fn tend(store: &Table) {
    let canary = Plant { note: "canary".to_owned(), height: Some(1), ..Plant::new("canary", 1) };
    let _ = store.call(&PUT).put(canary.item(), Some(is_new())).await;
    let _ = store.call(&PUT).put(canary.item(), Some(is_new())).await;
    let changes = || Changes::new().set("note", "canary").add("leaves", 1);
    let _ = store.call(&UPDATE).update(key("canary", 1), changes(), Some(exists()), true).await;
    let transaction = Transaction::new().update("grow", key("canary", 1), changes(), Some(has_leaves(9)));
    let _ = store.call(&TRANSACT).transact(transaction).await;
    let _ = store.call(&GET).get::<Plant>(key("canary", 1), true).await;
    let page = PageRequest { limit: None, cursor: Some("canary") };
    let _ = store.call(&LIST).page::<_, Plant>(plants_of("canary"), "", &partition("canary"), page, 9).await;
    let _ = store.call(&LIST).all::<_, Plant>(by_height("canary")).await;
    let _ = store.call(&BATCH).read_batch(vec![key("canary", 1)], false).await;
    let _ = store.call(&TRANSACT).read_transaction(vec![key("canary", 1)]).await;
    let _ = store.call(&BATCH).write_batch(vec![BatchWrite::Put(canary.item())]).await;
    let _ = store.call(&LIST).segment(0, 1, None, 9, true).await;
    let _ = store.call(&DELETE).delete(key("canary", 1)).await;
}

#[tokio::test]
async fn the_log_has_the_cost_of_every_call_and_no_value() {
    subscribe();
    let (store, proxy) = broken_garden().await;
    tend(&store).await;
    proxy.plan([Fault::BreakAfter, Fault::Answer(400, "ThrottlingException"), Fault::CutAnswer]);
    tend(&store).await;
    let log = String::from_utf8(LOG.take()).expect("logs are text");
    assert!(!log.contains("canary"), "{log}");
    for pattern in ["T-01", "T-02", "T-03", "T-04", "T-05", "T-06", "T-07"] {
        assert!(log.contains(&format!("pattern=\"{pattern}\"")), "{pattern}");
    }
    assert!(log.contains("requests=4"), "{log}");
    assert!(log.contains("wcu="), "{log}");
}
