//! The model's answer: its required form, and how an answer is read that does not quite have this form.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::markdown::cleaned;
use crate::patch::Patch;
use crate::{hidden, partial};

/// The only tool of the model. It must call this tool.
pub const TOOL: &str = "review_answer";

/// The description of the tool for the model.
pub const TOOL_DESCRIPTION: &str = "Gives the user the answer to their question about the code.";

/// The model's own confidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// High confidence.
    High,
    /// Medium confidence.
    Medium,
    /// Low confidence.
    Low,
}

impl Confidence {
    /// The name in the form of an answer, and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// A readable answer. Its patch was not checked against the code yet. Does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The explanation, in Markdown that is safe to render.
    pub explanation: String,
    /// Suggested code, to read and not to apply. Hidden characters in it are visible.
    pub suggested_code: Option<String>,
    /// The proposed edit, or the problem of its form.
    pub patch: Option<Result<Patch, &'static str>>,
    /// The model's own confidence.
    pub confidence: Option<Confidence>,
    /// Warnings for the user, one sentence each.
    pub warnings: Vec<String>,
}

/// An answer that cannot be read, with its readable part. Does not print its text.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("the model's answer is malformed: {problem}")]
pub struct Malformed {
    /// The problem, in words that the repair prompt quotes too.
    pub problem: &'static str,
    /// The explanation or its beginning, safe to render.
    pub partial: Option<String>,
    /// Whether a retry could help. A refusal stays a refusal.
    pub repairable: bool,
}

/// The form in which the model was told to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A call of [`TOOL`].
    Tool,
    /// The same object as JSON text.
    Json,
}

/// The model's reply, without its wire format.
#[derive(Clone, Copy)]
pub struct Reply<'a> {
    /// The form in which the model was told to answer.
    pub form: Form,
    /// The stop reason, as the API names it: `tool_use`.
    pub stop_reason: &'a str,
    /// The name and the input of the called tool. An incomplete input is a string.
    pub tool: Option<(&'a str, &'a Value)>,
    /// Text outside of the tool call.
    pub text: Option<&'a str>,
}

/// The form of an answer, as JSON Schema. It has only keywords that an enforced schema supports: every object is
/// closed, and no number has bounds. The explanation is described as the first field, so that an answer that is cut off
/// still has it.
#[must_use]
pub fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "explanation": { "type": "string", "description": "The answer, in Markdown. Write this first." },
            "suggested_code": { "type": "string", "description": "Corrected code to read, if any." },
            "patch": {
                "type": "object",
                "additionalProperties": false,
                "description": "A change of consecutive whole lines, if one answers the question.",
                "properties": {
                    "start_line": { "type": "integer", "description": "From 1." },
                    "end_line": { "type": "integer", "description": "The last line that changes." },
                    "original": { "type": "string", "description": "The exact text of those lines, without numbers." },
                    "replacement": { "type": "string", "description": "What they become. Empty deletes them." }
                },
                "required": ["start_line", "end_line", "original", "replacement"]
            },
            "confidence": { "type": "string", "enum": ["high", "medium", "low"] }
        },
        "required": ["explanation", "confidence"]
    })
}

/// The warning of an answer that reached the token limit.
const CUT_OFF: &str = "The answer was cut off; ask for less.";

/// Reads a reply. A complete reply is an answer. A reply that was cut off is one if its explanation can be read; it
/// then has a warning, and neither patch nor suggested code, because their ends are missing.
///
/// # Errors
/// Returns the problem, and the explanation as far as it can be read.
pub fn accept(reply: &Reply<'_>) -> Result<Answer, Malformed> {
    let called = reply.tool.filter(|(name, _)| *name == TOOL).map(|(_, input)| input);
    let written = reply.text.filter(|text| !text.trim().is_empty());
    let object = match reply.form {
        Form::Tool => None,
        Form::Json => written.map(|text| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))),
    };
    let input = match reply.form {
        Form::Tool => called,
        Form::Json => object.as_ref(),
    };
    let explained = input.and_then(readable);
    let refuse = |problem, repairable| {
        let prose = written.filter(|_| reply.form == Form::Tool).and_then(prose);
        Err(Malformed { problem, partial: explained.clone().or(prose), repairable })
    };
    match (reply.stop_reason, reply.form, input) {
        ("tool_use", Form::Tool, Some(input)) | ("end_turn", Form::Json, Some(input)) => read(input),
        ("max_tokens", ..) => match explained {
            Some(explanation) => Ok(cut_off(explanation)),
            None => refuse("it was too long and was cut off", true),
        },
        ("tool_use" | "end_turn" | "stop_sequence", Form::Tool, _) => {
            refuse("the tool review_answer was not called", true)
        }
        ("tool_use" | "end_turn" | "stop_sequence", Form::Json, _) => refuse("it was not the JSON object", true),
        ("malformed_tool_use" | "malformed_model_output", ..) => refuse("its form was malformed", true),
        ("content_filtered" | "guardrail_intervened" | "refusal", ..) => refuse("it was withheld by a filter", false),
        _ => refuse("it ended for an unknown reason", true),
    }
}

