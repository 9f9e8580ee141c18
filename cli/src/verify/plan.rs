//! Plans: files with possible repairs, which a person reviews before the repairs are made.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use model::{Finding, FindingKind};
use serde::{Deserialize, Serialize};

/// The first line of a plan.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// The table of the plan.
    plan_for_table: String,
}

/// A repair.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Step {
    kind: String,
    id: String,
    detail: String,
    /// `deletes` or `restores`.
    repair: String,
    does: String,
}

/// The repairs of a plan file.
#[derive(Debug)]
pub(super) struct Plan {
    steps: BTreeSet<Step>,
}

/// A plan cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlanError {
    /// The file cannot be read or written.
    #[error("cannot use the plan {file}: {source}")]
    File {
        /// The file.
        file: String,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file is not a plan.
    #[error("{file} is not a plan: line {line}: {reason}; `codesensei verify --plan FILE` writes one")]
    Malformed {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The reason.
        reason: String,
    },
    /// The plan is for another table.
    #[error("{file} is a plan for the table {of}, not for {table}")]
    OtherTable {
        /// The file.
        file: String,
        /// The table of the plan.
        of: String,
        /// The verified table.
        table: String,
    },
}

impl Step {
    /// The repair of a finding, if it can be repaired.
    pub(super) fn of(finding: &Finding) -> Option<Self> {
        Some(Self {
            kind: finding.kind.word().to_owned(),
            id: finding.id.clone(),
            detail: finding.detail.clone(),
            repair: finding.effect()?.word().to_owned(),
            does: finding.repair_does().to_owned(),
        })
    }
}

impl Plan {
    /// Reads a plan for this table.
    pub(super) fn read(path: &Path, table: &str) -> Result<Self, PlanError> {
        let file = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|source| PlanError::File { file: file.clone(), source })?;
        let malformed = |line, reason: String| PlanError::Malformed { file: file.clone(), line, reason };
        let mut lines = text.lines();
        let head: Head = serde_json::from_str(lines.next().unwrap_or_default())
            .map_err(|_| malformed(1, format!("the first line must be {{\"plan_for_table\":\"{table}\"}}")))?;
        if head.plan_for_table != table {
            return Err(PlanError::OtherTable { file, of: head.plan_for_table, table: table.to_owned() });
        }
        let step = |(number, line): (usize, &str)| -> Result<Step, PlanError> {
            let step: Step =
                serde_json::from_str(line).map_err(|error| malformed(number, parse_error_reason(&error)))?;
            match FindingKind::named(&step.kind) {
                Some(_) => Ok(step),
                None => Err(malformed(number, format!("unknown kind {}", step.kind))),
            }
        };
        let steps = (2..).zip(lines).filter(|(_, line)| !line.trim().is_empty()).map(step);
        Ok(Self { steps: steps.collect::<Result<_, _>>()? })
    }

    /// Writes the steps as a plan.
    pub(super) fn write(path: &PathBuf, table: &str, steps: &[Step]) -> Result<(), PlanError> {
        let failed = |source| PlanError::File { file: path.display().to_string(), source };
        let head = serde_json::to_string(&Head { plan_for_table: table.to_owned() });
        let lines = std::iter::once(head).chain(steps.iter().map(serde_json::to_string));
        let lines = lines.collect::<Result<Vec<_>, _>>().map_err(|error| failed(error.into()))?;
        fs::write(path, lines.join("\n") + "\n").map_err(failed)
    }

    /// The findings that may be repaired.
    pub(super) fn findings(&self) -> HashSet<(FindingKind, String, String)> {
        let finding = |step: &Step| Some((FindingKind::named(&step.kind)?, step.id.clone(), step.detail.clone()));
        self.steps.iter().filter_map(finding).collect()
    }

    /// Messages for the steps of these kinds whose finding was not reported; for all kinds if `only` is empty.
    pub(super) fn unmatched(&self, matched: &BTreeSet<Step>, only: &[FindingKind]) -> Vec<String> {
        let is_asked = |step: &&Step| only.is_empty() || only.iter().any(|kind| kind.word() == step.kind);
        let unmatched = |step: &Step| {
            let other = |now: &&Step| now.kind == step.kind && now.id == step.id && !self.steps.contains(now);
            match matched.iter().find(other) {
                Some(now) => {
                    format!("in the plan, but different now: {step}: {}; the plan says: {}", now.detail, step.detail)
                }
                None => format!("in the plan, but not found any more: {step}"),
            }
        };
        self.steps.difference(matched).filter(is_asked).map(unmatched).collect()
    }
}

/// The reason why a line is not a step, without the position, which the error has already.
fn parse_error_reason(error: &serde_json::Error) -> String {
    if error.is_data() {
        let text = error.to_string();
        text.split(" at line ").next().unwrap_or_default().to_owned()
    } else {
        "not valid JSON".to_owned()
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A step of this kind, id and detail.
    fn step(kind: &str, id: &str, detail: &str) -> Step {
        let [kind, id, detail, repair, does] = [kind, id, detail, "deletes", "runs the job"].map(str::to_owned);
        Step { kind, id, detail, repair, does }
    }

    #[test]
    fn a_plan_is_read_back_for_its_own_table_only() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("plan.jsonl");
        let step = step("overdue_job", "sweep_job SWEEP#0", "staged");
        Plan::write(&path, "reviews", std::slice::from_ref(&step)).expect("it is written");
        let plan = Plan::read(&path, "reviews").expect("it is read");
        assert_eq!(plan.steps.iter().collect::<Vec<_>>(), [&step]);
        assert_eq!(plan.findings().len(), 1);
        assert!(matches!(Plan::read(&path, "codesensei"), Err(PlanError::OtherTable { .. })));
    }

    #[test]
    fn a_malformed_line_is_refused_with_its_number_and_the_reason() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("plan.jsonl");
        let unknown = serde_json::to_string(&step("overdue_jobs", "x", "")).expect("it is JSON");
        for (line, expected) in [
            ("{\"kind\":\"expired\"}", "line 2: missing field `id`"),
            ("expired", "line 2: not valid JSON"),
            (&unknown, "line 2: unknown kind overdue_jobs"),
        ] {
            fs::write(&path, format!("{{\"plan_for_table\":\"reviews\"}}\n{line}\n")).expect("it is written");
            let error = Plan::read(&path, "reviews").expect_err(line).to_string();
            assert!(error.contains(expected), "{error}");
        }
        fs::write(&path, format!("{unknown}\n")).expect("it is written");
        let error = Plan::read(&path, "reviews").expect_err("the first line is gone").to_string();
        assert!(error.contains("line 1: the first line must be {\"plan_for_table\":\"reviews\"}"), "{error}");
    }

    #[test]
    fn an_unmatched_step_is_reported_with_the_current_detail() {
        let [missing, changed, now] =
            [step("expired", "a", ""), step("session_count", "b", "counts 9"), step("session_count", "b", "counts 8")];
        let plan = Plan { steps: [missing, changed].into() };
        let matched = [now].into();
        let different = "in the plan, but different now: session_count b: counts 8; the plan says: counts 9";
        let no_longer = "in the plan, but not found any more: expired a";
        assert_eq!(plan.unmatched(&matched, &[]), [no_longer, different]);
        assert_eq!(plan.unmatched(&matched, &[FindingKind::SessionCount]), [different]);
        assert_eq!(plan.unmatched(&matched, &[FindingKind::OverdueJob]), [""; 0]);
    }
}
