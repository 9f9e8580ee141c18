//! The findings of the checks, and their output.

use serde::Serialize;
use serde_json::json;

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Ok,
    Problem,
    /// It cannot be checked from here.
    Unknown,
    /// It was not requested.
    Skipped,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Problem => "problem",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

/// A finding of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) check: &'static str,
    pub(crate) state: State,
    /// What was found; for a problem, also its remedy.
    #[serde(rename = "told")]
    pub(crate) message: String,
}

impl Finding {
    pub(crate) fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, state: State::Ok, message: message.into() }
    }

    pub(crate) fn problem(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, state: State::Problem, message: message.into() }
    }

    pub(crate) fn unknown(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, state: State::Unknown, message: message.into() }
    }

    pub(crate) fn skipped(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, state: State::Skipped, message: message.into() }
    }
}

/// Whether there are no problems.
pub(crate) fn is_healthy(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.state != State::Problem)
}

/// One line per finding, and a summary.
pub(crate) fn text(findings: &[Finding]) -> String {
    let line =
        |finding: &Finding| format!("{:<7}  {:<13}  {}\n", finding.state.as_str(), finding.check, finding.message);
    let lines: String = findings.iter().map(line).collect();
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    let [problems, unknown, skipped] = [State::Problem, State::Unknown, State::Skipped].map(count);
    let summary = match problems {
        0 => "No problems".to_owned(),
        1 => "1 problem".to_owned(),
        problems => format!("{problems} problems"),
    };
    format!("{lines}\n{summary}; {unknown} unknown, {skipped} skipped.\n")
}

/// One JSON object.
pub(crate) fn json(findings: &[Finding]) -> String {
    format!("{:#}\n", json!({ "well": is_healthy(findings), "checks": findings }))
}
