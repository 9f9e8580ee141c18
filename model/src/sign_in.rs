//! Sign-ins: each is a family of refresh tokens, which is renewed while it is used and ended with all its tokens. AP-10
//! to AP-16.

use std::time::Duration;

use crate::{
    FamilyId, GetSignIn, NoteSignInUsedError, RefreshFamily, RefreshFamilyKey, RefreshFamilyRequired,
    RotateRefreshToken, RotateRefreshTokenError, StartRefreshFamily, StartRefreshFamilyError, Store, StoreError,
    Timestamp, Unreadable, User, UserId,
};

/// Maximum number of sign-ins that are ended in parallel.
const ENDED_AT_ONCE: usize = 25;
/// The precision of a sign-in's last use. One write for each use would cost too much.
const LAST_USED_WITHIN: Duration = Duration::from_hours(1);

/// The contents of a refresh token with a valid signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenToken {
    /// The token's user.
    pub user_id: UserId,
    /// The token's sign-in.
    pub family_id: FamilyId,
    /// The sequence number of the token within the sign-in.
    pub seq: u32,
}

/// A sign-in to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSignIn {
    /// How long it lasts unless it is renewed.
    pub lifetime: Duration,
    /// The browser's `User-Agent`.
    pub user_agent: Option<String>,
}

impl From<Duration> for NewSignIn {
    /// A sign-in without a browser.
    fn from(lifetime: Duration) -> Self {
        Self { lifetime, user_agent: None }
    }
}

/// How long a sign-in lasts, and when its token is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshRule {
    /// How long a token is valid.
    pub lifetime: Duration,
    /// A token with less remaining lifetime is replaced when it is used.
    pub rotates_below: Duration,
    /// How long a replaced token is still accepted, and exchanged for its successor.
    pub grace: Duration,
}

/// Why a sign-in was not renewed.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    /// The sign-in has ended, or the account does not exist any more.
    #[error("the sign-in has ended")]
    Ended,
    /// The token was replaced longer ago than the grace period, so a second client has a copy of it. The sign-in has
    /// ended for both.
    #[error("a replaced token was used again, so the sign-in has ended")]
    Replayed,
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The sign-ins of users, one for each device.
#[derive(Clone, Copy, Debug)]
pub struct SignIns<'a> {
    pub(crate) store: &'a Store,
}

impl Store {
    /// The sign-ins of users, one for each device.
    #[must_use]
    pub const fn sign_ins(&self) -> SignIns<'_> {
        SignIns { store: self }
    }
}

