//! The three secrets of a deployment as they are stored: JSON objects, the same in files and in Secrets Manager.
//!
//! `codesensei keys` writes them, and the programs read what they need of them.

use std::fmt;

use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What signs. Read by the programs that sign people in, and by no other.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// The private key that tokens are signed with: PKCS#8 in PEM.
    pub signing_key: String,
    /// The key that signs next, from `add` until `promote`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_signing_key: Option<String>,
    /// Since when the key signs.
    #[serde(default, with = "rfc3339", skip_serializing_if = "Option::is_none")]
    pub promoted_at: Option<Timestamp>,
    /// Fields that this version does not know. They are written back as they were read.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What tokens are checked with. Read by every program that serves routes.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    /// All keys whose tokens are good, retired ones too.
    pub keys: Vec<PublicKey>,
    /// Fields that this version does not know. They are written back as they were read.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A key to check tokens with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// Its name in the head of a token: the thumbprint of RFC 7638.
    pub kid: String,
    /// The key: SPKI in PEM.
    pub pem: String,
    /// Since when it is here.
    #[serde(default, with = "rfc3339", skip_serializing_if = "Option::is_none")]
    pub added_at: Option<Timestamp>,
    /// When its private half was to sign no more.
    #[serde(default, with = "rfc3339", skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
    /// Fields that this version does not know. They are written back as they were read.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What cursors and fences are derived from, and what CloudFront proves itself with. Read by every program that serves
/// routes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed {
    /// At least [`SEED_CHARS`] random characters.
    pub seed: String,
    /// What CloudFront sends with each request.
    pub origin: String,
    /// What it sent before, accepted while a new value is deployed; else the same.
    pub origin_before: String,
    /// Fields that this version does not know. They are written back as they were read.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The shortest seed.
pub const SEED_CHARS: usize = 32;
/// The shortest origin secret.
pub const ORIGIN_CHARS: usize = 32;

impl PublicKeys {
    /// The key of this name.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }
}

/// Without the keys.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_next = self.next_signing_key.is_some();
        f.debug_struct("SigningKey").field("has_next", &has_next).finish_non_exhaustive()
    }
}

/// Without fields that are not known.
impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKeys").field("keys", &self.keys).finish_non_exhaustive()
    }
}

/// The name says which key it is.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// Without its values.
impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seed").finish_non_exhaustive()
    }
}

/// Times as text, for the person who looks at a secret.
mod rfc3339 {
    use model::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde passes it so")]
    pub(super) fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.collect_str(time),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    fn read<T: DeserializeOwned>(text: &str) -> T {
        serde_json::from_str(text).expect(text)
    }

    #[test]
    fn secrets_are_written_with_the_names_of_the_contract() {
        let at = "2026-11-29T10:00:00Z".parse().ok();
        let signing =
            SigningKey { signing_key: "a".to_owned(), next_signing_key: None, promoted_at: at, other: Map::new() };
        let text = serde_json::to_string(&signing).expect("JSON");
        assert_eq!(text, r#"{"signing_key":"a","promoted_at":"2026-11-29T10:00:00.000Z"}"#);
        let (kid, pem) = ("k".to_owned(), "p".to_owned());
        let key = PublicKey { kid, pem, added_at: at, retired_at: None, other: Map::new() };
        let text = serde_json::to_string(&PublicKeys { keys: vec![key], other: Map::new() }).expect("JSON");
        assert_eq!(text, r#"{"keys":[{"kid":"k","pem":"p","added_at":"2026-11-29T10:00:00.000Z"}]}"#);
    }

    #[test]
    fn optional_fields_may_be_absent_or_null() {
        for text in [r#"{"signing_key":"a"}"#, r#"{"signing_key":"a","next_signing_key":null,"promoted_at":null}"#] {
            let read: SigningKey = serde_json::from_str(text).expect(text);
            assert_eq!((read.next_signing_key, read.promoted_at), (None, None));
        }
        assert!(serde_json::from_str::<SigningKey>(r#"{"signing_key":"a","promoted_at":"yesterday"}"#).is_err());
    }

    #[test]
    fn unknown_fields_are_written_back() {
        fn rewritten<T: DeserializeOwned + Serialize>(text: &str) -> String {
            serde_json::to_string(&read::<T>(text)).expect("JSON")
        }
        for (written, text) in [
            (rewritten::<SigningKey> as fn(&str) -> String, r#"{"signing_key":"a","note":{"by":["ops"]}}"#),
            (rewritten::<PublicKeys>, r#"{"keys":[{"kid":"k","pem":"p","alg":"RS256"}],"version":2}"#),
            (rewritten::<Seed>, r#"{"seed":"s","origin":"o","origin_before":"b","origin_next":"n"}"#),
        ] {
            assert_eq!(written(text), text);
        }
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let signing: SigningKey = read(r#"{"signing_key":"HUNTER2","next_signing_key":"HUNTER2","a":"HUNTER2"}"#);
        let public: PublicKeys = read(r#"{"keys":[{"kid":"k","pem":"HUNTER2","a":"HUNTER2"}],"a":"HUNTER2"}"#);
        let seed: Seed = read(r#"{"seed":"HUNTER2","origin":"HUNTER2","origin_before":"HUNTER2","a":"HUNTER2"}"#);
        let shown = format!("{signing:?} {public:?} {seed:?}");
        assert!(!shown.contains("HUNTER2"), "{shown}");
    }
}
