//! An explanation, told while it is written.

use serde::Serialize;
use utoipa::ToSchema;

use crate::http::events::Events;
use crate::openapi::talk;
use crate::review::shown::Shown;

/// Tells what a model writes, as events. The pieces together are the text that is kept.
pub(crate) struct Telling {
    events: Events,
    shown: Shown,
}

/// A piece of the explanation.
#[derive(Serialize, ToSchema)]
pub(crate) struct Delta {
    #[schema(schema_with = talk::delta)]
    text: String,
}

impl Telling {
    pub(crate) fn new(events: Events) -> Self {
        Self { events, shown: Shown::default() }
    }

    /// The model has written this much more.
    pub(crate) fn piece(&mut self, piece: &str) {
        if let Some(text) = self.shown.more(piece) {
            self.events.tell("delta", &Delta { text });
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
            self.events.tell("delta", &Delta { text });
        }
    }

    /// How many characters the model has written.
    pub(crate) fn written_chars(&self) -> usize {
        self.shown.written_chars()
    }
}
