//! The keywords that each operation allows in a block. A keyword without effect is refused, so that no reader relies
//! on it.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::load::raw::Word;
use crate::load::scope::Scope;
use crate::suggestion::suggestion;

type Known = (&'static str, &'static [&'static str]);

const COMMON: &[&str] = &["name", "operation", "callers", "tool", "errors", "cost", "peak", "without_root"];
const OPERATIONS: &[Known] = &[
    ("get", &["entity", "consistent", "expired", "because"]),
    (
        "query",
        &[
            "entity",
            "entities",
            "index",
            "sort",
            "order",
            "page",
            "first",
            "first_max",
            "all",
            "count",
            "consistent",
            "fields",
            "row",
            "total",
            "returns",
            "expired",
            "because",
        ],
    ),
    ("put", &["entity", "if_present", "replace", "require", "expired", "because"]),
    (
        "update",
        &[
            "entity",
            "key",
            "set",
            "set_once",
            "add",
            "append",
            "add_to",
            "delete_from",
            "remove",
            "if_missing",
            "upsert",
            "require",
            "returns",
            "expired",
            "because",
        ],
    ),
    ("delete", &["entity"]),
    ("transact", &["action", "read"]),
    ("batch", &["read", "write", "consistent"]),
    ("scan", &["maintenance", "page", "consistent"]),
    ("upgrade", &["maintenance"]),
    ("correct", &["maintenance"]),
    ("reindex", &["maintenance"]),
];

const SHAPE: &[&str] = &["name", "optional", "many", "callers", "expired", "because"];
const ACTIONS: &[Known] = &[
    ("put", &["if_present", "replace", "require"]),
    (
        "update",
        &[
            "row",
            "key",
            "set",
            "set_once",
            "add",
            "append",
            "add_to",
            "delete_from",
            "remove",
            "if_missing",
            "upsert",
            "require",
        ],
    ),
    ("delete", &["row", "key", "if_missing", "require"]),
    ("check", &["row", "key", "if_missing", "require"]),
];

type Words = BTreeMap<Word, toml::Value>;

#[derive(Deserialize)]
struct Actions {
    #[serde(default)]
    action: Vec<Words>,
}

/// Checks the keywords of a block and of each of its actions. Returns `None` for an unknown operation.
pub fn check(scope: &mut Scope<'_>, operation: &Word, block: &str) -> Option<()> {
    let name = operation.get_ref().as_str();
    let Some((_, own)) = OPERATIONS.iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = OPERATIONS.iter().map(|(known, _)| *known).collect();
        let mut hint = suggestion(name, known.iter().copied());
        if hint.is_empty() {
            hint = format!("; there are {}", known.join(", "));
        }
        scope.problem("operation", operation, format!("unknown operation \"{name}\"{hint}"));
        return None;
    };
    let words: Words = toml::from_str(block).unwrap_or_default();
    check_keywords(scope, &words, name, own, COMMON);
    let Ok(Actions { action }) = toml::from_str(block) else {
        return Some(());
    };
    for words in action {
        let is_named = |kind: &&Known| words.keys().any(|word: &Spanned<String>| word.get_ref() == kind.0);
        let kinds: Vec<&Known> = ACTIONS.iter().filter(is_named).collect();
        // An action of no kind or of several kinds is reported elsewhere.
        if let [(kind, own)] = kinds.as_slice() {
            check_keywords(scope, &words, kind, own, &[SHAPE, &[*kind]].concat());
        }
    }
    Some(())
}

fn check_keywords(scope: &mut Scope<'_>, words: &Words, name: &str, own: &[&str], common: &[&str]) {
    for word in words.keys() {
        let written = word.get_ref().as_str();
        if !common.contains(&written) && !own.contains(&written) {
            let message = format!("`{written}` is not a keyword of a {name}; its keywords are {}", own.join(", "));
            scope.problem("operation", word, message);
        }
    }
}
