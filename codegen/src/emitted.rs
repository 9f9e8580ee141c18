//! A file that the generator writes, as the emitters return it.

/// A file that the generator writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emitted {
    /// The path, relative to the root folder.
    pub path: String,
    /// The whole text of the file.
    pub text: String,
}
