//! A target: the code under test, its inputs, and the properties that must hold.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The byte between the fields of an input. No format under test uses it.
pub(crate) const SEPARATOR: u8 = 0x1F;

/// A part of the product that reads bytes from outside.
#[derive(Clone, Copy)]
pub struct Target {
    /// The name, also of its folder in `corpus/`.
    pub name: &'static str,
    /// The properties, in a sentence.
    pub holds: &'static str,
    /// The maximum bytes of an input.
    pub max_bytes: usize,
    /// The number of inputs of the short run in `cargo test`.
    pub short_run: u64,
    /// Words of the format, which mutations insert.
    pub words: &'static [&'static str],
    /// Inputs that reach deep.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Panics if a property does not hold.
    pub run: fn(&[u8]),
    /// The same checks on code with a planted fault. A short run must find it.
    pub planted: fn(&[u8]),
}

impl Target {
    /// The folder of its files.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(self.name)
    }

    /// The seeds, and the files in the order of their names.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn corpus(&self) -> io::Result<Vec<Vec<u8>>> {
        let mut paths = Vec::new();
        if self.folder().is_dir() {
            for entry in fs::read_dir(self.folder())? {
                paths.push(entry?.path());
            }
        }
        paths.sort();
        let mut corpus = (self.seeds)();
        for path in paths {
            corpus.push(fs::read(path)?);
        }
        Ok(corpus)
    }
}

/// The fields of an input, in order. A missing field is empty.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn of(input: &'a [u8]) -> Self {
        Self(input)
    }

    /// The bytes up to the next separator.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == SEPARATOR);
        let (field, rest) = end.map_or((self.0, &[][..]), |end| (&self.0[..end], &self.0[end + 1..]));
        self.0 = rest;
        field
    }

    /// The next field as text. Bytes that are not UTF-8 become U+FFFD.
    pub(crate) fn text(&mut self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// The next field as a number; 0 if it is none.
    pub(crate) fn number(&mut self) -> u32 {
        self.text().trim().parse().unwrap_or(0)
    }

    /// All remaining bytes.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// The bytes of an input with these fields.
pub(crate) fn joined(fields: &[&[u8]]) -> Vec<u8> {
    fields.join(&SEPARATOR)
}

/// Inputs with these fields, which are texts.
pub(crate) fn texts<const N: usize>(inputs: &[[&str; N]]) -> Vec<Vec<u8>> {
    inputs.iter().map(|fields| joined(&fields.map(str::as_bytes))).collect()
}
