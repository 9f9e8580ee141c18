//! The JSON of an analysis.

use review::patch::Patch;
use review::prompt::Prompt;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ai::Analysis;
use crate::fields;

/// The analysis of the code in the request.
#[derive(Serialize, ToSchema)]
#[schema(as = Analysis)]
pub(super) struct Analyzed {
    explanation: fields::Explanation,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggested_code: Option<fields::SuggestedCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<AnalysisPatch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_status: Option<fields::PatchStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_withheld: Option<fields::PatchWithheld>,
    context_mode: fields::ContextMode,
    context_lines: fields::ContextLines,
    history_truncated: fields::HistoryTruncated,
    warnings: fields::Warnings,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<fields::Confidence>,
    token_count: fields::TokenCount,
    model_id: fields::ModelId,
}

/// An edit of the code in the request.
#[derive(Serialize, ToSchema)]
pub(super) struct AnalysisPatch {
    start_line: fields::StartLine,
    end_line: fields::EndLine,
    original: fields::Original,
    replacement: fields::Replacement,
}

/// The part of the code in the prompt.
#[derive(Serialize, ToSchema)]
pub(super) struct AcceptedAnalysis {
    context_mode: fields::ContextMode,
    context_lines: fields::ContextLines,
}

impl AcceptedAnalysis {
    pub(super) fn of(prompt: &Prompt) -> Self {
        let context_lines = <[u32; 2]>::from(prompt.context_lines).into();
        Self { context_mode: model::ContextMode::from(prompt.context_mode).into(), context_lines }
    }
}

impl Analyzed {
    pub(super) fn explanation(&self) -> &str {
        &self.explanation.0
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
            explanation: explanation.into(),
            suggested_code: suggested_code.map(Into::into),
            patch: analysis.patch.map(AnalysisPatch::from),
            patch_status: analysis.patch_status.map(|status| model::PatchStatus::from(status).into()),
            patch_withheld: patch_withheld.map(Into::into),
            context_mode: model::ContextMode::from(analysis.context_mode).into(),
            context_lines: <[u32; 2]>::from(analysis.context_lines).into(),
            history_truncated: analysis.history_truncated.into(),
            warnings: analysis.warnings.into(),
            confidence: analysis.confidence.map(|confidence| model::Confidence::from(confidence).into()),
            token_count: token_count.into(),
            model_id: model_id.into(),
        }
    }
}

impl From<Patch> for AnalysisPatch {
    fn from(patch: Patch) -> Self {
        let Patch { start_line, end_line, original, replacement } = patch;
        Self {
            start_line: start_line.into(),
            end_line: end_line.into(),
            original: original.into(),
            replacement: replacement.into(),
        }
    }
}
