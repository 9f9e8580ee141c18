//! Tests of packing and unpacking.

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;

fn unpack(packed: &PackedCode) -> Result<String, CorruptCode> {
    let parts: Vec<&[u8]> = match &packed.body {
        PackedBody::Inline(gzip) => vec![gzip],
        PackedBody::Chunked(chunks) => chunks.iter().map(Vec::as_slice).collect(),
    };
    PackedCode::unpack(&parts, packed.sha256, packed.size)
}

fn pack(text: &str) -> PackedCode {
    PackedCode::pack(text).expect("the text is short enough")
}

/// Incompressible text: random ASCII, which has seven bits of information in each byte.
fn noise(bytes: usize) -> String {
    let mut rng = StdRng::seed_from_u64(1);
    (0..bytes).map(|_| char::from(u8::try_from(rng.next_u32() & 127).expect("seven bits are a byte"))).collect()
}

/// A text whose gzip has exactly this many bytes.
fn text_with_gzip_of(wanted: usize) -> String {
    let noise = noise(2 * wanted);
    let gzip = |bytes: usize| deflate(&noise.as_bytes()[..bytes]).len();
    let mut bytes = wanted;
    // A few corrections by the measured ratio come within some bytes of the wanted size; then the loop goes byte by
    // byte.
    for _ in 0..4 {
        bytes = bytes * wanted / gzip(bytes);
    }
    let near = (bytes - 40..bytes + 40).find(|bytes| gzip(*bytes) == wanted);
    noise[..near.expect("a byte more text is at most a byte more gzip")].to_owned()
}

#[test]
fn an_empty_text_is_inline() {
    let packed = pack("");
    assert_eq!(packed.size, 0);
    assert!(matches!(packed.body, PackedBody::Inline(_)));
    assert_eq!(unpack(&packed).as_deref(), Ok(""));
}

#[test]
fn a_gzip_of_the_threshold_is_inline_and_a_larger_one_is_chunked() {
    for (gzip, inline) in [(INLINE_MAX - 1, true), (INLINE_MAX, true), (INLINE_MAX + 1, false)] {
        let text = text_with_gzip_of(gzip);
        let packed = pack(&text);
        assert_eq!(matches!(packed.body, PackedBody::Inline(_)), inline, "{gzip}");
        assert_eq!(unpack(&packed), Ok(text), "{gzip}");
    }
}

#[test]
fn five_mebibytes_of_noise_are_twelve_chunks() {
    let text = noise(CODE_BYTES);
    let packed = pack(&text);
    let PackedBody::Chunked(chunks) = &packed.body else { panic!("5 MiB of noise are not inline") };
    assert_eq!(chunks.len(), 12);
    assert!(chunks[..11].iter().all(|chunk| chunk.len() == CHUNK_BYTES));
    assert!(unpack(&packed) == Ok(text));
}

#[test]
fn the_largest_text_has_at_most_fourteen_chunks() {
    // Gzip stores incompressible data in blocks: five bytes for each 16 KB, and 18 bytes of header and trailer.
    let worst = CODE_BYTES + 5 * CODE_BYTES.div_ceil(16_383) + 18;
    assert_eq!(worst.div_ceil(CHUNK_BYTES), 14);
}

#[test]
fn a_text_over_the_limit_is_refused() {
    assert!(PackedCode::pack(&"a".repeat(CODE_BYTES)).is_ok());
    let refused = PackedCode::pack(&"a".repeat(CODE_BYTES + 1));
    assert_eq!(refused, Err(CodeTooLarge { bytes: CODE_BYTES + 1 }));
    // The limit counts bytes, not characters.
    assert!(PackedCode::pack(&"é".repeat(CODE_BYTES / 2 + 1)).is_err());
}

#[test]
fn a_gzip_bomb_is_inflated_only_to_its_stated_size() {
    let bomb = deflate(&vec![b'a'; 200 * 1024 * 1024]);
    assert!(bomb.len() < INLINE_MAX);
    assert_eq!(PackedCode::unpack(&[&bomb], Digest::of(""), 1_000), Err(CorruptCode::Size));
    assert_eq!(PackedCode::unpack(&[&bomb], Digest::of(""), u32::MAX), Err(CorruptCode::Size));
}

#[test]
fn damaged_code_is_refused() {
    let packed = pack("fn main() {}\n");
    let PackedBody::Inline(gzip) = &packed.body else { panic!("a short text is inline") };
    let again = |bytes: &[u8]| PackedCode::unpack(&[bytes], packed.sha256, packed.size);
    assert_eq!(again(&gzip[..gzip.len() - 1]), Err(CorruptCode::Gzip));
    assert_eq!(again(&[gzip.as_slice(), b"x"].concat()), Err(CorruptCode::Gzip));
    assert_eq!(again(b""), Err(CorruptCode::Gzip));
    assert_eq!(PackedCode::unpack(&[], packed.sha256, packed.size), Err(CorruptCode::Gzip));
    let mut flipped = gzip.clone();
    let crc = flipped.len() - 8;
    flipped[crc] ^= 1;
    assert_eq!(again(&flipped), Err(CorruptCode::Gzip));
    assert_eq!(PackedCode::unpack(&[gzip], Digest::of("x"), packed.size), Err(CorruptCode::Digest));
    assert_eq!(PackedCode::unpack(&[gzip], packed.sha256, packed.size - 1), Err(CorruptCode::Size));
    assert_eq!(PackedCode::unpack(&[gzip], packed.sha256, packed.size + 1), Err(CorruptCode::Size));
}

#[test]
fn invalid_utf8_is_refused_although_its_digest_matches() {
    let bytes = [0xff, 0xfe];
    assert_eq!(PackedCode::unpack(&[&deflate(&bytes)], Digest::of(bytes), 2), Err(CorruptCode::Digest));
}

#[test]
fn debug_output_hides_the_code() {
    let packed = pack("canary");
    assert!(!format!("{packed:?}").contains("canary"));
    assert!(format!("{packed:?}").contains("Inline(<"));
}

proptest! {
    #[test]
    fn packed_text_can_be_unpacked(text in any::<String>()) {
        let packed = pack(&text);
        prop_assert_eq!(&packed, &pack(&text));
        prop_assert_eq!(unpack(&packed), Ok(text));
    }

    #[test]
    fn a_gzip_can_be_split_anywhere(text in ".{0,200}", cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let packed = pack(&text);
        let PackedBody::Inline(gzip) = &packed.body else { panic!("a short text is inline") };
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(gzip.len())).chain([0, gzip.len()]).collect();
        at.sort_unstable();
        let parts: Vec<&[u8]> = at.windows(2).map(|pair| &gzip[pair[0]..pair[1]]).collect();
        prop_assert_eq!(PackedCode::unpack(&parts, packed.sha256, packed.size), Ok(text));
    }

    #[test]
    fn unpacking_damaged_bytes_fails_or_returns_the_same_text(text in ".{0,100}", at in any::<prop::sample::Index>(), flip in 1_u8..=255) {
        let packed = pack(&text);
        let PackedBody::Inline(mut gzip) = packed.body else { panic!("a short text is inline") };
        let at = at.index(gzip.len());
        gzip[at] ^= flip;
        // Flipping a bit of the time or system name in the header has no effect.
        if let Ok(unpacked) = PackedCode::unpack(&[&gzip], packed.sha256, packed.size) {
            prop_assert_eq!(unpacked, text);
        }
    }
}
