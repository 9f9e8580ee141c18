//! An analysis as the API shows it.

use serde::Serialize;

use crate::ai::Analysis;
use crate::review::patch::Patch;

/// `{"analysis": …}`.
#[derive(Serialize)]
pub struct Analyzed {
    analysis: AnalysisView,
}

/// What the model says about the code that was sent.
#[derive(Serialize)]
struct AnalysisView {
    explanation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggested_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<PatchView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_withheld: Option<String>,
    context_mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<&'static str>,
    token_count: u32,
    model_id: String,
}

/// An edit that applies to the code that was sent.
#[derive(Serialize)]
struct PatchView {
    start_line: u32,
    end_line: u32,
    original: String,
    replacement: String,
}

impl From<Analysis> for Analyzed {
    fn from(analysis: Analysis) -> Self {
        let token_count = analysis.usage.total_tokens();
        let Analysis { explanation, suggested_code, patch_withheld, model_id, .. } = analysis;
        Self {
            analysis: AnalysisView {
                explanation,
                suggested_code,
                patch: analysis.patch.map(PatchView::from),
                patch_withheld,
                context_mode: analysis.context_mode.as_str(),
                confidence: analysis.confidence.map(model::Confidence::as_str),
                token_count,
                model_id,
            },
        }
    }
}

impl From<Patch> for PatchView {
    fn from(patch: Patch) -> Self {
        let Patch { start_line, end_line, original, replacement } = patch;
        Self { start_line, end_line, original, replacement }
    }
}
