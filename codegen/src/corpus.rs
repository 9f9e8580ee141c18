//! The corpus: designs with what must come of them, in `codegen/testdata/`. A directory in, files or problems out.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::codegen::{compile, notices};
use crate::files;
use crate::load::{Documents, LOCK};
use crate::problem::problem_report;

/// The good designs, each whole.
const GOOD: &str = "good";
/// The bad ones, each with only what differs from [`BASE`].
const BAD: &str = "bad";
/// Changes of [`BASE`] that its lock lets pass, each with only what differs: all that must come out is the lock.
const LOCKED: &str = "locked";
/// The smallest good design.
const BASE: &str = "good/minimal";
/// A good design whose other documents are those of `examples/library`, which has fewer kinds of output.
const LIBRARY: &str = "good/library";
/// Paths of the base that a bad design does not have, a line each.
const WITHOUT: &str = "without.txt";
/// The problems that must be told.
const STDERR: &str = "stderr.txt";
/// What must be said besides.
const NOTICES: &str = "notices.txt";
/// The files that must be emitted.
const EXPECTED: &str = "expected";

/// A design of the corpus.
#[derive(Debug)]
pub struct Case {
    /// Its folder in the corpus, for instance `bad/unknown_entity`.
    pub name: String,
    /// What it is made of, with what it takes from the base.
    pub documents: Documents,
    folder: PathBuf,
}

/// Where `codegen/testdata/` is.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/library")
}

/// Every case, in order of its name.
pub fn cases(corpus: &Path) -> io::Result<Vec<Case>> {
    let base = Documents::read(&corpus.join(BASE))?;
    let mut cases = Vec::new();
    for kind in [GOOD, LOCKED, BAD] {
        for entry in fs::read_dir(corpus.join(kind))? {
            let entry = entry?;
            let name = format!("{kind}/{}", entry.file_name().to_string_lossy());
            let folder = entry.path();
            let mut documents = Documents::read(&folder)?;
            if name == LIBRARY {
                documents = documents.over(&Documents::read(&example())?);
            }
            if kind != GOOD {
                documents = documents.over(&base);
                for path in read_if_there(&folder.join(WITHOUT))?.unwrap_or_default().lines() {
                    documents.remove(path);
                }
            }
            cases.push(Case { name, documents, folder });
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

impl Case {
    /// What comes of it, by the paths under its folder: every emitted file, or the problems.
    #[must_use]
    pub fn outcome(&self) -> BTreeMap<String, String> {
        let is_shown = |path: &str| !self.name.starts_with(LOCKED) || path == LOCK;
        match compile(&self.documents) {
            Ok(mut files) => {
                files.retain(|file| is_shown(&file.path));
                let notices = notices(&self.documents).into_iter().map(|notice| notice + "\n").collect::<String>();
                let notices = (!notices.is_empty()).then(|| (NOTICES.to_owned(), notices));
                files.into_iter().map(|file| (format!("{EXPECTED}/{}", file.path), file.text)).chain(notices).collect()
            }
            Err(problems) => BTreeMap::from([(STDERR.to_owned(), problem_report(&problems))]),
        }
    }

    /// What must come of it.
    pub fn expected(&self) -> io::Result<BTreeMap<String, String>> {
        let mut expected = BTreeMap::new();
        for path in files::under(&self.folder, EXPECTED)?.into_iter().chain([STDERR, NOTICES].map(str::to_owned)) {
            if let Some(text) = read_if_there(&self.folder.join(&path))? {
                expected.insert(path, text);
            }
        }
        Ok(expected)
    }

    /// A line for each difference between what must come of it and what does; none when all is well.
    pub fn differences(&self) -> io::Result<Vec<String>> {
        let (expected, outcome) = (self.expected()?, self.outcome());
        let mut differences = Vec::new();
        for (path, text) in &outcome {
            match expected.get(path) {
                None => differences.push(format!("{}/{path} is not expected:\n{text}", self.name)),
                Some(wanted) if wanted != text => {
                    differences.push(format!("{}/{path} differs{}", self.name, first_difference(wanted, text)));
                }
                Some(_) => {}
            }
        }
        let missing = expected.keys().filter(|path| !outcome.contains_key(*path));
        differences.extend(missing.map(|path| format!("{}/{path} is expected and does not come\n", self.name)));
        Ok(differences)
    }

    /// Makes what comes of it what must come of it. Returns the paths that changed.
    pub fn bless(&self) -> io::Result<Vec<String>> {
        let (expected, outcome) = (self.expected()?, self.outcome());
        let mut changed = Vec::new();
        for (path, text) in &outcome {
            if expected.get(path) != Some(text) {
                files::write(&self.folder, path, text)?;
                changed.push(format!("{}/{path}", self.name));
            }
        }
        for path in expected.keys().filter(|path| !outcome.contains_key(*path)) {
            fs::remove_file(self.folder.join(path))?;
            changed.push(format!("{}/{path}", self.name));
        }
        Ok(changed)
    }
}

/// The first line in which two texts differ, both ways.
fn first_difference(wanted: &str, text: &str) -> String {
    let (mut wanted, mut text) = (wanted.lines(), text.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (wanted.next(), text.next()) {
            (None, None) => return " in its line endings\n".to_owned(),
            (a, b) if a == b => {}
            (a, b) => {
                let shown = |line: Option<&str>| line.unwrap_or("(nothing)").to_owned();
                return format!(" in line {number}:\n  expected: {}\n  found:    {}\n", shown(a), shown(b));
            }
        }
    }
}

fn read_if_there(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
