//! `POST /ai/analyze`: the same analysis as asking in a thread, on code sent with the request. Nothing of it is stored.

use std::time::Instant;

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use model::{Filename, Language, NewThread, NewThreadError, Role, ThreadKind};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::ai::telling::{Delta, Telling};
use crate::ai::view::{AcceptedAnalysis, AnalysisPatch, Analyzed};
use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::form;
use crate::http::body::CodeBody;
use crate::http::deadline::Deadline;
use crate::http::events;
use crate::limits::{CODE_BYTES, HISTORY_MESSAGES};
use crate::openapi::{Failure, fields};
use crate::review::lines::Selection;
use crate::review::prompt::{Prompt, Question, Turn};
use crate::state::Ctx;
use crate::threads::{self, ThreadForm};

/// The question as it is sent, with all that a thread would know. Without `type` it is about a block if it names lines.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewAnalysis)]
pub struct AnalysisForm {
    #[schema(schema_with = fields::new_filename)]
    filename: String,
    #[schema(schema_with = fields::code_content)]
    code_content: String,
    #[schema(schema_with = fields::language_to_set)]
    language_override: Option<String>,
    #[schema(schema_with = fields::new_content)]
    question: String,
    #[serde(rename = "type")]
    #[schema(schema_with = fields::kind_to_select)]
    kind: Option<ThreadKind>,
    #[schema(schema_with = fields::line_to_select)]
    start_line: Option<u32>,
    #[schema(schema_with = fields::line_to_select)]
    end_line: Option<u32>,
    #[schema(schema_with = fields::text_to_select)]
    selected_text: Option<String>,
    #[serde(default)]
    #[schema(max_items = 10)]
    history: Vec<SaidForm>,
}

/// A message of the conversation so far.
#[derive(Deserialize, ToSchema)]
#[schema(as = Said)]
struct SaidForm {
    #[schema(schema_with = fields::role)]
    role: Role,
    #[schema(schema_with = fields::content)]
    content: String,
}

/// A question whose fields were checked.
struct Asked {
    filename: Filename,
    language: Language,
    code: String,
    selected: NewThread,
    history: Vec<SaidForm>,
    question: String,
}

/// An event of the stream: its name, and its data.
#[derive(ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
#[expect(dead_code, reason = "it names the schemas of the events, which are told one by one")]
enum AnalysisEvent {
    /// At once: how much of the code the model is shown.
    Accepted(AcceptedAnalysis),
    /// Any number of times: a piece of the explanation.
    Delta(Delta),
    /// The patch, if there is one.
    Patch(AnalysisPatch),
    /// Last: all of the analysis.
    Done(Analyzed),
    /// Last, when it failed.
    Error(Failure),
}

/// Asks the model. 200 with its analysis; what it cost is added to the user's day.
#[utoipa::path(
    post,
    path = "/ai/analyze",
    summary = "Ask the model about code that is not kept",
    description = "The same analysis as asking in a thread, on the code of this request. Nothing of it is stored but what it cost. With \
                   `Accept: text/event-stream` it comes while it is written, as server-sent events: `accepted` at once, `delta` with \
                   `text`, a piece of the explanation; `patch`, if there is one; and last `done` with all of it, or `error` with the usual error.",
    request_body = AnalysisForm,
    responses((status = 200, description = "What the model says; or a stream of events.",
               content((Analyzed = "application/json"), (AnalysisEvent = "text/event-stream")))),
)]
pub async fn analyze(
    ctx: Ctx,
    caller: Caller,
    Deadline(deadline): Deadline,
    headers: HeaderMap,
    CodeBody { 0: form }: CodeBody<AnalysisForm>,
) -> ApiResult<Response> {
    let asked = form.check()?;
    let prompt = asked.prompt(&ctx, caller)?;
    ctx.count_ai_day(caller.user_id).await?;
    if !events::are_wanted(&headers) {
        let analyzed = analyzed(&ctx, caller, &prompt, &asked.code, deadline, None).await?;
        return Ok(Json(analyzed).into_response());
    }
    let ctx = ctx.clone();
    Ok(events::answer(&ctx.clone(), |events| async move {
        events.tell("accepted", &AcceptedAnalysis::of(&prompt));
        let mut telling = Telling::new(events.clone());
        let analyzed = analyzed(&ctx, caller, &prompt, &asked.code, deadline, Some(&mut telling)).await?;
        telling.rest(analyzed.explanation());
        if let Some(patch) = analyzed.patch() {
            events.tell("patch", patch);
        }
        events.tell("done", &analyzed);
        Ok(())
    }))
}

