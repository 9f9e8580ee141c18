//! Messages for values of a wrong type: the expected type, never the value.

use crate::error::sentence;

/// The expected type of a value. Serde's messages quote the value, so only their end is used. Messages of our types
/// never quote it.
pub(super) fn type_error(text: &str) -> String {
    let text = text.rsplit_once(" at line ").map_or(text, |(words, _)| words);
    let quotes = ["invalid ", "unknown variant", "number out of range", "EOF", "expected"];
    if text.starts_with("UUID") {
        return "This is not a UUID.".to_owned();
    }
    if !quotes.iter().any(|start| text.starts_with(start)) {
        return sentence(text);
    }
    let message = match text.rsplit_once("expected ").map_or("", |(_, expected)| expected) {
        "a string" | "a borrowed string" | "string" => "This field is a text.",
        "a boolean" => "This field is true or false.",
        "u8" | "u16" | "u32" | "u64" | "usize" => "This field is a whole number, 0 or more.",
        "a sequence" => "This field is a list.",
        "a formatted UUID string" | "a UUID string" => "This field is a UUID.",
        words => match one_of(words) {
            Some(words) => return format!("This field is one of {words}."),
            None => "This field has the wrong type or form.",
        },
    };
    message.to_owned()
}

/// The words between back quotes, if the text is a list of words.
fn one_of(words: &str) -> Option<String> {
    let mut parts = words.split('`');
    let between = ["", "one of ", " or ", ", "];
    let mut names = Vec::new();
    while let Some(text) = parts.next() {
        let is_name = |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        match (between.contains(&text), parts.next()) {
            (true, Some(name)) => names.push(Some(name).filter(is_name)?),
            (true, None) if !names.is_empty() => {}
            _ => return None,
        }
    }
    Some(names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_words_are_repeated() {
        for words in ["`a` or `<script>`", "`a`, hunter2", "hunter2", "", "`a` and `b`"] {
            assert_eq!(one_of(words), None, "{words}");
        }
        assert_eq!(one_of("one of `a`, `b_c`, `d`").as_deref(), Some("a, b_c, d"));
        assert_eq!(one_of("`user` or `ai`").as_deref(), Some("user, ai"));
        assert_eq!(one_of("`file`").as_deref(), Some("file"));
    }
}
