//! `PUT /users/me/password`: changes the password and ends all other sign-ins.

use axum::Json;
use model::limits::REFRESH_TOKEN_LIFE;
use model::{AccountError, RefreshFamily, User};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::auth::password::{HasherPlace, Password, check_confirmation, new_password};
use crate::auth::routes::{Done, cookies};
use crate::error::{ApiError, ApiResult, ErrorCode, Wrong};
use crate::fields;
use crate::http::cookie::SetCookies;
use crate::http::form::{Check, Form};
use crate::http::json::given;
use crate::rates::RateLimit;
use crate::state::Ctx;

const CURRENT: &str = "current_password";

/// A change of the password.
#[derive(Deserialize, ToSchema)]
#[schema(as = ChangePassword)]
#[expect(clippy::struct_field_names, reason = "they are the names of the request")]
pub struct PasswordForm {
    current_password: fields::Password,
    new_password: fields::NewPassword,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    confirm_password: Option<fields::ConfirmPassword>,
}

/// Changes the password. 200 with the cookies of a new sign-in, the only one left.
#[utoipa::path(
    put,
    path = "/users/me/password",
    summary = "Change my password",
    description = "Ends all sign-ins, and gives this browser a new one. Old refresh tokens are refused at once.",
    request_body = PasswordForm,
    responses((
        status = 200,
        description = "The password is changed. Both tokens are new, in cookies.",
        body = Done,
        headers(("set-cookie" = String, description = "`access_token`, and in a separate header `refresh_token`.")),
    )),
)]
pub async fn password(
    ctx: Ctx,
    caller: Caller,
    Form((current, new)): Form<PasswordForm>,
) -> ApiResult<(SetCookies, Json<Done>)> {
    ctx.app.hasher.check_room()?;
    let (user, family) = counted_account(&ctx, caller).await?;
    let hasher = ctx.app.hasher.enter()?;
    prove(&hasher, &user, &current, CURRENT).await?;
    let hash = hasher.hash(&new).await.map_err(ApiError::internal)?;
    drop(hasher);
    let replaced = ctx.store.accounts().change_password(&user, &family, &hash, REFRESH_TOKEN_LIFE).await;
    let family = replaced.map_err(|error| refused(error, CURRENT))?;
    Ok((cookies(&ctx, &family).await?, Json(Done::default())))
}

impl Check for PasswordForm {
    /// The current password, and the new one.
    type Checked = (String, Password);

    fn check(self, wrong: &mut Wrong) -> Option<(String, Password)> {
        let new = wrong.take(new_password("new_password", &self.new_password.0));
        if let Some(again) = &self.confirm_password {
            check_confirmation(wrong, &self.new_password.0, &again.0);
        }
        Some((self.current_password.0, new?))
    }
}

/// The caller's account, before a password is checked. Counts the sign-in and not the user, so that a stolen sign-in
/// cannot exhaust the user's limit.
pub(super) async fn counted_account(ctx: &Ctx, caller: Caller) -> ApiResult<(User, RefreshFamily)> {
    ctx.count_during(RateLimit::ACCOUNT, &caller.family_id.to_string(), caller.account(ctx)).await?
}

/// Refuses a wrong password in this field of the request.
pub(super) async fn prove(hasher: &HasherPlace, user: &User, password: &str, field: &'static str) -> ApiResult<()> {
    let verdict = hasher.verify(password, Some(&user.password_hash)).await.map_err(ApiError::internal)?;
    if verdict.is_right() { Ok(()) } else { Err(wrong(field)) }
}

/// The error of a change that failed after the password in this field was checked.
pub(super) fn refused(error: AccountError, field: &'static str) -> ApiError {
    match error {
        AccountError::SignedOut => ErrorCode::Unauthorized.into(),
        AccountError::PasswordChanged => wrong(field),
        AccountError::Store(error) => error.into(),
    }
}

fn wrong(field: &'static str) -> ApiError {
    // Not 401, because clients would refresh their access token.
    ApiError::invalid(field, "This is not your password.")
}
