//! Keys that sign and check tokens. A key id is a thumbprint.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, encode};
use serde::Serialize;

/// Minimum size of the modulus, in bytes.
const MIN_MODULUS: usize = 256;

/// The private key, in programs that sign, and all accepted public keys: the current one, the next one before it signs,
/// and the last one until its tokens have expired. Only RS256.
pub struct TokenKeys {
    private: Option<PrivateKey>,
    public: BTreeMap<String, DecodingKey>,
}

struct PrivateKey {
    kid: String,
    key: EncodingKey,
}

/// An invalid key. The message does not contain it.
#[derive(Debug, thiserror::Error)]
pub enum InvalidKey {
    /// It is not an RSA key in PEM form.
    #[error("not an RSA key in PEM form")]
    Malformed,
    /// It has less than 2048 bits.
    #[error("an RSA key must have at least 2048 bits")]
    TooShort,
    /// No key was given.
    #[error("there is no key")]
    None,
}

impl TokenKeys {
    /// Signs with this private key (PKCS#8 or PKCS#1), and also accepts tokens of the given public keys.
    ///
    /// # Errors
    /// When a key is not an RSA key of 2048 bits or more.
    pub fn from_pem<'a>(private: &str, also_accepted: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidKey> {
        let private = EncodingKey::from_rsa_pem(private.as_bytes()).map_err(|_| InvalidKey::Malformed)?;
        let jwk = Jwk::from_encoding_key(&private, Algorithm::RS256).map_err(|_| InvalidKey::Malformed)?;
        let (kid, own) = named(&jwk)?;
        let mut public = public_keys(also_accepted)?;
        public.insert(kid.clone(), own);
        Ok(Self { private: Some(PrivateKey { kid, key: private }), public })
    }

    /// Accepts tokens of the given public keys, and cannot sign.
    ///
    /// # Errors
    /// When a key is not an RSA key of 2048 bits or more, or no key is given.
    pub fn verifying<'a>(accepted: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidKey> {
        let public = public_keys(accepted)?;
        if public.is_empty() { Err(InvalidKey::None) } else { Ok(Self { private: None, public }) }
    }

    /// The id of the signing key, in programs that sign.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.private.as_ref().map(|private| private.kid.as_str())
    }

    /// The public key of this id, if it is accepted. The id is only looked up, never used to fetch a key.
    #[must_use]
    pub(crate) fn public(&self, kid: &str) -> Option<&DecodingKey> {
        self.public.get(kid)
    }

    /// Signs claims with this `typ`. RS256 is deterministic: the same claims give the same text.
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, CannotSign> {
        let PrivateKey { kid, key } = self.private.as_ref().ok_or(CannotSign::NoKey)?;
        let mut header = Header::new(Algorithm::RS256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(kid.clone());
        Ok(encode(&header, claims, key)?)
    }
}

/// Signing failed.
#[derive(Debug, thiserror::Error)]
pub enum CannotSign {
    /// The program has no private key.
    #[error("this program has no key to sign with")]
    NoKey,
    /// The library reported an error.
    #[error(transparent)]
    Key(#[from] jsonwebtoken::errors::Error),
}

fn public_keys<'a>(pems: impl IntoIterator<Item = &'a str>) -> Result<BTreeMap<String, DecodingKey>, InvalidKey> {
    let public = |pem: &str| {
        let key = DecodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| InvalidKey::Malformed)?;
        named(&Jwk::from_decoding_key(&key, Some(Algorithm::RS256)).map_err(|_| InvalidKey::Malformed)?)
    };
    pems.into_iter().map(public).collect()
}

