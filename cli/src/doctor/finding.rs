//! What a check found, and how all findings are shown.

use serde::Serialize;
use serde_json::json;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Ok,
    Problem,
    /// It cannot be found out from here.
    Unknown,
    /// It was not asked for.
    Skipped,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Problem => "problem",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) check: &'static str,
    pub(crate) state: State,
    /// What was found; of a problem, also how it is mended.
    pub(crate) told: String,
}

impl Finding {
    pub(crate) fn ok(check: &'static str, told: impl Into<String>) -> Self {
        Self { check, state: State::Ok, told: told.into() }
    }

    pub(crate) fn problem(check: &'static str, told: impl Into<String>) -> Self {
        Self { check, state: State::Problem, told: told.into() }
    }

    pub(crate) fn unknown(check: &'static str, told: impl Into<String>) -> Self {
        Self { check, state: State::Unknown, told: told.into() }
    }

    pub(crate) fn skipped(check: &'static str, told: impl Into<String>) -> Self {
        Self { check, state: State::Skipped, told: told.into() }
    }
}

/// Whether nothing is wrong.
pub(crate) fn is_well(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.state != State::Problem)
}

/// A line each, and one about all.
pub(crate) fn text(findings: &[Finding]) -> String {
    let line = |finding: &Finding| format!("{:<7}  {:<13}  {}\n", finding.state.word(), finding.check, finding.told);
    let lines: String = findings.iter().map(line).collect();
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    let [problems, unknown, skipped] = [State::Problem, State::Unknown, State::Skipped].map(count);
    let verdict = match problems {
        0 => "Nothing is wrong".to_owned(),
        1 => "1 problem".to_owned(),
        problems => format!("{problems} problems"),
    };
    format!("{lines}\n{verdict}; {unknown} unknown, {skipped} skipped.\n")
}

/// One object.
pub(crate) fn json(findings: &[Finding]) -> String {
    format!("{:#}\n", json!({ "well": is_well(findings), "checks": findings }))
}
