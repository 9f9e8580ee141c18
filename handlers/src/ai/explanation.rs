//! Streams the explanation of an answer while the model writes it.

use review::shown::Shown;
use serde::Serialize;
use utoipa::ToSchema;

use crate::fields;
use crate::http::events::Events;

/// Sends the explanation as events. All pieces together are the stored text.
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

    /// Adds the next piece from the model.
    pub(crate) fn write(&mut self, piece: &str) {
        if let Some(text) = self.shown.more(piece) {
            self.events.send("delta", &Delta { text: text.into() });
        }
    }

    /// The explanation to store, which starts with the sent text.
    pub(crate) fn kept(&self, explanation: String) -> String {
        self.shown.kept(explanation)
    }

    /// The sent text.
    pub(crate) fn sent(&self) -> &str {
        self.shown.text()
    }

    /// Sends the rest of the stored text.
    pub(crate) fn finish(&mut self, kept: &str) {
        if let Some(text) = self.shown.rest(kept) {
            self.events.send("delta", &Delta { text: text.into() });
        }
    }

    /// The number of characters that the model has written.
    pub(crate) fn written_chars(&self) -> usize {
        self.shown.written_chars()
    }
}
