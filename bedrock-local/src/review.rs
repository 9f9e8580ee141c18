//! The review: the rules' findings ranked in view of the question, and the answer made of them.

mod describe;
mod explain;
mod patch;
mod question;

use std::cmp::Reverse;
use std::ops::Range;

use serde::Serialize;

use crate::prompt::Prompt;
use crate::rules::{self, Confidence, Rule};

pub(crate) use explain::DISCLAIMER;
pub(crate) use patch::Patch;
use question::Question;

/// How many kinds of finding an answer explains.
const TOLD: usize = 3;

/// The input of the answer tool. `explanation` comes first, so that an answer cut short still has it.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    pub(crate) explanation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suggested_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) patch: Option<Patch>,
    pub(crate) confidence: Confidence,
}

/// What one rule found: the numbers of the lines, best first, and a patch for one of them.
struct Finding {
    rule: &'static Rule,
    lines: Vec<usize>,
    detail: String,
    patch: Option<(usize, Patch)>,
}

/// Reviews the code that the first of these texts with any shows.
pub(crate) fn review(texts: &[String]) -> Answer {
    let Some(prompt) = texts.iter().find_map(|text| Prompt::read(text)) else {
        return Answer {
            explanation: explain::no_code(),
            suggested_code: None,
            patch: None,
            confidence: Confidence::Low,
        };
    };
    let question = Question::read(prompt.question);
    let scope = prompt.scope();
    let mut findings = find(&prompt, &scope, &question);
    let patched = if question.forbids_changes { None } else { promote_patch(&mut findings) };
    let leading = patched.unwrap_or(0);
    let confidence = findings.get(leading).map_or(Confidence::Low, |finding| finding.rule.confidence);
    let explanation = explain::explanation(&prompt, &scope, &question, &findings, patched);
    let patch = patched.and_then(|at| findings.get_mut(at)?.patch.take()).map(|(_, patch)| patch);
    Answer { explanation, suggested_code: patch.as_ref().map(|patch| patch.replacement.clone()), patch, confidence }
}

/// What the rules find in the scope, grouped by rule, the most important first.
fn find(prompt: &Prompt<'_>, scope: &Range<usize>, question: &Question) -> Vec<Finding> {
    let source = &prompt.source;
    let all = rules::run(source);
    let secret = patch::secret_lines(source, &all);
    let mut hits: Vec<_> = all.into_iter().filter(|(_, hit)| scope.contains(&hit.line)).collect();
    hits.sort_by_key(|(rule, hit)| {
        let asked = question.is_about(rule.topic, source.lines[hit.line].number);
        (Reverse(asked), Reverse(rule.weight), hit.line)
    });
    let mut findings: Vec<Finding> = Vec::new();
    for (rule, hit) in hits {
        let number = source.lines[hit.line].number;
        let patch = hit.fix.and_then(|fix| patch::of(source, &fix, &secret)).map(|patch| (number, patch));
        match findings.iter_mut().find(|known| known.rule.id == rule.id) {
            Some(known) => {
                known.lines.push(number);
                if known.patch.is_none() {
                    known.patch = patch;
                }
            }
            None => findings.push(Finding { rule, lines: vec![number], detail: hit.detail, patch }),
        }
    }
    findings
}

/// Moves the best finding with a patch among those an answer tells of, and returns its place.
fn promote_patch(findings: &mut Vec<Finding>) -> Option<usize> {
    let at = findings.iter().position(|finding| finding.patch.is_some())?;
    if at < TOLD {
        return Some(at);
    }
    let finding = findings.remove(at);
    findings.insert(TOLD - 1, finding);
    Some(TOLD - 1)
}
