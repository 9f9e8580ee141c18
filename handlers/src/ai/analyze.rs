//! `POST /ai/analyze`: asks the model about code in the request, without storing question, code or answer.

use std::time::Instant;

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use model::{Filename, Language, NewThread, NewThreadError, Role, ThreadKind};
use review::limits::HISTORY_MESSAGES;
use review::prompt::{Prompt, Question, Turn};
use review::selection::Selection;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::ai::explanation::{Delta, ExplanationStream};
use crate::ai::view::{AcceptedAnalysis, AnalysisPatch, Analyzed};
use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, Wrong};
use crate::fields;
use crate::http::deadline::Deadline;
use crate::http::events;
use crate::http::form::{Check, CodeForm};
use crate::openapi::errors::Failure;
use crate::state::Ctx;
use crate::threads::UncheckedLines;

/// A question with its code and lines. Without `type` it is about a block if it names lines.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewAnalysis)]
pub struct AnalysisForm {
    filename: fields::NewFilename,
    code_content: fields::CodeContent,
    language_override: Option<fields::LanguageToSet>,
    question: fields::NewContent,
    #[serde(rename = "type")]
    kind: Option<fields::ThreadKind>,
    start_line: Option<fields::LineToSelect>,
    end_line: Option<fields::LineToSelect>,
    selected_text: Option<fields::TextToSelect>,
    #[serde(default)]
    #[schema(max_items = 10)]
    history: Vec<SaidForm>,
}

const _: () = assert!(HISTORY_MESSAGES == 10, "the schema of `history` names the limit");

/// An earlier message of the conversation.
#[derive(Deserialize, ToSchema)]
#[schema(as = Said)]
struct SaidForm {
    role: fields::Role,
    content: fields::Content,
}

/// A checked question.
pub struct Asked {
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
#[expect(dead_code, reason = "it names the schemas of the events, which are sent one by one")]
enum AnalysisEvent {
    /// First: the part of the code in the prompt.
    Accepted(AcceptedAnalysis),
    /// Any number of times: a piece of the explanation.
    Delta(Delta),
    /// The patch, if there is one.
    Patch(AnalysisPatch),
    /// Last: the whole analysis.
    Done(Analyzed),
    /// Last, on failure.
    Error(Failure),
}

/// Asks the model. 200 with its analysis. The cost is added to the user's usage.
#[utoipa::path(
    post,
    path = "/ai/analyze",
    summary = "Ask the model about code that is not stored",
    description = "Works like a question in a thread, on the code of this request. Only the cost is stored. A request \
                   with an invalid form counts as a question too.\n\n\
                   With `Accept: text/event-stream` the analysis is streamed as server-sent events: first `accepted`; \
                   then `delta` with `text`, a piece of the explanation; `patch`, if there is one; and last `done` \
                   with the whole analysis, or `error` with the usual error.",
    request_body = AnalysisForm,
    responses((status = 200, description = "The analysis; or a stream of events.",
               content((Analyzed = "application/json"), (AnalysisEvent = "text/event-stream")))),
)]
pub async fn analyze(
    ctx: Ctx,
    caller: Caller,
    Deadline(deadline): Deadline,
    headers: HeaderMap,
    CodeForm { checked: asked, memory }: CodeForm<AnalysisForm>,
) -> ApiResult<Response> {
    // Only the parsing needs a multiple of the text, and the model takes long.
    drop(memory);
    let prompt = asked.prompt(&ctx, caller)?;
    ctx.count_ai_day(caller.user_id).await?;
    if !events::are_wanted(&headers) {
        let analyzed = analyzed(&ctx, caller, &prompt, &asked.code, deadline, None).await?;
        return Ok(Json(analyzed).into_response());
    }
    let ctx = ctx.clone();
    Ok(events::answer(&ctx.clone(), |events| async move {
        events.send("accepted", &AcceptedAnalysis::of(&prompt));
        let mut stream = ExplanationStream::new(events.clone());
        let analyzed = analyzed(&ctx, caller, &prompt, &asked.code, deadline, Some(&mut stream)).await?;
        stream.finish(analyzed.explanation());
        if let Some(patch) = analyzed.patch() {
            events.send("patch", patch);
        }
        events.send("done", &analyzed);
        Ok(())
    }))
}

async fn analyzed(
    ctx: &Ctx,
    caller: Caller,
    prompt: &Prompt,
    code: &str,
    deadline: Instant,
    stream: Option<&mut ExplanationStream>,
) -> ApiResult<Analyzed> {
    let analysis = ctx.review(caller.user_id, prompt, code, deadline, stream).await?;
    ctx.pay(caller.user_id, analysis.usage, deadline).await;
    Ok(analysis.into())
}

impl Check for AnalysisForm {
    type Checked = Asked;

    fn check(self, wrong: &mut Wrong) -> Option<Asked> {
        let filename = wrong.take(self.filename.parse());
        let code = wrong.take(self.code_content.parse());
        let language = self.language_override.and_then(|name| wrong.take(name.parse()));
        let question = wrong.take(self.question.parse("question"));
        let history = self.history;
        check_history(&history, wrong);
        let names_lines = self.start_line.is_some() || self.end_line.is_some() || self.selected_text.is_some();
        let default_kind = if names_lines { ThreadKind::Block } else { ThreadKind::File };
        let lines = UncheckedLines {
            kind: self.kind.map_or(default_kind, |kind| kind.0),
            start_line: self.start_line.map(|line| line.0),
            end_line: self.end_line.map(|line| line.0),
            selected_text: self.selected_text.map(|text| text.0),
        };
        let selected = lines.check(wrong);
        let (filename, code) = (filename?, code?);
        // The lines of invalid code cannot be checked.
        let selected = selected.filter(|_| !wrong.is_at("code_content"))?;
        let selected = wrong.take(kept(&selected, &code))?;
        let language = language.unwrap_or_else(|| Language::detect(filename.as_str(), &code));
        Some(Asked { filename, language, code, selected, history, question: question? })
    }
}

/// Checks the length of the user's messages. Answers of the model are limited only by the token limit.
fn check_history(history: &[SaidForm], wrong: &mut Wrong) {
    if history.len() > HISTORY_MESSAGES as usize {
        let message = format!("Only the last {HISTORY_MESSAGES} messages of a conversation can be sent.");
        wrong.note(ApiError::invalid("history", message));
        return;
    }
    for (at, said) in history.iter().enumerate().filter(|(_, said)| said.role.0 == Role::User) {
        wrong.take(said.content.check(format!("history[{at}].content")));
    }
}

/// The lines of the question, checked like those of a thread. A block without text gets the text of its lines.
fn kept(selected: &NewThread, code: &str) -> ApiResult<NewThread> {
    let selected = selected.kept_in(code)?;
    model::selection_status(code, &selected).ok_or(NewThreadError::OutsideTheCode)?;
    Ok(selected)
}

impl Asked {
    fn prompt(&self, ctx: &Ctx, caller: Caller) -> ApiResult<Prompt> {
        let fence = ctx.app.fence_of_code(caller.user_id, &self.code);
        let history: Vec<Turn<'_>> =
            self.history.iter().map(|said| Turn { role: said.role.0.into(), text: &said.content.0 }).collect();
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
