//! Users: signing up, finding who signs in, and the families of their refresh tokens. AP-01 to AP-14.

use std::time::Duration;

use crate::{
    Email, EmailClaim, PasswordHash, RefreshFamily, SignUp, SignUpError, StartRefreshFamilyError, Store, StoreError,
    User, UserId, Username, UsernameClaim, UsernameKey,
};

/// What a person says of themselves when they sign up, checked.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// What to call them.
    pub name: String,
    /// Their address.
    pub email: Email,
    /// The name they sign in with.
    pub username: Username,
    /// Their password, hashed.
    pub password_hash: PasswordHash,
}

impl Store {
    /// Makes an account, claims its address and name, and signs it in, all or nothing. The sign-in lasts as long as
    /// `lifetime` unless it is renewed.
    ///
    /// # Errors
    /// When the address or the name is taken.
    pub async fn create_user(&self, new: NewUser, lifetime: Duration) -> Result<(User, RefreshFamily), SignUpError> {
        let now = self.clock().now();
        let user_id: UserId = self.ids().next(now);
        let user = User {
            user_id,
            name: new.name,
            email: new.email,
            username: new.username,
            password_hash: new.password_hash,
            session_count: 0,
            created_at: now,
            signup_date: now.date(),
            updated_at: now,
        };
        let email_claim = EmailClaim { email_digest: user.email.digest(), user_id, claimed_at: now };
        let username_claim = UsernameClaim { username_key: user.username.key(), user_id, claimed_at: now };
        let family = self.new_family(user_id, lifetime);
        let input = SignUp { user: &user, email_claim: &email_claim, username_claim: &username_claim, family: &family };
        self.sign_up(input).await?;
        Ok((user, family))
    }

    /// Who signs in with this name, if anyone.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn find_user(&self, username: &UsernameKey) -> Result<Option<User>, StoreError> {
        match self.find_username_claim(username).await? {
            Some(claim) => self.get_user(claim.user_id).await,
            None => Ok(None),
        }
    }

    /// Signs a user in: a new family of refresh tokens.
    ///
    /// # Errors
    /// When the table cannot be asked.
    pub async fn sign_in(&self, user_id: UserId, lifetime: Duration) -> Result<RefreshFamily, StartRefreshFamilyError> {
        let family = self.new_family(user_id, lifetime);
        self.start_refresh_family(&family).await?;
        Ok(family)
    }

    fn new_family(&self, user_id: UserId, lifetime: Duration) -> RefreshFamily {
        let now = self.clock().now();
        RefreshFamily {
            user_id,
            family_id: self.ids().next(now),
            seq: 1,
            created_at: now,
            rotated_at: now,
            expires_at: now.plus(lifetime).expiry(),
        }
    }
}
