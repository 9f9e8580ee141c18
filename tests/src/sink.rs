//! Where a test lets metrics be written to.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// What was written. Clones share it.
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
    /// The lines since the last time, each as JSON.
    ///
    /// # Panics
    /// When one of them is none.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().expect("not poisoned"))).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
    }

    /// The one line since the last time.
    ///
    /// # Panics
    /// When there are others, or none.
    #[must_use]
    pub fn line(&self) -> Value {
        let [line] = self.lines().try_into().expect("one line for one request");
        line
    }
}
