//! File names: the display name of a session. The server never uses one as a path, and a user can safely save a file
//! under it.

use std::fmt;
use std::str::FromStr;

use review::hidden::has_hidden;
use unicode_normalization::UnicodeNormalization as _;

use crate::limits::FILENAME_BYTES;

/// The name of a file, without folders: 1 to [`FILENAME_BYTES`] bytes without separators and hidden characters, and not
/// the name of a device. It is personal, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Filename(String);

/// Names that Windows reserves for devices, in any case and with any extension.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
/// Reserved names that are followed by a digit.
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// The text has no usable file name. The error does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFilename {
    /// The name is empty after trimming.
    #[error("the file name is empty")]
    Empty,
    /// The name refers to a folder.
    #[error("`.` and `..` are folders, not files")]
    Folder,
    /// It has hidden characters, so it could look like another name.
    #[error("a file name has no hidden characters")]
    Hidden,
    /// It is longer than file systems allow.
    #[error("a file name has at most {FILENAME_BYTES} bytes")]
    TooLong,
}

impl Filename {
    /// Parses a file name: the part after the last `/`, `\` or drive letter, in NFC, without outer white space and
    /// final dots. A device's name gets an underscore. Parsing the result again changes nothing.
    ///
    /// # Errors
    /// When the text has no usable name.
    pub fn parse(text: &str) -> Result<Self, InvalidFilename> {
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let composed: String = last.nfc().collect();
        let name = without_drives(composed.trim());
        if name.is_empty() {
            return Err(InvalidFilename::Empty);
        }
        // Windows drops trailing dots and spaces, so the name would refer to another file.
        let name = name.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
        if name.is_empty() {
            return Err(InvalidFilename::Folder);
        }
        if has_hidden(name) {
            return Err(InvalidFilename::Hidden);
        }
        let name = if is_device(name) { format!("_{name}") } else { name.to_owned() };
        if name.len() > FILENAME_BYTES { Err(InvalidFilename::TooLong) } else { Ok(Self(name)) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name after a drive such as `C:`, which is a folder too.
fn without_drives(mut name: &str) -> &str {
    while let [letter, b':', ..] = name.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        name = name[2..].trim_start();
    }
    name
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |device: &str| {
        let mut rest = stem.strip_prefix(device)?.chars();
        let digit = rest.next().filter(|c| matches!(c, '0'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}'))?;
        rest.next().is_none().then_some(digit)
    };
    DEVICES.contains(&&*stem) || NUMBERED_DEVICES.iter().any(|device| numbered(device).is_some())
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

table_runtime::serde_as_text!(Filename);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> String {
        Filename::parse(text).expect("the test gives a usable name").to_string()
    }

    #[test]
    fn folders_and_outer_blanks_are_dropped() {
        assert_eq!(parsed("src/main.rs"), "main.rs");
        assert_eq!(parsed("C:\\work\\a.py"), "a.py");
        assert_eq!(parsed("..%2fetc"), "..%2fetc");
        assert_eq!(parsed("  a.txt \n"), "a.txt");
        assert_eq!(parsed("cafe\u{301}.md"), "caf\u{e9}.md");
        assert_eq!(format!("{:?}", Filename::parse("secret.rs").expect("a name")), "Filename(<redacted>)");
    }

    #[test]
    fn names_that_are_special_on_windows_are_changed_or_refused() {
        for (sent, kept) in [
            ("C:\\Users\\ada\\main.rs", "main.rs"),
            ("C:main.rs", "main.rs"),
            ("c: d:main.rs", "main.rs"),
            ("\\\\server\\share\\main.rs", "main.rs"),
            ("main.rs. .", "main.rs"),
            ("CON", "_CON"),
            ("aux.c", "_aux.c"),
            ("Nul .tar.gz", "_Nul .tar.gz"),
            ("com1.py", "_com1.py"),
            ("LPT\u{b2}", "_LPT\u{b2}"),
            ("conin$", "_conin$"),
        ] {
            assert_eq!(parsed(sent), kept);
        }
        for same in ["console.log", "com.py", "com10", "nullable.rs", "auxiliary", "ab:c", ".gitignore", "1:x"] {
            assert_eq!(parsed(same), same);
        }
        assert_eq!(Filename::parse(&format!("nul.{}", "x".repeat(251))), Err(InvalidFilename::TooLong));
    }

    #[test]
    fn empty_names_and_folders_are_refused() {
        for (bad, why) in [
            ("", InvalidFilename::Empty),
            ("src/", InvalidFilename::Empty),
            ("\0\u{200e}", InvalidFilename::Hidden),
            ("evil\u{202e}gpj.exe", InvalidFilename::Hidden),
            ("a\u{2060}.rs", InvalidFilename::Hidden),
            ("a\u{ad}.rs", InvalidFilename::Hidden),
            ("a\tb", InvalidFilename::Hidden),
            ("a\0", InvalidFilename::Hidden),
            (".", InvalidFilename::Folder),
            ("a/..", InvalidFilename::Folder),
            ("...", InvalidFilename::Folder),
            (". . ", InvalidFilename::Folder),
            ("C:", InvalidFilename::Empty),
            ("C:..", InvalidFilename::Folder),
            (&"\u{1f980}".repeat(300), InvalidFilename::TooLong),
        ] {
            assert_eq!(Filename::parse(bad), Err(why), "{bad:?}");
            assert!(serde_json::from_value::<Filename>(bad.into()).is_err());
        }
        assert_eq!(parsed(&"a".repeat(255)).len(), 255);
        for same in ["\u{1F469}\u{1F3FD}\u{200D}\u{1F4BB}.md", "می\u{200C}خواهم.txt", "\u{2764}\u{FE0F}.rs"] {
            assert_eq!(parsed(same), same, "characters that scripts need are not hidden");
        }
    }

    proptest! {
        #[test]
        fn a_parsed_name_is_safe_and_parses_to_itself(text in "([cC]:|con|nul|[lL]pt1|[a./\\\\ :\u{0}\u{301}\u{e9}\u{202e}\u{2066}-\u{206f}]){0,12}|\\PC*") {
            if let Ok(name) = Filename::parse(&text) {
                prop_assert!(!name.as_str().contains(['/', '\\']));
                prop_assert!(!has_hidden(name.as_str()));
                prop_assert!((1..=255).contains(&name.as_str().len()));
                prop_assert_eq!(Filename::parse(name.as_str()), Ok(name));
            }
        }
    }
}
