//! One run of the generator: it turns the documents into files, or into a list of problems.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use crate::check;
use crate::design::{Design, Generate, Operation, Pattern};
use crate::emit;
use crate::emitted::Emitted;
use crate::files;
use crate::load::{Documents, LOCK, load};

/// The purpose of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Writes the files that differ.
    Write,
    /// Compares the files and writes nothing.
    Check,
    /// Writes the files that differ, and creates the lock if it does not exist.
    Lock,
    /// Writes the files that differ, and marks the announced values and versions in the lock as known everywhere.
    Deployed,
}

/// The result of a run.
#[derive(Debug)]
pub enum Outcome {
    /// Every file equals the output.
    Current {
        /// The number of files.
        files: usize,
    },
    /// Some files differed and are written now.
    Written {
        /// The paths of these files.
        changed: Vec<String>,
        /// The number of all files.
        files: usize,
        /// The manual steps and costs of the change, one sentence each.
        notices: Vec<String>,
    },
    /// Some files differ from the output.
    Stale {
        /// The paths of these files.
        paths: Vec<String>,
        /// The command that runs the generator.
        command: String,
    },
    /// A line for each problem in the documents.
    Problems(Vec<String>),
}

/// Reads the documents under `root` and writes or checks their output.
pub fn run(root: &Path, mode: Mode) -> io::Result<Outcome> {
    let mut documents = Documents::read(root)?;
    if mode == Mode::Lock && documents.get(LOCK).is_none() {
        documents.insert(LOCK, "");
    }
    if mode == Mode::Deployed && documents.get(LOCK).is_none() {
        let message = format!(
            "{LOCK}: error: the file does not exist, so no value or version was announced; create it with `--lock`\n"
        );
        return Ok(Outcome::Problems(vec![message]));
    }
    let Compiled { files, generate } = match compiled(&documents, mode) {
        Ok(compiled) => compiled,
        Err(problems) => return Ok(Outcome::Problems(problems)),
    };
    let stale = stale(root, &files, &generate)?;
    if stale.is_empty() {
        return Ok(Outcome::Current { files: files.len() });
    }
    match mode {
        Mode::Check => Ok(Outcome::Stale { paths: stale, command: generate.command }),
        Mode::Write | Mode::Lock | Mode::Deployed => {
            let notices = notices(&documents);
            write(root, &files, &stale)?;
            Ok(Outcome::Written { changed: stale, files: files.len(), notices })
        }
    }
}

/// The output of the documents: every file, or a line for each problem.
pub fn compile(documents: &Documents) -> Result<Vec<Emitted>, Vec<String>> {
    compiled(documents, Mode::Write).map(|compiled| compiled.files)
}

/// The manual steps and costs of the differences from the lock, one sentence each.
#[must_use]
pub fn notices(documents: &Documents) -> Vec<String> {
    load(documents).design.map(|design| check::notices(&design)).unwrap_or_default()
}

/// The folders that contain only generated files; none if the table is invalid.
#[must_use]
pub fn owned_folders(documents: &Documents) -> Vec<String> {
    let design = load(documents).design;
    let owned = |design: &Design| design.table.generate.owned_folders().into_iter().map(str::to_owned).collect();
    design.as_ref().map(owned).unwrap_or_default()
}

/// Every output file, and the settings of the output.
struct Compiled {
    files: Vec<Emitted>,
    generate: Generate,
}

fn compiled(documents: &Documents, mode: Mode) -> Result<Compiled, Vec<String>> {
    let mut loaded = load(documents);
    if let Some(design) = &mut loaded.design {
        if mode == Mode::Deployed {
            design.lock.deployed();
        }
        check::run(design, loaded.complete, &mut loaded.problems);
    }
    if let Some(design) = loaded.design.filter(|_| loaded.problems.is_empty()) {
        let files = generate(&design);
        check::outputs::paths_are_unique(&design, &files, &mut loaded.problems);
        if loaded.problems.is_empty() {
            return Ok(Compiled { files, generate: design.table.generate });
        }
    }
    Err(loaded.problems.lines(&loaded.sources))
}

