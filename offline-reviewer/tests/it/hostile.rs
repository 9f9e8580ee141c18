//! Empty, huge, broken and deeply nested files: an answer comes soon, and no stack overflows.

use std::time::{Duration, Instant};

use offline_reviewer::{Language, Request, review};

use crate::examples::whole;

/// Parsing and matching stop after five seconds; the rest is a margin for a busy machine.
const SOON: Duration = Duration::from_secs(30);

/// The answer's explanation, from a thread with the default stack.
fn explanation(request: &Request<'_>) -> String {
    let started = Instant::now();
    let answer = std::thread::scope(|scope| scope.spawn(|| review(request)).join().expect("no panic"));
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    answer.explanation
}

#[test]
fn an_empty_file_is_answered_in_every_language() {
    for language in Language::ALL {
        for text in ["", "\n", "\r\n", "\u{feff}", " \t"] {
            assert!(explanation(&whole(language, text)).contains("None of the"), "{language:?} {text:?}");
        }
    }
    assert!(explanation(&Request::default()).contains("None of the selected lines"));
}

#[test]
fn a_file_of_five_mebibytes_is_not_parsed() {
    let text = "let value = compute(1); // a line of code\n".repeat(5 * 1024 * 1024 / 42);
    assert!(explanation(&whole(Language::Rust, &text)).ends_with("because the file is too long."));
}

#[test]
fn a_file_of_a_mebibyte_is_read_to_its_end() {
    let line = "  const value = compute(a.width, [1, 2, 3]);\n";
    let text = format!("function f() {{\n{}  if (mode = 1) {{ run(); }}\n}}\n", line.repeat(1024 * 1024 / line.len()));
    assert!(explanation(&whole(Language::JavaScript, &text)).contains("assignment-in-condition"));
}

#[test]
fn deep_nesting_is_rejected_in_every_language() {
    for language in Language::ALL {
        for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("if (a) { ", "}"), ("!", ""), ("a = ", "b")] {
            for depth in [300, 20_000] {
                let start = if language == Language::Php { "<?php x(" } else { "x = " };
                let text = [start, &open.repeat(depth), "1", &close.repeat(depth), "\n"].concat();
                explanation(&whole(language, &text));
            }
        }
    }
}

#[test]
fn text_that_breaks_a_scanner_in_c_is_answered() {
    // The scanner of tree-sitter-bash looks characters up in a table with 256 entries.
    explanation(&whole(Language::Shell, "echo {\u{1f980}..\u{10ffff}}\nfor ((i=\u{1f980}; ; )); do :; done\n"));
    // The scanner of tree-sitter-ruby stores the length of a name in a byte.
    let name = "A".repeat(300);
    for quote in ["", "'", "\""] {
        let text = format!("x = <<~{quote}{name}{quote}\ny\n{name}\n");
        assert!(explanation(&whole(Language::Ruby, &text)).contains("No rules were applied"));
    }
}

#[test]
fn long_chains_of_operators_are_answered() {
    for operator in [" && ", " || ", " == ", " + ", ".a.", ", "] {
        let text = format!("x = a{}\n", [operator, "a"].concat().repeat(50_000));
        for language in [Language::JavaScript, Language::Python, Language::C, Language::Ruby] {
            explanation(&whole(language, &text));
        }
    }
}

#[test]
fn a_function_with_thousands_of_matches_is_answered() {
    let locks = "q.mu.Lock()\nif q.closed {\nreturn\n}\n".repeat(10_000);
    explanation(&whole(Language::Go, &format!("package a\nfunc f() {{\n{locks}q.mu.Unlock()\n}}\n")));
    let branches = "elif a == 1:\n  pass\n".repeat(10_000);
    explanation(&whole(Language::Python, &format!("if a == 1:\n  pass\n{branches}")));
}
