//! What the lexer must know of each language: how comments and strings begin and end, and which symbols are one token.

use crate::language::Language;

/// How one kind of string is written.
#[derive(Debug)]
pub(super) struct Quote {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    /// Whether a backslash protects the character after it.
    pub(super) escapes: bool,
    /// Whether the string may run on over the end of its line.
    pub(super) spans: bool,
}

/// How comments and strings are written in one language.
#[derive(Debug)]
pub(super) struct Syntax {
    pub(super) line_comments: &'static [&'static str],
    pub(super) block_comment: Option<(&'static str, &'static str)>,
    /// Whether a block comment may hold another one.
    pub(super) nests: bool,
    /// Longest opening first.
    pub(super) quotes: &'static [Quote],
}

const fn quote(open: &'static str, escapes: bool, spans: bool) -> Quote {
    Quote { open, close: open, escapes, spans }
}

const fn closed_by(open: &'static str, close: &'static str, escapes: bool) -> Quote {
    Quote { open, close, escapes, spans: true }
}

const SLASHES: Option<(&str, &str)> = Some(("/*", "*/"));

const JAVASCRIPT: Syntax = Syntax {
    line_comments: &["//"],
    block_comment: SLASHES,
    nests: false,
    quotes: &[quote("\"", true, false), quote("'", true, false)],
};

const PYTHON: Syntax = Syntax {
    line_comments: &["#"],
    block_comment: None,
    nests: false,
    quotes: &[quote("\"\"\"", true, true), quote("'''", true, true), quote("\"", true, false), quote("'", true, false)],
};

const JAVA: Syntax = Syntax {
    line_comments: &["//"],
    block_comment: SLASHES,
    nests: false,
    quotes: &[quote("\"\"\"", true, true), quote("\"", true, false), quote("'", true, false)],
};

const NESTED_JAVA: Syntax = Syntax { nests: true, ..JAVA };

const GO: Syntax = Syntax {
    line_comments: &["//"],
    block_comment: SLASHES,
    nests: false,
    quotes: &[quote("\"", true, false), quote("'", true, false), quote("`", false, true)],
};

const RUST: Syntax =
    Syntax { line_comments: &["//"], block_comment: SLASHES, nests: true, quotes: &[quote("\"", true, true)] };

const CSHARP: Syntax = Syntax {
    line_comments: &["//"],
    block_comment: SLASHES,
    nests: false,
    quotes: &[
        closed_by("$\"\"\"", "\"\"\"", false),
        closed_by("$@\"", "\"", false),
        closed_by("@$\"", "\"", false),
        quote("\"\"\"", false, true),
        closed_by("@\"", "\"", false),
        Quote { open: "$\"", close: "\"", escapes: true, spans: false },
        quote("\"", true, false),
        quote("'", true, false),
    ],
};

const PHP: Syntax = Syntax {
    line_comments: &["//", "#"],
    block_comment: SLASHES,
    nests: false,
    quotes: &[quote("\"", true, true), quote("'", true, true)],
};

const RUBY: Syntax = Syntax {
    line_comments: &["#"],
    block_comment: None,
    nests: false,
    quotes: &[quote("\"", true, true), quote("'", true, true), quote("`", true, false)],
};

const SQL: Syntax = Syntax {
    line_comments: &["--"],
    block_comment: SLASHES,
    nests: false,
    quotes: &[quote("'", false, true), quote("\"", false, false), quote("`", false, false)],
};

const SHELL: Syntax = Syntax {
    line_comments: &["#"],
    block_comment: None,
    nests: false,
    quotes: &[quote("\"", true, true), quote("'", false, true)],
};

const OTHER: Syntax = Syntax {
    line_comments: &["//", "#"],
    block_comment: Some(("<!--", "-->")),
    nests: false,
    quotes: &[quote("\"", true, false), quote("'", true, false)],
};

pub(super) fn of(language: Language) -> &'static Syntax {
    match language {
        Language::JavaScript | Language::TypeScript => &JAVASCRIPT,
        Language::Python => &PYTHON,
        Language::Java | Language::C | Language::Cpp => &JAVA,
        Language::Kotlin | Language::Swift => &NESTED_JAVA,
        Language::Go => &GO,
        Language::Rust => &RUST,
        Language::CSharp => &CSHARP,
        Language::Php => &PHP,
        Language::Ruby => &RUBY,
        Language::Sql => &SQL,
        Language::Shell => &SHELL,
        Language::Other => &OTHER,
    }
}

/// Symbols of more than one character that mean the same wherever they occur, longest first.
const SYMBOLS: [&str; 37] = [
    ">>>=", "<=>", "===", "!==", "**=", "...", "..=", "..<", "<<=", ">>=", "&&=", "||=", "??=", "->", "=>", "==", "!=",
    "<=", ">=", "&&", "||", "??", "?.", "::", ":=", "++", "--", "+=", "-=", "*=", "/=", "%=", "<<", ">>", "..", "=~",
    "**",
];

/// Symbols that are one token in one language and two in another.
const OWN_SYMBOLS: [(Language, &str); 11] = [
    (Language::Shell, "$(("),
    (Language::Shell, "<<<"),
    (Language::Shell, "$("),
    (Language::Shell, "[["),
    (Language::Shell, "]]"),
    (Language::Shell, ";;"),
    (Language::Kotlin, "!!"),
    (Language::Sql, "<>"),
    (Language::Php, "<<<"),
    (Language::Php, "?->"),
    (Language::Php, ".="),
];

/// How many bytes the symbol at the start of `rest` takes.
pub(super) fn symbol_length(language: Language, rest: &str) -> usize {
    OWN_SYMBOLS
        .iter()
        .filter(|(owner, _)| *owner == language)
        .map(|(_, symbol)| *symbol)
        .chain(SYMBOLS)
        .find(|symbol| rest.starts_with(symbol))
        .map_or_else(|| rest.chars().next().map_or(0, char::len_utf8), str::len)
}

/// Words that begin or join expressions and so never name a value.
const KEYWORDS: [&str; 73] = [
    "if",
    "elif",
    "elsif",
    "elseif",
    "else",
    "unless",
    "while",
    "until",
    "for",
    "foreach",
    "switch",
    "match",
    "when",
    "case",
    "guard",
    "return",
    "throw",
    "raise",
    "yield",
    "await",
    "async",
    "new",
    "delete",
    "typeof",
    "sizeof",
    "instanceof",
    "void",
    "in",
    "is",
    "as",
    "of",
    "not",
    "and",
    "or",
    "let",
    "const",
    "var",
    "val",
    "do",
    "then",
    "try",
    "catch",
    "finally",
    "using",
    "lock",
    "echo",
    "print",
    "assert",
    "mut",
    "ref",
    "move",
    "goto",
    "function",
    "fn",
    "func",
    "fun",
    "def",
    "class",
    "struct",
    "lambda",
    "defer",
    "go",
    "select",
    "synchronized",
    "with",
    "end",
    "begin",
    "rescue",
    "ensure",
    "except",
    "pass",
    "break",
    "continue",
];

/// Whether a word is one of the languages' own and so never names a value.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}
