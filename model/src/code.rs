//! Code at rest: the text of a session as gzip, inline or in chunks, checked by size and digest when it is read.

use std::fmt;
use std::io::{BufRead, Read, Write as _};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use review::limits::CODE_BYTES;

use crate::Digest;
use crate::limits::{CHUNK_BYTES, INLINE_MAX};

/// Maximum number of chunks of a code. The last chunk has room for the overhead of gzip on incompressible text.
pub(crate) const MOST_CHUNKS: u32 = 14;
const _: () = assert!(MOST_CHUNKS as usize == CODE_BYTES / CHUNK_BYTES + 1, "chunks or code have another size now");

/// A text, compressed and ready to be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct PackedCode {
    /// The digest of the text, not of the gzip.
    pub sha256: Digest,
    /// The size of the text, in bytes of UTF-8.
    pub size: u32,
    /// The gzip.
    pub body: PackedBody,
}

/// A gzip, inline or in chunks.
#[derive(Clone, PartialEq, Eq)]
pub enum PackedBody {
    /// At most [`INLINE_MAX`] bytes.
    Inline(Vec<u8>),
    /// Pieces of [`CHUNK_BYTES`] in order; the last one may be shorter.
    Chunked(Vec<Vec<u8>>),
}

/// The text is longer than [`CODE_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the code has {bytes} bytes, and at most {CODE_BYTES} can be kept")]
pub struct CodeTooLarge {
    /// Its size, in bytes of UTF-8.
    pub bytes: usize,
}

/// The stored gzip does not match the text that was packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorruptCode {
    /// The gzip is damaged, truncated or has trailing bytes.
    #[error("the stored code is not one whole gzip")]
    Gzip,
    /// Its decompressed size differs from the stored size.
    #[error("the stored code has another size than was stored with it")]
    Size,
    /// It decompresses to another text, or to bytes that are not UTF-8.
    #[error("the stored code does not match its digest")]
    Digest,
}

impl PackedCode {
    /// Packs a text. The output is deterministic.
    ///
    /// # Errors
    /// When the text is longer than [`CODE_BYTES`].
    pub fn pack(text: &str) -> Result<Self, CodeTooLarge> {
        let too_large = CodeTooLarge { bytes: text.len() };
        if text.len() > CODE_BYTES {
            return Err(too_large);
        }
        let size = u32::try_from(text.len()).map_err(|_| too_large)?;
        let gzip = deflate(text.as_bytes());
        let body = if gzip.len() <= INLINE_MAX {
            PackedBody::Inline(gzip)
        } else {
            PackedBody::Chunked(gzip.chunks(CHUNK_BYTES).map(<[u8]>::to_vec).collect())
        };
        Ok(Self { sha256: Digest::of(text), size, body })
    }

    /// Restores the text from the pieces of its gzip in order. It decompresses at most `size` bytes and one more, even
    /// when the gzip contains more.
    ///
    /// # Errors
    /// When the pieces are not the complete gzip of a text of this digest and size.
    pub fn unpack(parts: &[&[u8]], sha256: Digest, size: u32) -> Result<String, CorruptCode> {
        let size = size as usize;
        if size > CODE_BYTES {
            return Err(CorruptCode::Size);
        }
        let mut decoder = GzDecoder::new(Parts::new(parts));
        let mut text = Vec::with_capacity(size);
        // One extra byte detects a text that is too long, and makes the decoder check the end of the gzip.
        let mut limited = decoder.by_ref().take(size as u64 + 1);
        limited.read_to_end(&mut text).map_err(|_| CorruptCode::Gzip)?;
        if text.len() != size {
            return Err(CorruptCode::Size);
        }
        if !decoder.into_inner().are_used_up() {
            return Err(CorruptCode::Gzip);
        }
        if Digest::of(&text) != sha256 {
            return Err(CorruptCode::Digest);
        }
        String::from_utf8(text).map_err(|_| CorruptCode::Digest)
    }
}

pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    // The modification time in the header stays 0, so that the output is deterministic.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let done = encoder.write_all(bytes).and_then(|()| encoder.finish());
    done.expect("writing to memory does not fail")
}

/// The pieces as one stream.
struct Parts<'a> {
    current: &'a [u8],
    rest: std::slice::Iter<'a, &'a [u8]>,
}

impl<'a> Parts<'a> {
    fn new(parts: &'a [&'a [u8]]) -> Self {
        Self { current: &[], rest: parts.iter() }
    }

    fn are_used_up(mut self) -> bool {
        self.current.is_empty() && self.rest.all(|part| part.is_empty())
    }
}

impl BufRead for Parts<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        while self.current.is_empty() {
            let Some(next) = self.rest.next() else { break };
            self.current = next;
        }
        Ok(self.current)
    }

    fn consume(&mut self, amount: usize) {
        self.current = &self.current[amount..];
    }
}

impl Read for Parts<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl fmt::Debug for PackedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PackedCode")
            .field("sha256", &self.sha256)
            .field("size", &self.size)
            .field("body", &self.body)
            .finish()
    }
}

impl fmt::Debug for PackedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(gzip) => write!(f, "Inline(<{} bytes>)", gzip.len()),
            Self::Chunked(chunks) => write!(f, "Chunked(<{} chunks>)", chunks.len()),
        }
    }
}

#[cfg(test)]
mod tests;
