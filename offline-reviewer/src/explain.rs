//! The text of an answer.

use std::ops::Range;

use crate::describe::describe;
use crate::finding::{Code, Finding, MAX_EXPLAINED, Request};
use crate::question::Question;
use crate::rules::rules;
use crate::source::Unparsed;
use crate::wording::{and_list, lines_in_words};

/// The first line of every answer.
pub const DISCLAIMER: &str = "*Local rule-based reviewer: no model was asked.*";

/// The number of line numbers that a finding lists.
const LISTED_LINES: usize = 6;

/// The answer to a request without code.
pub(crate) fn no_code() -> String {
    format!("{DISCLAIMER}\n\nThe request shows no code.")
}

/// The explanation, in Markdown. `patched` is the index of the finding with the patch.
pub(crate) fn explanation(
    request: &Request<'_>,
    code: &Code<'_>,
    scope: &Range<usize>,
    question: &Question,
    findings: &[Finding],
    patched: Option<usize>,
    complete: bool,
) -> String {
    let source = &code.source;
    let mut parts = vec![DISCLAIMER.to_owned()];
    if scope.is_empty() {
        parts.push("None of the selected lines are among those that were sent.".to_owned());
        return parts.join("\n\n");
    }
    // The tree proves nothing about text that the parser skipped.
    if question.wants_description && !has_error(code, scope) {
        parts.extend(code.tree.as_ref().and_then(|tree| describe(tree, source, scope)));
    }
    if findings.is_empty() {
        parts.push(nothing_found(request, code, scope));
    } else {
        let noun = if findings.len() == 1 { "1 problem" } else { &format!("{} problems", findings.len()) };
        let place = lines_in_words(source, scope);
        parts.push(format!("The rules find {noun} in {place}."));
        let explained = findings.iter().take(MAX_EXPLAINED).enumerate();
        parts.push(
            explained
                .map(|(at, finding)| finding_text(at, finding, patched == Some(at)))
                .collect::<Vec<_>>()
                .join("\n"),
        );
        parts.extend(rest(findings.get(MAX_EXPLAINED..).unwrap_or_default()));
    }
    if !complete {
        parts.push("The time did not suffice to match every rule against all of the file.".to_owned());
    }
    parts.join("\n\n")
}

/// One sentence.
fn nothing_found(request: &Request<'_>, code: &Code<'_>, scope: &Range<usize>) -> String {
    let place = lines_in_words(&code.source, scope);
    let (Some(language), name) = (code.language, language_name(request.language)) else {
        return format!("This reviewer has no rules for {}.", language_name(request.language));
    };
    if let Some(reason) = code.unparsed {
        let reason = match reason {
            Unparsed::Length => "the file is too long",
            Unparsed::Depth => "the code is nested too deeply",
            Unparsed::Time => "parsing took too long",
            Unparsed::Heredoc => "the name of a heredoc is too long",
        };
        return format!("No rules were applied, because {reason}.");
    }
    if has_error(code, scope) {
        return format!("The rules for {name} find nothing in what the parser can read of {place}.");
    }
    let count = rules(language).len();
    format!("None of the {count} rules for {name} matches {place}; the rules know only common mistakes.")
}

/// Whether the parser skipped text in these lines.
fn has_error(code: &Code<'_>, scope: &Range<usize>) -> bool {
    code.tree.as_ref().is_some_and(|tree| {
        tree.root().dfs().any(|node| {
            let rows = node.start_pos().line()..=node.end_pos().line();
            node.is_error() && *rows.start() < scope.end && *rows.end() >= scope.start
        })
    })
}

/// The name of the language in the request, without characters that can be markup.
fn language_name(name: &str) -> String {
    let kept: String = name.chars().filter(|c| c.is_alphanumeric() || " +#-./".contains(*c)).take(40).collect();
    if kept.trim().is_empty() { "this kind of file".to_owned() } else { kept.trim().to_owned() }
}

fn finding_text(at: usize, finding: &Finding, patched: bool) -> String {
    let Finding { rule, lines, message, note, patch, .. } = finding;
    let text = format!("{}. **`{rule}`** on {}: {message} {note}", at + 1, numbers(lines));
    match patch {
        Some(patch) if patched && patch.start_line == patch.end_line => {
            format!("{text} **The patch changes line {}.**", patch.start_line)
        }
        Some(patch) if patched => {
            format!("{text} **The patch changes lines {} to {}.**", patch.start_line, patch.end_line)
        }
        _ => text,
    }
}

/// “line 3”, “lines 3, 5 and 9”, with an end.
fn numbers(lines: &[usize]) -> String {
    let mut sorted = lines.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let shown: Vec<_> = sorted.iter().take(LISTED_LINES).map(ToString::to_string).collect();
    match sorted.len() {
        1 => format!("line {}", shown[0]),
        count if count > LISTED_LINES => format!("lines {} and {} more", shown.join(", "), count - LISTED_LINES),
        _ => format!("lines {}", and_list(&shown)),
    }
}

fn rest(findings: &[Finding]) -> Option<String> {
    let named: Vec<_> =
        findings.iter().map(|finding| format!("`{}` ({})", finding.rule, numbers(&finding.lines))).collect();
    (!named.is_empty()).then(|| format!("Also found: {}.", and_list(&named)))
}
