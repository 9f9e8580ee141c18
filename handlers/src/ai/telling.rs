//! An explanation, told while it is written.

use tokio::sync::mpsc;

use crate::review::shown::Shown;

/// Where the explanation goes while it is written, piece by piece.
pub(crate) type Deltas = mpsc::UnboundedSender<String>;

/// Tells what a model writes. The pieces together are the text that is kept.
pub(crate) struct Telling {
    deltas: Deltas,
    shown: Shown,
}

impl Telling {
    pub(crate) fn new(deltas: Deltas) -> Self {
        Self { deltas, shown: Shown::default() }
    }

    /// The model has written this much more.
    pub(crate) fn piece(&mut self, piece: &str) {
        if let Some(text) = self.shown.more(piece) {
            self.tell(text);
        }
    }

    /// The explanation as it is kept, which begins with what was told.
    pub(crate) fn kept(&self, explanation: String) -> String {
        self.shown.kept(explanation)
    }

    /// What was told so far.
    pub(crate) fn text(&self) -> &str {
        self.shown.text()
    }

    /// This is the text that is kept: tells what of it was not told yet.
    pub(crate) fn rest(&mut self, kept: &str) {
        if let Some(text) = self.shown.rest(kept) {
            self.tell(text);
        }
    }

    /// Nobody may be listening any more; the answer is stored all the same.
    fn tell(&self, text: String) {
        let _ = self.deltas.send(text);
    }
}
