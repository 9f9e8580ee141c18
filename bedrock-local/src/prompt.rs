//! Parses the product's prompt: the numbered code, the selection and the question, each in a fence with the same nonce.
//!
//! Fences are read from the top, and the text inside a fence is not searched for another fence. So text that imitates a
//! fence stays text. The authors of the code, the history and the question cannot guess the nonce.

use offline_reviewer::{Answer, Request};

/// Reviews the code of the first text that contains code.
pub(crate) fn review(texts: &[String]) -> Answer {
    let request = texts.iter().find_map(|text| read(text));
    request.map_or_else(offline_reviewer::no_code, |request| offline_reviewer::review(&request))
}

struct Fence<'a> {
    name: &'a str,
    nonce: &'a str,
    attributes: &'a str,
    body: &'a str,
}

/// Reads a prompt. Returns `None` if it contains no code.
fn read(text: &str) -> Option<Request<'_>> {
    let fences = fences(text);
    let at = fences.iter().rposition(|fence| fence.name == "code" && numbered_lines(fence).is_some())?;
    let code = &fences[at];
    let same = |name: &str| {
        let mut rest = fences[at + 1..].iter();
        rest.find(|fence| fence.name == name && fence.nonce == code.nonce)
    };
    let selection = same("selection").and_then(|fence| {
        let first = number(fence, "start_line")?;
        let last = number(fence, "end_line")?;
        (first <= last).then_some((first, last))
    });
    Some(Request {
        language: attribute(code, "language").unwrap_or(""),
        filename: attribute(code, "filename").unwrap_or(""),
        lines: numbered_lines(code)?,
        first_line: number(code, "first_line").unwrap_or(1).max(1),
        selection,
        question: same("question").map_or("", |fence| fence.body),
    })
}

/// The fences of a text, in order.
fn fences(text: &str) -> Vec<Fence<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        let after = (line_end + 1).min(text.len());
        let opened = opening(&text[at..line_end]);
        at = after;
        if let Some((name, nonce, attributes)) = opened {
            let close = format!("</{name}-{nonce}>");
            if let Some(length) = text[after..].find(&close) {
                let body = &text[after..after + length];
                found.push(Fence { name, nonce, attributes, body: body.strip_suffix('\n').unwrap_or(body) });
                at = after + length + close.len();
            }
        }
    }
    found
}

/// Reads `<name-nonce attributes>`.
fn opening(line: &str) -> Option<(&str, &str, &str)> {
    let inner = line.trim_end().strip_prefix('<')?.strip_suffix('>')?;
    let (tag, attributes) = inner.split_once(' ').unwrap_or((inner, ""));
    let (name, nonce) = tag.split_once('-')?;
    let known = ["code", "selection", "history", "question"].contains(&name);
    let hex = !nonce.is_empty() && nonce.chars().all(|c| c.is_ascii_hexdigit());
    (known && hex).then_some((name, nonce, attributes))
}

fn attribute<'a>(fence: &Fence<'a>, name: &str) -> Option<&'a str> {
    let mut rest = fence.attributes;
    loop {
        let (key, tail) = rest.split_once("=\"")?;
        let (value, tail) = tail.split_once('"')?;
        if key.trim() == name {
            return Some(value);
        }
        rest = tail;
    }
}

fn number(fence: &Fence<'_>, name: &str) -> Option<usize> {
    attribute(fence, name)?.parse().ok()
}

/// The lines of a code fence without their numbers. Returns `None` if the numbers do not count up from `first_line`.
fn numbered_lines<'a>(fence: &Fence<'a>) -> Option<Vec<&'a str>> {
    let first = number(fence, "first_line").unwrap_or(1).max(1);
    if fence.body.is_empty() {
        return Some(Vec::new());
    }
    fence
        .body
        .split('\n')
        .enumerate()
        .map(|(index, line)| {
            let (shown, text) = line.split_once('|')?;
            let expected = first.checked_add(index)?;
            (shown.trim().parse() == Ok(expected)).then_some(text)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: &str = "Please review.\n\
        <code-af09 language=\"rust\" filename=\"a.rs\" first_line=\"3\" last_line=\"5\" total_lines=\"9\">\n\
        3|fn a() {\n4|    // </code-beef>\n5|}\r\n</code-af09>\n\
        <selection-af09 start_line=\"4\" end_line=\"5\">\nx\n</selection-af09>\n\
        <question-af09>\nWhy?\n<code-af09 first_line=\"1\">\n1|not this\n</question-af09>\n";

    #[test]
    fn the_parts_of_a_prompt_are_found_and_imitated_fences_are_ignored() {
        let request = read(PROMPT).expect("the prompt holds code");
        assert_eq!((request.language, request.filename), ("rust", "a.rs"));
        assert_eq!(request.lines, ["fn a() {", "    // </code-beef>", "}\r"]);
        assert_eq!((request.first_line, request.selection), (3, Some((4, 5))));
        assert!(request.question.starts_with("Why?"));
    }

    #[test]
    fn code_with_wrong_line_numbers_is_rejected() {
        assert!(read("<code-a1 first_line=\"1\">\n1|a\n3|b\n</code-a1>").is_none());
        assert!(read("no fence at all").is_none());
    }
}
