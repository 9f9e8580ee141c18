//! Access and refresh tokens: signed by us, for us, and never interchangeable.

use std::fmt;
use std::time::Duration;

use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use model::limits::{ACCESS_TOKEN_LIFE, CLOCK_LEEWAY, REFRESH_TOKEN_LIFE, TOKEN_BYTES};
use model::{FamilyId, SeenToken, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::auth::keyring::KeyRing;
use crate::error::{ApiError, BoxError, ErrorCode};

/// A signed token, ready for its cookie. Does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
    expires: Timestamp,
}

impl Token {
    /// The text for the cookie.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How long the token is still good for.
    #[must_use]
    pub fn life(&self, now: Timestamp) -> Duration {
        self.expires.since(now)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token(until {})", self.expires)
    }
}

/// What an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Who calls.
    pub user_id: UserId,
    /// The sign-in this token belongs to.
    pub family_id: FamilyId,
    /// When it was made.
    pub issued_at: Timestamp,
}

/// What a refresh token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// Whose it is.
    pub user_id: UserId,
    /// The sign-in it belongs to.
    pub family_id: FamilyId,
    /// Which of the sign-in's refresh tokens it is: each successor counts one more.
    pub seq: u32,
    /// When it was made; its successor is made from the same claims by every request that asks for it.
    pub issued_at: Timestamp,
    /// When it is no longer good.
    pub expires_at: Timestamp,
}

impl Refresh {
    /// The token as the table knows it.
    #[must_use]
    pub const fn seen(&self) -> SeenToken {
        SeenToken { user_id: self.user_id, family_id: self.family_id, seq: self.seq }
    }
}

/// Why a token is not taken, in the order in which a client should be told. Never says more than this, and never
/// repeats the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum TokenError {
    /// It is anything else.
    #[error("not a token of ours")]
    Invalid,
    /// It names a key that this process does not know: another service's token, or one of ours while keys are exchanged.
    #[error("the token names an unknown key")]
    UnknownKey,
    /// It is ours and was good once.
    #[error("the token has expired")]
    Expired,
}

/// Signs and checks tokens.
#[derive(Debug)]
pub struct Tokens {
    keys: KeyRing,
    issuer: String,
    audience: String,
    validation: Validation,
    access_life: Duration,
}

/// The two kinds, told apart by the `typ` of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Access,
    Refresh,
}

impl Kind {
    const fn typ(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Refresh => "rt+jwt",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    sid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seq: Option<u32>,
}

impl Tokens {
    /// Tokens signed with these keys, issued by `issuer` for `audience`.
    #[must_use]
    pub fn new(keys: impl Into<KeyRing>, issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        let (issuer, audience) = (issuer.into(), audience.into());
        let mut validation = Validation::new(Algorithm::RS256);
        // Without this a token that lacks a claim passes the check of the claim.
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.set_issuer(&[&issuer]);
        validation.set_audience(&[&audience]);
        // Times are compared below, with the clock we were given.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self { keys: keys.into(), issuer, audience, validation, access_life: ACCESS_TOKEN_LIFE }
    }

    /// The same with access tokens that are good for less, so that what happens then can be tried in less than 15 minutes.
    #[must_use]
    pub fn with_access_life(self, life: Duration) -> Self {
        Self { access_life: life.min(ACCESS_TOKEN_LIFE), ..self }
    }

    /// The keys.
    pub(super) const fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// Before something is signed: makes sure that the key was looked at lately.
    pub(super) async fn keep_current(&self, now: Timestamp) {
        self.keys.keep_current(now).await;
    }

    /// An access token, good for 15 minutes unless it was said otherwise.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn access(&self, user_id: UserId, family_id: FamilyId, now: Timestamp) -> Result<Token, BoxError> {
        self.sign(Kind::Access, user_id.to_string(), family_id.to_string(), None, now, self.access_life)
    }

