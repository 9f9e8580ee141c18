//! Where functions begin and end: by braces, by indentation, or by `end`.

use std::ops::RangeInclusive;

use crate::language::Language;

use super::{Line, Source, is_keyword};

/// How many lines a header may take before its body opens.
const LONGEST_HEADER: usize = 12;

/// How far the `end` of a Ruby method is looked for.
const LONGEST_RUBY: usize = 2_000;

/// A function, from its header to its last line.
#[derive(Debug)]
pub(crate) struct Function<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) lines: Lines,
    /// The line on which the body opens.
    pub(crate) opens: usize,
}

/// The lines a function takes, by index.
#[derive(Debug, Clone)]
pub(crate) struct Lines(RangeInclusive<usize>);

impl Lines {
    pub(crate) fn first(&self) -> usize {
        *self.0.start()
    }

    pub(crate) fn last(&self) -> usize {
        *self.0.end()
    }

    pub(crate) fn len(&self) -> usize {
        self.last() + 1 - self.first()
    }

    pub(crate) fn indexes(&self) -> RangeInclusive<usize> {
        self.0.clone()
    }
}

pub(super) fn find<'a>(source: &Source<'a>) -> Vec<Function<'a>> {
    let mut found = Vec::new();
    for index in 0..source.lines.len() {
        let line = &source.lines[index];
        let header = header(source.language, line);
        let Some(header) = header.filter(|header| !header.typed || !source.continues[index]) else {
            continue;
        };
        let extent = match source.language {
            Language::Python => indented_extent(source, index),
            Language::Ruby => ended_extent(source, index),
            _ => braced_extent(source, index, header.at),
        };
        if let Some((opens, last)) = extent {
            found.push(Function { name: header.name, lines: Lines(index..=last), opens });
        }
    }
    found
}

/// For each line the innermost function around it, as a position in `functions`, which are ordered by their first line.
pub(super) fn innermost(functions: &[Function<'_>], lines: usize) -> Vec<Option<usize>> {
    let mut around = vec![None; lines];
    let mut open: Vec<usize> = Vec::new();
    let mut next = 0;
    for (index, innermost) in around.iter_mut().enumerate() {
        while next < functions.len() && functions[next].lines.first() <= index {
            open.push(next);
            next += 1;
        }
        while let Some(last) = open.last() {
            if functions[*last].lines.last() >= index {
                break;
            }
            open.pop();
        }
        *innermost = open.last().copied();
    }
    around
}

/// A function's header: the token its body is looked for from, and its name.
struct Header<'a> {
    at: usize,
    name: Option<&'a str>,
    /// Whether only its shape tells it from a call.
    typed: bool,
}

fn header<'a>(language: Language, line: &Line<'a>) -> Option<Header<'a>> {
    match language {
        Language::Rust => named_by(line, "fn"),
        Language::Kotlin => named_by(line, "fun"),
        Language::Swift | Language::Go => named_by(line, "func"),
        Language::Php => named_by(line, "function"),
        Language::Python | Language::Ruby => named_by(line, "def"),
        Language::JavaScript | Language::TypeScript => {
            named_by(line, "function").or_else(|| arrow(line)).or_else(|| typed_header(language, line))
        }
        Language::Java | Language::C | Language::Cpp | Language::CSharp => typed_header(language, line),
        Language::Shell => shell_header(line),
        Language::Sql | Language::Other => None,
    }
}

fn named_by<'a>(line: &Line<'a>, keyword: &str) -> Option<Header<'a>> {
    let at = line.find(keyword).next()?;
    if at > 0 && matches!(line.token(at - 1), "." | ":" | "(" | "<") && keyword != "function" {
        return None;
    }
    let receiver = keyword == "func" && line.token(at + 1) == "(";
    let name = if receiver { line.close_of(at + 1)? + 1 } else { at + 1 };
    Some(Header { at, name: line.is_word(name).then(|| line.token(name)), typed: false })
}

fn arrow<'a>(line: &Line<'a>) -> Option<Header<'a>> {
    let at = line.find("=> {").next()?;
    let named = line.is_word(0) && matches!(line.first(), "const" | "let" | "var");
    let exported = line.begins("export const");
    let name = (named || exported).then(|| line.token(1 + usize::from(exported)));
    Some(Header { at, name, typed: false })
}

