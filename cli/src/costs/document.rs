//! docs/costs.md: its tables stand between two markers, and are replaced as a whole.

use std::fs;
use std::path::Path;

/// Where the tables begin and end.
const MARKERS: (&str, &str) = ("<!-- generated:begin costs -->\n", "<!-- generated:end costs -->");

/// A document was not updated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocumentError {
    /// It cannot be read or written.
    #[error("cannot use {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It has no place for the tables.
    #[error(
        "{path} has no lines `<!-- generated:begin costs -->` and `<!-- generated:end costs -->`, between which the tables go"
    )]
    NoMarkers {
        /// The file.
        path: String,
    },
}

/// The document with these tables. `None` without both markers.
pub(crate) fn with_tables(document: &str, tables: &str) -> Option<String> {
    let (before, rest) = document.split_once(MARKERS.0)?;
    let (_, after) = rest.split_once(MARKERS.1)?;
    Some([before, MARKERS.0, "\n", tables, "\n", MARKERS.1, after].concat())
}

/// Puts the tables into a file.
pub(crate) fn update(path: &Path, tables: &str) -> Result<(), DocumentError> {
    let name = path.display().to_string();
    let failed = |source| DocumentError::File { path: name.clone(), source };
    let document = fs::read_to_string(path).map_err(failed)?;
    let updated = with_tables(&document, tables).ok_or_else(|| DocumentError::NoMarkers { path: name.clone() })?;
    fs::write(path, updated).map_err(failed)
}
