//! Tests of valid and invalid tokens.

use super::*;
use crate::auth::keys::tests::{PAIRS, keys};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header, encode};
use proptest::prelude::*;
use serde_json::{Value, json};

fn now() -> Timestamp {
    "2026-11-23T08:00:00.700Z".parse().expect("a time")
}

fn user() -> UserId {
    "01970b3a-7c4e-7a31-8f60-0c2d5e9b1a77".parse().expect("an id")
}

fn family() -> FamilyId {
    "01970b3a-7c4e-7a31-8f60-0c2d5e9b1a78".parse().expect("an id")
}

fn tokens() -> Tokens {
    Tokens::new(keys(0, &[1]), "codesensei", "codesensei-web")
}

fn read(text: &str, at: Timestamp) -> Result<Access, TokenError> {
    tokens().verify_access(text, at)
}

fn claims() -> Value {
    let now = now().seconds();
    json!({
        "iss": "codesensei", "aud": "codesensei-web", "sub": user(), "sid": family(),
        "iat": now, "nbf": now, "exp": now + 900,
    })
}

fn header(kid: Option<&str>) -> Header {
    let mut header = Header::new(Algorithm::RS256);
    header.typ = Some("at+jwt".into());
    header.kid = Some(kid.unwrap_or(tokens().keys.current().kid().expect("it signs")).to_owned());
    header
}

/// A token with any content, signed with our own key.
fn forged(header: &Header, claims: &Value) -> String {
    let key = EncodingKey::from_rsa_pem(PAIRS[0].0.as_bytes()).expect("a key");
    encode(header, claims, &key).expect("signed")
}

#[test]
fn a_token_contains_its_user_and_sign_in() {
    let access = tokens().access(user(), family(), now()).expect("signed");
    assert_eq!(
        read(access.as_str(), now()),
        Ok(Access { user_id: user(), family_id: family(), issued_at: at_second(now().seconds()).expect("a time") })
    );
    assert_eq!(access.life(now()).as_secs(), 899, "the part of a second is not given away");
    assert!(access.as_str().len() < 1_000 && !format!("{access:?}").contains(access.as_str()));

    let refresh = tokens().refresh(user(), family(), 3, now()).expect("signed");
    let said: Refresh = tokens().verify_refresh(refresh.as_str(), now()).expect("ours");
    assert_eq!((said.user_id, said.family_id, said.seq), (user(), family(), 3));
    assert_eq!(said.expires_at.since(said.issued_at), REFRESH_TOKEN_LIFE);
    assert_eq!(
        tokens().refresh(user(), family(), 3, said.issued_at).expect("signed"),
        refresh,
        "one successor, however often asked"
    );
}

#[test]
fn a_token_expires_after_its_life_and_the_leeway() {
    let token = tokens().access(user(), family(), now()).expect("signed");
    let (issued, second) = (now().seconds(), 1_000);
    for (at, expected) in [(904, None), (905, Some(TokenError::Expired)), (-5, None), (-6, Some(TokenError::Invalid))] {
        let at = Timestamp::from_millis((issued + at) * second).expect("a time");
        assert_eq!(read(token.as_str(), at).err(), expected, "{at}");
    }
    assert_eq!(TokenError::Expired.for_access().code(), ErrorCode::TokenExpired);
    assert_eq!(TokenError::Invalid.for_access().code(), ErrorCode::Unauthorized);
}

#[test]
fn the_two_kinds_are_not_interchangeable() {
    let access = tokens().access(user(), family(), now()).expect("signed");
    let refresh = tokens().refresh(user(), family(), 1, now()).expect("signed");
    assert_eq!(read(refresh.as_str(), now()), Err(TokenError::Invalid));
    let read: Result<Refresh, _> = tokens().verify_refresh(access.as_str(), now());
    assert_eq!(read, Err(TokenError::Invalid));
    let mut without_seq = header(None);
    without_seq.typ = Some("rt+jwt".into());
    let read: Result<Refresh, _> = tokens().verify_refresh(&forged(&without_seq, &claims()), now());
    assert_eq!(read, Err(TokenError::Invalid));
}

#[test]
fn every_claim_is_required_and_checked() {
    assert!(read(&forged(&header(None), &claims()), now()).is_ok());
    for name in ["iss", "aud", "sub", "sid", "iat", "nbf", "exp"] {
        let mut without = claims();
        without.as_object_mut().expect("an object").remove(name);
        assert_eq!(read(&forged(&header(None), &without), now()), Err(TokenError::Invalid), "no {name}");
        for wrong in [Value::Null, json!([]), json!("another"), json!(-1e300), json!(true)] {
            let mut with = claims();
            with[name] = wrong.clone();
            assert_eq!(read(&forged(&header(None), &with), now()), Err(TokenError::Invalid), "{name}: {wrong}");
        }
    }
}

