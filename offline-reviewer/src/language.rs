//! The languages that have rules: their names, grammars, rule files and the syntax that a description counts.

use std::borrow::Cow;
use std::path::Path;

use ast_grep_core::language::Language as Grammar;
use ast_grep_core::matcher::{Pattern, PatternBuilder, PatternError};
use ast_grep_core::tree_sitter::{LanguageExt, StrDoc, TSLanguage};
use serde::Deserialize;

/// A language with rules.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub enum Language {
    /// C.
    C,
    /// C++.
    #[serde(rename = "C++")]
    Cpp,
    /// C#.
    #[serde(rename = "C#")]
    CSharp,
    /// Go.
    Go,
    /// Java.
    Java,
    /// JavaScript, with or without JSX.
    JavaScript,
    /// PHP.
    #[serde(rename = "PHP")]
    Php,
    /// Python 3.
    Python,
    /// Ruby.
    Ruby,
    /// Rust.
    Rust,
    /// Bash and POSIX shells.
    Shell,
    /// TypeScript with JSX. The product calls it TypeScript.
    Tsx,
    /// TypeScript.
    TypeScript,
}

/// The kinds of nodes that a description counts.
pub(crate) struct Syntax {
    pub(crate) functions: &'static [&'static str],
    pub(crate) loops: &'static [&'static str],
    pub(crate) branches: &'static [&'static str],
    /// The nodes that leave a function.
    pub(crate) exits: &'static [&'static str],
}

const C: Syntax = Syntax {
    functions: &["function_definition"],
    loops: &["for_statement", "for_range_loop", "while_statement", "do_statement"],
    branches: &["if_statement", "switch_statement", "conditional_expression"],
    exits: &["return_statement", "throw_statement"],
};

const JAVASCRIPT: Syntax = Syntax {
    functions: &[
        "function_declaration",
        "function_expression",
        "generator_function_declaration",
        "arrow_function",
        "method_definition",
    ],
    loops: &["for_statement", "for_in_statement", "while_statement", "do_statement"],
    branches: &["if_statement", "switch_statement", "ternary_expression"],
    exits: &["return_statement", "throw_statement"],
};

impl Language {
    /// Every language with rules.
    pub const ALL: [Self; 13] = [
        Self::C,
        Self::Cpp,
        Self::CSharp,
        Self::Go,
        Self::Java,
        Self::JavaScript,
        Self::Php,
        Self::Python,
        Self::Ruby,
        Self::Rust,
        Self::Shell,
        Self::Tsx,
        Self::TypeScript,
    ];

    /// The language of a file, by its displayed name. The filename distinguishes TSX from TypeScript.
    #[must_use]
    pub fn find(name: &str, filename: &str) -> Option<Self> {
        let is_tsx = Path::new(filename).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tsx"));
        let found = Self::ALL.into_iter().find(|language| language.name().eq_ignore_ascii_case(name.trim()))?;
        match found {
            Self::Tsx | Self::TypeScript => Some(if is_tsx { Self::Tsx } else { Self::TypeScript }),
            _ => Some(found),
        }
    }

