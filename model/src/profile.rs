//! Changes of an account: the profile, the password, and deletion. AP-05 to AP-07.

use std::time::Duration;

use crate::retry::retry;
use crate::{
    Accounts, ChangePassword, ChangePasswordError, ChangeProfile, ChangeProfileError, DeleteAccount,
    DeleteAccountError, Email, EmailClaim, FamilyId, NewSignIn, OldEmailClaim, OldUsernameClaim, OwnEmailClaim,
    OwnUsernameClaim, PasswordHash, RefreshFamily, StoreError, SweepJob, SweepKind, User, UserId, Username,
    UsernameClaim,
};
use table_runtime::readable;

/// Maximum tries when another request changes the account first.
const MAX_ATTEMPTS: u32 = 5;
/// Maximum number of sign-ins that a transaction can end, besides the changed user and the new sign-in.
const ENDED_TOGETHER: usize = 98;

/// The fields to change. Absent fields are kept.
#[derive(Clone, Default)]
pub struct ProfileChange {
    /// The display name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<Email>,
    /// The username to sign in with.
    pub username: Option<Username>,
}

/// Why a profile was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The sign-in has ended, or the account does not exist any more.
    #[error("the sign-in has ended")]
    SignedOut,
    /// Another account has the address.
    #[error("the address is taken")]
    EmailTaken,
    /// Another account has the username.
    #[error("the username is taken")]
    UsernameTaken,
    /// The claim on the account's address or username does not belong to the account.
    #[error("a claim is not its user's")]
    ClaimLost,
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a password was not changed, or an account not deleted.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The sign-in has ended, or the account does not exist any more.
    #[error("the sign-in has ended")]
    SignedOut,
    /// The given password is not the current one any more.
    #[error("the password was changed by another request")]
    PasswordChanged,
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which claims of an account may be deleted, because they name its user.
#[derive(Clone, Copy, Debug)]
struct OwnedClaims {
    email: bool,
    username: bool,
}

