//! Where the pieces of a line end: strings of all languages, regular expressions, words, numbers and shell variables.

use crate::language::Language;

use super::lex::{Kind, Token};
use super::syntax::is_keyword;

/// A string whose opening depends on its language.
pub(super) struct Prefixed {
    pub(super) open: usize,
    pub(super) close: String,
    pub(super) escapes: bool,
    pub(super) spans: bool,
}

/// The offset just behind the first `close` in `body`.
pub(super) fn end_of(body: &str, close: &str, escapes: bool) -> Option<usize> {
    let mut at = 0;
    while at < body.len() {
        let rest = &body[at..];
        if rest.starts_with(close) {
            return Some(at + close.len());
        }
        let mut chars = rest.chars();
        let first = chars.next()?;
        at += first.len_utf8();
        if escapes && first == '\\' {
            at += chars.next().map_or(0, char::len_utf8);
        }
    }
    None
}

/// The offset behind the quote that ends a shell string; `$( … )` and `${ … }` inside may hold quotes of their own.
pub(super) fn end_of_shell_text(body: &str) -> Option<usize> {
    let bytes = body.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'"', _) => return Some(at + 1),
            (b'\\', _) => at += 2,
            (b'$', Some(b'(')) => at = end_of_expansion(body, at + 2, b')')?,
            (b'$', Some(b'{')) => at = end_of_expansion(body, at + 2, b'}')?,
            _ => at += 1,
        }
    }
    None
}

/// The offset behind the bracket that closes an expansion whose inside begins at `from`.
fn end_of_expansion(body: &str, from: usize, close: u8) -> Option<usize> {
    let bytes = body.as_bytes();
    let open = if close == b')' { b'(' } else { b'{' };
    let mut at = from;
    let mut depth = 1_usize;
    while at < bytes.len() {
        match bytes[at] {
            byte if byte == open => depth += 1,
            byte if byte == close && depth == 1 => return Some(at + 1),
            byte if byte == close => depth -= 1,
            b'\\' => at += 1,
            b'\'' if close == b')' => {
                at += 1 + bytes[at + 1..].iter().position(|byte| *byte == b'\'')?;
            }
            b'"' => at += end_of_shell_text(&body[at + 1..])?,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Strings that a letter or two in front turn into another kind, Rust's characters, and shell's `$'…'`.
pub(super) fn prefixed(language: Language, rest: &str) -> Option<Prefixed> {
    let letters = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let (prefix, tail) = rest.split_at(letters);
    match language {
        Language::Python if is_one_of(prefix, &["r", "b", "f", "u", "rb", "br", "fr", "rf"]) => {
            let triple = ["\"\"\"", "'''"].into_iter().find(|q| tail.starts_with(q));
            let single = ["\"", "'"].into_iter().find(|q| tail.starts_with(q));
            let close = triple.or(single)?;
            Some(Prefixed {
                open: letters + close.len(),
                close: close.to_owned(),
                escapes: true,
                spans: triple.is_some(),
            })
        }
        Language::Cpp if is_one_of(prefix, &["r", "lr", "ur", "u8r"]) && prefix.ends_with('R') => {
            let delimiter = tail.strip_prefix('"')?.split_once('(')?.0;
            Some(Prefixed {
                open: letters + 1 + delimiter.len() + 1,
                close: format!("){delimiter}\""),
                escapes: false,
                spans: true,
            })
        }
        Language::Rust => rust_text(prefix, tail),
        Language::Shell if rest.starts_with("$'") => {
            Some(Prefixed { open: 2, close: "'".to_owned(), escapes: true, spans: true })
        }
        _ => None,
    }
}

fn is_one_of(prefix: &str, known: &[&str]) -> bool {
    known.iter().any(|one| one.eq_ignore_ascii_case(prefix))
}

fn rust_text(prefix: &str, tail: &str) -> Option<Prefixed> {
    let hashes = tail.len() - tail.trim_start_matches('#').len();
    if matches!(prefix, "r" | "br" | "cr") && tail[hashes..].starts_with('"') {
        return Some(Prefixed {
            open: prefix.len() + hashes + 1,
            close: format!("\"{}", "#".repeat(hashes)),
            escapes: false,
            spans: true,
        });
    }
    if matches!(prefix, "b" | "c") && tail.starts_with('"') {
        return Some(Prefixed { open: prefix.len() + 1, close: "\"".to_owned(), escapes: true, spans: true });
    }
    // `'x'` is a character, `'x` a lifetime.
    let inner = matches!(prefix, "" | "b").then(|| tail.strip_prefix('\''))??;
    let mut chars = inner.chars();
    let first = chars.next()?;
    (first == '\\' || chars.next() == Some('\'')).then(|| Prefixed {
        open: prefix.len() + 1,
        close: "'".to_owned(),
        escapes: true,
        spans: false,
    })
}

/// The length of a regular expression that begins here; `before` tells it from a division.
pub(super) fn regex(rest: &str, before: Option<&Token<'_>>) -> Option<usize> {
    let body = rest.strip_prefix('/')?;
    let expected = before.is_none_or(|token| match token.kind {
        Kind::Symbol => !matches!(token.text, ")" | "]" | "}" | "++" | "--"),
        Kind::Word => is_keyword(token.text),
        _ => false,
    });
    if !expected || body.starts_with(' ') {
        return None;
    }
    let mut in_class = false;
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => {
                let flags = &body[at + 1..];
                let letters = flags.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(flags.len());
                return Some(1 + at + 1 + letters);
            }
            _ => {}
        }
    }
    None
}

/// The length of the shell variable that begins here.
pub(super) fn shell_variable(rest: &str) -> Option<usize> {
    let name = rest.strip_prefix('$')?;
    let first = name.chars().next()?;
    if first == '{' {
        return end_of_expansion(rest, 2, b'}');
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        return Some(1 + name.find(|c| !is_part(c)).unwrap_or(name.len()));
    }
    (first.is_ascii_digit() || "@*#?$!-".contains(first)).then_some(2)
}

/// The length of the number that begins here.
pub(super) fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let next_is_digit = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        let goes_on = match bytes[at] {
            b'.' | b'\'' => next_is_digit,
            b'_' => true,
            byte => byte.is_ascii_alphanumeric(),
        };
        if !goes_on {
            break;
        }
        at += 1;
    }
    at
}

