//! Sign-ins: one family of refresh tokens each, renewed in time, and ended with all its tokens. AP-10 to AP-16.

use std::time::Duration;

use crate::{
    FamilyId, GetSignIn, NoteSignInUsedError, RefreshFamily, RefreshFamilyKey, RotateRefreshToken,
    RotateRefreshTokenError, StartRefreshFamily, StartRefreshFamilyError, Store, StoreError, Timestamp, Unreadable,
    User, UserId,
};

/// Sign-ins that are ended at the same time.
const ENDED_AT_ONCE: usize = 25;
/// How exactly it is known when a sign-in was used last: a write for each use would cost more than it is worth.
const LAST_USED_WITHIN: Duration = Duration::from_hours(1);

/// A refresh token, as its signature vouches for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenToken {
    /// Whose it is.
    pub user_id: UserId,
    /// The sign-in it belongs to.
    pub family_id: FamilyId,
    /// Which of the sign-in's tokens it is.
    pub seq: u32,
}

/// A sign-in that is about to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSignIn {
    /// How long it lasts unless it is renewed.
    pub lifetime: Duration,
    /// What the browser says that it is.
    pub user_agent: Option<String>,
}

impl From<Duration> for NewSignIn {
    /// One of no browser.
    fn from(lifetime: Duration) -> Self {
        Self { lifetime, user_agent: None }
    }
}

/// How long a sign-in lasts, and when its token is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshRule {
    /// How long a token is good for.
    pub lifetime: Duration,
    /// A token with less life left is replaced when it is used.
    pub rotates_below: Duration,
    /// How long a replaced token still earns its successor.
    pub grace: Duration,
}

/// Why a sign-in was not renewed.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    /// It has ended, or its account is gone.
    #[error("the sign-in has ended")]
    Ended,
    /// The token was replaced some time ago, so two hold what one was given. It has ended for both.
    #[error("a replaced token was used again, so the sign-in has ended")]
    Replayed,
    /// The table could not be asked.
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
    /// Starts a sign-in of a user whose password was the right one when they were read.
    ///
    /// # Errors
    /// When the account was deleted or its password changed meanwhile, or the table cannot be asked.
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

    /// The user of a sign-in, with it, if it still stands and the account is still there.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn find(self, user_id: UserId, family_id: FamilyId) -> Result<Option<(User, RefreshFamily)>, StoreError> {
        let GetSignIn { user, family } = self.store.patterns.get_sign_in(user_id, family_id).await?;
        Ok(user.zip(family))
    }

    /// Lets a refresh token be used. The family that comes back has the token to use from now on: the same one, or its
    /// successor when there was little life left in it. All who ask with one token get one successor.
    ///
    /// # Errors
    /// When the sign-in has ended, or ends now, because the token was replaced longer ago than two tabs need.
    pub async fn refresh(self, token: SeenToken, rule: RefreshRule) -> Result<(User, RefreshFamily), RenewError> {
        let found = self.find(token.user_id, token.family_id).await?;
        let (user, mut family) = found.ok_or(RenewError::Ended)?;
        let now = self.store.clock().now();
        if family.seq == token.seq && family.expires_at.at().since(now) < rule.rotates_below {
            family = self.rotate(&family, rule.lifetime).await?.ok_or(RenewError::Ended)?;
        }
        let is_predecessor = family.seq.checked_sub(1) == Some(token.seq);
        if family.seq == token.seq || is_predecessor && now.since(family.rotated_at) <= rule.grace {
            if now.since(family.last_used()) >= LAST_USED_WITHIN {
                self.note_use(&family, now).await?;
            }
            return Ok((user, family));
        }
        self.store.patterns.end_refresh_family(token.user_id, token.family_id).await?;
        tracing::warn!(family_id = %token.family_id, "A replaced refresh token was used again; its sign-in has ended");
        Err(RenewError::Replayed)
    }

    async fn note_use(self, family: &RefreshFamily, now: Timestamp) -> Result<(), RenewError> {
        match self.store.patterns.note_sign_in_used(family.user_id, family.family_id, now.second(), Some(now)).await {
            Ok(()) => Ok(()),
            Err(NoteSignInUsedError::FamilyEnded) => Err(RenewError::Ended),
            Err(NoteSignInUsedError::Store(error)) => Err(error.into()),
        }
    }

    /// The family with a new token, which this request or a concurrent one made; none if it has ended.
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

    /// Ends a sign-in. One that has ended already is no error.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn end(self, user_id: UserId, family_id: FamilyId) -> Result<(), StoreError> {
        self.store.patterns.end_refresh_family(user_id, family_id).await
    }

    /// The user's sign-ins that have not ended. One that does not decode cannot be used, so it is left out.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn list(self, user_id: UserId) -> Result<Vec<RefreshFamily>, StoreError> {
        self.store.without_unreadable(&Unreadable::new()).patterns.list_refresh_families(user_id).await
    }

    /// The user's sign-ins but for one.
    pub(crate) async fn list_others(self, kept: &RefreshFamily) -> Result<Vec<RefreshFamilyKey>, StoreError> {
        let families = self.list(kept.user_id).await?;
        Ok(families.iter().filter(|family| family.family_id != kept.family_id).map(RefreshFamily::key).collect())
    }

    /// Ends the user's sign-ins but for one.
    pub(crate) async fn end_others(self, kept: &RefreshFamily) -> Result<(), StoreError> {
        for some in self.list_others(kept).await?.chunks(ENDED_AT_ONCE) {
            let end = |key: &RefreshFamilyKey| self.store.patterns.end_refresh_family(key.user_id, key.family_id);
            futures::future::try_join_all(some.iter().map(end)).await?;
        }
        Ok(())
    }

    pub(crate) fn new_family(self, user_id: UserId, new: NewSignIn) -> RefreshFamily {
        let now = self.store.clock().now();
        RefreshFamily {
            user_id,
            family_id: self.store.ids().next(now),
            seq: 1,
            created_at: now,
            rotated_at: now,
            expires_at: now.plus(new.lifetime).expiry(),
            last_used_at: None,
            user_agent: new.user_agent,
        }
    }
}

impl RefreshFamily {
    /// When it was used last, to within an hour.
    #[must_use]
    pub fn last_used(&self) -> Timestamp {
        self.last_used_at.map_or(self.rotated_at, |used| used.max(self.rotated_at))
    }
}
