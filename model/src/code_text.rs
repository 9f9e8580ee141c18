//! The text of a session's code: shared by its readers, and hidden in debug output.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The text of a code. A clone shares the text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CodeText(Arc<str>);

impl CodeText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for CodeText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for CodeText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for CodeText {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl PartialEq<&str> for CodeText {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == **other
    }
}

impl PartialEq<String> for CodeText {
    fn eq(&self, other: &String) -> bool {
        *self.0 == **other
    }
}

impl fmt::Debug for CodeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes of code>", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_compared_with_texts_and_not_printed() {
        let code = CodeText::from("fn secret() {}");
        assert_eq!((code == "fn secret() {}", code == "fn other() {}"), (true, false));
        let (same, other) = (code.to_string(), String::new());
        assert_eq!((code == same, code == other), (true, false));
        assert_eq!(format!("{code:?}"), "<14 bytes of code>");
    }
}
