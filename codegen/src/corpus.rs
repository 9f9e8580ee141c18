//! The corpus: designs with their expected output, in `codegen/testdata/`.

mod case_file;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use self::case_file::CaseFile;
use crate::codegen::{compile, notices};
use crate::files;
use crate::load::{Documents, LOCK};
use crate::problem::problem_report;

/// The good designs: a folder each, with all documents and all expected files.
const GOOD: &str = "good";
/// The bad designs: a file each, with its differences from [`BASE`] and the expected problems.
const BAD: &str = "bad";
/// Changes of [`BASE`] that its lock permits: a file each, with its differences and the expected lock.
const LOCKED: &str = "locked";
/// The smallest good design.
const BASE: &str = "good/minimal";
/// A good design whose other documents are those of `examples/library`, which has fewer kinds of output.
const LIBRARY: &str = "good/library";
/// The lock of [`BASE`], which has none of its own.
const BASE_LOCK: &str = "minimal.lock";
/// The path of the expected problems.
const STDERR: &str = "stderr.txt";
/// The path of the expected notices.
const NOTICES: &str = "notices.txt";
/// The folder of the expected files.
const EXPECTED: &str = "expected";

/// A design of the corpus.
#[derive(Debug)]
pub struct Case {
    /// Its path in the corpus, for instance `bad/unknown_entity`.
    pub name: String,
    /// Its documents.
    pub documents: Documents,
    path: PathBuf,
    /// The file of a bad or locked design. A good one is a folder.
    file: Option<CaseFile>,
}

/// The path of `codegen/testdata/`.
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
    let base_lock = fs::read_to_string(corpus.join(BASE_LOCK))?;
    let mut cases = Vec::new();
    for kind in [GOOD, LOCKED, BAD] {
        for entry in fs::read_dir(corpus.join(kind))? {
            let path = entry?.path();
            let name = format!("{kind}/{}", path.file_stem().unwrap_or_default().to_string_lossy());
            let (documents, file) = if name == LIBRARY {
                (Documents::read(&path)?.over(&Documents::read(&example())?), None)
            } else if kind == GOOD {
                (Documents::read(&path)?, None)
            } else {
                let invalid =
                    |error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()));
                let file = CaseFile::parse(&fs::read_to_string(&path)?).map_err(invalid)?;
                (file.documents(&base, &base_lock).map_err(invalid)?, Some(file))
            };
            cases.push(Case { name, documents, path, file });
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

impl Case {
    /// The output of the generator, by path: every emitted file and the notices, or the problems.
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

    /// The expected output.
    pub fn expected(&self) -> io::Result<BTreeMap<String, String>> {
        if let Some(file) = &self.file {
            return file.expected(&self.documents).map_err(io::Error::other);
        }
        let mut expected = BTreeMap::new();
        for path in files::under(&self.path, EXPECTED)?.into_iter().chain([STDERR, NOTICES].map(str::to_owned)) {
            if let Some(text) = read_if_there(&self.path.join(&path))? {
                expected.insert(path, text);
            }
        }
        Ok(expected)
    }

    /// A line for each difference between the expected and the real output.
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
        differences.extend(missing.map(|path| format!("{}/{path} is expected and missing\n", self.name)));
        Ok(differences)
    }

    /// Makes the real output the expected one. Returns the paths that changed.
    pub fn bless(&mut self) -> io::Result<Vec<String>> {
        let (expected, outcome) = (self.expected().unwrap_or_default(), self.outcome());
        if let Some(file) = &mut self.file {
            if expected == outcome {
                return Ok(Vec::new());
            }
            file.set_expected(&self.documents, &outcome);
            fs::write(&self.path, file.to_string())?;
            return Ok(vec![format!("{}.txt", self.name)]);
        }
        let mut changed = Vec::new();
        for (path, text) in &outcome {
            if expected.get(path) != Some(text) {
                files::write(&self.path, path, text)?;
                changed.push(format!("{}/{path}", self.name));
            }
        }
        for path in expected.keys().filter(|path| !outcome.contains_key(*path)) {
            fs::remove_file(self.path.join(path))?;
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
