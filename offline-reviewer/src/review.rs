//! The review: selects findings by the question, and builds the answer.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::explain;
use crate::finding::{Code, Finding, MAX_EXPLAINED, Request};
use crate::language::Language;
use crate::patch::{self, Patch};
use crate::question::Question;
use crate::rules::Topic;
use crate::scan::{self, Hit};
use crate::secrets;
use crate::source::Source;

/// The time limit of parsing and matching. Only hostile files need more.
const TIME: Duration = Duration::from_secs(5);

/// The input of the answer tool. `explanation` comes first, so that a truncated answer still has it.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// The explanation, in Markdown.
    pub explanation: String,
    /// The replacement of the patch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggested_code: Option<String>,
    /// A change that fixes one finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<Patch>,
    /// High if a rule matches.
    pub confidence: Confidence,
}

/// The confidence of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// No rule matches.
    Low,
    /// A rule matches.
    High,
}

/// Reviews code.
#[must_use]
pub fn review(request: &Request<'_>) -> Answer {
    let question = Question::read(request.question);
    let (code, mut findings, complete) = find(request);
    let scope = code.source.scope(request.selection);
    findings.sort_by_key(|finding| {
        let asked = finding.lines.iter().any(|line| question.is_about(finding.topic, *line));
        (Reverse(asked), Reverse(finding.is_error), finding.lines[0])
    });
    let patched = if question.forbids_changes { None } else { promote_patch(&mut findings) };
    let explanation = explain::explanation(request, &code, &scope, &question, &findings, patched, complete);
    let patch = patched.and_then(|at| findings[at].patch.take());
    let confidence = if findings.is_empty() { Confidence::Low } else { Confidence::High };
    Answer { explanation, suggested_code: patch.as_ref().map(|patch| patch.replacement.clone()), patch, confidence }
}

/// The answer to a request without code.
#[must_use]
pub fn no_code() -> Answer {
    Answer { explanation: explain::no_code(), suggested_code: None, patch: None, confidence: Confidence::Low }
}

/// All findings in the selected lines, ordered by line.
#[must_use]
pub fn findings(request: &Request<'_>) -> Vec<Finding> {
    let (_, mut findings, _) = find(request);
    findings.sort_by_key(|finding| finding.lines[0]);
    findings
}

fn find<'a>(request: &Request<'a>) -> (Code<'a>, Vec<Finding>, bool) {
    let deadline = Instant::now() + TIME;
    let source = Source::new(request.lines.clone(), request.first_line.max(1));
    let language = Language::find(request.language, request.filename);
    let (tree, unparsed) = match language.map(|language| source.parse(language, deadline)) {
        Some(Ok(tree)) => (Some(tree), None),
        Some(Err(reason)) => (None, Some(reason)),
        None => (None, None),
    };
    let scope = source.scope(request.selection);
    let secret: BTreeSet<usize> = secrets::lines(&source).into_iter().collect();
    let scanned = tree.as_ref().map(|tree| scan::scan(tree, deadline));
    let (hits, complete) = scanned.map_or((Vec::new(), true), |scanned| (scanned.hits, scanned.complete));
    let mut findings = group(&source, &scope, hits, &secret);
    findings.extend(secret_finding(&source, &scope, &secret));
    (Code { source, language, tree, unparsed }, findings, complete)
}

/// The hits in the scope, grouped by rule.
fn group(source: &Source<'_>, scope: &Range<usize>, hits: Vec<Hit>, secret: &BTreeSet<usize>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for hit in hits.into_iter().filter(|hit| scope.contains(&hit.line)) {
        let number = source.number(hit.line);
        let patch = hit.edit.and_then(|edit| patch::of(source, &edit, secret));
        match findings.iter_mut().find(|known| known.rule == hit.rule.id()) {
            Some(known) => {
                known.lines.push(number);
                known.patch = known.patch.take().or(patch);
            }
            None => findings.push(Finding {
                rule: hit.rule.id(),
                lines: vec![number],
                message: hit.message,
                note: hit.rule.note(),
                patch,
                topic: hit.rule.topic,
                is_error: hit.rule.is_error(),
            }),
        }
    }
    findings
}

fn secret_finding(source: &Source<'_>, scope: &Range<usize>, secret: &BTreeSet<usize>) -> Option<Finding> {
    let lines: Vec<usize> = secret.range(scope.clone()).map(|index| source.number(*index)).collect();
    (!lines.is_empty()).then(|| Finding {
        rule: secrets::ID,
        lines,
        message: secrets::MESSAGE.to_owned(),
        note: secrets::NOTE,
        patch: None,
        topic: Topic::Security,
        is_error: true,
    })
}

/// Moves the first finding with a patch among those that an answer explains, and returns its index.
fn promote_patch(findings: &mut Vec<Finding>) -> Option<usize> {
    let at = findings.iter().position(|finding| finding.patch.is_some())?;
    if at < MAX_EXPLAINED {
        return Some(at);
    }
    let finding = findings.remove(at);
    findings.insert(MAX_EXPLAINED - 1, finding);
    Some(MAX_EXPLAINED - 1)
}
