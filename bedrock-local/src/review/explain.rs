//! The words of an answer.

use std::ops::Range;

use crate::language::Language;
use crate::prompt::Prompt;
use crate::rules;
use crate::source::{LONGEST_LINE, Source};

use super::describe::describe;
use super::question::Question;
use super::{Finding, TOLD};

/// The first line of every answer.
pub(crate) const DISCLAIMER: &str = "*Local rule-based reviewer: no model was asked.*";

/// How many line numbers one finding lists.
const LISTED_LINES: usize = 6;

/// The answer to a request that shows no code.
pub(super) fn no_code() -> String {
    format!(
        "{DISCLAIMER}\n\nThe request shows no code that this reviewer can read, so there is nothing to say about it."
    )
}

/// The explanation, in Markdown. `patched` is the finding whose patch comes with it.
pub(super) fn explanation(
    prompt: &Prompt<'_>,
    scope: &Range<usize>,
    question: &Question,
    findings: &[Finding],
    patched: Option<usize>,
) -> String {
    let source = &prompt.source;
    let mut parts = vec![DISCLAIMER.to_owned()];
    if scope.is_empty() {
        parts.push("None of the selected lines are among those that were sent.".to_owned());
        return parts.join("\n\n");
    }
    if question.wants_description {
        parts.push(describe(source, scope));
    }
    if findings.is_empty() {
        parts.push(nothing_found(source, scope));
    } else {
        parts.push(introduction(source, scope, findings.len()));
        let told = findings.iter().take(TOLD).enumerate();
        let listed = told.map(|(at, finding)| told_as(at, finding, patched == Some(at)));
        parts.push(listed.collect::<Vec<_>>().join("\n"));
        parts.extend(rest(findings.get(TOLD..).unwrap_or_default()));
    }
    parts.extend(unread(source, scope));
    parts.join("\n\n")
}

fn nothing_found(source: &Source<'_>, scope: &Range<usize>) -> String {
    let count = rules::count_for(source.language);
    let place = lines_in_words(source, scope);
    let language = of_language(source.language);
    format!(
        "{place}: none of the {count} rules{language} applies. That is no proof that the code is right; the rules know only \
         common mistakes, and a model would look at what the code is for."
    )
}

fn introduction(source: &Source<'_>, scope: &Range<usize>, count: usize) -> String {
    let place = lines_in_words(source, scope);
    let rules = rules::count_for(source.language);
    let language = of_language(source.language);
    format!("{place}, read by {rules} rules{language}: {} to look at.", plural(count, "thing"))
}

fn of_language(language: Language) -> String {
    format!(" for {}", language.name())
}

fn told_as(at: usize, finding: &Finding, patched: bool) -> String {
    let mut text =
        format!("{}. **`{}`** on {}: {}", at + 1, finding.rule.id, numbers(&finding.lines), finding.rule.why);
    if !finding.detail.is_empty() {
        text.push(' ');
        text.push_str(&finding.detail);
    }
    if let Some((line, _)) = finding.patch.as_ref().filter(|_| patched) {
        text = format!("{text} **The patch mends line {line}.**");
    }
    text
}

/// “line 3”, “lines 3, 5 and 9”, with an end.
fn numbers(lines: &[usize]) -> String {
    let mut sorted = lines.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let shown: Vec<_> = sorted.iter().take(LISTED_LINES).map(ToString::to_string).collect();
    match sorted.len() {
        1 => format!("line {}", shown[0]),
        count if count > LISTED_LINES => {
            format!("lines {} and {} more", shown.join(", "), count - LISTED_LINES)
        }
        _ => format!("lines {}", and_list(&shown)),
    }
}

fn rest(findings: &[Finding]) -> Option<String> {
    let named = findings.iter().map(|finding| format!("`{}` ({})", finding.rule.id, numbers(&finding.lines)));
    let named: Vec<_> = named.collect();
    (!named.is_empty()).then(|| format!("Also noted: {}.", and_list(&named)))
}

/// Says which lines were too long to be read.
fn unread(source: &Source<'_>, scope: &Range<usize>) -> Option<String> {
    let lines = &source.lines[scope.clone()];
    let count = lines.iter().filter(|line| line.text.len() > LONGEST_LINE).count();
    (count > 0).then(|| {
        let lines = plural(count, "line");
        format!("{lines} of more than {LONGEST_LINE} characters could not be read.")
    })
}

/// “Line 4” or “Lines 3 to 7”.
pub(super) fn lines_in_words(source: &Source<'_>, scope: &Range<usize>) -> String {
    let lines = &source.lines[scope.clone()];
    match (lines.first(), lines.last()) {
        (Some(first), Some(last)) if first.number < last.number => {
            format!("Lines {} to {}", first.number, last.number)
        }
        (Some(only), _) => format!("Line {}", only.number),
        _ => "No lines".to_owned(),
    }
}

/// “1 branch”, “2 branches”.
pub(super) fn plural(count: usize, noun: &str) -> String {
    let ending = match (count, noun.ends_with("ch")) {
        (1, _) => "",
        (_, true) => "es",
        _ => "s",
    };
    format!("{count} {noun}{ending}")
}

/// “a”, “a and b”, “a, b and c”.
pub(super) fn and_list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A name short enough to show.
pub(super) fn shown(name: &str) -> String {
    name.chars().take(60).collect()
}
