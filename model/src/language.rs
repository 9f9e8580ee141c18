//! Programming languages: the one list of display names, and how a file's language is found.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::KeyPart;

mod content;
mod list;
mod shebang;

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

    /// The language of a file: by its name, and where several share its extension by its text; else by the program that its
    /// first line asks for (`#!/usr/bin/env python3`), else plain text.
    #[must_use]
    pub fn detect(filename: &str, text: &str) -> Self {
        // A byte order mark belongs to no line.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let by_text = || ambiguous(filename).and_then(|extension| content::another(extension, text)?.parse().ok());
        by_text().or_else(|| Self::listed(filename)).or_else(|| Self::of_script(text)).unwrap_or_else(Self::plain_text)
    }

    /// The language that a file's name alone tells: the whole of it (`Dockerfile`), else its extension, else what it begins
    /// with (`Dockerfile.dev`). Nothing where the text decides.
    #[must_use]
    pub fn of_name(filename: &str) -> Option<Self> {
        if ambiguous(filename).is_some() { None } else { Self::listed(filename) }
    }

    /// Whether a file of this name can be of several languages, which its text tells apart.
    #[must_use]
    pub fn is_told_by_text(filename: &str) -> bool {
        ambiguous(filename).is_some()
    }

    fn listed(filename: &str) -> Option<Self> {
        let filename = filename.to_lowercase();
        // `rs.in` before `in`.
        let extensions = filename.match_indices('.').map(|(at, _)| &filename[at + 1..]);
        let stem = filename.split('.').next().unwrap_or_default();
        Self::find(|entry| entry.files, &filename)
            .or_else(|| extensions.into_iter().find_map(|extension| Self::find(|entry| entry.extensions, extension)))
            .or_else(|| STEMS.contains(&stem).then(|| Self::find(|entry| entry.files, stem)).flatten())
    }

    fn of_script(text: &str) -> Option<Self> {
        let program = shebang::program(text.lines().next().unwrap_or_default())?;
        [&*program, shebang::without_version(&program)]
            .into_iter()
            .find_map(|program| Self::find(|entry| entry.interpreters, program))
    }

    fn find(names: fn(&Entry) -> &[&str], name: &str) -> Option<Self> {
        Self::all().find(|it| names(it.0).contains(&name))
    }
}

/// Files that often have something after their name: `Dockerfile.dev`.
const STEMS: [&str; 4] = ["dockerfile", "containerfile", "makefile", "jenkinsfile"];

/// The extension, when several languages share it.
fn ambiguous(filename: &str) -> Option<&'static str> {
    let (_, extension) = filename.rsplit_once('.')?;
    content::AMBIGUOUS.into_iter().find(|known| known.eq_ignore_ascii_case(extension))
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

table_runtime::serde_as_text!(Language);

impl KeyPart for Language {
    fn key_part(&self) -> Cow<'_, str> {
        table_runtime::key::escaped(self.name())
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
    fn names_and_scripts_of_every_day_are_known() {
        for (file, line, language) in [
            ("Dockerfile.dev", "", "Dockerfile"),
            ("Containerfile", "", "Dockerfile"),
            ("Dockerfile.md", "", "Markdown"),
            ("Vagrantfile", "", "Ruby"),
            ("Podfile", "", "Ruby"),
            ("config.ru", "", "Ruby"),
            ("PKGBUILD", "", "Shell"),
            ("matrix.inl", "", "C++"),
            ("matrix.tpp", "", "C++"),
            ("main.c++", "", "C++"),
            ("build.bat", "", "Batch"),
            (".babelrc", "{}", "JSON"),
            ("notes.ipynb", "{}", "JSON"),
            ("config.rs.in", "", "Rust"),
            ("a.b.c.py", "", "Python"),
            ("tool", "#!/usr/bin/env -u HOME python3", "Python"),
            ("tool", "#!/usr/bin/env -C /tmp node", "JavaScript"),
            ("tool", "#!/usr/bin/env --chdir /tmp --unset=A node", "JavaScript"),
            ("tool", "#!/usr/bin/env -Spython3", "Python"),
            ("tool", "#!/usr/bin/env -iS python3 -u", "Python"),
            ("tool", "#!/usr/bin/env --split-string=python3", "Python"),
            ("tool", "#!/usr/bin/env -S uv run --script", "Python"),
            ("tool", "#!/usr/bin/env -S A=1 deno run", "TypeScript"),
            ("tool", "\u{feff}#!/bin/sh", "Shell"),
            ("tool", "#!/usr/bin/env -u", "Plain Text"),
            ("tool", "#!C:\\Tools\\python3.exe", "Python"),
        ] {
            assert_eq!(Language::detect(file, line).name(), language, "{file} {line}");
        }
    }

    #[test]
    fn where_languages_share_an_extension_the_text_decides() {
        for (file, text, language) in [
            ("list.h", "#ifndef LIST_H\n#include <stdio.h>\nstruct list { int size; };\n#endif\n", "C"),
            ("list.h", "/*\n * class of lists, see std::list\n */\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n", "C"),
            ("list.h", "#pragma once\n#include <vector>\n", "C++"),
            ("list.h", "#pragma once\nnamespace lists {\nclass List {\npublic:\n  int size() const;\n};\n}\n", "C++"),
            ("List.H", "template<typename T>\nstruct List {};\n", "C++"),
            ("Cart.h", "#import <Foundation/Foundation.h>\n@interface Cart : NSObject\n@end\n", "Objective-C"),
            ("Cart.m", "#import \"Cart.h\"\n\n@implementation Cart\n@end\n", "Objective-C"),
            ("Cart.m", "", "Objective-C"),
            ("fit.m", "function y = fit(x)\n% Fits a line.\ny = polyfit(x(:,1), x(:,2), 1);\nend\n", "MATLAB"),
            ("report.pl", "#!/usr/bin/perl\nuse strict;\nmy $x = ${y:-1};\n", "Perl"),
            ("report.pl", "print \"hello\\n\";\n", "Perl"),
            ("kin.pl", "% Families.\nparent(ann, bob).\ngrandparent(X, Z) :- parent(X, Y), parent(Y, Z).\n", "Prolog"),
            ("app.ts", "export const a: Map<TS, string> = new Map();\n", "TypeScript"),
            ("app_de.ts", "<?xml version=\"1.0\"?>\n<!DOCTYPE TS>\n<TS version=\"2.1\" language=\"de\">\n", "XML"),
            ("app_de.ts", "<!DOCTYPE TS>\n<TS>\n</TS>\n", "XML"),
        ] {
            assert_eq!(Language::detect(file, text).name(), language, "{file} {text}");
            assert!(Language::is_told_by_text(file) && Language::of_name(file).is_none(), "{file}");
        }
        assert_eq!(Language::of_name("main.rs").map(Language::name), Some("Rust"));
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

        #[test]
        fn no_line_of_env_and_no_text_make_it_panic(words in "#!/usr/bin/env( -{0,2}[a-zA-Z=é\"/]{0,4}){0,4}", text: String) {
            let _ = Language::detect("tool", &words);
            for extension in content::AMBIGUOUS {
                let _ = Language::detect(&format!("a.{extension}"), &text);
            }
        }
    }
}
