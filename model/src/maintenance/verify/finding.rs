//! Findings: inconsistencies of a table, described without content and personal data.

use crate::maintenance::verify::outcome::Effect;
use crate::maintenance::verify::repair::Repair;
use crate::{Digest, ItemKey};
use table_runtime::StoredItem;
use table_runtime::key::Primary;

macro_rules! kinds {
    ($($(#[doc = $about:literal])+ $name:ident = $word:literal,)+) => {
        /// The kind of a finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind {
            $($(#[doc = $about])+ $name,)+
        }

        impl FindingKind {
            /// Every kind there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its identifier in scripts.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The kind with this identifier.
            #[must_use]
            pub fn named(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.word() == word)
            }

            /// Its description, in one sentence.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$name => concat!($($about),+).trim_ascii_start(),)+ }
            }
        }
    };
}

kinds! {
    /// An item of no entity that the schema knows.
    UnknownEntity = "unknown_entity",
    /// An item that does not decode.
    Undecodable = "undecodable",
    /// A counter that is negative, a fraction or too large; it is read as the nearest valid number.
    BadCounter = "bad_counter",
    /// An item of a newer version than this program knows.
    NewerVersion = "newer_version",
    /// An item of an older version; it is read all the same.
    OlderVersion = "older_version",
    /// An item under another key than its fields make.
    WrongKey = "wrong_key",
    /// An item whose keys in the index are not those that its fields make.
    WrongIndexKey = "wrong_index_key",
    /// An item that expired more than three days ago.
    Expired = "expired",
    /// A profile that counts another number of sessions than there are.
    SessionCount = "session_count",
    /// A session that counts another number of threads than there are.
    ThreadCount = "thread_count",
    /// A thread that counts other slots than its messages take.
    MessageSlots = "message_slots",
    /// A user without the claim on their address or name.
    MissingClaim = "missing_claim",
    /// A claim whose user is gone, or goes by another address or name.
    StaleClaim = "stale_claim",
    /// Sign-ins, sessions or days of a user who is gone.
    OrphansOfUser = "orphans_of_user",
    /// Code, threads or messages of a session that is gone.
    OrphansOfSession = "orphans_of_session",
    /// Messages or records of a thread that is gone.
    OrphansOfThread = "orphans_of_thread",
    /// A thread without an anchor, or one of another move.
    MissingAnchor = "missing_anchor",
    /// An anchor of a thread that is gone.
    StrayAnchor = "stray_anchor",
    /// An anchor that is said to be stable over other text than was selected.
    FalseAnchor = "false_anchor",
    /// Chunks of code that no session uses.
    OrphanChunks = "orphan_chunks",
    /// A session without its code.
    MissingCode = "missing_code",
    /// A session whose head, code and chunks are not of one revision, or not all there.
    TornCode = "torn_code",
    /// Code that does not inflate, or to something else than its digest says.
    DamagedCode = "damaged_code",
    /// An item under a session that names another owner than the session does.
    ForeignOwner = "foreign_owner",
    /// A thread with a number between its messages that no message has.
    MessageGap = "message_gap",
    /// An answer to no question.
    StrayAnswer = "stray_answer",
    /// A question that says it is answered, and is not; or that has an answer, and says it has none.
    LostAnswer = "lost_answer",
    /// A question that has been waiting for its answer for more than an hour.
    PendingQuestion = "pending_question",
    /// A sweep job that has been due for more than an hour.
    OverdueJob = "overdue_job",
    /// A sweep job that has failed again and again for more than a day.
    FailingJob = "failing_job",
}

/// An inconsistency of the table.
#[derive(Clone, PartialEq)]
pub struct Finding {
    /// Its kind.
    pub kind: FindingKind,
    /// The item or thing that it is about: entity and id.
    pub id: String,
    /// The observed counts and ids, never content.
    pub detail: String,
    /// The key of the item, if `id` has only its digest, because the key may contain a username or an address.
    pub key: Option<ItemKey>,
    pub(crate) repair: Repair,
}

impl Finding {
    pub(super) fn new(kind: FindingKind, id: impl Into<String>, detail: impl Into<String>, repair: Repair) -> Self {
        Self { kind, id: id.into(), detail: detail.into(), key: None, repair }
    }

    /// The same finding, with the key of its item.
    pub(super) fn with_key(self, key: Primary) -> Self {
        Self { key: Some(ItemKey::new(key)), ..self }
    }

    /// The effect of its repair; none if it must be repaired by hand.
    #[must_use]
    pub fn effect(&self) -> Option<Effect> {
        self.repair.effect().map(|(effect, _)| effect)
    }

    /// The effect of its repair in a few words; empty if it must be repaired by hand.
    #[must_use]
    pub fn repair_does(&self) -> &'static str {
        self.repair.effect().map_or("", |(_, does)| does)
    }

    /// Whether another check found the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.id == other.id && self.detail == other.detail
    }
}

