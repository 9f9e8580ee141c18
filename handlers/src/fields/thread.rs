//! The fields of threads: their lines, the selected text and the last message.

use uuid::Uuid;

use super::{THREAD_UUID_EXAMPLE, UUID, UUID_EXAMPLE, client_uuid, matching, number, one_of, text};
use crate::limits::SELECTED_TEXT_BYTES;

text_fields! {
    /// The thread's id, which carries its session's.
    ThreadId(model::ThreadId) = matching(&format!("{UUID}\\.{UUID}"), format!("{UUID_EXAMPLE}.{THREAD_UUID_EXAMPLE}"));
}

request_fields! {
    /// Whether the thread is about some lines or about the whole file.
    ThreadKind(model::ThreadKind) = one_of([model::ThreadKind::Block, model::ThreadKind::File].map(model::ThreadKind::as_str));
    /// The first line, counted from 1.
    StartLine(u32) = number(1, 33);
    /// The last line, itself included.
    EndLine(u32) = number(1, 35);
    /// The text as it was selected, at most 64 KiB: part of a line or whole lines.
    SelectedText(String) = text("if best == None:");
    /// Counted from 1. Needed for a `block`.
    LineToSelect(u32) = number(1, 1);
    /// The selected text, which begins in the first line and ends in the last, at most 64 KiB. Without it, it is that of
    /// the lines.
    TextToSelect(String) = text("fn main() {}");
    /// A UUID of the client's own, the same whenever it sends this selection again: one thread is opened. It is
    /// remembered for a day.
    ClientThreadId(Uuid) = client_uuid();
}

answer_fields! {
    /// Whether the selected text stands at the lines, or only probably stood there.
    AnchorStatus(model::AnchorStatus) =
        one_of([model::AnchorStatus::Stable, model::AnchorStatus::Approximate].map(model::AnchorStatus::as_str));
    /// Messages that were stored in it: questions, notes and answers.
    MessageCount(u32) = number(0, 2);
    /// How the message begins: at most 120 characters in one line.
    Excerpt(String) = text("Is this comparison right?");
}

const _: () = assert!(SELECTED_TEXT_BYTES == 64 * 1024, "the descriptions of selected texts name the limit");