impl Accounts<'_> {
    /// Changes the profile of a signed-in user. A claim is moved only when its address or username changes. Without
    /// changes there is no write. Concurrent changes are preserved.
    ///
    /// # Errors
    /// When the sign-in has ended, or another account has the address or the username.
    pub async fn update_profile(
        self,
        (user_id, family_id): (UserId, FamilyId),
        change: &ProfileChange,
    ) -> Result<User, ProfileError> {
        let (seen, _) = self.store.sign_ins().find(user_id, family_id).await?.ok_or(ProfileError::SignedOut)?;
        self.update_profile_of(seen, family_id, change).await
    }

    /// Like [`update_profile`](Self::update_profile), for a user who has been read with the sign-in.
    ///
    /// # Errors
    /// As [`update_profile`](Self::update_profile).
    pub async fn update_profile_of(
        self,
        seen: User,
        family_id: FamilyId,
        change: &ProfileChange,
    ) -> Result<User, ProfileError> {
        let (user_id, mut read) = (seen.user_id, Some(seen));
        retry!(MAX_ATTEMPTS, "AP-05", {
            let seen = match read.take() {
                Some(seen) => seen,
                None => self.store.sign_ins().find(user_id, family_id).await?.ok_or(ProfileError::SignedOut)?.0,
            };
            let new = change.applied_to(&seen, self.store.clock().now());
            if new.has_profile_of(&seen) {
                return Ok(Some(seen));
            }
            match self.write_profile(&seen, &new).await {
                Ok(()) => Ok(Some(new)),
                Err(ChangeProfileError::ProfileChanged) => Ok(None),
                Err(ChangeProfileError::UserNotFound) => Err(ProfileError::SignedOut),
                Err(ChangeProfileError::EmailTaken) => Err(ProfileError::EmailTaken),
                Err(ChangeProfileError::UsernameTaken) => Err(ProfileError::UsernameTaken),
                Err(ChangeProfileError::ClaimLost) => Err(ProfileError::ClaimLost),
                Err(ChangeProfileError::Store(error)) => Err(error.into()),
            }
        })
    }

    async fn write_profile(self, seen: &User, new: &User) -> Result<(), ChangeProfileError> {
        let (user_id, claimed_at) = (new.user_id, new.updated_at);
        let (old_digest, email_digest) = (seen.email.digest(), new.email.digest());
        let (old_key, username_key) = (seen.username.key(), new.username.key());
        let (moves_email, moves_username) = (old_digest != email_digest, old_key != username_key);
        let email_claim = EmailClaim { email_digest, user_id, claimed_at };
        let username_claim = UsernameClaim { username_key, user_id, claimed_at };
        self.store
            .patterns
            .change_profile(ChangeProfile {
                new_email: moves_email.then_some(&email_claim),
                new_username: moves_username.then_some(&username_claim),
                old_email: moves_email.then_some(OldEmailClaim { email_digest: old_digest, owner: user_id }),
                old_username: moves_username.then_some(OldUsernameClaim { username_key: &old_key, owner: user_id }),
                user_id,
                seen_name: &seen.name,
                seen_email: &seen.email,
                seen_username: &seen.username,
                name: &new.name,
                email: &new.email,
                username: &new.username,
                now: new.updated_at,
            })
            .await
    }

    /// Changes a user's password and ends all their sign-ins, including this one, so that copies of its token are
    /// refused. The caller gets a new sign-in.
    ///
    /// # Errors
    /// When the password has changed since the user was read.
    pub async fn change_password(
        self,
        user: &User,
        this: &RefreshFamily,
        new_hash: &PasswordHash,
        lifetime: Duration,
    ) -> Result<RefreshFamily, AccountError> {
        let new = NewSignIn { lifetime, user_agent: this.user_agent.clone() };
        let new_family = self.store.sign_ins().new_family(user.user_id, new);
        let mut families = vec![this.key()];
        families.extend(self.store.sign_ins().list_others(this).await?);
        families.truncate(ENDED_TOGETHER);
        let (user_id, old_hash, now) = (user.user_id, &user.password_hash, self.store.clock().now());
        let change =
            ChangePassword { families: &families, new_family: Some(&new_family), user_id, old_hash, new_hash, now };
        self.store.patterns.change_password(change).await?;
        // The sign-ins that did not fit in the transaction, and sign-ins with the old password that started during the
        // change.
        self.store.sign_ins().end_others(&new_family).await?;
        Ok(new_family)
    }

    /// Stores a more expensive hash of the same password. If another request changed the password, that change is kept
    /// and there is no error.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn rehash_password(self, user: &User, new_hash: &PasswordHash) -> Result<(), StoreError> {
        let (user_id, old_hash, now) = (user.user_id, &user.password_hash, self.store.clock().now());
        match self
            .store
            .patterns
            .change_password(ChangePassword { families: &[], new_family: None, user_id, old_hash, new_hash, now })
            .await
        {
            Ok(()) | Err(ChangePasswordError::PasswordChanged | ChangePasswordError::UserNotFound) => Ok(()),
            Err(ChangePasswordError::FamilyExists) => Err(StoreError::Contended { pattern: "AP-06" }),
            Err(ChangePasswordError::Store(error)) => Err(error),
        }
    }

    /// Deletes the account of a user whose password was checked when they were read. The account becomes unreachable
    /// and its address and username free at once. The rest is deleted as far as time allows; the sweep completes it.
    ///
    /// # Errors
    /// When the account is already deleted, or its password has changed.
    pub async fn delete(self, user: &User) -> Result<(), AccountError> {
        let (mut seen, mut owned) = (user.clone(), OwnedClaims { email: true, username: true });
        retry!(MAX_ATTEMPTS, "AP-07", {
            let now = self.store.clock().now();
            let job = SweepJob::new(SweepKind::Account, seen.user_id.to_string(), seen.user_id, now);
            match self.detach(&seen, owned, &job).await {
                Ok(()) => {
                    self.store.maintenance().sweep_now(Some(&job)).await;
                    return Ok(Some(()));
                }
                Err(DeleteAccountError::UserNotFound) => return Err(AccountError::SignedOut),
                Err(DeleteAccountError::ClaimLost) => {
                    owned = self.owned_claims(&seen).await?;
                    return Ok(None);
                }
                Err(DeleteAccountError::ProfileChanged | DeleteAccountError::JobExists) => {}
                Err(DeleteAccountError::Store(error)) => return Err(error.into()),
            }
            seen = self.store.patterns.get_user(user.user_id).await?.ok_or(AccountError::SignedOut)?;
            if seen.password_hash != user.password_hash {
                return Err(AccountError::PasswordChanged);
            }
            owned = OwnedClaims { email: true, username: true };
            Ok(None)
        })
    }

    /// The claims on the user's address and username that name this user. A claim that does not decode names no user.
    async fn owned_claims(self, user: &User) -> Result<OwnedClaims, StoreError> {
        let username_key = user.username.key();
        let (email, username) = futures::join!(
            self.store.patterns.find_email_claim(user.email.digest()),
            self.store.patterns.find_username_claim(&username_key)
        );
        let owned = OwnedClaims {
            email: readable(email)?.is_some_and(|claim| claim.user_id == user.user_id),
            username: readable(username)?.is_some_and(|claim| claim.user_id == user.user_id),
        };
        tracing::warn!(user_id = %user.user_id, ?owned, "An account is deleted without a claim that is not its user's");
        Ok(owned)
    }

    async fn detach(self, user: &User, owned: OwnedClaims, job: &SweepJob) -> Result<(), DeleteAccountError> {
        let (user_id, email_digest, username_key) = (user.user_id, user.email.digest(), user.username.key());
        let email_claim = OwnEmailClaim { email_digest, owner: user_id };
        let username_claim = OwnUsernameClaim { username_key: &username_key, owner: user_id };
        self.store
            .patterns
            .delete_account(DeleteAccount {
                job,
                email_claim: owned.email.then_some(email_claim),
                username_claim: owned.username.then_some(username_claim),
                user_id,
                email: &user.email,
                username: &user.username,
                password_hash: &user.password_hash,
            })
            .await
    }
}

impl ProfileChange {
    fn applied_to(&self, user: &User, now: crate::Timestamp) -> User {
        User {
            name: self.name.clone().unwrap_or_else(|| user.name.clone()),
            email: self.email.clone().unwrap_or_else(|| user.email.clone()),
            username: self.username.clone().unwrap_or_else(|| user.username.clone()),
            updated_at: now,
            ..user.clone()
        }
    }
}

impl User {
    fn has_profile_of(&self, other: &Self) -> bool {
        self.name == other.name && self.email == other.email && self.username == other.username
    }
}

impl From<ChangePasswordError> for AccountError {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::UserNotFound => Self::SignedOut,
            ChangePasswordError::PasswordChanged => Self::PasswordChanged,
            ChangePasswordError::FamilyExists => StoreError::Contended { pattern: "AP-06" }.into(),
            ChangePasswordError::Store(error) => error.into(),
        }
    }
}
