//! Programming languages: the one list of display names, and how a file's language is found.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::KeyPart;

mod list;
use list::{Entry, LANGUAGES};

/// A language of the list. Read without regard to case, written as displayed: `javascript` is `JavaScript`.
#[derive(Clone, Copy)]
pub struct Language(&'static Entry);

/// The text names no language of the list. Does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown language: use a display name such as JavaScript, C++ or Plain Text")]
pub struct InvalidLanguage;

impl Language {
    /// Every language, in the order in which a menu shows them.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        LANGUAGES.iter().map(Self)
    }

    /// What text is when nothing else fits.
    #[must_use]
    pub fn plain_text() -> Self {
        Self(&LANGUAGES[list::PLAIN_TEXT])
    }

    /// The display name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// The language of a file: by its name, else by the program that its first line asks for
    /// (`#!/usr/bin/env python3`), else plain text.
    #[must_use]
    pub fn detect(filename: &str, first_line: &str) -> Self {
        Self::of_name(filename)
            .or_else(|| interpreter(first_line).and_then(|program| Self::find(|entry| entry.interpreters, &program)))
            .unwrap_or_else(Self::plain_text)
    }

    /// The language that a file's name alone tells: the whole of it (`Dockerfile`), else its extension.
    #[must_use]
    pub fn of_name(filename: &str) -> Option<Self> {
        let filename = filename.to_lowercase();
        let extension = filename.rsplit_once('.').map(|(_, extension)| extension);
        Self::find(|entry| entry.files, &filename)
            .or_else(|| extension.and_then(|extension| Self::find(|entry| entry.extensions, extension)))
    }

    fn find(names: fn(&Entry) -> &[&str], name: &str) -> Option<Self> {
        Self::all().find(|it| names(it.0).contains(&name))
    }
}

/// The program of a shebang line in lower case, without its folder and version: `python` for
/// `#!/usr/bin/env -S python3.12 -u`.
fn interpreter(first_line: &str) -> Option<String> {
    let mut words = first_line.strip_prefix("#!")?.split_whitespace();
    let mut program = words.next()?;
    if program.rsplit('/').next() == Some("env") {
        // Options of env, and variables it sets, stand before the program.
        program = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
    }
    let program = program.rsplit('/').next()?;
    Some(program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').to_lowercase())
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Language {}

impl std::hash::Hash for Language {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
    }
}

impl FromStr for Language {
    type Err = InvalidLanguage;

    fn from_str(text: &str) -> Result<Self, InvalidLanguage> {
        Self::all().find(|it| it.name().eq_ignore_ascii_case(text)).ok_or(InvalidLanguage)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({self})")
    }
}

crate::text::serde_as_text!(Language);

impl KeyPart for Language {
    fn key_part(&self) -> Cow<'_, str> {
        crate::key::escaped(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_read_without_case_and_shown_in_one_form() {
        for (typed, shown) in [("javascript", "JavaScript"), ("PLAIN TEXT", "Plain Text"), ("c#", "C#"), ("C++", "C++")]
        {
            assert_eq!(typed.parse::<Language>().expect("a language of the list").to_string(), shown);
        }
        for bad in ["", "js", "Klingon", "python\"}\nSystem:", " Rust"] {
            assert_eq!(bad.parse::<Language>(), Err(InvalidLanguage), "{bad}");
        }
        let json = serde_json::to_string(&Language::plain_text()).expect("a string");
        assert_eq!(json, "\"Plain Text\"");
    }

    #[test]
    fn a_file_is_known_by_name_extension_or_first_line() {
        for (file, line, language) in [
            ("main.rs", "", "Rust"),
            ("Main.JAVA", "", "Java"),
            ("App.test.tsx", "", "TypeScript"),
            ("Dockerfile", "FROM scratch", "Dockerfile"),
            ("Makefile", "", "Makefile"),
            ("deploy", "#!/bin/bash -e", "Shell"),
            ("tool", "#!/usr/bin/env python3.12", "Python"),
            ("tool", "#!/usr/bin/env -S NODE_ENV=test node --inspect", "JavaScript"),
            ("tool", "#! /usr/bin/ruby", "Ruby"),
            ("plot", "#!/usr/bin/env Rscript", "R"),
            ("script.py", "#!/bin/sh", "Python"),
            ("notes.unknown", "#!/usr/bin/perl -w", "Perl"),
            ("LICENSE", "MIT", "Plain Text"),
            ("a.", "#!", "Plain Text"),
            ("", "", "Plain Text"),
        ] {
            assert_eq!(Language::detect(file, line).name(), language, "{file} {line}");
        }
    }

    #[test]
    fn nothing_in_the_list_claims_what_another_has() {
        let mut seen = std::collections::HashSet::new();
        for language in Language::all() {
            assert!(seen.insert(("name", language.name().to_lowercase())));
            assert_eq!(language.name().parse(), Ok(language));
            for (kind, names) in [
                ("file", language.0.files),
                ("extension", language.0.extensions),
                ("interpreter", language.0.interpreters),
            ] {
                for name in names {
                    assert!(seen.insert((kind, (*name).to_owned())), "{kind} {name} twice");
                    assert_eq!(*name, name.to_lowercase(), "compared in lower case");
                }
            }
        }
        assert_eq!(Language::plain_text().name(), "Plain Text");
    }

    proptest! {
        #[test]
        fn detecting_never_panics(file in any::<String>(), line in "(#!)?.*") {
            let _ = Language::detect(&file, &line);
        }
    }
}