    /// A refresh token, good for 7 days from `issued_at`. The same arguments give the same token, so that everyone who
    /// asks for a token's successor gets one and the same.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn refresh(
        &self,
        user_id: UserId,
        family_id: FamilyId,
        seq: u32,
        issued_at: Timestamp,
    ) -> Result<Token, BoxError> {
        let (user, family) = (user_id.to_string(), family_id.to_string());
        self.sign(Kind::Refresh, user, family, Some(seq), issued_at, REFRESH_TOKEN_LIFE)
    }

    /// Reads an access token.
    ///
    /// # Errors
    /// [`TokenError::Expired`] for one of ours that was good once, [`TokenError::UnknownKey`] for one whose key is not
    /// known, else [`TokenError::Invalid`].
    pub fn verify_access(&self, token: &str, now: Timestamp) -> Result<Access, TokenError> {
        let claims = self.verify(Kind::Access, token, now)?;
        let issued_at = at_second(claims.iat)?;
        Ok(Access { user_id: parsed(&claims.sub)?, family_id: parsed(&claims.sid)?, issued_at })
    }

    /// Reads a refresh token.
    ///
    /// # Errors
    /// [`TokenError::Expired`] for one of ours that was good once, [`TokenError::UnknownKey`] for one whose key is not
    /// known, else [`TokenError::Invalid`].
    pub fn verify_refresh(&self, token: &str, now: Timestamp) -> Result<Refresh, TokenError> {
        let claims = self.verify(Kind::Refresh, token, now)?;
        Ok(Refresh {
            user_id: parsed(&claims.sub)?,
            family_id: parsed(&claims.sid)?,
            seq: claims.seq.ok_or(TokenError::Invalid)?,
            issued_at: at_second(claims.iat)?,
            expires_at: at_second(claims.exp)?,
        })
    }

    fn sign(
        &self,
        kind: Kind,
        sub: String,
        sid: String,
        seq: Option<u32>,
        now: Timestamp,
        life: Duration,
    ) -> Result<Token, BoxError> {
        let iat = now.seconds();
        let exp = iat + i64::try_from(life.as_secs())?;
        let (iss, aud) = (self.issuer.clone(), self.audience.clone());
        let claims = Claims { iss, aud, sub, iat, nbf: iat, exp, sid, seq };
        let text = self.keys.current().sign(kind.typ(), &claims)?;
        Ok(Token { text, expires: Timestamp::from_millis(exp * 1_000)? })
    }

    fn verify(&self, kind: Kind, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        if token.len() > TOKEN_BYTES {
            return Err(TokenError::Invalid);
        }
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        if header.typ.as_deref() != Some(kind.typ()) || header.crit.is_some() {
            return Err(TokenError::Invalid);
        }
        let (name, known) = (header.kid.ok_or(TokenError::Invalid)?, self.keys.current());
        let key = known.public(&name).ok_or(TokenError::UnknownKey)?;
        let claims = decode::<Claims>(token, key, &self.validation).map_err(|_| TokenError::Invalid)?.claims;
        let leeway = i64::try_from(CLOCK_LEEWAY.as_secs()).unwrap_or(0);
        let now = now.seconds();
        if claims.nbf > now.saturating_add(leeway) {
            Err(TokenError::Invalid)
        } else if claims.exp.saturating_add(leeway) <= now {
            Err(TokenError::Expired)
        } else {
            Ok(claims)
        }
    }
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, TokenError> {
    text.parse().map_err(|_| TokenError::Invalid)
}

fn at_second(seconds: i64) -> Result<Timestamp, TokenError> {
    let millis = seconds.checked_mul(1_000).ok_or(TokenError::Invalid)?;
    Timestamp::from_millis(millis).map_err(|_| TokenError::Invalid)
}

impl TokenError {
    /// What a protected route answers.
    #[must_use]
    pub fn for_access(self) -> ApiError {
        match self {
            Self::Expired => ErrorCode::TokenExpired.into(),
            Self::UnknownKey | Self::Invalid => ErrorCode::Unauthorized.into(),
        }
    }
}

#[cfg(test)]
mod tests;