    /// The displayed name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::C => "C",
            Self::Cpp => "C++",
            Self::CSharp => "C#",
            Self::Go => "Go",
            Self::Java => "Java",
            Self::JavaScript => "JavaScript",
            Self::Php => "PHP",
            Self::Python => "Python",
            Self::Ruby => "Ruby",
            Self::Rust => "Rust",
            Self::Shell => "Shell",
            Self::Tsx | Self::TypeScript => "TypeScript",
        }
    }

    /// The texts of the rule files.
    pub(crate) fn rule_files(self) -> &'static [&'static str] {
        const C_FAMILY: &str = include_str!("../rules/c-family.yml");
        const JAVASCRIPT: &str = include_str!("../rules/javascript.yml");
        match self {
            Self::C => &[include_str!("../rules/c.yml"), C_FAMILY],
            Self::Cpp => &[include_str!("../rules/cpp.yml"), C_FAMILY],
            Self::CSharp => &[include_str!("../rules/csharp.yml")],
            Self::Go => &[include_str!("../rules/go.yml")],
            Self::Java => &[include_str!("../rules/java.yml")],
            Self::JavaScript | Self::Tsx | Self::TypeScript => &[JAVASCRIPT],
            Self::Php => &[include_str!("../rules/php.yml")],
            Self::Python => &[include_str!("../rules/python.yml")],
            Self::Ruby => &[include_str!("../rules/ruby.yml")],
            Self::Rust => &[include_str!("../rules/rust.yml")],
            Self::Shell => &[include_str!("../rules/shell.yml")],
        }
    }

    pub(crate) fn syntax(self) -> Syntax {
        match self {
            Self::C | Self::Cpp => C,
            Self::JavaScript | Self::Tsx | Self::TypeScript => JAVASCRIPT,
            Self::CSharp => Syntax {
                functions: &["method_declaration", "constructor_declaration", "local_function_statement"],
                loops: &["for_statement", "foreach_statement", "while_statement", "do_statement"],
                branches: &["if_statement", "switch_statement", "switch_expression", "conditional_expression"],
                exits: &["return_statement", "throw_statement", "throw_expression"],
            },
            Self::Go => Syntax {
                functions: &["function_declaration", "method_declaration", "func_literal"],
                loops: &["for_statement"],
                branches: &["if_statement", "expression_switch_statement", "type_switch_statement", "select_statement"],
                exits: &["return_statement"],
            },
            Self::Java => Syntax {
                functions: &["method_declaration", "constructor_declaration"],
                loops: &["for_statement", "enhanced_for_statement", "while_statement", "do_statement"],
                branches: &["if_statement", "switch_expression", "ternary_expression"],
                exits: &["return_statement", "throw_statement"],
            },
            Self::Php => Syntax {
                functions: &["function_definition", "method_declaration"],
                loops: &["for_statement", "foreach_statement", "while_statement", "do_statement"],
                branches: &["if_statement", "switch_statement", "match_expression", "conditional_expression"],
                exits: &["return_statement", "throw_expression"],
            },
            Self::Python => Syntax {
                functions: &["function_definition"],
                loops: &["for_statement", "while_statement"],
                branches: &["if_statement", "elif_clause", "match_statement", "conditional_expression"],
                exits: &["return_statement", "raise_statement"],
            },
            Self::Ruby => Syntax {
                functions: &["method", "singleton_method"],
                loops: &["for", "while", "until", "while_modifier", "until_modifier"],
                branches: &[
                    "if",
                    "elsif",
                    "unless",
                    "case",
                    "case_match",
                    "if_modifier",
                    "unless_modifier",
                    "conditional",
                ],
                exits: &["return"],
            },
            Self::Rust => Syntax {
                functions: &["function_item"],
                loops: &["for_expression", "while_expression", "loop_expression"],
                branches: &["if_expression", "match_expression"],
                exits: &["return_expression"],
            },
            Self::Shell => Syntax {
                functions: &["function_definition"],
                loops: &["for_statement", "c_style_for_statement", "while_statement"],
                branches: &["if_statement", "elif_clause", "case_statement"],
                exits: &[],
            },
        }
    }
}

impl Grammar for Language {
    /// Replaces the `$` of a metavariable by [`Self::expando_char`], which the grammar treats as a letter.
    fn pre_process_pattern<'q>(&self, query: &'q str) -> Cow<'q, str> {
        let letter = self.expando_char();
        if letter == self.meta_var_char() {
            return Cow::Borrowed(query);
        }
        let mut written = String::with_capacity(query.len());
        let mut dollars = 0;
        for c in query.chars().map(Some).chain([None]) {
            if c == Some('$') {
                dollars += 1;
                continue;
            }
            let is_variable = dollars == 3 || c.is_some_and(|c| c.is_ascii_uppercase() || c == '_');
            let sigil = if is_variable { letter } else { '$' };
            written.extend(std::iter::repeat_n(sigil, dollars).chain(c));
            dollars = 0;
        }
        Cow::Owned(written)
    }

    fn expando_char(&self) -> char {
        match self {
            Self::C | Self::Cpp => '𐀀',
            Self::Java | Self::JavaScript | Self::Shell | Self::Tsx | Self::TypeScript => '$',
            Self::CSharp | Self::Go | Self::Php | Self::Python | Self::Ruby | Self::Rust => 'µ',
        }
    }

    fn kind_to_id(&self, kind: &str) -> u16 {
        self.get_ts_language().id_for_node_kind(kind, true)
    }

    fn field_to_id(&self, field: &str) -> Option<u16> {
        self.get_ts_language().field_id_for_name(field).map(std::num::NonZero::get)
    }

    fn build_pattern(&self, builder: &PatternBuilder<'_>) -> Result<Pattern, PatternError> {
        builder.build(|source| StrDoc::try_new(source, *self))
    }
}

impl LanguageExt for Language {
    fn get_ts_language(&self) -> TSLanguage {
        match self {
            Self::C => tree_sitter_c::LANGUAGE,
            Self::Cpp => tree_sitter_cpp::LANGUAGE,
            Self::CSharp => tree_sitter_c_sharp::LANGUAGE,
            Self::Go => tree_sitter_go::LANGUAGE,
            Self::Java => tree_sitter_java::LANGUAGE,
            Self::JavaScript => tree_sitter_javascript::LANGUAGE,
            Self::Php => tree_sitter_php::LANGUAGE_PHP,
            Self::Python => tree_sitter_python::LANGUAGE,
            Self::Ruby => tree_sitter_ruby::LANGUAGE,
            Self::Rust => tree_sitter_rust::LANGUAGE,
            Self::Shell => tree_sitter_bash::LANGUAGE,
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        }
        .into()
    }
}
