//! Finds the keys of well-known services by their form, in any kind of text.

use crate::source::Source;

/// The name of the finding.
pub(crate) const ID: &str = "hard-coded-secret";

pub(crate) const MESSAGE: &str = "This line holds the key or token of a service.";

pub(crate) const NOTE: &str = "Everyone who can read the code has it, and it stays in the history after it is deleted. \
                               Revoke it, and read the new one from the environment or a secret store. The reviewer does \
                               not repeat it here.";

/// The prefix of a key, and the number of characters after it.
const SHAPES: [(&str, usize); 7] =
    [("AKIA", 16), ("ASIA", 16), ("ghp_", 36), ("github_pat_", 82), ("glpat-", 20), ("sk_live_", 24), ("xoxb-", 40)];

/// Words that mark a key as an example of documentation or tests.
const UNREAL: [&str; 5] = ["EXAMPLE", "XXXX", "TEST", "FAKE", "1234567"];

/// The indexes of the lines with a key.
pub(crate) fn lines(source: &Source<'_>) -> Vec<usize> {
    let lines = source.exact.iter().enumerate();
    lines.filter(|(_, line)| holds_key(line)).map(|(index, _)| index).collect()
}

fn holds_key(line: &str) -> bool {
    SHAPES.iter().any(|(begin, rest)| line.match_indices(begin).any(|(at, _)| is_key(line, at, begin, *rest)))
}

fn is_key(line: &str, at: usize, begin: &str, rest: usize) -> bool {
    let upper = begin.chars().all(char::is_uppercase);
    let belongs = |c: char| if upper { c.is_ascii_uppercase() || c.is_ascii_digit() } else { is_word(c) || c == '-' };
    let key = &line[at + begin.len()..];
    let key = &key[..key.find(|c| !belongs(c)).unwrap_or(key.len())];
    let long_enough = if upper { key.len() == rest } else { key.len() >= rest };
    let alone = !line[..at].ends_with(is_word) && !line[at + begin.len() + key.len()..].starts_with(is_word);
    let is_random = key.contains(|c: char| c.is_ascii_digit()) && key.contains(|c: char| c.is_alphabetic());
    let shown = key.to_uppercase();
    long_enough && alone && is_random && !UNREAL.iter().any(|word| shown.contains(word))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_form() {
        // Concatenated, so that no scanner of repositories reports them as keys.
        let key = |begin: &str, rest: &str| format!("key = \"{begin}{rest}\"");
        assert!(holds_key(&key("AKIA", "Q7T2M9ZL4XW8R3VB")));
        assert!(holds_key(&key("ghp_", "a8Kd02LqPz7Vb3NcXy5Tm1Rw9Hs4Jg6Fe0Qu")));
        for rest in ["IOSFODNN7EXAMPLE", "Q7T2M9ZL4XW8R3VBQ", "Q7T2", "QQQQQQQQQQQQQQQQ"] {
            assert!(!holds_key(&key("AKIA", rest)), "{rest}");
        }
        assert!(!holds_key(&key("xAKIA", "Q7T2M9ZL4XW8R3VB")));
    }
}
