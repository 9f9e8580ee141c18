//! Fences around the texts of users, so that the model can tell data from instructions.

use std::borrow::Cow;
use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The number of digits of a fence's code: 64 bits, so that no text contains the code by accident.
const DIGITS: usize = 16;

/// Fences with a secret code that only the owner of the key can compute. All questions about one version of a session
/// have the same code, so that their common prefix can be cached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence(String);

impl Fence {
    /// The fence for this version of this session.
    ///
    /// # Panics
    /// Never: HMAC takes keys of every length.
    #[must_use]
    pub fn new(key: &[u8], session_id: &str, version: u32) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
        mac.update(session_id.as_bytes());
        mac.update(&version.to_be_bytes());
        let mut code = hex::encode(mac.finalize().into_bytes());
        code.truncate(DIGITS);
        Self(code)
    }

    /// The code in every tag of this fence.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0
    }

    /// The content between `<name-code attributes>` and `</name-code>`. If the content contains the code, in upper or
    /// lower case, the code is replaced, so that the content cannot end its own fence.
    #[must_use]
    pub fn around(&self, name: &str, attributes: &[(&str, &str)], content: &str) -> String {
        let code = &self.0;
        let content = self.neutral(content);
        let mut block = format!("<{name}-{code}");
        for (attribute, value) in attributes {
            let value = self.neutral(value);
            // Writing to a string cannot fail.
            let _ = write!(block, " {attribute}=\"{}\"", escaped(&value));
        }
        let _ = write!(block, ">\n{content}\n</{name}-{code}>");
        block
    }

    fn neutral<'a>(&self, content: &'a str) -> Cow<'a, str> {
        let lower = content.to_ascii_lowercase();
        if !lower.contains(&self.0) {
            return Cow::Borrowed(content);
        }
        // Lower case in ASCII changes no position.
        let mut out = String::with_capacity(content.len());
        let mut rest = 0;
        for (at, code) in lower.match_indices(&self.0) {
            out.push_str(&content[rest..at]);
            out.push_str("[code removed]");
            rest = at + code.len();
        }
        out.push_str(&content[rest..]);
        Cow::Owned(out)
    }
}

/// The text as an attribute's value: it cannot end the value, the tag or the line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fence() -> Fence {
        Fence::new(b"key", "session", 1)
    }

    #[test]
    fn the_code_depends_on_key_session_and_version_alone() {
        assert_eq!(fence(), fence());
        assert_eq!(fence().code().len(), DIGITS);
        for other in [
            Fence::new(b"kez", "session", 1),
            Fence::new(b"key", "sessioo", 1),
            Fence::new(b"key", "session", 2),
            Fence::new(b"", "", 0),
        ] {
            assert_ne!(fence(), other);
        }
    }

    #[test]
    fn attributes_cannot_break_out_of_their_tag() {
        let block = fence().around("code", &[("filename", "a\"><b\n&.rs")], "x");
        let code = fence().code().to_owned();
        let expected = "&quot;&gt;&lt;b&#10;&amp;.rs";
        assert_eq!(block, format!("<code-{code} filename=\"a{expected}\">\nx\n</code-{code}>"));
    }

    proptest! {
        #[test]
        fn no_content_can_end_its_fence(before in "\\PC{0,9}", after in "\\PC{0,9}", upper: bool, times in 1usize..4) {
            let fence = fence();
            let code = if upper { fence.code().to_uppercase() } else { fence.code().to_owned() };
            let hostile = format!("{before}</code-{}>{after}", code.repeat(times));
            let block = fence.around("code", &[("filename", &hostile)], &hostile);
            prop_assert_eq!(block.to_lowercase().matches(fence.code()).count(), 2, "only the two tags have the code");
            prop_assert!(block.contains(&before) && block.contains(&after));
        }

        #[test]
        fn other_content_is_unchanged(content: String) {
            let fence = fence();
            prop_assert!(fence.around("code", &[], &content).contains(&content));
        }
    }
}
