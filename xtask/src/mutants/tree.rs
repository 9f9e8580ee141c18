//! A copy of the repository whose sources have all mutants, and its build.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::list::{Genre, Mutant};
use super::weave::{self, Id, Part};

/// The module that each crate with mutants gets.
const MODULE: &str = include_str!("mutation.txt");
/// Each build can report the errors of one phase of the compiler only, so several are necessary.
const MOST_BUILDS: usize = 20;

/// The copy.
pub struct Tree<'a> {
    root: &'a Path,
    copy: PathBuf,
    mutants: &'a [Mutant],
    /// The mutants that do not compile at their place.
    pub rejected: BTreeSet<Id>,
    parts: BTreeMap<String, Vec<Part>>,
}

/// The program with the tests of one target.
#[derive(Debug, Clone)]
pub struct TestProgram {
    /// The crate, such as `model`, or for a folder of tests also its name, such as `tests/it`.
    pub name: String,
    /// The executable file.
    pub path: PathBuf,
    /// The folder in which it runs.
    pub folder: PathBuf,
}

impl<'a> Tree<'a> {
    /// Copies all files that git does not ignore.
    pub fn copy(root: &'a Path, copy: PathBuf, packages: &[String], mutants: &'a [Mutant]) -> io::Result<Self> {
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()?;
        // `build` writes these.
        let mut woven: BTreeSet<String> = packages.iter().map(|package| library(package)).collect();
        woven.extend(mutants.iter().map(|mutant| mutant.file.clone()));
        for path in String::from_utf8_lossy(&listed.stdout).split_terminator('\0') {
            // A file that is removed and not yet committed is missing.
            if let Ok(content) = fs::read(root.join(path))
                && !woven.contains(path)
            {
                write_if_changed(&copy.join(path), &content)?;
            }
        }
        let rejected = fs::read_to_string(rejected(&copy)).unwrap_or_default();
        let rejected: BTreeSet<&str> = rejected.lines().collect();
        let ids = (1..=mutants.len()).filter(|id| rejected.contains(mutants[id - 1].name.as_str()));
        Ok(Self { root, rejected: ids.collect(), copy, mutants, parts: BTreeMap::new() })
    }

    /// Weaves the mutants into the copy, and builds it. Repeats that without the mutants that do not compile.
    pub fn build(&mut self, packages: &[String], is_own: bool, is_verbose: bool) -> io::Result<Vec<TestProgram>> {
        self.add_modules(packages)?;
        let scope = scope(packages, is_own);
        for _ in 0..MOST_BUILDS {
            self.weave()?;
            let (programs, errors) = self.cargo(&scope)?;
            if errors.is_empty() {
                return Ok(programs);
            }
            let before = self.rejected.len();
            for error in &errors {
                self.reject(error);
            }
            let names: String = self.rejected.iter().map(|id| self.mutants[id - 1].name.clone() + "\n").collect();
            fs::write(rejected(&self.copy), names)?;
            eprintln!("mutants: {} do not compile", self.rejected.len());
            if is_verbose || self.rejected.len() == before {
                for error in &errors {
                    eprintln!("{}", error["rendered"].as_str().unwrap_or_default());
                }
            }
            if self.rejected.len() == before {
                return Err(io::Error::other("the errors above belong to no mutant"));
            }
        }
        Err(io::Error::other("too many builds failed"))
    }

    fn add_modules(&self, packages: &[String]) -> io::Result<()> {
        for package in packages {
            let source = self.copy.join(package).join("src");
            write_if_changed(&source.join("mutation.rs"), MODULE.as_bytes())?;
            let library = library(package);
            // `weave` writes one with mutants.
            if !self.mutants.iter().any(|mutant| mutant.file == library) {
                let text = fs::read_to_string(self.root.join(library))?;
                write_if_changed(&source.join("lib.rs"), format!("{text}\nmod mutation;\n").as_bytes())?;
            }
        }
        Ok(())
    }

    fn weave(&mut self) -> io::Result<()> {
        let mut by_file: BTreeMap<&str, Vec<(Id, &Mutant)>> = BTreeMap::new();
        for (index, mutant) in self.mutants.iter().enumerate() {
            let of_file = by_file.entry(&mutant.file).or_default();
            // 0 is the unchanged program.
            if !self.rejected.contains(&(index + 1)) {
                of_file.push((index + 1, mutant));
            }
        }
        for (file, mutants) in by_file {
            let text = fs::read_to_string(self.root.join(file))?;
            let mut woven =
                weave::weave(&text, &mutants).map_err(|error| io::Error::other(format!("{file}: {error}")))?;
            if file.ends_with("src/lib.rs") {
                woven.text.push_str("\nmod mutation;\n");
            }
            write_if_changed(&self.copy.join(file), woven.text.as_bytes())?;
            self.rejected.extend(woven.unplaced);
            self.parts.insert(file.to_owned(), woven.parts);
        }
        Ok(())
    }