/// The length of the word that begins here, if one does.
pub(super) fn word(language: Language, rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    if language == Language::Shell {
        let is_part = |c: char| c.is_alphanumeric() || "_-./:@%+~,^".contains(c);
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        return (length > 0).then_some(length);
    }
    let begins = first.is_alphabetic()
        || first == '_'
        || match language {
            Language::JavaScript | Language::TypeScript | Language::Php => first == '$',
            Language::Ruby => matches!(first, '@' | '$'),
            // A lifetime: the lexer has already looked for a character.
            Language::Rust => first == '\'',
            _ => false,
        };
    if !begins {
        return None;
    }
    let is_part = |c: char| {
        c.is_alphanumeric() || c == '_' || (c == '$' && matches!(language, Language::JavaScript | Language::TypeScript))
    };
    let skip = if language == Language::Ruby && rest.starts_with("@@") { 2 } else { first.len_utf8() };
    let length = rest[skip..].find(|c| !is_part(c)).map_or(rest.len(), |at| skip + at);
    let tail = &rest[length..];
    let asks = language == Language::Ruby && tail.starts_with(['?', '!']) && !tail[1..].starts_with(['=', '~', ':']);
    Some(length + usize::from(asks))
}

/// The label of a here-document announced here, and the length of the announcement.
pub(super) fn heredoc(language: Language, rest: &str) -> Option<(&str, usize)> {
    let (mark, needs) = match language {
        Language::Shell if !rest.starts_with("<<<") => ("<<", ""),
        Language::Ruby => ("<<", "~-"),
        Language::Php => ("<<<", ""),
        _ => return None,
    };
    let mut tail = rest.strip_prefix(mark)?;
    if !needs.is_empty() && !tail.starts_with(|c| needs.contains(c)) {
        return None;
    }
    if language != Language::Php {
        tail = tail.strip_prefix(['-', '~']).unwrap_or(tail);
    }
    if language != Language::Ruby {
        tail = tail.trim_start();
    }
    let quoted = tail.starts_with(['"', '\'']);
    tail = if quoted { &tail[1..] } else { tail };
    let length = tail.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(tail.len());
    let label = &tail[..length];
    let begins_well = label.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let behind = tail.len() - length;
    let closing = usize::from(quoted && tail[length..].starts_with(['"', '\'']));
    begins_well.then_some((label, rest.len() - behind + closing))
}

/// Whether a PHP file begins with page text rather than code. A part of a file without any tag is code.
pub(super) fn php_begins_outside_code(text: &str) -> bool {
    let opens = text.find("<?");
    let closes = text.find("?>");
    match (opens, closes) {
        (Some(opens), Some(closes)) => opens < closes,
        (Some(_), None) => true,
        _ => false,
    }
}
