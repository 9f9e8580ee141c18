//! An analysis as the API shows it.

use review::patch::Patch;
use review::prompt::Prompt;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ai::Analysis;
use crate::fields::{self, talk};

/// What the model says about the code that was sent.
#[derive(Serialize, ToSchema)]
#[schema(as = Analysis)]
pub(super) struct Analyzed {
    #[schema(schema_with = talk::explanation)]
    explanation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::suggested_code)]
    suggested_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<AnalysisPatch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::patch_status)]
    patch_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::patch_withheld)]
    patch_withheld: Option<String>,
    #[schema(schema_with = fields::context_mode)]
    context_mode: &'static str,
    #[schema(schema_with = fields::context_lines)]
    context_lines: [u32; 2],
    #[schema(schema_with = fields::history_truncated)]
    history_truncated: bool,
    #[schema(schema_with = fields::warnings)]
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = fields::confidence)]
    confidence: Option<&'static str>,
    #[schema(schema_with = fields::token_count)]
    token_count: u32,
    #[schema(schema_with = fields::model_id)]
    model_id: String,
}

/// An edit that applies to the code that was sent.
#[derive(Serialize, ToSchema)]
pub(super) struct AnalysisPatch {
    #[schema(schema_with = fields::start_line)]
    start_line: u32,
    #[schema(schema_with = fields::end_line)]
    end_line: u32,
    #[schema(schema_with = fields::original)]
    original: String,
    #[schema(schema_with = fields::replacement)]
    replacement: String,
}

/// How much of the code the model is shown.
#[derive(Serialize, ToSchema)]
pub(super) struct AcceptedAnalysis {
    #[schema(schema_with = fields::context_mode)]
    context_mode: &'static str,
    #[schema(schema_with = fields::context_lines)]
    context_lines: [u32; 2],
}

impl AcceptedAnalysis {
    pub(super) fn of(prompt: &Prompt) -> Self {
        let (first, last) = prompt.context_lines;
        Self { context_mode: prompt.context_mode.as_str(), context_lines: [first, last] }
    }
}

impl Analyzed {
    pub(super) fn explanation(&self) -> &str {
        &self.explanation
    }

    pub(super) const fn patch(&self) -> Option<&AnalysisPatch> {
        self.patch.as_ref()
    }
}

impl From<Analysis> for Analyzed {
    fn from(analysis: Analysis) -> Self {
        let token_count = analysis.usage.total_tokens();
        let Analysis { explanation, suggested_code, patch_withheld, model_id, .. } = analysis;
        Self {
            explanation,
            suggested_code,
            patch: analysis.patch.map(AnalysisPatch::from),
            patch_status: analysis.patch_status.map(review::patch::PatchStatus::as_str),
            patch_withheld,
            context_mode: analysis.context_mode.as_str(),
            context_lines: analysis.context_lines.into(),
            history_truncated: analysis.history_truncated,
            warnings: analysis.warnings,
            confidence: analysis.confidence.map(review::answer::Confidence::as_str),
            token_count,
            model_id,
        }
    }
}

impl From<Patch> for AnalysisPatch {
    fn from(patch: Patch) -> Self {
        let Patch { start_line, end_line, original, replacement } = patch;
        Self { start_line, end_line, original, replacement }
    }
}
