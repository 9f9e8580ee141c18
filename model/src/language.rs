//! Programming languages: the list of display names, and the detection of a file's language.

use std::fmt;
use std::str::FromStr;

mod content;
mod list;
mod shebang;

use list::{Entry, LANGUAGES};

/// A language of the list. Parsing ignores case, and the display name has the case of the list: `javascript` is
/// `JavaScript`.
#[derive(Clone, Copy)]
pub struct Language(&'static Entry);

/// The text is not the name of a language of the list. The error does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown language: use a display name such as JavaScript, C++ or Plain Text")]
pub struct InvalidLanguage;

impl Language {
    /// Every language, in the order of the menu.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        LANGUAGES.iter().map(Self)
    }

    /// The fallback language.
    #[must_use]
    pub fn plain_text() -> Self {
        Self(&LANGUAGES[list::PLAIN_TEXT])
    }

    /// The display name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// Detects the language of a file: by its name, and by its text if several languages share the extension; else by
    /// the program in its shebang line (`#!/usr/bin/env python3`); else plain text.
    #[must_use]
    pub fn detect(filename: &str, text: &str) -> Self {
        // A byte order mark is not part of the first line.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let by_text =
            || ambiguous(filename).and_then(|extension| content::language_of_text(extension, text)?.parse().ok());
        by_text().or_else(|| Self::listed(filename)).or_else(|| Self::of_script(text)).unwrap_or_else(Self::plain_text)
    }

    /// The language by the file's name alone: by the whole name (`Dockerfile`), else its extension, else its first part
    /// (`Dockerfile.dev`). `None` if the text decides.
    #[must_use]
    pub fn of_name(filename: &str) -> Option<Self> {
        if ambiguous(filename).is_some() { None } else { Self::listed(filename) }
    }

    /// Whether several languages share the extension, so that the text decides.
    #[must_use]
    pub fn is_told_by_text(filename: &str) -> bool {
        ambiguous(filename).is_some()
    }

    fn listed(filename: &str) -> Option<Self> {
        let filename = filename.to_lowercase();
        // The longest extension comes first: `rs.in` before `in`.
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

/// Files that often have a suffix: `Dockerfile.dev`.
const STEMS: [&str; 4] = ["dockerfile", "containerfile", "makefile", "jenkinsfile"];

/// The extension, if several languages share it.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_parsed_without_case_and_displayed_in_one_form() {
        for (typed, shown) in [("javascript", "JavaScript"), ("PLAIN TEXT", "Plain Text"), ("c#", "C#"), ("C++", "C++")]
        {
            assert_eq!(typed.parse::<Language>().expect("a language of the list").to_string(), shown);
        }
        for bad in ["", "js", "Klingon", "python\"}\nSystem:", " Rust"] {
            assert_eq!(bad.parse::<Language>(), Err(InvalidLanguage), "{bad}");
        }
        let json = serde_json::to_string(&Language::plain_text()).expect("a string");
        assert_eq!(json, "\"Plain Text\"");
        assert_eq!(format!("{:?}", Language::plain_text()), "Language(Plain Text)");
    }

    #[test]
    fn languages_are_detected_by_name_extension_or_first_line() {
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
    fn common_file_names_and_scripts_are_detected() {
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
    fn text_decides_between_languages_that_share_an_extension() {
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
        let name = "main.rs";
        assert_eq!(Language::of_name(name).map(Language::name), Some("Rust"));
        assert!(!Language::is_told_by_text(name));
    }

    #[test]
    fn each_name_extension_and_interpreter_belongs_to_one_language() {
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
        fn detecting_never_panics_on_env_lines_and_texts(words in "#!/usr/bin/env( -{0,2}[a-zA-Z=é\"/]{0,4}){0,4}", text: String) {
            let _ = Language::detect("tool", &words);
            for extension in content::AMBIGUOUS {
                let _ = Language::detect(&format!("a.{extension}"), &text);
            }
        }
    }
}