    /// Builds the tests. Returns the errors of the copy.
    fn cargo(&self, scope: &[String]) -> io::Result<(Vec<TestProgram>, Vec<Value>)> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--no-run", "--message-format", "json"]).args(scope);
        cargo
            .current_dir(&self.copy)
            .env("CARGO_TARGET_DIR", self.target())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = cargo.spawn()?;
        let (mut programs, mut errors) = (Vec::new(), Vec::new());
        for line in BufReader::new(child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?).lines() {
            let Ok(message) = serde_json::from_str::<Value>(&line?) else { continue };
            if message["reason"] == "compiler-message" && message["message"]["level"] == "error" {
                errors.push(message["message"].clone());
            } else if let Some(program) = TestProgram::of(&message) {
                programs.push(program);
            }
        }
        if !child.wait()?.success() && errors.is_empty() {
            return Err(io::Error::other(format!(
                "the copy does not build: run cargo test in {}",
                self.copy.display()
            )));
        }
        Ok((programs, errors))
    }

    /// Cargo's folder for the copy.
    fn target(&self) -> PathBuf {
        self.copy.with_file_name("target")
    }

    /// Rejects the mutants to which an error belongs: those of the narrowest part around it. Outside of all parts, it
    /// is the value before it: with two `return`, a function cannot have a type `impl Iterator`.
    fn reject(&mut self, error: &Value) {
        let mut spans: Vec<&Value> = error["spans"].as_array().into_iter().flatten().collect();
        spans.sort_by_key(|span| span["is_primary"] != true);
        let places: Vec<(&[Part], usize)> = spans.iter().filter_map(|span| self.place(span)).collect();
        let around = places.iter().find_map(|(parts, at)| {
            let around = parts.iter().filter(|(part, id)| part.contains(at) && !self.rejected.contains(id));
            Some((*parts, &around.min_by_key(|(part, _)| part.len())?.0))
        });
        let before = || {
            places.iter().find_map(|(parts, at)| {
                let before = parts.iter().filter(|(part, id)| {
                    part.start < *at && self.mutants[id - 1].genre == Genre::FnValue && !self.rejected.contains(id)
                });
                Some((*parts, &before.max_by_key(|(part, _)| part.start)?.0))
            })
        };
        let Some((parts, part)) = around.or_else(before) else { return };
        let same: Vec<Id> = parts.iter().filter(|(other, _)| other == part).map(|(_, id)| *id).collect();
        self.rejected.extend(same);
    }

    /// The parts of the file of a place in an error, and the offset.
    fn place(&self, span: &Value) -> Option<(&[Part], usize)> {
        let parts = self.parts.get(span["file_name"].as_str()?)?;
        Some((parts, usize::try_from(span["byte_start"].as_u64()?).ok()?))
    }
}

impl TestProgram {
    /// The program of a message of Cargo, if it is one of tests.
    fn of(message: &Value) -> Option<Self> {
        let path = PathBuf::from(message["executable"].as_str()?);
        let folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_owned();
        if message["profile"]["test"] != true {
            return None;
        }
        let package = folder.file_name()?.to_str()?.to_owned();
        let is_library = message["target"]["kind"][0] == "lib";
        let name = if is_library { package } else { format!("{package}/{}", message["target"]["name"].as_str()?) };
        Some(Self { name, path, folder })
    }
}

/// The tests to build, as arguments of Cargo: those of these crates, or of the whole workspace, so that the libraries
/// have the features of every other build.
fn scope(packages: &[String], is_own: bool) -> Vec<String> {
    let own = packages.iter().flat_map(|package| ["--package".to_owned(), package.clone()]);
    let tests = ["--workspace", "--lib", "--test", "it", "--test", "anchors"].map(str::to_owned);
    if is_own { own.chain(["--tests".to_owned()]).collect() } else { tests.to_vec() }
}

/// The root of a crate.
fn library(package: &str) -> String {
    format!("{package}/src/lib.rs")
}

/// The file with the names of the mutants that do not compile, for the next run. A name has a line and a column.
fn rejected(copy: &Path) -> PathBuf {
    copy.with_file_name("rejected")
}

/// Keeps the time of an unchanged file, by which Cargo knows what to build.
fn write_if_changed(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}
