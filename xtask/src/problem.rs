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
        self.0.push(Problem {
            at,
            check,
            message: message.into(),
        });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// One line for each problem, in the order of the documents.
    pub fn render(&self, sources: &Sources) -> String {
        let mut sorted: Vec<&Problem> = self.0.iter().collect();
        sorted.sort_by_key(|problem| problem.at);
        let line = |p: &Problem| {
            format!(
                "{}: error: {} [{}]\n",
                sources.locate(p.at),
                p.message,
                p.check
            )
        };
        sorted.into_iter().map(line).collect()
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