fn cut_off(explanation: String) -> Answer {
    let warnings = vec![CUT_OFF.to_owned()];
    Answer { explanation, suggested_code: None, patch: None, confidence: None, warnings }
}

/// The explanation of an input, which may be incomplete.
fn readable(input: &Value) -> Option<String> {
    match input {
        Value::String(json) => prose(&partial::explanation(json)),
        input => explanation(input),
    }
}

/// Reads the input of the tool as an answer. Only the explanation is required, because the call was paid for. Other
/// fields that cannot be read are left out; for a patch, the problem is kept.
fn read(input: &Value) -> Result<Answer, Malformed> {
    let refuse = |problem| Malformed { problem, partial: readable(input), repairable: true };
    let fields = input.as_object().ok_or_else(|| refuse("it is not an object"))?;
    let explanation = explanation(input).ok_or_else(|| refuse("the explanation is missing"))?;
    let suggested_code = fields.get("suggested_code").and_then(Value::as_str).filter(|code| !code.is_empty());
    let suggested_code = suggested_code.map(|code| hidden::visible(code).into_owned());
    let patch = patch(fields.get("patch")).transpose();
    let confidence = fields.get("confidence").and_then(Value::as_str).and_then(confidence);
    Ok(Answer { explanation, suggested_code, patch, confidence, warnings: Vec::new() })
}

fn explanation(input: &Value) -> Option<String> {
    prose(input.get("explanation")?.as_str()?)
}

/// The clean form of a text, if anything remains.
fn prose(text: &str) -> Option<String> {
    Some(cleaned(text)).filter(|text| !text.trim().is_empty())
}

fn confidence(text: &str) -> Option<Confidence> {
    [Confidence::High, Confidence::Medium, Confidence::Low]
        .into_iter()
        .find(|confidence| confidence.as_str().eq_ignore_ascii_case(text.trim()))
}

fn patch(value: Option<&Value>) -> Result<Option<Patch>, &'static str> {
    let parsed: Value;
    let fields = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(fields)) => fields,
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
        // Some models write nested objects as text.
        Some(Value::String(text)) => {
            parsed = serde_json::from_str(text).map_err(|_| "it is not an object")?;
            parsed.as_object().ok_or("it is not an object")?
        }
        Some(_) => return Err("it is not an object"),
    };
    if fields.is_empty() {
        return Ok(None);
    }
    let start_line = line(fields, "start_line").ok_or("it has no first line, counted from 1")?;
    let end_line = line(fields, "end_line").ok_or("it has no last line, counted from 1")?;
    let text = |name| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let original = text("original").ok_or("it has no field `original`")?;
    let replacement = text("replacement").ok_or("it has no field `replacement`")?;
    Ok(Some(Patch { start_line, end_line, original, replacement }))
}

/// A line number: `12`, also as `12.0` or `"12"`.
fn line(fields: &Map<String, Value>, name: &str) -> Option<u32> {
    let number = match fields.get(name)? {
        Value::String(text) => text.trim().parse().ok()?,
        Value::Number(number) => match number.as_u64() {
            Some(number) => u32::try_from(number).ok()?,
            None => number.as_f64().filter(|number| number.fract() == 0.0)?.to_string().parse().ok()?,
        },
        _ => return None,
    };
    (number >= 1).then_some(number)
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("patch", &self.patch)
            .field("confidence", &self.confidence)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Malformed")
            .field("problem", &self.problem)
            .field("partial", &self.partial.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