/// The SHA-256 thumbprint of RFC 7638, and the key.
fn named(jwk: &Jwk) -> Result<(String, DecodingKey), InvalidKey> {
    let AlgorithmParameters::RSA(parts) = &jwk.algorithm else {
        return Err(InvalidKey::Malformed);
    };
    let modulus = URL_SAFE_NO_PAD.decode(&parts.n).map_err(|_| InvalidKey::Malformed)?;
    if modulus.iter().skip_while(|byte| **byte == 0).count() < MIN_MODULUS {
        return Err(InvalidKey::TooShort);
    }
    let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| InvalidKey::Malformed)?;
    let key = DecodingKey::from_jwk(jwk).map_err(|_| InvalidKey::Malformed)?;
    Ok((kid, key))
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKeys")
            .field("kid", &self.kid())
            .field("accepted", &self.public.keys())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::auth::key_pair::{generate, public_half, to_pem};
    use base64::engine::general_purpose::STANDARD;
    use std::sync::LazyLock;

    /// Three key pairs, private and public, made once per run: no private key lies in the repository.
    pub(crate) static PAIRS: LazyLock<[(String, String); 3]> = LazyLock::new(|| [(); 3].map(|()| pair()));

    fn pair() -> (String, String) {
        let private = generate().expect("a key");
        let public = public_half(&private).expect("its public key");
        (private, public)
    }

    /// The keys of the pair with this number, which also accept the pairs `accepted`.
    pub(crate) fn keys(own: usize, accepted: &[usize]) -> TokenKeys {
        let public = accepted.iter().map(|n| PAIRS[*n].1.as_str());
        TokenKeys::from_pem(&PAIRS[own].0, public).expect("good keys")
    }

    #[test]
    fn a_key_id_is_independent_of_the_key_format() {
        let keys = keys(0, &[0, 1]);
        assert_eq!(keys.public.len(), 2, "the public form of the private key is the same key");
        let kid = keys.kid().expect("it signs");
        assert_eq!(kid.len(), 43, "base64url of 32 bytes");
        assert!(keys.public(kid).is_some() && keys.public("other").is_none());
        let shown = format!("{keys:?}");
        assert!(shown.contains(kid) && !shown.contains("PRIVATE") && shown.len() < 250, "{shown}");
    }

    #[test]
    fn public_keys_cannot_sign() {
        let (both, public) = (keys(0, &[]), TokenKeys::verifying([&*PAIRS[0].1, &*PAIRS[1].1]).expect("good keys"));
        assert!(public.public(both.kid().expect("it signs")).is_some());
        assert_eq!(public.kid(), None);
        assert!(matches!(public.sign("at+jwt", &serde_json::json!({})), Err(CannotSign::NoKey)));
        assert!(matches!(TokenKeys::verifying([]), Err(InvalidKey::None)));
        assert!(matches!(TokenKeys::verifying([&*PAIRS[0].0]), Err(InvalidKey::Malformed)), "a private key is none");
    }

    #[test]
    fn pkcs1_and_pkcs8_are_the_same_key() {
        let new = &PAIRS[0].0;
        // PKCS#8 wraps the older form: for 2,048 bits in a header of 26 bytes.
        let older = to_pem("RSA PRIVATE KEY", &pem::parse(new).expect("PEM").contents()[26..]);
        let old = TokenKeys::from_pem(&older, []).expect("PKCS#1");
        assert_eq!(old.kid(), TokenKeys::from_pem(new, []).expect("PKCS#8").kid());
    }

    /// A private key of 1,024 bits, which nothing uses: PKCS#8 as DER in Base64.
    const WEAK: &str = "\
        MIICXQIBAAKBgQCmu2JXKUMJ9MwxmfW1b42JjkESJlSWLwZ7pJZLn65uSu7HnXFw7IliBxHlOT5YeneQGIKIi/FbfbCX2/1DQrPo\
        rtVvuE3axfHVgsyeb4xuLVAcL2AGDh8Km5c3NJCLxULE7dEXmil+oOioeCPcbfVEtqn8RHAz1UDD0jxCFqSrXwIDAQABAoGAH7RW\
        GNjhxIzmHzB1hpC1y0hfm0Hqp7w9cVl0suCkXJinGxIXNi/kV92cS4g9ELoI7j+a4rgppwoZgGb2m8mdR/0MOScrMGPMB6QS49qS\
        GypaWgGHXG/2vnwBvSYw0XTbgSFnXplNSA8FAghg1VYQ07W+G7RtSC2CmhOpORuzPXECQQDUmK4cuy/7Kjjqe/e9VwjXKi5lrpS9\
        aWG++An1VykVx/rxvqtjVGRPXGtJzQM+/VqY6JyuMi1lJvzUfTbzTOuzAkEAyMWbH6diDTSUlM/Z+y0aJEfwlYc/x99kha56SFh+\
        dyxwuscdMbMD9lFCsvGJ9AygO9/UIj1F8FoK5i2LzAe7pQJBAMQVuunXIQ85R1vHUZ46i3Xhev/gQWJes4AvSQgYB1YGqIeWhH/O\
        U+L67B4a0LaleY11ZyYoM8SLbEEU6L0Joo8CQCIWYtMKATzKu5tUeucJblHQoQlSMEMIK7ICwKI93CLxuaYMnmlMwpR0kYV+OvTj\
        m+TuiL7TdmdrckRIYV7fxT0CQQCuPfEs++rvXKW1Wc2LvRccNQynsm3bvx4asQ/d85d48jjaVQwzth5r6omhHN3tabbEA9OURRUU\
        Db+D/B5P1Jfh\
    ";
    /// Its public key.
    const WEAK_PUBLIC: &str = "\
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCmu2JXKUMJ9MwxmfW1b42JjkESJlSWLwZ7pJZLn65uSu7HnXFw7IliBxHlOT5Y\
        eneQGIKIi/FbfbCX2/1DQrPortVvuE3axfHVgsyeb4xuLVAcL2AGDh8Km5c3NJCLxULE7dEXmil+oOioeCPcbfVEtqn8RHAz1UDD\
        0jxCFqSrXwIDAQAB\
    ";

    #[test]
    fn weak_and_malformed_keys_are_refused() {
        let der = |text: &str| STANDARD.decode(text).expect("Base64");
        let (weak, weak_public) = (to_pem("PRIVATE KEY", &der(WEAK)), to_pem("PUBLIC KEY", &der(WEAK_PUBLIC)));
        for (private, public) in [
            ("", ""),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", ""),
            (&*PAIRS[0].1, ""),
            (&*weak, ""),
            (&*PAIRS[0].0, "not a key"),
            (&*PAIRS[0].0, &*weak_public),
        ] {
            let public = (!public.is_empty()).then_some(public);
            let error = TokenKeys::from_pem(private, public).expect_err("refused");
            assert!(!error.to_string().contains("BEGIN"));
        }
    }
}
