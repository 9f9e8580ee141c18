//! The fields of the model's answers and of their patches.

use serde_json::json;

use super::{flag, list_of, number, one_of, text};

answer_fields! {
    /// The explanation of the model, in Markdown.
    Explanation(String) = text("It should be `is`: `None` is one object, and `==` can be overridden.");
    /// The next piece of the explanation, in Markdown.
    DeltaText(String) = text("A list is never ");
    /// Of an answer: code to read, not to apply.
    SuggestedCode(String) = text("if best is None:");
    /// Of an answer: why its patch is withheld.
    PatchWithheld(String) = text("The patch would change nothing.");
    /// Of an answer: whether the model saw the whole file, or the selection and its surroundings.
    ContextMode(model::ContextMode) =
        one_of([model::ContextMode::Full, model::ContextMode::Local].map(model::ContextMode::as_str));
    /// Of an answer: the first and the last line that the model saw.
    ContextLines([u32; 2]) = list_of(number(1, 1).description(Some("Counted from 1.")))
        .min_items(Some(2))
        .max_items(Some(2))
        .examples([json!([1, 120])]);
    /// Of an answer: whether the prompt omitted earlier messages of a long conversation.
    HistoryTruncated(bool) = flag();
    /// Of an answer: warnings about it, one sentence each.
    Warnings(Vec<String>) = list_of(
        text("Lines 12 and 40 contain characters that an editor does not show.").description(Some("A sentence."))
    );
    /// Of an answer: the confidence of the model.
    Confidence(model::Confidence) = one_of(CONFIDENCES.map(model::Confidence::as_str));
    /// Of an answer: its input and output tokens.
    TokenCount(u32) = number(0, 1_100);
    /// Of an answer: the id of the model.
    ModelId(String) = text("local.rule-based-reviewer");
    /// The text of the lines, without a final line break, as the model saw it.
    Original(String) = text("if best == None:");
    /// The new text of the lines. An empty text deletes them.
    Replacement(String) = text("if best is None:");
    /// The version of the code that the patch applies to.
    BaseVersion(model::SessionVersion) = number(1, 1);
    /// Of a patch: whether it was found at the lines of the model (`verified`) or elsewhere (`relocated`), or is
    /// applied.
    PatchStatus(model::PatchStatus) = one_of(PATCH_STATUSES.map(model::PatchStatus::as_str));
    /// Of an applied patch: the version of the code that it created.
    AppliedVersion(model::SessionVersion) = number(2, 2);
    /// The first line that the patch replaced.
    AppliedStartLine(u32) = number(1, 33);
    /// The last line that the patch replaced, inclusive.
    AppliedEndLine(u32) = number(1, 35);
}

const CONFIDENCES: [model::Confidence; 3] =
    [model::Confidence::High, model::Confidence::Medium, model::Confidence::Low];
const PATCH_STATUSES: [model::PatchStatus; 3] =
    [model::PatchStatus::Verified, model::PatchStatus::Relocated, model::PatchStatus::Applied];