/// The name and callers of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternName {
    /// For instance `AP-07`.
    pub id: String,
    /// The name of its function.
    pub name: String,
    /// The heading, without the id.
    pub title: String,
    /// The functions that may call the pattern.
    pub callers: Vec<String>,
    /// Whether operators call it, and not the product.
    pub tool: bool,
    /// Whether it reads the whole table.
    pub scan: bool,
}

/// The valid patterns of the documents.
#[must_use]
pub fn patterns(documents: &Documents) -> Vec<PatternName> {
    let patterns = load(documents).design.map(|design| design.patterns).unwrap_or_default();
    let name = |pattern: Pattern| {
        let scan = matches!(pattern.operation, Operation::Scan(_));
        let Pattern { id, name, title, callers, tool, .. } = pattern;
        PatternName { id, name, title, callers, tool, scan }
    };
    patterns.into_iter().map(name).collect()
}

/// An unused id for a new pattern. Ids of deleted patterns are never reused.
#[must_use]
pub fn next_id<'p>(ids: impl Iterator<Item = &'p str>, lock: &'p str) -> String {
    let locked = lock.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let numbers = ids.chain(locked).filter_map(|id| id.strip_prefix("AP-")?.parse::<u64>().ok());
    format!("AP-{:02}", numbers.max().unwrap_or_default().saturating_add(1))
}

/// The report of `--check` on stale files.
#[must_use]
pub fn stale_report(paths: &[String], command: &str) -> String {
    let line = |path: &String| format!("{path} is stale: run `{command}` and commit the result\n");
    paths.iter().map(line).collect()
}

/// The list of all emitters.
fn generate(design: &Design) -> Vec<Emitted> {
    [
        emit::ids::emit(design),
        emit::counts::emit(design),
        emit::keys::emit(design),
        emit::limits::emit(design),
        emit::typescript::emit(design).into_iter().collect(),
        emit::entity::emit(design),
        emit::any::emit(design),
        emit::pattern::emit(design),
        emit::registry::emit(design),
        emit::schema::emit(design),
        emit::by_name::emit(design),
        emit::root::emit(design),
        emit::table::emit(design),
        emit::json_schema::emit(design),
        emit::partiql::emit(design),
        emit::workbench::emit(design),
        emit::analytics::emit(design),
        emit::lock::emit(design),
        emit::index::emit(design),
        emit::stack::emit(design),
    ]
    .concat()
}

/// The paths of files that differ from the output, that are missing, or that are not part of the output any more.
fn stale(root: &Path, files: &[Emitted], generate: &Generate) -> io::Result<Vec<String>> {
    let mut stale: BTreeSet<String> = BTreeSet::new();
    for file in files {
        if fs::read_to_string(root.join(&file.path)).ok().as_ref() != Some(&file.text) {
            stale.insert(file.path.clone());
        }
    }
    for folder in generate.owned_folders() {
        files::refuse_link(root, folder)?;
        for path in files::under(root, folder)? {
            if !files.iter().any(|file| file.path == path) {
                stale.insert(path);
            }
        }
    }
    Ok(stale.into_iter().collect())
}

fn write(root: &Path, files: &[Emitted], stale: &[String]) -> io::Result<()> {
    for path in stale {
        match files.iter().find(|file| file.path == *path) {
            Some(file) => files::write(root, path, &file.text)?,
            None => files::remove(root, path)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_id_is_above_all_ids_of_present_and_deleted_patterns() {
        assert_eq!(next_id(["AP-07", "AP-02"].into_iter(), ""), "AP-08");
        assert_eq!(next_id(["AP-07"].into_iter(), "pattern AP-116\nAP-9: deleted"), "AP-117");
        assert_eq!(next_id([].into_iter(), ""), "AP-01");
    }
}
