//! The languages the rules know, by the display names the prompt uses.

/// A language with rules of its own, or [`Language::Other`], which only the general rules read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    JavaScript,
    TypeScript,
    Python,
    Java,
    Go,
    Rust,
    C,
    Cpp,
    CSharp,
    Php,
    Ruby,
    Kotlin,
    Swift,
    Sql,
    Shell,
    Other,
}

/// Every language with rules of its own, and the name the product shows for it.
pub(crate) const NAMED: [(Language, &str); 15] = [
    (Language::JavaScript, "JavaScript"),
    (Language::TypeScript, "TypeScript"),
    (Language::Python, "Python"),
    (Language::Java, "Java"),
    (Language::Go, "Go"),
    (Language::Rust, "Rust"),
    (Language::C, "C"),
    (Language::Cpp, "C++"),
    (Language::CSharp, "C#"),
    (Language::Php, "PHP"),
    (Language::Ruby, "Ruby"),
    (Language::Kotlin, "Kotlin"),
    (Language::Swift, "Swift"),
    (Language::Sql, "SQL"),
    (Language::Shell, "Shell"),
];

impl Language {
    /// Reads a display name, whatever its case.
    pub(crate) fn from_name(name: &str) -> Self {
        NAMED
            .iter()
            .find(|(_, shown)| shown.eq_ignore_ascii_case(name.trim()))
            .map_or(Self::Other, |(language, _)| *language)
    }

    /// The name to show in an answer.
    pub(crate) fn name(self) -> &'static str {
        NAMED.iter().find(|(language, _)| *language == self).map_or("this kind of file", |(_, shown)| shown)
    }

    /// Whether blocks are written in braces.
    pub(crate) fn is_braced(self) -> bool {
        !matches!(self, Self::Python | Self::Ruby | Self::Sql | Self::Shell | Self::Other)
    }
}
