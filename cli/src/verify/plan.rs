//! Plans: the repairs that a verification found possible, in a file that a person reads before they are carried out.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use model::{Finding, FindingKind};
use serde::{Deserialize, Serialize};

/// The first line of a plan.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// The table it was made for.
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

/// A plan that is carried out.
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
        /// What the system said.
        source: io::Error,
    },
    /// It is no plan.
    #[error("{file} is not a plan: line {line} cannot be read; `codesensei verify --plan FILE` writes one")]
    Malformed {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// It was made for another table.
    #[error("{file} is a plan for the table {of}, and this is {table}")]
    OtherTable {
        /// The file.
        file: String,
        /// The table it was made for.
        of: String,
        /// The table that is verified.
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
        let malformed = |line| PlanError::Malformed { file: file.clone(), line };
        let mut lines = text.lines();
        let head: Head = serde_json::from_str(lines.next().unwrap_or_default()).map_err(|_| malformed(1))?;
        if head.plan_for_table != table {
            return Err(PlanError::OtherTable { file, of: head.plan_for_table, table: table.to_owned() });
        }
        let step = |(number, line): (usize, &str)| -> Result<Step, PlanError> {
            let step: Step = serde_json::from_str(line).map_err(|_| malformed(number))?;
            FindingKind::named(&step.kind).map(|_| step).ok_or_else(|| malformed(number))
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

    /// What may be repaired.
    pub(super) fn findings(&self) -> HashSet<(FindingKind, String, String)> {
        let finding = |step: &Step| Some((FindingKind::named(&step.kind)?, step.id.clone(), step.detail.clone()));
        self.steps.iter().filter_map(finding).collect()
    }

    /// The steps whose finding is no longer there.
    pub(super) fn without<'s>(&'s self, met: &'s BTreeSet<Step>) -> impl Iterator<Item = &'s Step> {
        self.steps.difference(met)
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

    #[test]
    fn a_plan_is_read_as_it_was_written_and_for_its_table_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("plan.jsonl");
        let [kind, id, detail, repair, does] =
            ["overdue_job", "sweep_job SWEEP#0", "staged", "deletes", "runs the job"].map(str::to_owned);
        let step = Step { kind, id, detail, repair, does };
        Plan::write(&path, "reviews", std::slice::from_ref(&step)).expect("it is written");
        let plan = Plan::read(&path, "reviews").expect("it is read");
        assert_eq!(plan.steps.iter().collect::<Vec<_>>(), [&step]);
        assert_eq!(plan.findings().len(), 1);
        assert!(matches!(Plan::read(&path, "codesensei"), Err(PlanError::OtherTable { .. })));
        fs::write(&path, "{\"plan_for_table\":\"reviews\"}\n{\"kind\":\"nothing\"}\n").expect("it is written");
        assert!(matches!(Plan::read(&path, "reviews"), Err(PlanError::Malformed { line: 2, .. })));
    }
}
