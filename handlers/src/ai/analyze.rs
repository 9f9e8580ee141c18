//! `POST /ai/analyze`: the same analysis as asking in a thread, on code sent with the request. Nothing of it is stored.

use axum::Json;
use model::{Filename, Language, NewThread, NewThreadError, Role, ThreadKind};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::ai::view::Analyzed;
use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::form;
use crate::http::body::CodeBody;
use crate::http::deadline::Deadline;
use crate::limits::{CODE_BYTES, HISTORY_MESSAGES};
use crate::openapi::fields;
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

/// Asks the model. 200 with its analysis; what it cost is added to the user's day.
#[utoipa::path(
    post,
    path = "/ai/analyze",
    summary = "Ask the model about code that is not kept",
    description = "The same analysis as asking in a thread, on the code of this request. Nothing of it is stored but what it cost.",
    request_body = AnalysisForm,
    responses((status = 200, description = "What the model says.", body = Analyzed)),
)]
pub async fn analyze(
    ctx: Ctx,
    caller: Caller,
    Deadline(deadline): Deadline,
    CodeBody { 0: form }: CodeBody<AnalysisForm>,
) -> ApiResult<Json<Analyzed>> {
    let asked = form.check()?;
    let fence = ctx.app.fence_of_code(caller.user_id, &asked.code);
    let history: Vec<Turn<'_>> =
        asked.history.iter().map(|said| Turn { role: said.role, text: &said.content }).collect();
    let prompt = Prompt::build(&fence, &asked.question(&history))?;
    ctx.count_ai_day(caller.user_id).await?;
    let analysis = ctx.review(caller.user_id, &prompt, &asked.code, deadline, None).await?;
    ctx.pay(caller.user_id, analysis.usage, deadline).await;
    Ok(Json(analysis.into()))
}

impl AnalysisForm {
    fn check(self) -> ApiResult<Asked> {
        let filename = form::filename(&self.filename)?;
        if self.code_content.len() > CODE_BYTES {
            return Err(ApiError::new(ErrorCode::FileTooLarge).at("code_content"));
        }
        let language = self.language_override.as_deref().map(form::language_override).transpose()?;
        let detect = || Language::detect(filename.as_str(), self.code_content.lines().next().unwrap_or_default());
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
