//! The interpreter in a script's shebang line.

/// The interpreter in lower case, without folder: `python3.12` for `#!/usr/bin/env -S python3.12 -u`.
pub(super) fn program(first_line: &str) -> Option<String> {
    let mut words = first_line.strip_prefix("#!")?.split_whitespace();
    let mut program = words.next()?;
    if name(program) == "env" {
        program = started_by_env(words)?;
    }
    Some(name(program).trim_end_matches(".exe").to_lowercase())
}

/// An interpreter without its version: `python` for `python3.12`.
pub(super) fn without_version(program: &str) -> &str {
    program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
}

fn name(program: &str) -> &str {
    program.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// The first word after the options of `env`, their arguments and its variable assignments. `-S` splits the rest of the
/// line into words; `words` is split already.
fn started_by_env<'w>(mut words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    while let Some(word) = words.next() {
        let word = word.trim_matches(['"', '\'']);
        let candidate = if let Some(long) = word.strip_prefix("--") {
            match long.split_once('=') {
                Some(("split-string", word)) => word,
                None if ["unset", "chdir", "argv0"].contains(&long) => {
                    words.next();
                    continue;
                }
                _ => continue,
            }
        } else if let Some(short) = word.strip_prefix('-') {
            // Short options can be combined: `-iS`. The argument of an option is the rest of the word, or the next
            // word.
            match short.find(['u', 'C', 'a', 'P', 'S']) {
                Some(at) if short[at..].starts_with('S') => &short[at + 1..],
                Some(at) if at + 1 == short.len() => {
                    words.next();
                    continue;
                }
                _ => continue,
            }
        } else {
            word
        };
        if !candidate.is_empty() && !candidate.contains('=') {
            return Some(candidate);
        }
    }
    None
}
