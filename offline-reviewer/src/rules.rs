//! The rules: parsed once for each language from the YAML files in `rules/`.

use std::sync::OnceLock;

use ast_grep_config::{GlobalRules, RuleConfig, Severity, from_multiple};
use serde::Deserialize;

use crate::language::Language;

/// A rule of ast-grep, with the metadata of this crate.
pub struct Rule {
    pub(crate) config: RuleConfig<Language>,
    pub(crate) topic: Topic,
    examples: Vec<Example>,
}

/// Code with or without a finding of a rule.
#[derive(Clone, Debug)]
pub struct Example {
    /// The code.
    pub code: String,
    /// Whether the rule finds something in it.
    pub found: bool,
    /// The code after the rule's patch, if the rule has a fix.
    pub fixed: Option<String>,
}

/// The topic of a rule. Findings of the question's topic come first.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Topic {
    Correctness,
    Security,
    Errors,
}

/// The part of a rule file that ast-grep ignores.
#[derive(Deserialize)]
struct Document {
    metadata: Metadata,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    topic: Topic,
    wrong: Vec<Wrong>,
    right: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrong {
    code: String,
    fixed: Option<String>,
}

impl Rule {
    /// A stable name, which every finding displays.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.config.id
    }

    /// The examples in the rule file.
    #[must_use]
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// Errors come before warnings.
    pub(crate) fn is_error(&self) -> bool {
        self.config.severity == Severity::Error
    }

    /// The reason why the code is wrong.
    pub(crate) fn note(&self) -> &str {
        self.config.note.as_deref().unwrap_or_default().trim()
    }
}

/// The rules of a language.
///
/// # Panics
///
/// Panics if a rule file is malformed. A test reads all rule files.
#[must_use]
pub fn rules(language: Language) -> &'static [Rule] {
    static RULES: [OnceLock<Vec<Rule>>; Language::ALL.len()] = [const { OnceLock::new() }; Language::ALL.len()];
    RULES[language as usize].get_or_init(|| read(language))
}

fn read(language: Language) -> Vec<Rule> {
    let mut rules = Vec::new();
    for file in language.rule_files() {
        let configs = from_multiple(file).unwrap_or_else(|error| panic!("a rule of {language:?}: {error}"));
        let documents: Vec<Document> = from_multiple(file).unwrap_or_else(|error| panic!("{language:?}: {error}"));
        for (config, document) in configs.into_iter().zip(documents) {
            rules.push(compile(language, config, document.metadata));
        }
    }
    rules
}

fn compile(
    language: Language,
    mut config: ast_grep_config::SerializableRuleConfig<Language>,
    metadata: Metadata,
) -> Rule {
    // A file may serve several languages.
    config.language = language;
    let id = config.id.clone();
    let config = RuleConfig::try_from(config, &GlobalRules::default());
    let config = config.unwrap_or_else(|error| panic!("rule {id} of {language:?}: {error:?}"));
    let wrong = metadata.wrong.into_iter().map(|wrong| Example { code: wrong.code, found: true, fixed: wrong.fixed });
    let right = metadata.right.into_iter().map(|code| Example { code, found: false, fixed: None });
    Rule { config, topic: metadata.topic, examples: wrong.chain(right).collect() }
}
