//! The explanation of an answer as a stream: sent while the model writes it.

use review::shown::Shown;
use serde::Serialize;
use utoipa::ToSchema;

use crate::fields;
use crate::http::events::Events;

/// Sends what a model writes, as events. The pieces together are the text that is kept.
pub(crate) struct ExplanationStream {
    events: Events,
    shown: Shown,
}

/// A piece of the explanation.
#[derive(Serialize, ToSchema)]
pub(crate) struct Delta {
    text: fields::DeltaText,
}

impl ExplanationStream {
    pub(crate) fn new(events: Events) -> Self {
        Self { events, shown: Shown::default() }
    }

    /// Takes the next piece that the model wrote.
    pub(crate) fn write(&mut self, piece: &str) {
        if let Some(text) = self.shown.more(piece) {
            self.events.send("delta", &Delta { text: text.into() });
        }
    }

    /// The explanation as it is kept, which begins with what was sent.
    pub(crate) fn kept(&self, explanation: String) -> String {
        self.shown.kept(explanation)
    }

    /// What was sent so far.
    pub(crate) fn sent(&self) -> &str {
        self.shown.text()
    }

    /// Sends the rest of the text that is kept.
    pub(crate) fn finish(&mut self, kept: &str) {
        if let Some(text) = self.shown.rest(kept) {
            self.events.send("delta", &Delta { text: text.into() });
        }
    }

    /// How many characters the model has written.
    pub(crate) fn written_chars(&self) -> usize {
        self.shown.written_chars()
    }
}
