//! The caller: the user and the sign-in of the access token.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use model::{Clock, FamilyId, RefreshFamily, User, UserId};

use crate::auth::token::{TokenError, Tokens};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::cookie::{CookieNames, Cookies};
use crate::http::trace;
use crate::state::Ctx;

/// Extractor: the caller of a protected route. `UNAUTHORIZED` without a valid access token, `TOKEN_EXPIRED` with an
/// expired one.
///
/// Checks only the token. [`Caller::account`] checks in the table that the sign-in has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The signed-in user.
    pub user_id: UserId,
    /// The sign-in.
    pub family_id: FamilyId,
}

impl Caller {
    /// The caller's account and sign-in. `UNAUTHORIZED` when the account was deleted or the sign-in has ended.
    ///
    /// # Errors
    /// Then, or when the table is unavailable.
    pub async fn account(self, ctx: &Ctx) -> ApiResult<(User, RefreshFamily)> {
        let account = ctx.store.sign_ins().find(self.user_id, self.family_id).await?;
        account.ok_or_else(|| ErrorCode::Unauthorized.into())
    }
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Arc<Tokens>: FromRef<S>,
    Clock: FromRef<S>,
    CookieNames: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        if let Some(caller) = parts.extensions.get::<Self>() {
            return Ok(*caller);
        }
        let cookies = Cookies::parse(&parts.headers, CookieNames::from_ref(state));
        let now = Clock::from_ref(state).now();
        let tokens = Arc::<Tokens>::from_ref(state);
        let access = tokens.access_among(cookies.access(), now).await;
        let access = access.newest().map_err(TokenError::for_access)?;
        trace::identify(access.user_id);
        let caller = Self { user_id: access.user_id, family_id: access.family_id };
        // The signature is verified once for each request.
        parts.extensions.insert(caller);
        Ok(caller)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::keys::tests::keys;
    use axum::http::{HeaderValue, Request, header};
    use model::{Ids, Timestamp};
    use std::time::Duration;

    struct State {
        tokens: Arc<Tokens>,
        clock: Clock,
    }

    impl FromRef<State> for Arc<Tokens> {
        fn from_ref(state: &State) -> Self {
            Self::clone(&state.tokens)
        }
    }

    impl FromRef<State> for CookieNames {
        fn from_ref(_: &State) -> Self {
            Self::Plain
        }
    }

    impl FromRef<State> for Clock {
        fn from_ref(state: &State) -> Self {
            state.clock.clone()
        }
    }

    async fn called(state: &State, cookies: &[&str]) -> Result<Caller, ErrorCode> {
        let mut request = Request::get("/users/me").body(()).expect("a request");
        for cookie in cookies {
            let value = HeaderValue::from_str(cookie).expect("a header value");
            request.headers_mut().append(header::COOKIE, value);
        }
        let mut parts = request.into_parts().0;
        Caller::from_request_parts(&mut parts, state).await.map_err(|error| error.code())
    }

    #[tokio::test]
    async fn the_caller_is_the_user_of_a_valid_access_token() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().expect("a time");
        let ids = Ids::seeded(1);
        let (user_id, family_id): (UserId, FamilyId) = (ids.next(now), ids.next(now));
        let state = State { tokens: Arc::new(Tokens::new(keys(0, &[]), "us", "page")), clock: Clock::fixed(now) };
        let access = format!("access_token={}", state.tokens.access(user_id, family_id, now).expect("signed").as_str());
        let refresh =
            format!("access_token={}", state.tokens.refresh(user_id, family_id, 1, now).expect("signed").as_str());

        for good in
            [&["a=b", &*access][..], &[&access, &access], &["access_token=x", &refresh, &access, "access_token="]]
        {
            assert_eq!(called(&state, good).await, Ok(Caller { user_id, family_id }));
        }
        for bad in [&[][..], &["access_token=x"], &[&refresh], &["access_token="]] {
            assert_eq!(called(&state, bad).await, Err(ErrorCode::Unauthorized), "{}", bad.len());
        }
        state.clock.advance(Duration::from_hours(1));
        assert_eq!(called(&state, &[&access]).await, Err(ErrorCode::TokenExpired));
    }
}
