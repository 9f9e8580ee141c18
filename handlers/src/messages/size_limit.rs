//! Fits an answer into one item of the table: removes its suggested code, then its patch, then the end of its
//! explanation.

use model::{Message, NewAnswer};
use review::shown::extended;

const CODE_LEFT_OUT: &str = "The suggested code is too long to be stored.";
const PATCH_LEFT_OUT: &str = "It is too long to be stored.";
const CUT: &str = "The explanation is too long to be stored; its end is missing.";

/// Removes parts of the answer until it fits. The part of the explanation that was already sent, at most
/// [`SHOWN_BYTES`](review::limits::SHOWN_BYTES), always fits.
pub(super) fn fitted(mut answer: NewAnswer, question: &Message, sent: &str) -> NewAnswer {
    if answer.excess_bytes(question) == 0 {
        return answer;
    }
    if answer.suggested_code.take().is_some() {
        answer.warnings.push(CODE_LEFT_OUT.to_owned());
        if answer.excess_bytes(question) == 0 {
            return answer;
        }
    }
    if answer.patch.take().is_some() {
        answer.patch_status = None;
        answer.patch_withheld = Some(PATCH_LEFT_OUT.to_owned());
    }
    if answer.excess_bytes(question) > 0 {
        answer.warnings.push(CUT.to_owned());
        cut(&mut answer, question, sent);
    }
    answer
}

/// Cuts the explanation after the part that was sent. Text that was inside a code block may become markup when the end
/// of the block is cut, so the rest is cleaned again, which can lengthen it.
fn cut(answer: &mut NewAnswer, question: &Message, sent: &str) {
    loop {
        let excess = answer.excess_bytes(question);
        if excess == 0 {
            return;
        }
        let kept = answer.content.floor_char_boundary(answer.content.len().saturating_sub(excess)).max(sent.len());
        answer.content = extended(sent, &answer.content[sent.len()..kept]);
        if kept == sent.len() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ContextMode, MessageRequired, Patch, PatchStatus, ReplyState, Role};
    use review::limits::SHOWN_BYTES;
    use review::markdown::cleaned;

    const LIMIT: usize = 400 * 1024;

    fn question() -> Message {
        let id = "01a05c0d-bf80-7185-8426-38e3974fd9b8";
        let (session_id, thread) = (id.parse().expect("an id"), id.parse().expect("an id"));
        let required = MessageRequired {
            session_id,
            thread,
            seq: 1,
            user_id: id.parse().expect("an id"),
            role: Role::User,
            content: "why?".to_owned(),
            created_at: model::Timestamp::EPOCH,
        };
        Message { reply_state: Some(ReplyState::Pending), ..required.into() }
    }

    /// An answer whose parts have these many bytes.
    fn answer(content: usize, suggested_code: usize, replacement: usize) -> NewAnswer {
        let patch = Patch {
            start_line: 1,
            end_line: 1,
            original: String::new(),
            replacement: "é".repeat(replacement / 2),
            base_version: model::SessionVersion::new(1),
            anchor_line: None,
        };
        NewAnswer {
            content: "é".repeat(content / 2),
            context_mode: ContextMode::Full,
            context_lines: (1, 1),
            history_truncated: false,
            warnings: Vec::new(),
            confidence: None,
            suggested_code: Some("x".repeat(suggested_code)),
            patch: Some(patch),
            patch_status: Some(PatchStatus::Verified),
            patch_withheld: None,
            model_id: "m".to_owned(),
            input_tokens: 1,
            cache_read_tokens: 0,
            cache_write_tokens: 0,
            output_tokens: 1,
            cost_micros: 1,
        }
    }

    #[test]
    fn an_answer_within_the_limit_is_unchanged() {
        let small = answer(100_000, 100_000, 190_000);
        assert_eq!(fitted(small.clone(), &question(), ""), small);
    }

    #[test]
    fn a_large_answer_loses_its_code_then_its_patch_then_the_end_of_its_explanation() {
        let (code, patch, cut) = (CODE_LEFT_OUT.to_owned(), PATCH_LEFT_OUT.to_owned(), CUT.to_owned());
        let without_code = fitted(answer(100_000, 200_000, 200_000), &question(), "");
        assert_eq!((without_code.suggested_code, without_code.patch_withheld), (None, None));
        assert_eq!((without_code.warnings, without_code.patch.is_some()), (vec![code.clone()], true));
        let without_patch = fitted(answer(300_000, 10, 200_000), &question(), "");
        assert_eq!((without_patch.patch, without_patch.patch_status), (None, None));
        assert_eq!((without_patch.patch_withheld, without_patch.warnings), (Some(patch), vec![code.clone()]));
        let short = fitted(answer(2 * LIMIT, 10, 10), &question(), "");
        assert_eq!((short.excess_bytes(&question()), short.warnings.clone()), (0, vec![code, cut]));
        assert!(short.content.len() > LIMIT - 2_048, "{}", short.content.len());
    }

    #[test]
    fn a_cut_code_block_contains_no_markup() {
        let markup = "<img src=x onerror=alert(1)>".repeat(LIMIT / 14);
        let content = format!("`{markup}`");
        let short = fitted(NewAnswer { content, ..answer(0, 1, 0) }, &question(), "");
        assert_eq!(short.excess_bytes(&question()), 0);
        assert_eq!(short.content, cleaned(&short.content));
    }
    #[test]
    fn a_cut_explanation_starts_with_the_part_that_was_sent() {
        let sent = format!("`{}` ", "<b> ".repeat(SHOWN_BYTES / 4 - 1));
        let content = format!("{sent}`{}`", "<img src=x onerror=alert(1)>".repeat(LIMIT / 14));
        let short = fitted(NewAnswer { content, ..answer(0, 1, 0) }, &question(), &sent);
        assert_eq!(short.excess_bytes(&question()), 0);
        assert!(short.content.starts_with(&sent) && short.content.len() > sent.len());
        assert_eq!(short.content, cleaned(&short.content));
    }
}
