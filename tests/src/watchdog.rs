//! Ends the run if a test hangs, and names the test.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Far longer than any test takes on a busy machine.
const LONGEST: Duration = Duration::from_mins(20);

/// The running tests that have a table, in the order of their start.
static RUNNING: LazyLock<Mutex<BTreeMap<u64, (String, Instant)>>> = LazyLock::new(|| {
    std::thread::spawn(watch);
    Mutex::default()
});

/// A test that is watched until this is dropped.
#[derive(Debug)]
pub(crate) struct Watched(u64);

impl Watched {
    /// Watches the test of this thread.
    pub(crate) fn begin() -> Self {
        let name = std::thread::current().name().unwrap_or("a test").to_owned();
        let mut running = running();
        let number = running.last_key_value().map_or(0, |(number, _)| number + 1);
        running.insert(number, (name, Instant::now()));
        Self(number)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        running().remove(&self.0);
    }
}

fn running() -> MutexGuard<'static, BTreeMap<u64, (String, Instant)>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch() {
    loop {
        std::thread::park_timeout(Duration::from_secs(5));
        if let Some((name, began)) = running().values().find(|(_, began)| began.elapsed() > LONGEST) {
            let seconds = began.elapsed().as_secs();
            // Not `eprintln!`: the output of a test's threads is captured and never shown.
            writeln!(std::io::stderr(), "The test {name} has not ended after {seconds} s: the run ends here.").ok();
            std::process::exit(101);
        }
    }
}
