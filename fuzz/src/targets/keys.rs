//! Keys: each text is one segment of a key and can be read back, and numbers keep their order.

use std::borrow::Cow;

use model::{
    Email, Filename, RateWindow, SessionId, SweepJob, SweepJobRequired, SweepKind, SweepState, Timestamp, UserId,
    Username, UuidNewtype as _,
};
use table_runtime::entity::Entity as _;
use table_runtime::key::{KeyPart as _, escaped, padded, shard};
use uuid::Uuid;

use crate::target::{Fields, Target, texts};

pub(super) const TARGET: Target = Target {
    name: "keys",
    holds: "every text is one printable segment without delimiters and can be read back; numbers keep their order; a \
            generated key has a fixed number of segments; a parsed name or id has one spelling",
    max_bytes: 2_048,
    short_run: 2_000,
    words: &["#", "%", "/", "%23", "%2F", "%25", "USER#", "RATE#", "0190", "-7", "@", ".com", "urn:uuid:", "{", "}"],
    seeds,
    run: |input| check(input, escaped),
    planted: |input| check(input, |text| Cow::Owned(text.replace('#', "%23").replace('/', "%2F"))),
};

fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        ["login", "ada", "60", "7"],
        ["a#b", "a%23b", "4294967295", "0"],
        ["é/\n", "e\u{301}\u{1f980}", "9", "10"],
        ["0198c5e2-8a00-7000-8000-000000000001", "Ada_99", "1", "2"],
        ["ada.lovelace+tag@example.com", "src/inventory.rs", "100000", "99999"],
        ["CON.txt", "C:\\a\\..\\b. .", "3", "3"],
    ])
}

fn check(input: &[u8], escape: impl Fn(&str) -> Cow<'_, str>) {
    let mut fields = Fields::of(input);
    let (one, other) = (fields.text(), fields.text());
    let (low, high) = (fields.number(), fields.number());
    for text in [&one, &other] {
        let part = escape(text);
        assert!(is_one_segment(&part), "{part:?} is one segment");
        assert_eq!(read_back(&part).as_deref(), Some(text.as_bytes()), "the text can be read back");
        assert!(shard(text, low) < low.max(1));
    }
    assert_eq!(low.cmp(&high), padded(low, 10).cmp(&padded(high, 10)), "the order of the numbers");
    assert_eq!(padded(low, 3).parse(), Ok(low));
    generated(&one, &other, low, high);
    parsed(&one);
}

/// The keys of generated entities with these texts.
fn generated(one: &str, other: &str, low: u32, high: u32) {
    let window = RateWindow {
        rule: one.to_owned(),
        subject: other.to_owned(),
        window: low,
        hits: 1,
        ai_hits: 0,
        expires_at: now().expiry(),
    };
    let key = window.full_key().primary;
    let segments = segments_of(&key.hash, 4);
    assert_eq!((&*segments[0], key.range.as_str()), ("RATE", "RATE"));
    assert_eq!((&*segments[1], &*segments[2]), (one, other), "the key names the rule and the subject");
    assert_eq!(segments[3].parse(), Ok(low));

    let job: SweepJob = SweepJobRequired {
        shard: high % 8,
        due: now(),
        kind: SweepKind::Staged,
        target: one.to_owned(),
        state: SweepState::Waiting,
        user_id: UserId::from_uuid(Uuid::from_u128(0x0198_c5e2_8a00_7000_8000_0000_0000_0001)),
        chunk_count: low,
        attempts: 0,
    }
    .into();
    let key = job.full_key().primary;
    assert_eq!(segments_of(&key.range, 3)[2], one, "the key names the target");
}

/// The segments of a key as they were before they were escaped.
fn segments_of(key: &str, count: usize) -> Vec<String> {
    let parts: Vec<&str> = key.split('#').collect();
    assert_eq!(parts.len(), count, "no text adds a segment to a key");
    let text = |part: &&str| read_back(part).and_then(|bytes| String::from_utf8(bytes).ok());
    parts.iter().map(text).collect::<Option<_>>().expect("every segment is an escaped text")
}

/// Texts that are accepted as names, addresses and ids.
fn parsed(text: &str) {
    if let Ok(name) = text.parse::<Username>() {
        assert_eq!(name.as_str(), text);
        assert_eq!(name.key().key_part(), text.to_ascii_lowercase(), "a username is its own key, in lower case");
    }
    if let Ok(id) = text.parse::<SessionId>() {
        assert_eq!((id.to_string(), id.key_part().into_owned()), (text.to_owned(), text.to_owned()), "one spelling");
    }
    if let Ok(email) = text.parse::<Email>() {
        let again: Email = email.as_str().parse().expect("an accepted address is accepted again");
        assert_eq!(again.digest(), email.digest());
    }
    if let Ok(name) = Filename::parse(text) {
        assert_eq!(Filename::parse(name.as_str()).as_ref(), Ok(&name), "parsing a file name again changes nothing");
        assert!(!name.as_str().contains(['/', '\\']), "a file name has no folders");
    }
}

fn is_one_segment(part: &str) -> bool {
    part.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'#' && byte != b'/')
}

/// Decodes `%XX`, independently of the product. `None` if an escape is malformed.
fn read_back(part: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut rest) = (Vec::new(), part.as_bytes());
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*byte);
        }
    }
    Some(bytes)
}

/// A fixed time.
pub(super) fn now() -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000).expect("a time of this century")
}
