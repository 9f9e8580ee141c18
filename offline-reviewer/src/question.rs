//! Parses a question: a request for a description, a request for no changes, a topic, a line.

use crate::rules::Topic;

/// The parts of a question that affect the answer.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) wants_description: bool,
    pub(crate) forbids_changes: bool,
    topics: Vec<Topic>,
    lines: Vec<usize>,
}

const TOPICS: [(Topic, &[&str]); 3] = [
    (
        Topic::Security,
        &["secur", "safe", "vulnerab", "inject", "exploit", "attack", "password", "secret", "leak", "xss"],
    ),
    (Topic::Errors, &["error", "exception", "fail", "panic", "crash", "robust", "handle", "throw"]),
    (Topic::Correctness, &["bug", "wrong", "correct", "incorrect", "broken", "off by one", "off-by-one"]),
];

impl Question {
    pub(crate) fn read(text: &str) -> Self {
        let text = text.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let topics = TOPICS.iter().filter(|(_, words)| has(words)).map(|(topic, _)| *topic);
        Self {
            wants_description: has(&[
                "why",
                "explain",
                "what does",
                "what is",
                "what are",
                "how does",
                "how do",
                "describe",
                "understand",
                "summar",
                "walk me",
            ]),
            forbids_changes: has(&[
                "do not change",
                "don't change",
                "without changing",
                "no changes",
                "just explain",
                "only explain",
                "no patch",
                "without a patch",
            ]),
            topics: topics.collect(),
            lines: lines_named(&text),
        }
    }

    /// Whether the question asks for a finding of this topic on this line.
    pub(crate) fn is_about(&self, topic: Topic, line: usize) -> bool {
        if self.lines.is_empty() { self.topics.contains(&topic) } else { self.lines.contains(&line) }
    }
}

/// The numbers after the word “line” or “lines”.
fn lines_named(text: &str) -> Vec<usize> {
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        if matches!(word, "line" | "lines") {
            found.extend(words.next().and_then(|word| word.parse::<usize>().ok()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_its_topic_its_line_and_its_wishes() {
        let question = Question::read("Why is line 12 not secure? Do not change it.");
        assert!(question.wants_description && question.forbids_changes);
        assert!(question.is_about(Topic::Errors, 12));
        assert!(!question.is_about(Topic::Security, 13));
        let question = Question::read("Is this safe?");
        assert!(question.is_about(Topic::Security, 1));
        assert!(!question.wants_description && !question.forbids_changes);
    }
}
