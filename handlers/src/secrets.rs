//! The three secrets of a deployment: JSON objects, the same in files and in Secrets Manager.
//!
//! `codesensei keys` writes them. Each program reads only the secrets that it needs.

use std::fmt;

use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The signing key. Only programs that sign users in read it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// The private key that tokens are signed with: PKCS#8 in PEM.
    pub signing_key: String,
    /// The key that signs next, from `add` until `promote`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_signing_key: Option<String>,
    /// The time when the key began to sign.
    #[serde(default, with = "rfc3339", skip_serializing_if = "Option::is_none")]
    pub promoted_at: Option<Timestamp>,
    /// Unknown fields, which are written back unchanged.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The public keys, which check tokens. All programs with routes read them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    /// All keys whose tokens are accepted, retired keys included.
    pub keys: Vec<PublicKey>,
    /// Unknown fields, which are written back unchanged.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A key to check tokens with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// The key id in the header of a token: the thumbprint of RFC 7638.
    pub kid: String,
    /// The key: SPKI in PEM.
    pub pem: String,
    /// The time when it was added.
    #[serde(default, with = "rfc3339", skip_serializing_if = "Option::is_none")]
    pub added_at: Option<Timestamp>,
    /// The time when its private key stopped signing.
    #[serde(default, with = "rfc3339", skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
    /// Unknown fields, which are written back unchanged.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The seed of cursors and fences, and the secrets by which CloudFront proves its identity. All programs with routes
/// read them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed {
    /// At least [`SEED_CHARS`] random characters.
    pub seed: String,
    /// The secret that CloudFront sends with each request.
    pub origin: String,
    /// The previous secret, accepted while a new one is deployed; otherwise the same.
    pub origin_before: String,
    /// Unknown fields, which are written back unchanged.
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

/// Omits the keys.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_next = self.next_signing_key.is_some();
        f.debug_struct("SigningKey").field("has_next", &has_next).finish_non_exhaustive()
    }
}

/// Omits unknown fields.
impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKeys").field("keys", &self.keys).finish_non_exhaustive()
    }
}

/// Prints only the key id.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// Omits all values.
impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seed").finish_non_exhaustive()
    }
}

/// Times as readable text.
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