impl std::fmt::Debug for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({})", self.kind.word(), self.id, self.detail)
    }
}

/// An item's entity and key, for a person who searches for it. A key that may be personal is shown as a digest.
pub(super) fn item_id(item: &StoredItem) -> String {
    let entity = item.entity().filter(|entity| is_word(entity)).unwrap_or("item");
    let shown = [item.pk(), item.sk()].map(|part| part.split('#').all(is_plain).then_some(part));
    let personal = ["USERNAME#", "RATE#"].iter().any(|prefix| item.pk().starts_with(prefix));
    match shown {
        [Some(pk), Some(sk)] if !personal => format!("{entity} {pk} {sk}"),
        _ => format!("{entity} {}", key_digest(item)),
    }
}

/// The first digits of the SHA-256 of both keys, to recognise the same item.
fn key_digest(item: &StoredItem) -> String {
    let digest = Digest::of(format!("{}\0{}", item.pk(), item.sk())).to_string();
    format!("sha256:{}", &digest[..16])
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 30 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// Whether a segment of a key is a literal of the schema, a number, a date, an id or a digest.
fn is_plain(segment: &str) -> bool {
    const WORDS: [&str; 14] = [
        "USER", "PROFILE", "REFRESH", "SESSION", "USAGE", "CODE", "THREAD", "MSG", "IDEM", "CHUNK", "EMAIL", "CLAIM",
        "SWEEP", "SIGNUP",
    ];
    const KINDS: [&str; 5] = ["staged", "replaced", "thread", "session", "account"];
    let hex = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f' | b'-');
    WORDS.contains(&segment) || KINDS.contains(&segment) || !segment.is_empty() && segment.bytes().all(hex)
}

#[cfg(test)]
mod tests {
    use super::*;
    use modyne::AttributeValue;
    use table_runtime::item::{Item, Returned as _};

    fn id(entity: &str, pk: &str, sk: &str) -> String {
        let pairs = [("et", entity), ("PK", pk), ("SK", sk)];
        let item: Item = pairs.map(|(name, text)| (name.to_owned(), AttributeValue::S(text.to_owned()))).into();
        item_id(&StoredItem::returned(item, &crate::generated::DESIGN).expect("any item is one"))
    }

    #[test]
    fn keys_of_ids_are_shown_and_keys_with_personal_data_are_hidden() {
        assert_eq!(id("session", "USER#0198c5e2", "SESSION#0198c5e3"), "session USER#0198c5e2 SESSION#0198c5e3");
        for (entity, pk, sk) in [
            ("username_claim", "USERNAME#ada", "CLAIM"),
            ("username_claim", "USERNAME#1984", "CLAIM"),
            ("rate_window", "RATE#login#192.0.2.1#0001994916", "RATE"),
            ("ada@example.com", "NOTE#ada", "x"),
        ] {
            let shown = id(entity, pk, sk);
            assert!(shown.contains("sha256:") && !shown.contains("ada") && !shown.contains("19"), "{shown}");
        }
    }

    #[test]
    fn every_kind_has_a_unique_word_and_a_description() {
        for (i, kind) in FindingKind::ALL.iter().enumerate() {
            assert!(kind.about().ends_with('.') && !kind.about().starts_with(' '), "{}", kind.about());
            assert!(FindingKind::ALL[..i].iter().all(|other| other.word() != kind.word()));
        }
    }
}