async fn analyzed(
    ctx: &Ctx,
    caller: Caller,
    prompt: &Prompt,
    code: &str,
    deadline: Instant,
    telling: Option<&mut Telling>,
) -> ApiResult<Analyzed> {
    let analysis = ctx.review(caller.user_id, prompt, code, deadline, telling).await?;
    ctx.pay(caller.user_id, analysis.usage, deadline).await;
    Ok(analysis.into())
}

impl AnalysisForm {
    fn check(self) -> ApiResult<Asked> {
        let filename = form::filename(&self.filename)?;
        if self.code_content.len() > CODE_BYTES {
            return Err(ApiError::new(ErrorCode::FileTooLarge).at("code_content"));
        }
        let language = self.language_override.as_deref().map(form::language_override).transpose()?;
        let detect = || Language::detect(filename.as_str(), &self.code_content);
        let language = language.unwrap_or_else(detect);
        form::message("question", &self.question)?;
        check_history(&self.history)?;
        let selected = selection(self.kind, self.start_line, self.end_line, self.selected_text, &self.code_content)?;
        let Self { code_content: code, history, question, .. } = self;
        Ok(Asked { filename, language, code, selected, history, question })
    }
}

/// What a person said is as long as a message can be. What the model said is as long as it is, up to the token limit.
fn check_history(history: &[SaidForm]) -> ApiResult<()> {
    if history.len() > HISTORY_MESSAGES {
        return Err(ApiError::invalid("history", "Only the last 10 messages of a conversation can be sent."));
    }
    for (at, said) in history.iter().enumerate().filter(|(_, said)| said.role == Role::User) {
        form::message(format!("history[{at}].content"), &said.content)?;
    }
    Ok(())
}

/// The lines that the question is about, checked as those of a thread are. The text of a block that came without it is
/// that of its lines.
fn selection(
    kind: Option<ThreadKind>,
    start_line: Option<u32>,
    end_line: Option<u32>,
    selected_text: Option<String>,
    code: &str,
) -> ApiResult<NewThread> {
    let is_block = start_line.is_some() || end_line.is_some() || selected_text.is_some();
    let kind = kind.unwrap_or(if is_block { ThreadKind::Block } else { ThreadKind::File });
    let selected =
        ThreadForm { kind, start_line, end_line, selected_text, client_thread_id: None }.check()?.kept_in(code)?;
    threads::locate(code, &selected).ok_or(NewThreadError::OutsideTheCode)?;
    Ok(selected)
}

impl Asked {
    fn prompt(&self, ctx: &Ctx, caller: Caller) -> ApiResult<Prompt> {
        let fence = ctx.app.fence_of_code(caller.user_id, &self.code);
        let history: Vec<Turn<'_>> =
            self.history.iter().map(|said| Turn { role: said.role, text: &said.content }).collect();
        Ok(Prompt::build(&fence, &self.question(&history))?)
    }

    fn question<'a>(&'a self, history: &'a [Turn<'a>]) -> Question<'a> {
        let selected = &self.selected;
        let selection = (selected.kind == ThreadKind::Block).then_some(Selection {
            start_line: selected.start_line,
            end_line: selected.end_line,
            text: &selected.selected_text,
        });
        Question {
            language: self.language.name(),
            filename: self.filename.as_str(),
            code: &self.code,
            selection,
            history,
            text: &self.question,
        }
    }
}
