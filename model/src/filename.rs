//! File names: what a session is called. Never used as a path anywhere.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization as _;

use crate::text::is_invisible;

/// The name of a file, without folders: 1 to 255 bytes without separators, controls and marks that turn the
/// direction of writing. Personal: `{:?}` does not show it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Filename(String);

/// The text holds no usable file name. Does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFilename {
    /// Nothing is left of it.
    #[error("the file name is empty")]
    Empty,
    /// It names a folder.
    #[error("`.` and `..` are folders, not files")]
    Folder,
    /// It is longer than file systems take.
    #[error("a file name has at most {max} bytes", max = Filename::MAX_BYTES)]
    TooLong,
}

impl Filename {
    /// The longest name, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 255;

    /// The name in this text: what follows the last `/` or `\`, in NFC, without invisible characters and outer
    /// blanks. Parsing the result again changes nothing.
    ///
    /// # Errors
    /// When nothing usable is left.
    pub fn parse(text: &str) -> Result<Self, InvalidFilename> {
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let visible: String = last.chars().filter(|c| !is_invisible(*c)).nfc().collect();
        let name = visible.trim();
        match name {
            "" => Err(InvalidFilename::Empty),
            "." | ".." => Err(InvalidFilename::Folder),
            _ if name.len() > Self::MAX_BYTES => Err(InvalidFilename::TooLong),
            _ => Ok(Self(name.to_owned())),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Filename {
    type Err = InvalidFilename;

    fn from_str(text: &str) -> Result<Self, InvalidFilename> {
        Self::parse(text)
    }
}

impl fmt::Display for Filename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Filename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filename(<redacted>)")
    }
}

crate::text::serde_as_text!(Filename);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> String {
        Filename::parse(text).expect("the test gives a usable name").to_string()
    }

    #[test]
    fn folders_and_invisible_characters_are_dropped() {
        assert_eq!(parsed("src/main.rs"), "main.rs");
        assert_eq!(parsed("C:\\work\\a.py"), "a.py");
        assert_eq!(parsed("..%2fetc"), "..%2fetc");
        assert_eq!(parsed("evil\u{202e}gpj.exe\0"), "evilgpj.exe");
        assert_eq!(parsed("  a.txt \n"), "a.txt");
        assert_eq!(parsed("CON"), "CON");
        assert_eq!(parsed("cafe\u{301}.md"), "caf\u{e9}.md");
        assert_eq!(format!("{:?}", Filename::parse("secret.rs").expect("a name")), "Filename(<redacted>)");
    }

    #[test]
    fn names_of_nothing_are_refused() {
        for (bad, why) in [
            ("", InvalidFilename::Empty),
            ("src/", InvalidFilename::Empty),
            ("\0\u{200e}", InvalidFilename::Empty),
            (".", InvalidFilename::Folder),
            ("a/..", InvalidFilename::Folder),
            (&"\u{1f980}".repeat(300), InvalidFilename::TooLong),
        ] {
            assert_eq!(Filename::parse(bad), Err(why), "{bad:?}");
            assert!(serde_json::from_value::<Filename>(bad.into()).is_err());
        }
        assert_eq!(parsed(&"a".repeat(255)).len(), 255);
    }

    proptest! {
        #[test]
        fn a_name_is_safe_and_stays_as_it_is(text in "[a./\\\\ \u{0}\u{301}\u{e9}\u{202e}\u{2066}-\u{206f}]{0,12}|\\PC*") {
            if let Ok(name) = Filename::parse(&text) {
                prop_assert!(!name.as_str().contains(['/', '\\']));
                prop_assert!(!name.as_str().contains(is_invisible));
                prop_assert!((1..=255).contains(&name.as_str().len()));
                prop_assert_eq!(Filename::parse(name.as_str()), Ok(name));
            }
        }
    }
}
