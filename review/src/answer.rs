//! The model's answer: the form it is forced into, and how it is read when it does not quite keep to it.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::markdown::cleaned;
use crate::patch::Patch;
use crate::{hidden, partial};

/// The one tool the model can call, and has to.
pub const TOOL: &str = "review_answer";

/// What the tool is for, in words for the model.
pub const TOOL_DESCRIPTION: &str = "Gives the user the answer to their question about the code.";

/// How sure the model says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// Sure.
    High,
    /// In between.
    Medium,
    /// Unsure.
    Low,
}

impl Confidence {
    /// Its name in the form of an answer, and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// An answer that could be read. Its patch is still to be checked against the code. Does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The explanation, in Markdown that is safe to render.
    pub explanation: String,
    /// Code the model suggests, to be read rather than applied. Hidden characters in it are made visible.
    pub suggested_code: Option<String>,
    /// The edit the model proposes, or what is wrong with the form of it.
    pub patch: Option<Result<Patch, &'static str>>,
    /// How sure it says it is.
    pub confidence: Option<Confidence>,
    /// What the user should know about it, a sentence each.
    pub warnings: Vec<String>,
}

/// An answer that could not be read, and what of it could. Does not print what it says.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("the model's answer cannot be read: {problem}")]
pub struct Malformed {
    /// What is wrong with it, in words that can be said to the model too.
    pub problem: &'static str,
    /// The explanation, or as much of it as there is, safe to render too.
    pub partial: Option<String>,
    /// Whether asking once more could help. A refusal stays a refusal.
    pub repairable: bool,
}

/// How the model was told to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By calling [`TOOL`].
    Tool,
    /// With the same object, as the JSON of its text.
    Json,
}

/// What came back from the model, without its wire form.
#[derive(Clone, Copy)]
pub struct Reply<'a> {
    /// How it was told to answer.
    pub form: Form,
    /// Why the model stopped, in the API's word: `tool_use`.
    pub stop_reason: &'a str,
    /// The name and the input of the tool it called. An input that is not whole is a string of what there is.
    pub tool: Option<(&'a str, &'a Value)>,
    /// Text it wrote outside of the tool.
    pub text: Option<&'a str>,
}

/// The form of an answer, as JSON Schema: only what models that keep to a schema strictly can keep to, so every object
/// is closed and no number has bounds. The explanation is described as the first, since an answer that is cut off then
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

/// What an answer says of itself when the model ran out of tokens.
const CUT_OFF: &str = "The answer was cut off; ask for less.";

/// Reads a reply. Only a finished one is an answer, and one that was cut off if its explanation can be read: that comes
/// with a warning, and without patch or suggested code, whose end nobody knows.
///
/// # Errors
/// With what is wrong, and with the explanation as far as it can be read.
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

/// The explanation of an input, even of one that is not whole.
fn readable(input: &Value) -> Option<String> {
    match input {
        Value::String(json) => prose(&partial::explanation(json)),
        input => explanation(input),
    }
}

/// The input of the tool as an answer. A good explanation is worth the call that it cost: of everything else what cannot be read
/// is left out, and of a patch it is said why.
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

/// What can be shown of a text, if anything.
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
    let original = text("original").ok_or("it does not say what it replaces")?;
    let replacement = text("replacement").ok_or("it does not say what the lines become")?;
    Ok(Some(Patch { start_line, end_line, original, replacement }))
}

/// A line number: `12`, and also `12.0` and `"12"`.
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
