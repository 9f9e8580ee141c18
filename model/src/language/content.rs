//! Extensions that several languages share, and the patterns in a text that tell the languages apart.

/// Extensions that several languages share.
pub(super) const AMBIGUOUS: [&str; 5] = ["h", "m", "pl", "ts", "tsx"];

/// How many bytes of a text are searched.
const HEAD: usize = 64 * 1024;

/// The language of a text with one of the [`AMBIGUOUS`] extensions; `None` for the default language of the extension.
pub(super) fn language_of_text(extension: &str, text: &str) -> Option<&'static str> {
    let head = &text[..text.floor_char_boundary(HEAD)];
    let mut lines = head.lines().map(str::trim_start);
    match extension {
        "h" if lines.clone().any(is_objective_c) => Some("Objective-C"),
        "h" => lines.any(is_cpp).then_some("C++"),
        "m" if lines.clone().any(is_objective_c) => None,
        "m" => lines.any(is_matlab).then_some("MATLAB"),
        "pl" if lines.clone().any(is_perl) => None,
        "pl" => lines.any(is_prolog).then_some("Prolog"),
        // Qt translation files.
        "ts" | "tsx" => (head.trim_start().starts_with("<?xml") || lines.any(is_translation)).then_some("XML"),
        _ => None,
    }
}

fn begins(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        let rest = line.strip_prefix(word);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

fn is_objective_c(line: &str) -> bool {
    let marks = ["@interface", "@implementation", "@protocol", "@class", "@property", "@end", "@import", "#import"];
    begins(line, &marks)
}

/// Whether the line is C++. A line that looks like a comment does not count.
fn is_cpp(line: &str) -> bool {
    const HEADERS: &str = "algorithm array atomic bitset chrono cstddef cstdint cstdio cstdlib cstring deque filesystem \
                           forward_list fstream functional iosfwd iostream istream iterator limits list map memory mutex \
                           optional ostream queue set span sstream stack stdexcept string string_view thread tuple \
                           type_traits unordered_map unordered_set utility variant vector";
    if ["//", "/*", "*"].iter().any(|comment| line.starts_with(comment)) {
        return false;
    }
    let header =
        line.strip_prefix('#').map(str::trim_start).and_then(|line| line.strip_prefix("include")).and_then(|rest| {
            let (name, _) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
            Some(name)
        });
    let access = ["public", "private", "protected"]
        .iter()
        .any(|word| line.strip_prefix(word).is_some_and(|rest| rest.trim_start().starts_with(':')));
    header.is_some_and(|name| HEADERS.split_whitespace().any(|known| known == name))
        || access
        || begins(line, &["class", "namespace", "using", "template", "constexpr", "virtual", "explicit", "friend"])
        || line.contains("std::")
        || line.contains("__has_cpp_attribute")
}

fn is_matlab(line: &str) -> bool {
    line.starts_with('%')
        || begins(line, &["function", "classdef", "clc", "clearvars"])
        || ["clear;", "clear all", "close all"].iter().any(|start| line.starts_with(start))
}

fn is_perl(line: &str) -> bool {
    (line.starts_with("#!") && line.contains("perl"))
        || begins(line, &["use strict", "use warnings", "use constant", "use overload", "use utf8", "require", "sub"])
        || ["use v5", "use 5", "my $", "my @", "my %", "our $", "our @"].iter().any(|start| line.starts_with(start))
        || (begins(line, &["package"]) && line.trim_end().ends_with([';', '{']))
}

fn is_prolog(line: &str) -> bool {
    line.split(['#', '%']).next().is_some_and(|code| code.contains(":-") || code.starts_with("?-"))
}

fn is_translation(line: &str) -> bool {
    begins(line, &["<TS", "<!DOCTYPE TS"])
}
