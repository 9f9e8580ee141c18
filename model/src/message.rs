//! Messages: their contents, the state of a question, and the conversation so far. AP-44 to AP-46.

use crate::{
    AccessError, Confidence, ContextMode, Message, MessageRequired, Messages, Patch, PatchStatus, ReplyState, Role,
    StoreError, Thread, ThreadId, Timestamp, UserId,
};
use table_runtime::size::{MAX_ITEM_BYTES, item_bytes};

/// Room for the attributes that applying a patch adds to the answer's item, with a margin.
const ROOM_TO_APPLY: usize = 1024;
/// The maximum length of the excerpt in a thread's row, in characters.
const EXCERPT_CHARS: usize = 120;
/// The error code of a question whose run ended without storing a result, for example because its process was killed.
pub const ABANDONED: &str = "INTERNAL_ERROR";

/// The author of a thread's last message, as the thread's row stores it.
pub type LastRole = Role;
/// The state of a thread's last question, as the thread's row stores it.
pub type LastState = ReplyState;

/// The answer of a model, and its cost.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAnswer {
    /// The explanation, in Markdown.
    pub content: String,
    /// Whether the model saw the whole file.
    pub context_mode: ContextMode,
    /// The first and the last line of the file that the model saw.
    pub context_lines: (u32, u32),
    /// Whether part of the conversation was left out of the prompt because it was too long.
    pub history_truncated: bool,
    /// Notices for the user about how the answer was made, one sentence each.
    pub warnings: Vec<String>,
    /// The model's own confidence.
    pub confidence: Option<Confidence>,
    /// Code that the model suggests.
    pub suggested_code: Option<String>,
    /// A patch that was checked against the code.
    pub patch: Option<Patch>,
    /// The result of that check.
    pub patch_status: Option<PatchStatus>,
    /// Why the patch is withheld.
    pub patch_withheld: Option<String>,
    /// The model's id.
    pub model_id: String,
    /// Input tokens, without those of the prompt cache.
    pub input_tokens: u32,
    /// Tokens read from the prompt cache.
    pub cache_read_tokens: u32,
    /// Tokens written to the prompt cache.
    pub cache_write_tokens: u32,
    /// Output tokens.
    pub output_tokens: u32,
    /// Cost in millionths of a US dollar.
    pub cost_micros: i64,
}

impl NewAnswer {
    /// By how many bytes the answer to this question exceeds the maximum size of an item; 0 if it fits.
    #[must_use]
    pub fn excess_bytes(&self, question: &Message) -> usize {
        let item = self.clone().message(question, question.created_at).to_item();
        (item_bytes(&item) + ROOM_TO_APPLY).saturating_sub(MAX_ITEM_BYTES)
    }

    /// The answer to this question, with this time of creation.
    pub(crate) fn message(self, question: &Message, now: Timestamp) -> Message {
        let required = MessageRequired {
            session_id: question.session_id,
            thread: question.thread,
            seq: question.seq.saturating_add(1),
            user_id: question.user_id,
            role: Role::Ai,
            content: self.content,
            created_at: now,
        };
        Message {
            context_mode: Some(self.context_mode),
            context_first_line: Some(self.context_lines.0),
            context_last_line: Some(self.context_lines.1),
            history_truncated: self.history_truncated.then_some(true),
            warnings: Some(self.warnings).filter(|warnings| !warnings.is_empty()),
            confidence: self.confidence,
            suggested_code: self.suggested_code,
            patch: self.patch,
            patch_status: self.patch_status,
            patch_withheld: self.patch_withheld,
            model_id: Some(self.model_id),
            input_tokens: Some(self.input_tokens),
            cache_read_tokens: Some(self.cache_read_tokens).filter(|tokens| *tokens > 0),
            cache_write_tokens: Some(self.cache_write_tokens).filter(|tokens| *tokens > 0),
            output_tokens: Some(self.output_tokens),
            expires_at: question.expires_at,
            ..required.into()
        }
    }
}

impl Message {
    /// Whether a run holds this question: it has no answer yet, and the lease of its run has not ended.
    #[must_use]
    pub fn is_held(&self, now: Timestamp) -> bool {
        is_held(self.reply_state, self.lease_until, now)
    }

