//! Access and refresh tokens: signed JWTs of two kinds that are not interchangeable.

use std::fmt;
use std::time::Duration;

use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use model::limits::{ACCESS_TOKEN_LIFE, CLOCK_LEEWAY, REFRESH_TOKEN_LIFE, TOKEN_BYTES};
use model::{FamilyId, SeenToken, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::auth::keyring::KeyRing;
use crate::error::{ApiError, BoxError, ErrorCode};

/// A signed token. `Debug` does not print it.
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

    /// The remaining life of the token.
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

/// The claims of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The user.
    pub user_id: UserId,
    /// The sign-in.
    pub family_id: FamilyId,
    /// The time of issue.
    pub issued_at: Timestamp,
}

/// The claims of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// The user.
    pub user_id: UserId,
    /// The sign-in.
    pub family_id: FamilyId,
    /// The number of the token within the sign-in. A successor has the next number.
    pub seq: u32,
    /// The time of issue. Concurrent requests create the same successor from the same claims.
    pub issued_at: Timestamp,
    /// The time of expiry.
    pub expires_at: Timestamp,
}

impl Refresh {
    /// The token for the store.
    #[must_use]
    pub const fn seen(&self) -> SeenToken {
        SeenToken { user_id: self.user_id, family_id: self.family_id, seq: self.seq }
    }
}

/// Why a token is refused, from the least to the most specific. The message never contains the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum TokenError {
    /// It is invalid.
    #[error("not a token of ours")]
    Invalid,
    /// It names an unknown key: a token of another service, or one of ours during a key rotation.
    #[error("the token names an unknown key")]
    UnknownKey,
    /// It has expired.
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

/// The two kinds, which differ in the `typ` of the header.
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
        // Otherwise a token without a claim would pass the check of this claim.
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.set_issuer(&[&issuer]);
        validation.set_audience(&[&audience]);
        // Times are compared below, with the given clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self { keys: keys.into(), issuer, audience, validation, access_life: ACCESS_TOKEN_LIFE }
    }

    /// Shortens the life of access tokens, so that their expiry can be tested.
    #[must_use]
    pub fn with_access_life(self, life: Duration) -> Self {
        Self { access_life: life.min(ACCESS_TOKEN_LIFE), ..self }
    }

    /// The keys.
    pub(super) const fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// Before signing: reloads old keys.
    pub(super) async fn keep_current(&self, now: Timestamp) {
        self.keys.keep_current(now).await;
    }

    /// An access token, valid for 15 minutes by default.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub fn access(&self, user_id: UserId, family_id: FamilyId, now: Timestamp) -> Result<Token, BoxError> {
        self.sign(Kind::Access, user_id.to_string(), family_id.to_string(), None, now, self.access_life)
    }

    /// A refresh token, valid for 7 days from `issued_at`. The same arguments give the same token, so that concurrent
    /// requests get the same successor.
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
    /// [`TokenError::Expired`], [`TokenError::UnknownKey`], or [`TokenError::Invalid`].
    pub fn verify_access(&self, token: &str, now: Timestamp) -> Result<Access, TokenError> {
        let claims = self.verify(Kind::Access, token, now)?;
        let issued_at = at_second(claims.iat)?;
        Ok(Access { user_id: parsed(&claims.sub)?, family_id: parsed(&claims.sid)?, issued_at })
    }

    /// Reads a refresh token.
    ///
    /// # Errors
    /// [`TokenError::Expired`], [`TokenError::UnknownKey`], or [`TokenError::Invalid`].
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
    /// The error of a protected route.
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
