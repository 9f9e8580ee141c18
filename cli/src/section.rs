//! Replaces a generated section of a document, which is between two markers.

use std::fs;
use std::path::Path;

/// A document was not updated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocumentError {
    /// It cannot be read or written.
    #[error("cannot use {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The markers are missing.
    #[error(
        "{path} has no lines `<!-- generated:begin {section} -->` and `<!-- generated:end {section} -->`; add them \
         where the tables belong"
    )]
    NoMarkers {
        /// The file.
        path: String,
        /// The name of the section.
        section: &'static str,
    },
}

/// The document with this text in the section. `None` if a marker is missing.
pub(crate) fn replaced(document: &str, section: &str, text: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- generated:begin {section} -->\n"), format!("<!-- generated:end {section} -->"));
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some([before, &begin, "\n", text, "\n", &end, after].concat())
}

/// Checks that a file has the section.
pub(crate) fn check(path: &Path, section: &'static str) -> Result<(), DocumentError> {
    let name = path.display().to_string();
    let document = fs::read_to_string(path).map_err(|source| DocumentError::File { path: name.clone(), source })?;
    replaced(&document, section, "").map(drop).ok_or(DocumentError::NoMarkers { path: name, section })
}

/// Replaces the text of the section in a file.
pub(crate) fn update(path: &Path, section: &'static str, text: &str) -> Result<(), DocumentError> {
    let name = path.display().to_string();
    let failed = |source| DocumentError::File { path: name.clone(), source };
    let document = fs::read_to_string(path).map_err(failed)?;
    let updated = replaced(&document, section, text);
    let updated = updated.ok_or_else(|| DocumentError::NoMarkers { path: name.clone(), section })?;
    fs::write(path, updated).map_err(failed)
}
