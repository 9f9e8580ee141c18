//! The location of the tests' tables: the embedded engine, or the endpoint that the environment names.

use std::sync::{LazyLock, mpsc};

use codesensei::engine::Engine;

/// Names an endpoint, such as `http://127.0.0.1:8000`, for the tables of all tests.
pub const VARIABLE: &str = "CODESENSEI_TEST_STORE";

/// The endpoint that the environment names, if any.
#[must_use]
pub fn named() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|value| !value.is_empty())
}

/// Whether each table is created by the definition before the index, and then updated as `codesensei table update`
/// does.
#[must_use]
pub fn tables_are_updated() -> bool {
    match std::env::var("CODESENSEI_TEST_TABLES") {
        Ok(value) if value == "updated" => true,
        Ok(value) if value != "new" => panic!("CODESENSEI_TEST_TABLES is {value:?}: give new or updated"),
        _ => false,
    }
}

/// The endpoint of all tables of this process.
#[must_use]
pub fn endpoint() -> &'static str {
    static ENDPOINT: LazyLock<String> = LazyLock::new(|| named().unwrap_or_else(embedded));
    &ENDPOINT
}

/// Starts the embedded engine. It has its own runtime, because the runtime of a test ends with the test.
fn embedded() -> String {
    let (ready, started) = mpsc::channel();
    let serve = move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime for the engine");
        runtime.block_on(async {
            let engine = Engine::in_memory().await.expect("an engine in memory");
            ready.send(engine.url().to_owned()).expect("the first test waits for the URL");
            // The engine serves until the process ends.
            std::future::pending::<()>().await;
        });
    };
    std::thread::Builder::new().name("engine".to_owned()).spawn(serve).expect("a thread for the engine");
    started.recv().expect("the engine starts")
}
