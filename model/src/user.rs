//! Users: sign-up, and finding the user of a sign-in. AP-01 to AP-04.

use crate::{
    Email, EmailClaim, NewSignIn, PasswordHash, RefreshFamily, SignUp, SignUpError, Store, StoreError, User, UserId,
    Username, UsernameClaim, UsernameKey,
};

/// The validated data of a sign-up.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The display name.
    pub name: String,
    /// The e-mail address.
    pub email: Email,
    /// The username to sign in with.
    pub username: Username,
    /// The hash of the password.
    pub password_hash: PasswordHash,
}

/// The accounts of users.
#[derive(Clone, Copy, Debug)]
pub struct Accounts<'a> {
    pub(crate) store: &'a Store,
}

impl Store {
    /// The accounts of users.
    #[must_use]
    pub const fn accounts(&self) -> Accounts<'_> {
        Accounts { store: self }
    }
}

impl Accounts<'_> {
    /// The account of a user.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get(self, user_id: UserId) -> Result<Option<User>, StoreError> {
        self.store.patterns.get_user(user_id).await
    }

    /// The claim of a username.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn username_claim(self, username: &UsernameKey) -> Result<Option<UsernameClaim>, StoreError> {
        self.store.patterns.find_username_claim(username).await
    }

    /// Creates an account, claims its address and username, and signs the user in, in one transaction. `sign_in` has
    /// the lifetime of the sign-in unless it is renewed.
    ///
    /// # Errors
    /// When the address or the username is taken.
    pub async fn create(
        self,
        new: NewUser,
        sign_in: impl Into<NewSignIn> + Send,
    ) -> Result<(User, RefreshFamily), SignUpError> {
        let now = self.store.clock().now();
        let user_id: UserId = self.store.ids().next(now);
        let user = User {
            user_id,
            name: new.name,
            email: new.email,
            username: new.username,
            password_hash: new.password_hash,
            session_count: 0,
            session_changes: 0,
            created_at: now,
            signup_date: now.date(),
            updated_at: now,
        };
        let email_claim = EmailClaim { email_digest: user.email.digest(), user_id, claimed_at: now };
        let username_claim = UsernameClaim { username_key: user.username.key(), user_id, claimed_at: now };
        let family = self.store.sign_ins().new_family(user_id, sign_in.into());
        let input = SignUp { user: &user, email_claim: &email_claim, username_claim: &username_claim, family: &family };
        self.store.patterns.sign_up(input).await?;
        Ok((user, family))
    }

    /// The user with this username, if any.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn find(self, username: &UsernameKey) -> Result<Option<User>, StoreError> {
        let claim = self.store.patterns.find_username_claim(username).await?;
        self.holder_of(claim).await
    }

    /// The user of a claim. Without a claim it reads an id that no user has, so that response times do not reveal which
    /// usernames are taken.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn holder_of(self, claim: Option<UsernameClaim>) -> Result<Option<User>, StoreError> {
        let user_id = claim.map_or_else(|| self.store.ids().next(self.store.clock().now()), |claim| claim.user_id);
        self.store.patterns.get_user(user_id).await
    }
}
