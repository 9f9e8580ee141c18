//! Tokens: only a token of ours, of the right kind and in its time, is accepted, also if its signature is right.

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use handlers::auth::key_pair;
use handlers::auth::keys::TokenKeys;
use handlers::auth::token::{Token, TokenError, Tokens};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use model::{FamilyId, UserId, UuidNewtype as _};
use serde_json::Value;
use uuid::Uuid;

use super::keys::now;
use crate::target::{Fields, Target, texts};

pub(super) const TARGET: Target = Target {
    name: "tokens",
    holds: "a text is accepted only if it is a token that was signed here, of this kind and in its time; a header and \
            claims with a valid signature are accepted only with our issuer, audience, algorithm, kind, ids and times",
    max_bytes: 4_096,
    short_run: 150,
    words: &[
        "{access}",
        "{refresh}",
        "{old}",
        "{kid}",
        ".",
        "eyJ",
        "alg",
        "none",
        "HS256",
        "RS256",
        "\"typ\":",
        "at+jwt",
        "rt+jwt",
        "crit",
        "jwk",
        "\"iss\":",
        "codesensei",
        "\"aud\":",
        "[",
        "]",
        "null",
        "\"exp\":",
        "\"nbf\":",
        "\"iat\":",
        "\"seq\":",
        "1800000000",
        "9223372036854775",
        "-1",
        "1e3",
        "\"sub\":",
        "\"sid\":",
        ",",
        "\"",
    ],
    seeds,
    run: |input| check(input, |token| TOKENS.tokens.verify_access(token, now()).map(|_| ())),
    planted: |input| {
        check(input, |token| {
            let access = TOKENS.tokens.verify_access(token, now()).map(|_| ());
            access.or_else(|_| TOKENS.tokens.verify_refresh(token, now()).map(|_| ()))
        });
    },
};

/// Keys that are made for each run: no private key is in the repository.
static TOKENS: LazyLock<Signer> = LazyLock::new(Signer::new);

struct Signer {
    tokens: Tokens,
    key: EncodingKey,
    kid: String,
    access: Token,
    refresh: Token,
    old: Token,
}

impl Signer {
    fn new() -> Self {
        let pem = key_pair::generate().expect("the system has randomness");
        let keys = TokenKeys::from_pem(&pem, []).expect("a new key is valid");
        let kid = keys.kid().expect("it signs").to_owned();
        let tokens = Tokens::new(keys, "codesensei", "codesensei-web");
        let (user, family) = (UserId::from_uuid(uuid(1)), FamilyId::from_uuid(uuid(2)));
        let access = |at| tokens.access(user, family, at).expect("it signs");
        let (fresh, old) = (access(now()), access(now().minus(Duration::from_hours(2))));
        let refresh = tokens.refresh(user, family, 3, now()).expect("it signs");
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a new key is valid");
        Self { access: fresh, refresh, old, key, kid, tokens }
    }

    /// A text in which these names stand for tokens of this run, which have other keys in each run.
    fn filled(&self, text: &str) -> String {
        let text = text.replace("{access}", self.access.as_str()).replace("{refresh}", self.refresh.as_str());
        text.replace("{old}", self.old.as_str()).replace("{kid}", &self.kid)
    }

    /// A token with this header and these claims, and with our signature.
    fn signed(&self, header: &str, claims: &str) -> String {
        let message = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        let signature = crypto::sign(message.as_bytes(), &self.key, Algorithm::RS256).expect("it signs");
        format!("{message}.{signature}")
    }
}

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(0x0198_c5e2_8a00_7000_8000_0000_0000_0000 + number)
}

fn seeds() -> Vec<Vec<u8>> {
    let header = r#"{"typ":"at+jwt","alg":"RS256","kid":"{kid}"}"#;
    let claims = r#"{"iss":"codesensei","aud":"codesensei-web","sub":"0198c5e2-8a00-7000-8000-000000000001","iat":1800000000,"nbf":1800000000,"exp":1800000900,"sid":"0198c5e2-8a00-7000-8000-000000000002"}"#;
    let other = r#"{"aud":["codesensei-web","x"],"iss":["codesensei"],"sub":"","iat":-1,"nbf":9223372036854775807,"exp":1.5,"sid":"x","seq":null}"#;
    texts(&[
        ["{access}", "", ""],
        ["{refresh}", "", ""],
        ["{old}", "", ""],
        ["{access}x", "0", "0"],
        ["a.b.c", "1", "2"],
        ["eyJhbGciOiJub25lIn0.e30.", "", ""],
        ["sign", header, claims],
        ["sign", r#"{"typ":"rt+jwt","alg":"RS256","kid":"{kid}","crit":["b64"]}"#, other],
        ["sign", r#"{"alg":"HS256","typ":"at+jwt","kid":"x","jwk":{"kty":"RSA"}}"#, claims],
    ])
}

fn check(input: &[u8], verify: fn(&str) -> Result<(), TokenError>) {
    let signer = &*TOKENS;
    let mut fields = Fields::of(input);
    let first = signer.filled(&fields.text());
    if first == "sign" {
        let (header, claims) = (signer.filled(&fields.text()), signer.filled(&fields.text()));
        if verify(&signer.signed(&header, &claims)).is_ok() {
            assert!(is_access(&header, &claims), "{header} with {claims} is an access token");
        }
        return;
    }
    assert_eq!(verify(&first).is_ok(), first == signer.access.as_str(), "only the access token, in its time");
    let refresh = signer.tokens.verify_refresh(&first, now());
    assert_eq!(refresh.is_ok(), first == signer.refresh.as_str(), "only the refresh token");
    if first == signer.old.as_str() {
        assert_eq!(verify(&first), Err(TokenError::Expired));
    }
}

/// Whether these are the header and the claims of an access token of ours. A second, strict reading.
fn is_access(header: &str, claims: &str) -> bool {
    let parsed = |text| serde_json::from_str::<Value>(text).ok();
    let (Some(header), Some(claims)) = (parsed(header), parsed(claims)) else { return false };
    let names = |value: &Value, name: &str| match value {
        Value::Array(all) => all.iter().any(|value| value == name),
        one => one == name,
    };
    let time = |name: &str| claims[name].as_i64().unwrap_or(i64::MIN);
    let is_id = |name: &str| claims[name].as_str().is_some_and(|id| id.len() == 36 && Uuid::parse_str(id).is_ok());
    let seconds = now().seconds();
    header["alg"] == "RS256"
        && header["typ"] == "at+jwt"
        && header["kid"] == TOKENS.kid
        && header["crit"].is_null()
        && names(&claims["iss"], "codesensei")
        && names(&claims["aud"], "codesensei-web")
        && is_id("sub")
        && is_id("sid")
        && time("nbf") <= seconds + 60
        && time("exp") >= seconds - 60
}