impl SignIns<'_> {
    /// Starts a sign-in of a user whose password was checked when they were read.
    ///
    /// # Errors
    /// When the account was deleted or its password changed since, or the table does not answer.
    pub async fn start(
        self,
        user: &User,
        new: impl Into<NewSignIn> + Send,
    ) -> Result<RefreshFamily, StartRefreshFamilyError> {
        let family = self.new_family(user.user_id, new.into());
        let password_hash = &user.password_hash;
        self.store.patterns.start_refresh_family(StartRefreshFamily { family: &family, password_hash }).await?;
        Ok(family)
    }

    /// A sign-in and its user, if both still exist.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn find(self, user_id: UserId, family_id: FamilyId) -> Result<Option<(User, RefreshFamily)>, StoreError> {
        let GetSignIn { user, family } = self.store.patterns.get_sign_in(user_id, family_id).await?;
        Ok(user.zip(family))
    }

    /// Uses a refresh token, whose sign-in was [found](Self::find). The returned family has the current token: the same
    /// one, or its successor if little lifetime was left. All requests with the same token get the same successor.
    ///
    /// # Errors
    /// When the sign-in has ended, or is ended now because the token was replaced longer ago than the grace period.
    pub async fn refresh(
        self,
        found: Option<(User, RefreshFamily)>,
        token: SeenToken,
        rule: RefreshRule,
    ) -> Result<(User, RefreshFamily), RenewError> {
        let (user, mut family) = found.ok_or(RenewError::Ended)?;
        let now = self.store.clock().now();
        if family.seq == token.seq && family.expires_at.at().since(now) < rule.rotates_below {
            family = self.rotate(&family, rule.lifetime).await?.ok_or(RenewError::Ended)?;
        }
        let is_predecessor = family.seq.checked_sub(1) == Some(token.seq);
        if family.seq == token.seq || is_predecessor && now.since(family.rotated_at) <= rule.grace {
            if now.since(family.last_used()) >= LAST_USED_WITHIN {
                self.record_use(&family, now).await?;
            }
            return Ok((user, family));
        }
        self.store.patterns.end_refresh_family(token.user_id, token.family_id).await?;
        tracing::warn!(family_id = %token.family_id, "A replaced refresh token was used again; its sign-in has ended");
        Err(RenewError::Replayed)
    }

    async fn record_use(self, family: &RefreshFamily, now: Timestamp) -> Result<(), RenewError> {
        match self.store.patterns.note_sign_in_used(family.user_id, family.family_id, now.second(), Some(now)).await {
            Ok(()) => Ok(()),
            Err(NoteSignInUsedError::FamilyEnded) => Err(RenewError::Ended),
            Err(NoteSignInUsedError::Store(error)) => Err(error.into()),
        }
    }

    /// The family with a new token, made by this request or a concurrent one; none if the sign-in has ended.
    pub(crate) async fn rotate(
        self,
        family: &RefreshFamily,
        lifetime: Duration,
    ) -> Result<Option<RefreshFamily>, StoreError> {
        let now = self.store.clock().now();
        let rotated = self.store.patterns.rotate_refresh_token(RotateRefreshToken {
            user_id: family.user_id,
            family_id: family.family_id,
            second: now.second(),
            seq: family.seq,
            now,
            expires_at: now.plus(lifetime).expiry(),
        });
        match rotated.await {
            Ok(rotated) => Ok(Some(rotated)),
            Err(RotateRefreshTokenError::TokenSuperseded { current }) => Ok(Some(*current)),
            Err(RotateRefreshTokenError::FamilyEnded) => Ok(None),
            Err(RotateRefreshTokenError::Store(error)) => Err(error),
        }
    }

    /// Ends a sign-in. If it has already ended, there is no error.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn end(self, user_id: UserId, family_id: FamilyId) -> Result<(), StoreError> {
        self.store.patterns.end_refresh_family(user_id, family_id).await
    }

    /// The user's active sign-ins. A sign-in that does not decode cannot be used, so it is left out.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn list(self, user_id: UserId) -> Result<Vec<RefreshFamily>, StoreError> {
        self.store.without_unreadable(&Unreadable::new()).patterns.list_refresh_families(user_id).await
    }

    /// The keys of the user's sign-ins except one.
    pub(crate) async fn list_others(self, kept: &RefreshFamily) -> Result<Vec<RefreshFamilyKey>, StoreError> {
        let families = self.list(kept.user_id).await?;
        Ok(families.iter().filter(|family| family.family_id != kept.family_id).map(RefreshFamily::key).collect())
    }

    /// Ends the user's sign-ins except one.
    pub(crate) async fn end_others(self, kept: &RefreshFamily) -> Result<(), StoreError> {
        for some in self.list_others(kept).await?.chunks(ENDED_AT_ONCE) {
            let end = |key: &RefreshFamilyKey| self.store.patterns.end_refresh_family(key.user_id, key.family_id);
            futures::future::try_join_all(some.iter().map(end)).await?;
        }
        Ok(())
    }

    pub(crate) fn new_family(self, user_id: UserId, new: NewSignIn) -> RefreshFamily {
        let now = self.store.clock().now();
        let required = RefreshFamilyRequired {
            user_id,
            family_id: self.store.ids().next(now),
            seq: 1,
            created_at: now,
            rotated_at: now,
            expires_at: now.plus(new.lifetime).expiry(),
        };
        RefreshFamily { user_agent: new.user_agent, ..required.into() }
    }
}

impl RefreshFamily {
    /// The time of its last use, to within an hour.
    #[must_use]
    pub fn last_used(&self) -> Timestamp {
        self.last_used_at.map_or(self.rotated_at, |used| used.max(self.rotated_at))
    }
}