#[test]
fn extreme_times_do_not_overflow() {
    for (name, at, expected) in [
        ("exp", i64::MAX, Ok(())),
        ("exp", i64::MIN, Err(TokenError::Invalid)),
        ("exp", 0, Err(TokenError::Expired)),
        ("nbf", i64::MAX, Err(TokenError::Invalid)),
        ("nbf", 0, Ok(())),
        ("iat", i64::MAX, Err(TokenError::Invalid)),
    ] {
        let mut with = claims();
        with[name] = at.into();
        assert_eq!(read(&forged(&header(None), &with), now()).map(|_| ()), expected, "{name} {at}");
    }
}

#[test]
fn every_other_header_is_refused() {
    type Change = fn(&mut Header);
    let changes: [(&str, Change); 6] = [
        ("no typ", |header| header.typ = None),
        ("the common typ", |header| header.typ = Some("JWT".into())),
        ("no kid", |header| header.kid = None),
        ("an unknown kid", |header| header.kid = Some("x".into())),
        ("a path for a kid", |header| {
            header.kid = Some("../../etc/passwd".into());
        }),
        ("extensions we do not know", |header| {
            header.crit = Some(vec!["exp".into()]);
        }),
    ];
    for (what, change) in changes {
        let mut header = header(None);
        change(&mut header);
        let expected = if what.contains("for a kid") || what == "an unknown kid" {
            TokenError::UnknownKey
        } else {
            TokenError::Invalid
        };
        assert_eq!(read(&forged(&header, &claims()), now()), Err(expected), "{what}");
    }
    let mut elsewhere = header(None);
    elsewhere.jku = Some("https://evil.example/keys".into());
    elsewhere.x5u = Some("https://evil.example/cert".into());
    assert!(read(&forged(&elsewhere, &claims()), now()).is_ok(), "where a key could be fetched is not looked at");
}

#[test]
fn only_rs256_with_a_known_key_is_accepted() {
    let public = PAIRS[0].1.as_bytes();
    let mut hmac = header(None);
    hmac.alg = Algorithm::HS256;
    let hmac = encode(&hmac, &claims(), &EncodingKey::from_secret(public)).expect("signed");
    let mut longer = header(None);
    longer.alg = Algorithm::RS512;
    let stranger = EncodingKey::from_rsa_pem(PAIRS[2].0.as_bytes()).expect("a key");
    let stranger = encode(&header(None), &claims(), &stranger).expect("signed");
    let body = URL_SAFE_NO_PAD.encode(claims().to_string());
    let none = URL_SAFE_NO_PAD
        .encode(json!({"alg": "none", "typ": "at+jwt", "kid": tokens().keys.current().kid()}).to_string());
    for (what, text) in [
        ("HMAC with the public key", hmac),
        ("RS512", forged(&longer, &claims())),
        ("a stranger's key under our kid", stranger),
        ("no signature", format!("{none}.{body}.")),
        ("nothing", String::new()),
        ("dots", "..".into()),
        ("too many parts", format!("{none}.{body}.x.y")),
        ("too long", "a".repeat(TOKEN_BYTES + 1)),
    ] {
        assert_eq!(read(&text, now()), Err(TokenError::Invalid), "{what}");
    }
}

#[test]
fn the_last_and_the_next_key_are_accepted_while_listed() {
    let next =
        Tokens::new(keys(1, &[]), "codesensei", "codesensei-web").access(user(), family(), now()).expect("signed");
    assert!(read(next.as_str(), now()).is_ok());
    let dropped = Tokens::new(keys(0, &[]), "codesensei", "codesensei-web");
    let read: Result<Access, _> = dropped.verify_access(next.as_str(), now());
    assert_eq!(read, Err(TokenError::UnknownKey));
}

#[test]
fn a_token_of_another_issuer_or_for_another_audience_is_refused() {
    for (issuer, audience) in [("other", "codesensei-web"), ("codesensei", "other")] {
        let token = Tokens::new(keys(0, &[]), issuer, audience).access(user(), family(), now()).expect("signed");
        assert_eq!(read(token.as_str(), now()), Err(TokenError::Invalid));
    }
}

proptest! {
    #[test]
    fn a_changed_byte_invalidates_the_signature(at: prop::sample::Index, bit in 0u8..7) {
        let token = tokens().access(user(), family(), now()).expect("signed");
        let mut bytes = token.as_str().as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(text) = String::from_utf8(bytes) {
            prop_assert!(matches!(read(&text, now()), Err(TokenError::Invalid | TokenError::UnknownKey)));
        }
    }

    #[test]
    fn arbitrary_text_is_refused(text: String, parts in prop::collection::vec("[A-Za-z0-9_-]{0,30}", 1..5)) {
        prop_assert!(read(&text, now()).is_err());
        prop_assert!(read(&parts.join("."), now()).is_err());
    }
}
