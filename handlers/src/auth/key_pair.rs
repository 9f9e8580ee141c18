//! Key pairs for signing tokens: a new private key, and the public key of a private one.

use std::io;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use pem::{EncodeConfig, LineEnding, Pem, encode_config};

use crate::auth::keys::InvalidKey;

/// A new private key of 2,048 bits: PKCS#8 in PEM.
///
/// # Errors
/// When the operating system provides no randomness.
pub fn generate() -> io::Result<String> {
    let failed = |_| io::Error::other("the operating system gave no randomness for a signing key");
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(failed)?;
    Ok(to_pem("PRIVATE KEY", der.as_ref()))
}

/// The public key of a private key: SPKI in PEM.
///
/// # Errors
/// When the text is not an RSA key in PKCS#8.
pub fn public_half(private: &str) -> Result<String, InvalidKey> {
    let der = pem::parse(private).map_err(|_| InvalidKey::Malformed)?;
    let key = KeyPair::from_pkcs8(der.contents()).map_err(|_| InvalidKey::Malformed)?;
    let public: PublicKeyX509Der<'_> = key.public_key().as_der().map_err(|_| InvalidKey::Malformed)?;
    Ok(to_pem("PUBLIC KEY", public.as_ref()))
}

/// DER as PEM, with line ends of Unix.
pub(crate) fn to_pem(label: &str, der: &[u8]) -> String {
    encode_config(&Pem::new(label, der), EncodeConfig::new().set_line_ending(LineEnding::LF))
}
