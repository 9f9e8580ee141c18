//! Tests that the log messages and other texts that documents quote are those of the source.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use codegen::files;
use proc_macro2::{TokenStream, TokenTree};

/// The crates that log on Lambda.
const LOGGING_CRATES: [&str; 4] = ["bedrock/src", "handlers/src", "model/src", "table-runtime/src"];
const LOGGING: &str = "docs/logging.md";
/// The message of a request line, which has a section of its own.
const REQUEST_LINE: &str = "{method} {route} {status}";
const RUNBOOK: &str = "docs/runbook.md";
/// The pages that quote messages of the generator.
const OF_THE_GENERATOR: [&str; 3] = ["docs/change-the-schema.md", "docs/add-an-index.md", "schema/README.md"];
/// The fewest characters of fixed text in a literal that counts as a message.
const FIXED: usize = 15;
/// The most words that a placeholder can stand for, unless its text is a message or a list.
const WORDS: usize = 4;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace").to_owned()
}

fn text(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files of a folder that end with this extension, as text.
fn sources(folder: &str, extension: &str) -> Vec<String> {
    let paths = files::under(&repository(), folder).expect("the folder can be read");
    paths.iter().filter(|path| files::has_extension(path, extension)).map(|path| text(path)).collect()
}

/// The values of all string literals of a stream.
fn literals(stream: TokenStream) -> Vec<String> {
    let of = |tree| match tree {
        TokenTree::Group(group) => literals(group.stream()),
        TokenTree::Literal(literal) => {
            syn::parse_str(&literal.to_string()).map(|text: syn::LitStr| text.value()).into_iter().collect()
        }
        TokenTree::Ident(_) | TokenTree::Punct(_) => Vec::new(),
    };
    stream.into_iter().flat_map(of).collect()
}

/// The messages of the calls of `tracing` at these levels: the last literal of each call.
fn log_messages(stream: TokenStream, levels: &[&str]) -> BTreeSet<String> {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut messages = BTreeSet::new();
    for (at, tree) in trees.iter().enumerate() {
        let TokenTree::Group(group) = tree else { continue };
        let is_log =
            at >= 2 && trees[at - 1].to_string() == "!" && levels.contains(&trees[at - 2].to_string().as_str());
        if is_log {
            messages.extend(literals(group.stream()).pop());
        } else {
            messages.extend(log_messages(group.stream(), levels));
        }
    }
    messages
}

fn logged(levels: &[&str]) -> BTreeSet<String> {
    let texts = LOGGING_CRATES.iter().flat_map(|folder| sources(folder, "rs"));
    texts.flat_map(|text| log_messages(text.parse().expect("the source is Rust"), levels)).collect()
}

/// The part of a documented message before its variable end: `…`, or the code of an error.
fn fixed(message: &str) -> &str {
    message.trim_end_matches('…').trim_end_matches("CODE").trim_end()
}

/// The code spans of a text.
fn code_spans(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The messages in the first column of the table of events.
fn documented_events(logging: &str) -> Vec<&str> {
    let rows = logging.lines().skip_while(|line| !line.starts_with("| `fields.message` | level |")).skip(2);
    let columns = rows.map_while(|row| row.strip_prefix("| ")).filter_map(|row| row.split(" | ").next());
    columns.flat_map(code_spans).collect()
}

#[test]
fn every_documented_log_message_is_logged() {
    let logged = logged(&["error", "warn", "info", "debug"]);
    let page = text(LOGGING);
    let documented = documented_events(&page);
    assert!(documented.len() > 20, "{documented:?}");
    for message in documented {
        assert!(
            logged.iter().any(|logged| logged.starts_with(fixed(message))),
            "{LOGGING}: `{message}` is never logged"
        );
    }
}

#[test]
fn every_log_message_from_level_info_on_is_documented() {
    let page = text(LOGGING);
    let documented = documented_events(&page);
    for message in logged(&["error", "warn", "info"]).iter().filter(|message| *message != REQUEST_LINE) {
        let is_documented = documented.iter().any(|documented| message.starts_with(fixed(documented)));
        assert!(is_documented, "{LOGGING} has no row for the log message {message:?}");
    }
}

/// The texts that a filter of Logs Insights finds: `a (b )?c` finds two.
fn variants(pattern: &str) -> Vec<String> {
    let pattern = pattern.trim_start_matches('^');
    match pattern.split_once('(').and_then(|(before, rest)| Some((before, rest.split_once(")?")?))) {
        Some((before, (optional, after))) => vec![format!("{before}{optional}{after}"), format!("{before}{after}")],
        None => vec![pattern.to_owned()],
    }
}

#[test]
fn every_log_filter_of_the_runbook_finds_a_log_message() {
    let logged = logged(&["error", "warn", "info"]);
    let runbook = text(RUNBOOK);
    let of = |opening: &'static str, closing: char| {
        runbook.split(opening).skip(1).filter_map(move |rest| rest.split(closing).next()).collect::<Vec<_>>()
    };
    let equal = of("fields.message = \"", '"');
    let like = of("fields.message like /", '/');
    assert!(equal.len() > 2 && like.len() > 2, "{equal:?} {like:?}");
    for message in equal {
        assert!(logged.contains(message), "{RUNBOOK}: {message:?} is never logged");
    }
    for pattern in like {
        for wanted in variants(pattern) {
            let is_found = |message: &String| {
                if pattern.starts_with('^') { message.starts_with(&wanted) } else { message.contains(&wanted) }
            };
            assert!(logged.iter().any(is_found), "{RUNBOOK}: /{pattern}/ finds no log message that has {wanted:?}");
        }
    }
}

/// The paragraphs of a Markdown text without its blocks and spans of code.
fn prose(markdown: &str) -> String {
    let mut is_code = false;
    let lines = markdown.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    let text = lines.map(str::trim).collect::<Vec<_>>().join(" ");
    text.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

#[test]
fn every_text_that_the_runbook_quotes_is_in_the_source() {
    let rust = ["cli/src"].iter().chain(&LOGGING_CRATES).flat_map(|folder| sources(folder, "rs"));
    let literals: Vec<String> = rust.flat_map(|text| literals(text.parse().expect("the source is Rust"))).collect();
    let words = sources("web/src/words", "ts").join("\n");
    let prose = prose(&text(RUNBOOK));
    let quoted: Vec<&str> = prose.split('"').skip(1).step_by(2).collect();
    assert!(quoted.len() > 5, "{quoted:?}");
    for text in quoted {
        let is_found = literals.iter().any(|literal| literal.contains(text)) || words.contains(text);
        assert!(is_found, "{RUNBOOK} quotes {text:?}, which the source does not have");
    }
}

/// The messages of the generator in the blocks of code, each on one line. A page breaks long messages.
fn generator_messages(markdown: &str) -> Vec<String> {
    let (mut messages, mut is_code, mut is_open) = (Vec::<String>::new(), false, false);
    for line in markdown.lines().map(str::trim) {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        if is_fence || !is_code || line.starts_with("$ ") {
            is_open = false;
        } else if line.starts_with("note: ") || line.contains(": error: ") || line.ends_with("nothing was written") {
            messages.push(line.to_owned());
            is_open = true;
        } else if let Some(message) = messages.last_mut().filter(|_| is_open) {
            *message = format!("{message} {line}");
        }
    }
    messages
}

/// Whether a literal with its placeholders, `{…}`, prints this text.
fn prints(literal: &str, text: &str, literals: &[String]) -> bool {
    let Some((before, rest)) = literal.split_once('{') else { return literal == text };
    let (Some(text), Some((_, after))) = (text.strip_prefix(before), rest.split_once('}')) else { return false };
    let mut splits = (0..=text.len()).filter_map(|at| text.split_at_checked(at));
    splits.any(|(value, left)| prints(after, left, literals) && is_value(value, literals))
}

/// Whether a placeholder can stand for this text: a few words, a list of them, or another message.
fn is_value(text: &str, literals: &[String]) -> bool {
    text.split(", ").all(|part| part.split(' ').count() <= WORDS) || is_printed(text, literals)
}

fn is_printed(text: &str, literals: &[String]) -> bool {
    literals.iter().any(|literal| prints(literal, text, literals))
}

/// The number of characters outside of placeholders.
fn fixed_length(literal: &str) -> usize {
    literal.split('{').map(|part| part.split_once('}').map_or(part, |(_, fixed)| fixed).len()).sum()
}

#[test]
fn every_generator_message_that_a_page_quotes_is_in_the_source() {
    let rust = sources("codegen/src", "rs");
    let all = rust.iter().flat_map(|text| literals(text.parse().expect("the source is Rust")));
    let all: Vec<String> = all.map(|literal| literal.trim().to_owned()).collect();
    let messages: Vec<String> = all.iter().filter(|literal| fixed_length(literal) >= FIXED).cloned().collect();
    let quoted = OF_THE_GENERATOR.map(|page| (page, generator_messages(&text(page))));
    assert!(quoted.iter().map(|(_, found)| found.len()).sum::<usize>() > 5, "{quoted:?}");
    for (page, found) in quoted {
        for line in found {
            let problem = line.split_once(": error: ").map(|(_, problem)| problem.trim_end_matches(']'));
            let (message, check) = match problem.map(|problem| problem.rsplit_once(" [")) {
                Some(Some((message, check))) => (message, Some(check)),
                Some(None) => panic!("{page}: {line:?} does not end with the name of its check"),
                None => (line.trim_start_matches("note: "), None),
            };
            assert!(is_printed(message, &messages), "{page} quotes {message:?}, which the generator never prints");
            if let Some(check) = check {
                let is_check = all.iter().any(|literal| literal == check);
                assert!(is_check, "{page} quotes the check {check:?}, which the generator does not have");
            }
        }
    }
}
