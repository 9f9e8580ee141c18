//! `PUT /users/me`: changes name, username or e-mail address.

use axum::Json;
use model::{ProfileChange, ProfileError};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::auth::person_name::PersonName;
use crate::auth::sign_up::taken;
use crate::error::{ApiError, ApiResult, ErrorCode, Wrong};
use crate::fields;
use crate::http::client_ip::ClientIp;
use crate::http::form::{Check, Form};
use crate::rates::RateLimit;
use crate::state::Ctx;
use crate::users::view::OneUser;

/// A change of the profile.
#[derive(Deserialize, ToSchema)]
#[schema(as = UpdateProfile)]
pub struct Update {
    name: Option<fields::Name>,
    username: Option<fields::Username>,
    email: Option<fields::Email>,
}

/// Changes the profile. 200 with the profile; 409 at the field when the address or the username is taken.
#[utoipa::path(
    put,
    path = "/users/me",
    summary = "Change my profile",
    description = "Requires at least one field; absent fields stay unchanged. The old username and address are \
                   available at once.",
    request_body = Update,
    responses((status = 200, description = "The changed profile.", body = OneUser)),
)]
pub async fn update(
    ctx: Ctx,
    caller: Caller,
    client: ClientIp,
    Form(change): Form<Update>,
) -> ApiResult<Json<OneUser>> {
    // The account is read together with the count. A request over the limit stops after that.
    let (seen, _) = ctx.count_during(RateLimit::PROFILE, &client.subject(), caller.account(&ctx)).await??;
    let user = ctx.store.accounts().update_profile_of(seen, caller.family_id, &change).await?;
    Ok(Json(OneUser::from(&user)))
}

impl Check for Update {
    type Checked = ProfileChange;

    fn check(self, wrong: &mut Wrong) -> Option<ProfileChange> {
        if self.name.is_none() && self.username.is_none() && self.email.is_none() && wrong.is_empty() {
            wrong.note(ApiError::invalid("name", "Give at least one of name, username and email."));
        }
        let name = self.name.and_then(|name| wrong.take(name.parse()));
        let username = self.username.and_then(|username| wrong.take(username.parse()));
        let email = self.email.and_then(|email| wrong.take(email.parse()));
        Some(ProfileChange { name: name.map(PersonName::into_string), email, username })
    }
}

impl From<ProfileError> for ApiError {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::SignedOut => ErrorCode::Unauthorized.into(),
            ProfileError::EmailTaken => taken("email"),
            ProfileError::UsernameTaken => taken("username"),
            ProfileError::ClaimLost => Self::internal(error),
            ProfileError::Store(error) => error.into(),
        }
    }
}
