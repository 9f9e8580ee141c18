//! The fields of threads: their lines, the selected text and the last message.

use uuid::Uuid;

use super::{THREAD_UUID_EXAMPLE, UUID, UUID_EXAMPLE, client_uuid, matching, number, one_of, text};
use model::limits::SELECTED_TEXT_BYTES;

text_fields! {
    /// The thread's id, which contains the session's id.
    ThreadId(model::ThreadId) = matching(&format!("{UUID}\\.{UUID}"), format!("{UUID_EXAMPLE}.{THREAD_UUID_EXAMPLE}"));
}

request_fields! {
    /// Whether the thread is about some lines or about the whole file.
    ThreadKind(model::ThreadKind) =
        one_of([model::ThreadKind::Block, model::ThreadKind::File].map(model::ThreadKind::as_str));
    /// The first line, counted from 1.
    StartLine(u32) = number(1, 33);
    /// The last line, inclusive.
    EndLine(u32) = number(1, 35);
    /// The selected text, at most 64 KiB: part of a line or whole lines.
    SelectedText(String) = text("if best == None:");
    /// Counted from 1. Required for a `block`.
    LineToSelect(u32) = number(1, 1);
    /// The selected text, from the first line to the last, at most 64 KiB. The text of the lines by default.
    TextToSelect(String) = text("fn main() {}");
    /// A UUID from the client. Repeated requests with the same UUID open one thread. It is stored for a day.
    ClientThreadId(Uuid) = client_uuid();
}

answer_fields! {
    /// Whether the selected text is at these lines (`stable`) or probably was (`approximate`).
    AnchorStatus(model::AnchorStatus) =
        one_of([model::AnchorStatus::Stable, model::AnchorStatus::Approximate].map(model::AnchorStatus::as_str));
    /// The number of stored messages: questions, notes and answers.
    MessageCount(u32) = number(0, 2);
    /// The start of the message: at most 120 characters in one line.
    Excerpt(String) = text("Is this comparison right?");
}

const _: () = assert!(SELECTED_TEXT_BYTES == 64 * 1024, "the descriptions of selected texts name the limit");
