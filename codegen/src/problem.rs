//! What is wrong with the documents: collected in one list, shown all at once.

use crate::source::{At, Sources};

/// One thing to put right.
#[derive(Debug)]
pub struct Problem {
    pub at: At,
    /// The name of the check that found it.
    pub check: &'static str,
    pub message: String,
}

/// Everything found so far.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub fn push(&mut self, check: &'static str, at: At, message: impl Into<String>) {
        self.0.push(Problem { at, check, message: message.into() });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A line for each problem, in the order of the documents, none of them twice.
    pub fn lines(&self, sources: &Sources) -> Vec<String> {
        let mut sorted: Vec<&Problem> = self.0.iter().collect();
        sorted.sort_by_key(|problem| problem.at);
        let mut lines: Vec<String> = Vec::new();
        for Problem { at, check, message } in sorted {
            let line = format!("{}: error: {message} [{check}]\n", sources.locate(*at));
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }
}

/// `; did you mean "session"?` when a known word is close to what was written, else nothing.
pub fn suggestion<'w>(written: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    let closest = known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(written, word), word))
        .min_by_key(|(distance, _)| *distance);
    match closest {
        Some((distance, word)) if distance <= 1 + written.len() / 4 => {
            format!("; did you mean \"{word}\"?")
        }
        _ => String::new(),
    }
}

/// The problems as the generator reports them.
#[must_use]
pub fn problem_report(problems: &[String]) -> String {
    let plural = if problems.len() == 1 { "" } else { "s" };
    format!("{}{} problem{plural}; nothing was written\n", problems.concat(), problems.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_told_once_and_in_the_order_of_the_documents() {
        let mut sources = Sources::default();
        let (first, second) = (sources.add("a.toml", "one\ntwo"), sources.add("b.md", "three"));
        let mut problems = Problems::default();
        problems.push("last", second, "3");
        problems.push("middle", first.plus(4), "2");
        problems.push("middle", first.plus(4), "2");
        problems.push("start", first, "1");
        let expected =
            ["a.toml:1:1: error: 1 [start]\n", "a.toml:2:1: error: 2 [middle]\n", "b.md:1:1: error: 3 [last]\n"];
        assert_eq!(problems.lines(&sources), expected);
    }

    #[test]
    fn only_a_close_word_is_suggested() {
        assert_eq!(suggestion("sesion", ["user", "session"]), "; did you mean \"session\"?");
        assert_eq!(suggestion("zebra", ["user", "session"]), "");
        assert_eq!(suggestion("anything", []), "");
    }
}
