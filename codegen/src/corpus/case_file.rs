//! The file of a small case: how its documents differ from those of the base, and the expected output.
//!
//! A file is a list of sections. A line `==== KIND` or `==== KIND PATH` starts each, and an empty line ends all but the
//! last:
//!
//! - `change PATH`: a unified diff from the document of the base. The base has no lock: `schema/schema.lock` is changed
//!   from `minimal.lock`, and an empty diff takes that as it is.
//! - `add PATH`: the whole text of a document that the base does not have.
//! - `remove PATH`: nothing.
//! - `problems`, `notices`: the expected text.
//! - `lock`: a unified diff from the lock of the case to the expected lock.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use diffy::{Patch, PatchFormatter};

use super::{EXPECTED, NOTICES, STDERR};
use crate::load::{Documents, LOCK};

const HEADER: &str = "==== ";

/// A section of the file: its kind, with its path, and its text.
#[derive(Debug)]
struct Section {
    header: String,
    text: String,
}

/// The sections of a file, in order.
#[derive(Debug, Default)]
pub(super) struct CaseFile(Vec<Section>);

impl CaseFile {
    /// Reads the sections of a file.
    ///
    /// # Errors
    /// When the file does not start with a section.
    pub(super) fn parse(file: &str) -> Result<Self, String> {
        let mut sections: Vec<Section> = Vec::new();
        for line in file.split_inclusive('\n') {
            match (line.strip_prefix(HEADER), sections.last_mut()) {
                (Some(header), last) => {
                    if let Some(last) = last {
                        last.text.truncate(last.text.strip_suffix('\n').map_or(last.text.len(), str::len));
                    }
                    sections.push(Section { header: header.trim_end().to_owned(), text: String::new() });
                }
                (None, Some(last)) => last.text.push_str(line),
                (None, None) => return Err(format!("the first line is {line:?}, and must start with {HEADER:?}")),
            }
        }
        Ok(Self(sections))
    }

    /// The documents of the case.
    ///
    /// # Errors
    /// When a section is unknown, or a diff does not fit to the base.
    pub(super) fn documents(&self, base: &Documents, base_lock: &str) -> Result<Documents, String> {
        let mut documents = base.clone();
        for Section { header, text } in &self.0 {
            match header.split_once(' ') {
                Some(("add", path)) => documents.insert(path, text.clone()),
                Some(("remove", path)) => documents.remove(path),
                Some(("change", path)) => {
                    let before = if path == LOCK { base_lock } else { base.get(path).unwrap_or_default() };
                    documents.insert(path, patched(before, text).map_err(|error| format!("{header}: {error}"))?);
                }
                _ if ["problems", "notices", "lock"].contains(&&**header) => {}
                _ => return Err(format!("{header:?} is not a section")),
            }
        }
        Ok(documents)
    }

    /// The expected output, by path.
    ///
    /// # Errors
    /// When the diff of the lock does not fit to the lock of the case.
    pub(super) fn expected(&self, documents: &Documents) -> Result<BTreeMap<String, String>, String> {
        let mut expected = BTreeMap::new();
        for Section { header, text } in &self.0 {
            let (path, text) = match header.as_str() {
                "problems" => (STDERR.to_owned(), text.clone()),
                "notices" => (NOTICES.to_owned(), text.clone()),
                "lock" => (format!("{EXPECTED}/{LOCK}"), patched(documents.get(LOCK).unwrap_or_default(), text)?),
                _ => continue,
            };
            expected.insert(path, text);
        }
        Ok(expected)
    }

    /// Replaces the expected output.
    pub(super) fn set_expected(&mut self, documents: &Documents, output: &BTreeMap<String, String>) {
        self.0.retain(|section| section.header.contains(' '));
        for (path, text) in output {
            let (header, text) = match path.as_str() {
                STDERR => ("problems", text.clone()),
                NOTICES => ("notices", text.clone()),
                _ => ("lock", diff(documents.get(LOCK).unwrap_or_default(), text)),
            };
            self.0.push(Section { header: header.to_owned(), text });
        }
    }
}

impl Display for CaseFile {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, Section { header, text }) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}{HEADER}{header}\n{text}")?;
        }
        Ok(())
    }
}

/// Applies a unified diff. An empty one changes nothing.
fn patched(before: &str, diff: &str) -> Result<String, String> {
    if diff.is_empty() {
        return Ok(before.to_owned());
    }
    let patch = Patch::from_str(diff).map_err(|error| error.to_string())?;
    diffy::apply(before, &patch).map_err(|error| error.to_string())
}

/// A unified diff without the lines that name the files.
fn diff(before: &str, after: &str) -> String {
    let patch = diffy::create_patch(before, after);
    let text = PatchFormatter::new().fmt_patch(&patch).to_string();
    text.split_inclusive('\n').skip_while(|line| !line.starts_with("@@")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Documents {
        let mut base = Documents::default();
        base.insert("a.toml", "one\ntwo\n");
        base.insert("b.toml", "three\n");
        base
    }

    const FILE: &str = "==== change a.toml\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n\n==== remove b.toml\n\n==== add c.toml\n\
                        new\n\n==== problems\nbad\n";

    #[test]
    fn a_case_is_the_base_with_its_changes() {
        let file = CaseFile::parse(FILE).expect("sections");
        let documents = file.documents(&base(), "").expect("the diff fits");
        let documents: Vec<_> = documents.iter().collect();
        assert_eq!(documents, [("a.toml", "one\n2\n"), ("c.toml", "new\n")]);
        assert_eq!(file.to_string(), FILE);
    }

    #[test]
    fn new_output_replaces_the_expected_output() {
        let mut file = CaseFile::parse(FILE).expect("sections");
        let documents = file.documents(&base(), "").expect("the diff fits");
        let output = BTreeMap::from([(STDERR.to_owned(), "worse\n".to_owned())]);
        file.set_expected(&documents, &output);
        assert_eq!(file.expected(&documents), Ok(output));
        assert!(file.to_string().ends_with("new\n\n==== problems\nworse\n"), "{file}");
    }

    #[test]
    fn an_expected_lock_is_a_diff_from_the_lock_of_the_case() {
        let mut file = CaseFile::parse("==== change schema/schema.lock\n@@ -1 +1 @@\n-1\n+2\n").expect("sections");
        let documents = file.documents(&base(), "1\n").expect("the diff fits");
        let output = BTreeMap::from([(format!("{EXPECTED}/{LOCK}"), "3\n".to_owned())]);
        file.set_expected(&documents, &output);
        assert!(file.to_string().ends_with("==== lock\n@@ -1 +1 @@\n-2\n+3\n"), "{file}");
        assert_eq!(file.expected(&documents), Ok(output));
    }

    #[test]
    fn a_broken_file_is_refused() {
        assert!(CaseFile::parse("text\n").is_err());
        for section in ["==== chance a.toml\n", "==== change a.toml\n@@ -1 +1 @@\n-five\n+six\n"] {
            let file = CaseFile::parse(section).expect("sections");
            assert!(file.documents(&base(), "").is_err(), "{section}");
        }
    }
}
