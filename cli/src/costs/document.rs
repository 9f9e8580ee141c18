//! Replaces the tables of docs/costs.md, which are between two markers.

use std::fs;
use std::path::Path;

/// The markers before and after the tables.
const MARKERS: (&str, &str) = ("<!-- generated:begin costs -->\n", "<!-- generated:end costs -->");

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
        "{path} has no lines `<!-- generated:begin costs -->` and `<!-- generated:end costs -->`; add them where the \
         tables belong"
    )]
    NoMarkers {
        /// The file.
        path: String,
    },
}

/// The document with these tables. `None` if a marker is missing.
pub(crate) fn with_tables(document: &str, tables: &str) -> Option<String> {
    let (before, rest) = document.split_once(MARKERS.0)?;
    let (_, after) = rest.split_once(MARKERS.1)?;
    Some([before, MARKERS.0, "\n", tables, "\n", MARKERS.1, after].concat())
}

/// Replaces the tables in a file.
pub(crate) fn update(path: &Path, tables: &str) -> Result<(), DocumentError> {
    let name = path.display().to_string();
    let failed = |source| DocumentError::File { path: name.clone(), source };
    let document = fs::read_to_string(path).map_err(failed)?;
    let updated = with_tables(&document, tables).ok_or_else(|| DocumentError::NoMarkers { path: name.clone() })?;
    fs::write(path, updated).map_err(failed)
}