    /// The message as of this time. A pending question whose lease has ended is shown as failed, although the item does
    /// not say so.
    #[must_use]
    pub fn as_of(self, now: Timestamp) -> Self {
        if self.reply_state != Some(ReplyState::Pending) || self.is_held(now) {
            return self;
        }
        Self { reply_state: Some(ReplyState::Failed), reply_error: Some(ABANDONED.to_owned()), ..self }
    }

    /// The beginning of the message, in one line.
    pub(crate) fn excerpt(&self) -> String {
        let words = self.content.split_whitespace().flat_map(|word| [" ", word]).skip(1);
        words.flat_map(str::chars).take(EXCERPT_CHARS).collect()
    }
}

/// Whether a run holds a question with this state and lease.
pub(crate) fn is_held(state: Option<ReplyState>, lease_until: Option<Timestamp>, now: Timestamp) -> bool {
    state == Some(ReplyState::Pending) && lease_until.is_some_and(|until| until >= now)
}

impl Messages<'_> {
    /// The conversation so far, oldest first: the last eleven messages, excluding pending and failed questions. Ten are
    /// for the model. An eleventh means that there are older messages.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn conversation(self, id: ThreadId) -> Result<Vec<Message>, StoreError> {
        let mut last = self.store.patterns.last_messages(id.session_id, id.thread).await?;
        let now = self.store.clock().now();
        last.retain(|message| message.reply_state.is_none_or(|state| state == ReplyState::Answered));
        last.retain(|message| !message.has_expired(now));
        last.reverse();
        Ok(last)
    }

    /// The caller's thread, and a page of its messages.
    ///
    /// # Errors
    /// When the thread belongs to another user, or does not exist.
    pub async fn list(
        self,
        caller: UserId,
        id: ThreadId,
        order: crate::Order,
        page: crate::PageRequest<'_>,
    ) -> Result<(Thread, crate::Page<Message>), AccessError> {
        let (thread, messages) = futures::join!(
            self.store.threads().get(caller, id),
            self.store.patterns.list_messages(id.session_id, id.thread, order, page)
        );
        let (thread, mut page) = (thread?, messages?);
        let now = self.store.clock().now();
        page.items = page.items.into_iter().map(|message| message.as_of(now)).collect();
        Ok((thread, page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ids;

    #[test]
    fn an_answer_stores_only_what_it_has() {
        let (ids, now) = (Ids::seeded(1), Timestamp::EPOCH);
        let question = MessageRequired {
            session_id: ids.next(now),
            thread: ids.next(now),
            seq: 7,
            user_id: ids.next(now),
            role: Role::User,
            content: "Why?".to_owned(),
            created_at: now,
        };
        let answered = |tokens, warnings: &[&str]| {
            let new = NewAnswer {
                content: "So.".to_owned(),
                context_mode: ContextMode::Full,
                context_lines: (1, 3),
                history_truncated: !warnings.is_empty(),
                warnings: warnings.iter().map(|warning| (*warning).to_owned()).collect(),
                confidence: None,
                suggested_code: None,
                patch: None,
                patch_status: None,
                patch_withheld: None,
                model_id: "a model".to_owned(),
                input_tokens: 5,
                cache_read_tokens: tokens,
                cache_write_tokens: tokens,
                output_tokens: 3,
                cost_micros: 1,
            };
            new.message(&question.clone().into(), now)
        };
        let (bare, full) = (answered(0, &[]), answered(1, &["A warning."]));
        assert_eq!((bare.seq, bare.role, bare.input_tokens, bare.output_tokens), (8, Role::Ai, Some(5), Some(3)));
        assert_eq!((bare.cache_read_tokens, bare.cache_write_tokens), (None, None));
        assert_eq!((full.cache_read_tokens, full.cache_write_tokens), (Some(1), Some(1)));
        assert_eq!((bare.warnings, bare.history_truncated), (None, None));
        assert_eq!((full.warnings, full.history_truncated), (Some(vec!["A warning.".to_owned()]), Some(true)));
    }
}
