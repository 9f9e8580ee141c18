//! Asks the model a question: records its cost, and checks its patch against the code.

use std::time::Instant;

use bedrock::{Reviewed, Usage};
use model::limits::{SETTLING, STORING};
use model::{AddUsage, UserId};
use review::answer::Confidence;
use review::hidden;
use review::patch::{Doubt, Patch, PatchStatus, Withheld};
use review::prompt::{ContextMode, Prompt};

use crate::ai::explanation::ExplanationStream;
use crate::error::{ApiResult, to_api_error};
use crate::http::trace;
use crate::state::Ctx;

/// A checked answer of the model. It has a patch only if the patch applies to the code of the prompt.
pub(crate) struct Analysis {
    pub(crate) explanation: String,
    pub(crate) suggested_code: Option<String>,
    pub(crate) patch: Option<Patch>,
    /// The reason why its patch is withheld.
    pub(crate) patch_withheld: Option<String>,
    pub(crate) patch_status: Option<PatchStatus>,
    pub(crate) context_mode: ContextMode,
    /// The first and the last line that the model saw.
    pub(crate) context_lines: (u32, u32),
    pub(crate) history_truncated: bool,
    pub(crate) warnings: Vec<String>,
    pub(crate) confidence: Option<Confidence>,
    pub(crate) usage: Usage,
    pub(crate) model_id: String,
}

impl Ctx {
    /// Asks the model about this code, with a smaller prompt if the first one is too long. The caller stores the cost
    /// of an answer. The cost of a failure is added to the user's usage here. `stream` gets the start of the
    /// explanation.
    pub(crate) async fn review(
        &self,
        user_id: UserId,
        prompt: &Prompt,
        code: &str,
        deadline: Instant,
        mut stream: Option<&mut ExplanationStream>,
    ) -> ApiResult<Analysis> {
        let (smaller, model) = (prompt.smaller(), self.app.reviewer()?);
        let asked = match stream.as_deref_mut() {
            None => model.ask(prompt, smaller, deadline).await,
            Some(stream) => {
                let mut pass_on = |text: &str| stream.write(text);
                model.ask_streaming(prompt, smaller, deadline, &mut pass_on).await
            }
        };
        match asked {
            Ok(mut reviewed) => {
                if let Some(stream) = stream {
                    reviewed.answer.explanation = stream.kept(reviewed.answer.explanation);
                }
                trace::spent(reviewed.usage);
                let sent = smaller.filter(|_| reviewed.smaller).unwrap_or(prompt);
                Ok(Analysis::of(reviewed, sent, code))
            }
            Err(error) => {
                let usage = error.usage();
                if usage != Usage::default() {
                    trace::spent(usage);
                    self.pay(user_id, usage, deadline).await;
                }
                Err(to_api_error(error, self.store.clock().now()))
            }
        }
    }

    /// Adds to the user's usage of today, in a separate task, and waits for it until the deadline. If it fails for
    /// [`SETTLING`], the missing cost is logged. The answer is still returned: withholding it would make the client ask
    /// and pay again.
    pub(crate) async fn pay(&self, user_id: UserId, usage: Usage, deadline: Instant) {
        let until = deadline.max(Instant::now()) + STORING;
        let store = self.store.until(Instant::now() + SETTLING);
        let (input_tokens, output_tokens) = (usage.input_tokens, usage.output_tokens);
        let paying = tokio::spawn(trace::carried(async move {
            let added = store.usage().add(AddUsage {
                user_id,
                date: store.clock().now().date(),
                input_tokens: input_tokens.into(),
                cache_read_tokens: usage.cache_read_tokens.into(),
                cache_write_tokens: usage.cache_write_tokens.into(),
                output_tokens: output_tokens.into(),
                cost_micros: usage.cost_micros,
            });
            if let Err(error) = added.await {
                let cost_micros = usage.cost_micros;
                tracing::error!(
                    %error,
                    input_tokens,
                    output_tokens,
                    cost_micros,
                    "A cost is missing from the user's usage"
                );
            }
        }));
        if tokio::time::timeout_at(until.into(), paying).await.is_err() {
            tracing::warn!("A cost is not yet in the user's usage");
        }
    }
}

impl Analysis {
    fn of(reviewed: Reviewed, prompt: &Prompt, code: &str) -> Self {
        let Reviewed { answer, usage, model_id, .. } = reviewed;
        let check = |patch| hidden::restored(patch, code).check(code, prompt.context_lines);
        let patch = answer.patch.map(|patch| patch.map_err(Withheld::Unreadable).and_then(check));
        let (checked, patch_withheld) = match patch {
            None => (None, None),
            Some(Ok(checked)) => (Some(checked), None),
            Some(Err(reason)) => (None, Some(reason.to_string())),
        };
        let doubt = checked.as_ref().and_then(|checked| checked.doubt);
        let doubted = doubt.and_then(Doubt::warning).map(str::to_owned);
        let hidden = checked.as_ref().and_then(|checked| hidden::warning_about_patch(&checked.patch));
        Self {
            explanation: answer.explanation,
            suggested_code: answer.suggested_code,
            patch_status: checked.as_ref().map(|checked| checked.status),
            patch: checked.map(|checked| checked.patch),
            patch_withheld,
            context_mode: prompt.context_mode,
            context_lines: prompt.context_lines,
            history_truncated: prompt.history_truncated,
            warnings: prompt.warnings.iter().cloned().chain(answer.warnings).chain(hidden).chain(doubted).collect(),
            confidence: if doubt.is_some() { Some(Confidence::Low) } else { answer.confidence },
            usage,
            model_id,
        }
    }
}
