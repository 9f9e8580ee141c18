//! The selection of a thread: its lines, and the storage of its text.

use std::io::Read as _;

use flate2::bufread::GzDecoder;
use review::lines::Lines;

use crate::code::deflate;
use crate::limits::SELECTED_TEXT_BYTES;
use crate::{StoreError, Thread, ThreadKind};

/// A selection: the subject of a thread.
#[derive(Clone)]
pub struct NewThread {
    /// Lines, or the whole file.
    pub kind: ThreadKind,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, included.
    pub end_line: u32,
    /// The selected text. If it is blank, the text of the lines is used.
    pub selected_text: String,
}

/// Longer texts are stored as gzip. Shorter texts gain little from it, and stay readable in the table.
const PLAIN_BYTES: usize = 1024;

/// The selected text is longer than [`SELECTED_TEXT_BYTES`], and is not the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the selection is longer than {SELECTED_TEXT_BYTES} bytes")]
pub struct SelectionTooLong;

impl NewThread {
    /// The selection as it is stored for this code. A selection of the whole file has no lines and no text. A blank
    /// selection, for example a cursor position, gets the text of its lines. If all of a file is selected and is too
    /// long, it becomes a selection of the whole file. Lines that the code does not have are unchanged.
    ///
    /// # Errors
    /// When the selected text is too long.
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
    /// The thread as stored: a long selected text is compressed.
    pub(crate) fn packed(mut self) -> Self {
        if self.selected_text.len() > PLAIN_BYTES {
            self.selected_gzip = Some(deflate(self.selected_text.as_bytes()));
            self.selected_text = String::new();
        }
        self
    }

    /// The thread with its selected text decompressed.
    ///
    /// # Errors
    /// When the gzip is damaged.
    pub(crate) fn unpacked(mut self) -> Result<Self, StoreError> {
        let Some(gzip) = self.selected_gzip.take() else { return Ok(self) };
        // One extra byte detects a text that is too long, and makes the decoder check the end of the gzip.
        let mut limited = GzDecoder::new(&*gzip).take(SELECTED_TEXT_BYTES as u64 + 1);
        let is_whole = limited.read_to_string(&mut self.selected_text).is_ok_and(|read| read <= SELECTED_TEXT_BYTES);
        if is_whole {
            return Ok(self);
        }
        let reason = "its selected text is not one whole gzip".to_owned();
        Err(StoreError::Corrupt { pattern: "AP-32", entity: "thread", reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ids, ThreadRequired, Timestamp};

    fn thread(selected_text: String) -> Thread {
        let (ids, now) = (Ids::seeded(1), Timestamp::EPOCH);
        let required = ThreadRequired {
            session_id: ids.next(now),
            thread: ids.next(now),
            user_id: ids.next(now),
            kind: ThreadKind::Block,
            selected_text,
            moves: 0,
            message_slots: 0,
            created_at: now,
            updated_at: now,
        };
        required.into()
    }

    #[test]
    fn a_selected_text_is_compressed_if_it_is_long() {
        for (bytes, is_compressed) in [(0, false), (PLAIN_BYTES, false), (PLAIN_BYTES + 1, true)] {
            let text = "a".repeat(bytes);
            let packed = thread(text.clone()).packed();
            assert_eq!(packed.selected_gzip.is_some(), is_compressed, "{bytes}");
            assert_eq!(packed.unpacked().expect("it is whole").selected_text, text, "{bytes}");
        }
    }

    #[test]
    fn a_damaged_or_too_long_gzip_is_refused() {
        let with = |gzip: Vec<u8>| Thread { selected_gzip: Some(gzip), ..thread(String::new()) }.unpacked().is_ok();
        let gzip = |bytes: usize| deflate("a".repeat(bytes).as_bytes());
        assert!(with(gzip(SELECTED_TEXT_BYTES)) && !with(gzip(SELECTED_TEXT_BYTES + 1)));
        let mut cut = gzip(SELECTED_TEXT_BYTES);
        cut.truncate(cut.len() - 1);
        assert!(!with(cut), "the end of the gzip is checked");
    }
}
