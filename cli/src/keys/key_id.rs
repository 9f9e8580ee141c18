//! The names of keys, and random texts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use handlers::auth::keys::{InvalidKey, TokenKeys};
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey};

/// The name of a private key, which is that of its public half.
///
/// # Errors
/// When it is no RSA key of 2,048 bits or more.
pub(crate) fn kid(private: &str) -> Result<String, InvalidKey> {
    Ok(TokenKeys::from_pem(private, [])?.kid().unwrap_or_default().to_owned())
}

/// The name of a public key. `None` when it is no RSA key.
pub(crate) fn public_kid(public: &str) -> Option<String> {
    let key = DecodingKey::from_rsa_pem(public.as_bytes()).ok()?;
    let jwk = Jwk::from_decoding_key(&key, Some(Algorithm::RS256)).ok()?;
    jwk.thumbprint(ThumbprintHash::SHA256).ok()
}

/// 32 random bytes as 43 characters of base64url.
pub(crate) fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use handlers::auth::key_pair::{generate, public_half};

    #[test]
    fn both_halves_of_a_pair_have_the_same_name() {
        let private = generate().expect("a key");
        let public = public_half(&private).expect("its half");
        assert!(private.starts_with("-----BEGIN PRIVATE KEY-----\n") && public.starts_with("-----BEGIN PUBLIC KEY"));
        let kid = kid(&private).expect("a name");
        assert_eq!((public_kid(&public).as_deref(), kid.len()), (Some(&*kid), 43));
    }

    #[test]
    fn text_that_is_no_key_has_no_name() {
        for text in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert!(kid(text).is_err() && public_kid(text).is_none() && public_half(text).is_err());
        }
    }

    #[test]
    fn random_texts_are_long_and_differ() {
        let (one, other) = (random_text(), random_text());
        assert!(one.len() == 43 && one != other);
    }
}
