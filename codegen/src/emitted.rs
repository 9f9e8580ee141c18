//! A file that the generator writes, as the emitters return it.

/// A file that the generator writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emitted {
    /// Where it goes, from the root folder.
    pub path: String,
    /// All of it.
    pub text: String,
}
