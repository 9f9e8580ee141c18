//! Problems in the documents: collected in one list and reported together.

use crate::design::Entity;
use crate::source::{At, Sources};
use crate::suggestion::suggestion;

/// A problem in a document.
#[derive(Debug)]
pub struct Problem {
    pub at: At,
    /// The name of the check that reports it.
    pub check: &'static str,
    pub message: String,
    /// The field that does not exist, if the problem is an unknown field.
    missing: Option<Missing>,
}

/// A field that a document uses and its entity does not have.
#[derive(Debug)]
struct Missing {
    entity: String,
    field: String,
    /// The position of the entity, where the field could be added.
    entity_at: At,
    hint: String,
    /// A description of the part of the document that uses it.
    used: String,
}

/// The problems so far.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub fn push(&mut self, check: &'static str, at: At, message: impl Into<String>) {
        self.0.push(Problem { at, check, message: message.into(), missing: None });
    }

    /// A use of a field that its entity does not have. Several uses of one field are reported as one problem.
    /// `used` names the part of the document, for instance "a condition".
    pub fn missing_field(
        &mut self,
        check: &'static str,
        at: At,
        message: impl Into<String>,
        (entity, entity_at, field): (&str, At, &str),
        (known, used): (&[&str], impl Into<String>),
    ) {
        let hint = suggestion(field, known.iter().copied());
        let message = format!("{}{hint}", message.into());
        let (entity, field) = (entity.to_owned(), field.to_owned());
        self.0.push(Problem {
            at,
            check,
            message,
            missing: Some(Missing { entity, field, entity_at, hint, used: used.into() }),
        });
    }

    /// Reports a use of a field that a loaded entity does not have.
    pub fn not_a_field(
        &mut self,
        check: &'static str,
        at: At,
        (entity, field): (&Entity, &str),
        used: impl Into<String>,
    ) {
        let known: Vec<&str> = entity.fields.iter().map(|field| field.name.as_str()).collect();
        let message = format!("`{field}` is not a field of {}", entity.name);
        self.missing_field(check, at, message, (&entity.name, entity.at, field), (&known, used));
    }

    /// Whether a use of this field is already reported.
    pub fn is_missing(&self, entity: &str, field: &str) -> bool {
        let same = |missing: &Missing| missing.entity == entity && missing.field == field;
        self.0.iter().filter_map(|problem| problem.missing.as_ref()).any(same)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A line for each problem, in the order of the documents, without duplicates.
    pub fn lines(&self, sources: &Sources) -> Vec<String> {
        let mut sorted: Vec<(At, String)> = self.0.iter().map(|problem| self.shown(problem, sources)).collect();
        sorted.sort_by_key(|(at, _)| *at);
        let mut lines: Vec<String> = Vec::new();
        for (_, line) in sorted {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }

    /// The position and the text of a problem. Several uses of one missing field are shown as one problem of its
    /// entity.
    fn shown(&self, problem: &Problem, sources: &Sources) -> (At, String) {
        if let Some(missing) = &problem.missing {
            let uses = self.uses(missing);
            if uses.len() > 1 {
                return (missing.entity_at, missing.text(&uses, sources));
            }
        }
        let Problem { at, check, message, .. } = problem;
        (*at, format!("{}: error: {} [{check}]\n", sources.locate(*at), one_line(message)))
    }

    /// The positions that use this field, each once, in the order of the documents.
    fn uses(&self, missing: &Missing) -> Vec<(At, &str)> {
        let of_field = self.0.iter().filter_map(|problem| Some((problem.at, problem.missing.as_ref()?)));
        let same = of_field.filter(|(_, other)| (&other.entity, &other.field) == (&missing.entity, &missing.field));
        let mut uses: Vec<(At, &str)> = same.map(|(at, other)| (at, other.used.as_str())).collect();
        uses.sort_unstable();
        uses.dedup();
        uses
    }
}

impl Missing {
    /// The text of the problem with a list of its uses.
    fn text(&self, uses: &[(At, &str)], sources: &Sources) -> String {
        let Missing { entity_at, hint, .. } = self;
        let (entity, field, hint) = (one_line(&self.entity), one_line(&self.field), one_line(hint));
        let place = sources.locate(*entity_at);
        let count = uses.len();
        let root = format!(
            "{place}: error: {entity} has no field `{field}`, which is used in {count} places; add \
             `[fields.{field}]`, or change its uses{hint} [fields-exist]\n"
        );
        let line = |(at, used): &(At, &str)| format!("  {}: {used}\n", sources.locate(*at));
        root + &uses.iter().map(line).collect::<String>()
    }
}

/// The text with its control characters as escapes, such as `\n`. A message can quote a name with a line end.
fn one_line(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// The problems as the generator prints them.
#[must_use]
pub fn problem_report(problems: &[String]) -> String {
    let plural = if problems.len() == 1 { "" } else { "s" };
    format!("{}{} problem{plural}; nothing was written\n", problems.concat(), problems.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_reported_once_and_in_document_order() {
        let mut sources = Sources::default();
        let (first, second) = (sources.add("a.toml", "one\ntwo"), sources.add("b.md", "three"));
        let mut problems = Problems::default();
        problems.push("last", second, "3");
        problems.push("middle", first.plus(4), "2");
        problems.push("middle", first.plus(4), "2");
        problems.push("start", first, "1");
        problems.push("lines", second.plus(5), "`a\nb` and\t`c`");
        let expected = [
            "a.toml:1:1: error: 1 [start]\n",
            "a.toml:2:1: error: 2 [middle]\n",
            "b.md:1:1: error: 3 [last]\n",
            "b.md:1:6: error: `a\\nb` and\\t`c` [lines]\n",
        ];
        assert_eq!(problems.lines(&sources), expected);
    }
}
