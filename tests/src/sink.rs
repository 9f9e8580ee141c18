//! A destination for metrics in tests.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// The written bytes. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Sink(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink {
    /// The lines since the last call, each as JSON.
    ///
    /// # Panics
    /// If a line is not JSON.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().expect("not poisoned"))).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
    }

    /// The one line since the last call.
    ///
    /// # Panics
    /// If there is not exactly one line.
    #[must_use]
    pub fn line(&self) -> Value {
        let [line] = self.lines().try_into().expect("one line for one request");
        line
    }
}
