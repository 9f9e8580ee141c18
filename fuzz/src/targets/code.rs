//! Code at rest: a packed text comes back unchanged, and damaged gzip is refused within the size that was stored.

use model::{CorruptCode, Digest, PackedBody, PackedCode};
use review::limits::CODE_BYTES;

use crate::target::Fields;
use crate::target::{Target, joined};

pub(super) const TARGET: Target = Target {
    name: "code",
    holds: "a packed text comes back unchanged; with another size or digest, and with changed, missing or added bytes, \
            it is refused or equal; no more than the stored size is inflated",
    max_bytes: 16_384,
    short_run: 400,
    words: &["\u{1f}", "fn main() {}\n", "aaaaaaaaaaaaaaaa", "\0\0\0\0", "\r\n"],
    seeds,
    run: |input| check(input, PackedCode::unpack),
    planted: |input| {
        check(input, |parts, sha256, size| {
            let text = PackedCode::unpack(parts, sha256, size)?;
            Ok(text.trim_end().to_owned())
        });
    },
};

type Unpack = fn(&[&[u8]], Digest, u32) -> Result<String, CorruptCode>;

fn seeds() -> Vec<Vec<u8>> {
    let gzip = |text: &str| whole(&PackedCode::pack(text).expect("small"));
    let bomb = gzip(&"a".repeat(4_000_000));
    vec![
        joined(&[b"0", b"1", b"8", b"0", b"fn main() {}\n"]),
        joined(&[b"12", b"255", b"0", b"3", "\u{e9}\r\n\u{1f980}".repeat(300).as_bytes()]),
        joined(&[b"3", b"0", b"100", b"1", &gzip("loop {}\n")]),
        joined(&[b"9", b"4", b"4294967295", b"0", &[gzip("one"), gzip("two")].concat()]),
        joined(&[b"9", b"4", b"1000", b"2", &bomb]),
    ]
}

fn whole(packed: &PackedCode) -> Vec<u8> {
    match &packed.body {
        PackedBody::Inline(gzip) => gzip.clone(),
        PackedBody::Chunked(chunks) => chunks.concat(),
    }
}

fn check(input: &[u8], unpack: Unpack) {
    let mut fields = Fields::of(input);
    let (at, flip, size, cut) = (fields.number(), fields.number(), fields.number(), fields.number());
    let rest = fields.rest();
    let text = String::from_utf8_lossy(rest);

    let packed = PackedCode::pack(&text).expect("an input is far below the limit of code");
    let gzip = whole(&packed);
    let cut = usize::try_from(cut).unwrap_or(0) % (gzip.len() + 1);
    let parts = [&gzip[..cut], &gzip[cut..]];
    assert_eq!(unpack(&parts, packed.sha256, packed.size).as_deref(), Ok(&*text), "the text comes back");
    assert_eq!(PackedCode::pack(&text).as_ref(), Ok(&packed), "packing is deterministic");

    // The same gzip with another size, another digest, or other bytes.
    if size != packed.size {
        assert!(unpack(&parts, packed.sha256, size).is_err(), "another size is refused");
    }
    assert_eq!(unpack(&parts, Digest::of("another text"), packed.size), Err(CorruptCode::Digest));
    assert!(unpack(&[&gzip, b"x"], packed.sha256, packed.size).is_err(), "added bytes are refused");
    if cut < gzip.len() {
        assert!(unpack(&parts[..1], packed.sha256, packed.size).is_err(), "a missing part is refused");
    }
    let mut changed = gzip.clone();
    let at = usize::try_from(at).unwrap_or(0) % changed.len();
    changed[at] ^= flip.to_le_bytes()[0];
    if let Ok(other) = unpack(&[&changed], packed.sha256, packed.size) {
        assert_eq!(other, text, "a changed gzip is refused or equal");
    }

    // Any bytes as a gzip.
    if let Ok(inflated) = unpack(&[rest], Digest::of(&*text), size) {
        assert_eq!((inflated.len(), &*inflated), (size as usize, &*text), "only the text with this digest");
    }
    match unpack(&[rest], packed.sha256, size) {
        Ok(inflated) => assert!(inflated.len() == size as usize && inflated.len() <= CODE_BYTES),
        Err(CorruptCode::Gzip | CorruptCode::Size | CorruptCode::Digest) => {}
    }
}
