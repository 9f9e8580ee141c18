//! Texts to store: incompressible ones, real source, and texts with a given gzip size.

use std::fs;
use std::path::{Path, PathBuf};

use model::{PackedBody, PackedCode};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng};

/// The maximum size of code.
pub const FIVE_MIB: usize = review::limits::CODE_BYTES;

/// A text of this many bytes that hardly compresses: each byte is one of the 128 of ASCII, including control
/// characters. It is close to the most random UTF-8; gzip makes it one eighth smaller.
#[must_use]
pub fn noise(bytes: usize, seed: u64) -> String {
    let mut text = vec![0; bytes];
    StdRng::seed_from_u64(seed).fill_bytes(&mut text);
    for byte in &mut text {
        *byte &= 0x7f;
    }
    String::from_utf8(text).expect("ASCII is UTF-8")
}

/// The noise with its first characters moved to the end: different noise of the same size, for less work.
#[must_use]
pub fn rotated(noise: &str, by: usize) -> String {
    let (first, rest) = noise.split_at(by);
    [rest, first].concat()
}

/// A text of exactly this many bytes, made of this repository's source, repeated.
#[must_use]
pub fn source(bytes: usize) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in ["codegen", "model", "xtask", "tests", "schema"] {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    let mut text = String::new();
    for file in files.iter().cycle() {
        text += &fs::read_to_string(file).expect("source is UTF-8");
        if text.len() >= bytes {
            break;
        }
    }
    while !text.is_char_boundary(bytes) {
        text.insert(0, '\n');
    }
    text.truncate(bytes);
    text
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is in the repository") {
        let path = entry.expect("a readable folder").path();
        let is_source = |name: &str| name == "rs" || name == "toml" || name == "md";
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().and_then(|name| name.to_str()).is_some_and(is_source) {
            files.push(path);
        }
    }
}

/// A text whose gzip has exactly this many bytes.
#[must_use]
pub fn with_gzip_of(bytes: usize, seed: u64) -> String {
    let noise = noise(bytes * 2, seed);
    let (mut low, mut high) = (0, noise.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if gzip_size(&noise[..middle]) < bytes {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    // Block boundaries change the size by a few bytes, so nearby lengths are tried.
    let near = low.saturating_sub(64)..low + 64;
    let found = near.map(|end| &noise[..end]).find(|text| gzip_size(text) == bytes);
    found.expect("one of these sizes").to_owned()
}

/// The size of the model's gzip of a text.
#[must_use]
pub fn gzip_size(text: &str) -> usize {
    match PackedCode::pack(text).expect("at most 5 MiB").body {
        PackedBody::Inline(gzip) => gzip.len(),
        PackedBody::Chunked(pieces) => pieces.iter().map(Vec::len).sum(),
    }
}
