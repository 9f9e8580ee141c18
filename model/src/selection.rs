//! The selection of a thread: its lines, and how its text is kept.

use std::io::Read as _;

use flate2::bufread::GzDecoder;
use review::lines::Lines;

use crate::code::deflate;
use crate::limits::SELECTED_TEXT_BYTES;
use crate::{StoreError, Thread, ThreadKind};

/// Lines to talk about.
#[derive(Clone)]
pub struct NewThread {
    /// On some lines, or on the whole file.
    pub kind: ThreadKind,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, included.
    pub end_line: u32,
    /// The text as it was selected; the text of the lines if it is blank.
    pub selected_text: String,
}

/// A longer one is kept as gzip. A shorter one gains nothing, and can be read in the table.
const PLAIN_BYTES: usize = 1024;

/// The selected text is longer than [`SELECTED_TEXT_BYTES`], and not the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the selection is longer than {SELECTED_TEXT_BYTES} bytes")]
pub struct SelectionTooLong;

impl NewThread {
    /// The thread as it is kept in this code. One on the whole file has no lines and no text of its own. A selection of nothing but
    /// white space, a cursor for instance, is of its lines: their text is what is selected. All of a file that is longer than a
    /// selection can be is a thread on the whole file. Lines that the code does not have are left alone.
    ///
    /// # Errors
    /// When the selected text is too long to be kept.
    pub fn kept_in(&self, code: &str) -> Result<Self, SelectionTooLong> {
        if self.kind == ThreadKind::File {
            return Ok(Self::on_the_file());
        }
        let lines = Lines::of(code);
        let at = |line: u32| usize::try_from(line).unwrap_or(usize::MAX);
        let (first, last) = (at(self.start_line), at(self.end_line));
        if !lines.has(first, last) {
            return Ok(self.clone());
        }
        let is_blank = self.selected_text.trim().is_empty();
        let selected = if is_blank { lines.text(first, last) } else { &self.selected_text };
        if selected.len() <= SELECTED_TEXT_BYTES {
            return Ok(Self { selected_text: selected.to_owned(), ..*self });
        }
        let is_all = first == 1 && last >= lines.written();
        if is_all { Ok(Self::on_the_file()) } else { Err(SelectionTooLong) }
    }

    const fn on_the_file() -> Self {
        Self { kind: ThreadKind::File, start_line: 1, end_line: 1, selected_text: String::new() }
    }
}

impl Thread {
    /// As it is stored: a long selected text as gzip.
    pub(crate) fn packed(mut self) -> Self {
        if self.selected_text.len() > PLAIN_BYTES {
            self.selected_gzip = Some(deflate(self.selected_text.as_bytes()));
            self.selected_text = String::new();
        }
        self
    }

    /// With its selected text as it was.
    ///
    /// # Errors
    /// When the gzip is damaged.
    pub(crate) fn unpacked(mut self) -> Result<Self, StoreError> {
        let Some(gzip) = self.selected_gzip.take() else { return Ok(self) };
        // One byte more than there may be, so that too long is seen and the end of the gzip is checked.
        let mut limited = GzDecoder::new(&*gzip).take(SELECTED_TEXT_BYTES as u64 + 1);
        let is_whole = limited.read_to_string(&mut self.selected_text).is_ok_and(|read| read <= SELECTED_TEXT_BYTES);
        if is_whole {
            return Ok(self);
        }
        let reason = "its selected text is not one whole gzip".to_owned();
        Err(StoreError::Corrupt { pattern: "AP-32", entity: "thread", reason })
    }
}