/// `Type name(…) {`, as in C, Java and C#, and methods of JavaScript.
fn typed_header<'a>(language: Language, line: &Line<'a>) -> Option<Header<'a>> {
    let open = line.find("<word> (").next()?;
    let name = line.token(open);
    let script = matches!(language, Language::JavaScript | Language::TypeScript);
    let before = open.checked_sub(1).map_or("", |before| line.token(before));
    let typed = match before {
        "" => script || language != Language::C,
        "*" | "&" | ">" | "]" | "~" | "::" => open > 1,
        _ => line.is_word(open - 1) && (!is_keyword(before) || before == "async"),
    };
    let in_header = |at: usize| {
        let token = line.token(at);
        let accessor = matches!(token, "async" | "struct" | "const" | "ref" | "class");
        token != "=" && token != "." && token != "(" && (accessor || !is_keyword(token))
    };
    let other =
        matches!(line.first(), "#" | "namespace" | "typedef" | "using") || matches!(name, "base" | "this" | "super");
    let plausible = typed && !other && !is_keyword(name) && (0..open).all(in_header);
    let ends = line.last();
    let opens = ends == "{" || ends == ")" || ends == "," || ends == "(" || line.has(") {");
    (plausible && opens && (!script || ends == "{")).then_some(Header { at: open, name: Some(name), typed: true })
}

fn shell_header<'a>(line: &Line<'a>) -> Option<Header<'a>> {
    if line.begins("function <word>") {
        return Some(Header { at: 0, name: Some(line.token(1)), typed: false });
    }
    line.begins("<word> ( )").then(|| Header { at: 0, name: Some(line.first()), typed: false })
}

/// The line that opens the body and the line that closes it. A `;` before the body means there is none.
fn braced_extent(source: &Source<'_>, first: usize, from: usize) -> Option<(usize, usize)> {
    let mut brackets = 0_usize;
    let header = first..source.lines.len().min(first + LONGEST_HEADER);
    for index in header {
        if index > first && brackets == 0 && !goes_on(source, index) {
            return None;
        }
        let skip = if index == first { from } else { 0 };
        for (at, token) in source.lines[index].tokens.iter().enumerate().skip(skip) {
            match token.text {
                "(" | "[" => brackets += 1,
                ")" | "]" => brackets = brackets.saturating_sub(1),
                ";" | "=" if brackets == 0 => return None,
                "{" if brackets == 0 => {
                    return source.closed_at(index, at).map(|last| (index, last));
                }
                _ => {}
            }
        }
    }
    None
}

/// Whether a header that is complete so far can go on with this line.
fn goes_on(source: &Source<'_>, index: usize) -> bool {
    let line = &source.lines[index];
    let ends_open = source
        .previous_code(index)
        .is_some_and(|before| matches!(source.lines[before].last(), "," | "->" | ":" | "where" | "=>" | "throws"));
    let begins_open = matches!(
        line.first(),
        "{" | ":"
            | ","
            | "->"
            | "=>"
            | "where"
            | "throws"
            | "rethrows"
            | "async"
            | "noexcept"
            | "const"
            | "override"
            | "final"
            | "base"
            | "try"
    );
    !line.has_code() || ends_open || begins_open
}

fn indented_extent(source: &Source<'_>, first: usize) -> Option<(usize, usize)> {
    let indent = source.lines[first].indent().len();
    let opens =
        (first..source.lines.len().min(first + LONGEST_HEADER)).find(|index| source.lines[*index].last() == ":")?;
    let body = |index: &usize| {
        let line = &source.lines[*index];
        let continues = line.is_text(0) && line.tokens[0].start == 0;
        continues || line.indent().len() > indent
    };
    let mut last = None;
    for index in opens + 1..source.lines.len() {
        if source.lines[index].has_code() {
            if !body(&index) {
                return last.map(|last| (opens, last));
            }
            last = Some(index);
        }
    }
    last.filter(|_| source.whole).map(|last| (opens, last))
}

fn ended_extent(source: &Source<'_>, first: usize) -> Option<(usize, usize)> {
    let header = &source.lines[first];
    let endless = header.find(") =").next().is_some() || header.begins("def <word> =");
    if header.last() == "end" || endless {
        return Some((first, first));
    }
    let indent = header.indent();
    let ends = |index: &usize| {
        let line = &source.lines[*index];
        line.first() == "end" && line.indent() == indent
    };
    let farthest = source.lines.len().min(first + LONGEST_RUBY);
    let last = (first + 1..farthest).find(ends)?;
    Some((first, last))
}
