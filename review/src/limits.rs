//! The limits of a review, each in one place. Those of requests are in `handlers::limits`.

use std::time::Duration;

/// The most code a session holds, in bytes of UTF-8.
pub const CODE_BYTES: usize = 5 * 1024 * 1024;
/// The longest question or note, in characters.
pub const MESSAGE_CHARS: usize = 5_000;

/// Below this estimate the model sees the whole file.
pub const FULL_CONTEXT_TOKENS: usize = 80_000;
/// Above this estimate the model is not asked at all.
pub const MAX_INPUT_TOKENS: usize = 100_000;
/// Lines shown before and after a selection when the file is too large to be shown whole: the first that fit.
pub const CONTEXT_LINES: [usize; 4] = [50, 25, 10, 0];
/// Messages of a thread's history that the model sees.
pub const HISTORY_MESSAGES: usize = 10;
/// Characters of a thread's history that the model sees.
pub const HISTORY_CHARS: usize = 20_000;
/// How much of an explanation is shown while it is written. A longer one may have to be cut to fit into an item; its
/// rest is shown when it is known.
pub const SHOWN_BYTES: usize = 256 * 1024;
/// How long the lines of two versions are compared when anchors move.
pub const DIFF_DEADLINE: Duration = Duration::from_millis(250);
