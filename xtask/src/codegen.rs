//! `cargo xtask codegen`: from the documents to files, or to a list of problems.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use crate::check;
use crate::design::Design;
use crate::emit;
use crate::load::load;

/// Where generated files live, and nothing else does.
const OWNED: [&str; 2] = ["model/src/generated", "schema/generated"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Write,
    Check,
}

/// A file that the generator writes.
#[derive(Debug, PartialEq, Eq)]
pub struct Emitted {
    pub path: String,
    pub text: String,
}

/// What a run did or found. `Stale` and `Problems` are texts for a person.
#[derive(Debug)]
pub enum Outcome {
    Current { files: usize },
    Written { changed: Vec<String>, files: usize },
    Stale(String),
    Problems { count: usize, text: String },
}

/// Reads the documents under `root` and writes, or checks, what comes out of them.
pub fn run(root: &Path, mode: Mode) -> io::Result<Outcome> {
    let mut loaded = load(root)?;
    if let Some(design) = &loaded.design {
        check::run(design, &mut loaded.problems);
    }
    let design = match loaded.design {
        Some(design) if loaded.problems.is_empty() => design,
        _ => {
            return Ok(Outcome::Problems {
                count: loaded.problems.len(),
                text: loaded.problems.render(&loaded.sources),
            });
        }
    };
    let files = generate(&design);
    let stale = stale(root, &files)?;
    if stale.is_empty() {
        return Ok(Outcome::Current { files: files.len() });
    }
    match mode {
        Mode::Check => {
            let line = |path: &String| {
                format!("{path} is stale: run `cargo xtask codegen` and commit the result\n")
            };
            Ok(Outcome::Stale(stale.iter().map(line).collect()))
        }
        Mode::Write => {
            write(root, &files, &stale)?;
            Ok(Outcome::Written {
                changed: stale,
                files: files.len(),
            })
        }
    }
}

/// Every output, in one list: a new emitter is one more line.
pub fn generate(design: &Design) -> Vec<Emitted> {
    [
        emit::ids::emit(design),
        emit::keys::emit(design),
        emit::entity::emit(design),
        emit::pattern::emit(design),
        emit::registry::emit(design),
        emit::root::emit(design),
        emit::table::emit(design),
        emit::lock::emit(design),
        emit::index::emit(design),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Files whose text differs, that are missing, or that nothing emits any more.
fn stale(root: &Path, files: &[Emitted]) -> io::Result<Vec<String>> {
    let mut stale: BTreeSet<String> = BTreeSet::new();
    for file in files {
        if fs::read_to_string(root.join(&file.path)).ok().as_ref() != Some(&file.text) {
            stale.insert(file.path.clone());
        }
    }
    for folder in OWNED {
        for path in files_under(root, folder)? {
            if !files.iter().any(|file| file.path == path) {
                stale.insert(path);
            }
        }
    }
    Ok(stale.into_iter().collect())
}

fn write(root: &Path, files: &[Emitted], stale: &[String]) -> io::Result<()> {
    for path in stale {
        let full = root.join(path);
        match files.iter().find(|file| file.path == *path) {
            Some(file) => {
                if let Some(folder) = full.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::write(full, &file.text)?;
            }
            None => fs::remove_file(full)?,
        }
    }
    Ok(())
}

fn files_under(root: &Path, folder: &str) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(root.join(&folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    Ok(files)
}
