//! `PUT /users/me`: another name, username or e-mail address.

use axum::Json;
use model::{ProfileChange, ProfileError};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::caller::Caller;
use crate::auth::sign_up::{PersonName, email, person_name, username};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::body::Body;
use crate::http::client_ip::ClientIp;
use crate::limits::RateLimit;
use crate::openapi::fields;
use crate::state::Ctx;
use crate::users::view::OneUser;

/// What to change, as it is sent.
#[derive(Deserialize, ToSchema)]
#[schema(as = UpdateProfile)]
pub struct Update {
    #[schema(schema_with = fields::name_to_set)]
    name: Option<String>,
    #[schema(schema_with = fields::username_to_set)]
    username: Option<String>,
    #[schema(schema_with = fields::email_to_set)]
    email: Option<String>,
}

/// Changes the profile. 200 with all of it; 409 when the address or the username is another's, without saying which.
#[utoipa::path(
    put,
    path = "/users/me",
    summary = "Change my profile",
    description = "What is absent stays; something has to be there. The old username and address are free at once.",
    request_body = Update,
    responses((status = 200, description = "The profile as it is now.", body = OneUser)),
)]
pub async fn update(
    ctx: Ctx,
    caller: Caller,
    client: ClientIp,
    Body(update): Body<Update>,
) -> ApiResult<Json<OneUser>> {
    let change = update.check()?;
    ctx.count(RateLimit::PROFILE, &client.subject()).await?;
    let user = ctx.store.update_profile((caller.user_id, caller.family_id), &change).await?;
    Ok(Json(OneUser::from(&user)))
}

impl Update {
    fn check(self) -> ApiResult<ProfileChange> {
        if self.name.is_none() && self.username.is_none() && self.email.is_none() {
            return Err(ApiError::invalid("name", "Give at least one of name, username and email."));
        }
        Ok(ProfileChange {
            name: self.name.as_deref().map(person_name).transpose()?.map(PersonName::into_string),
            username: self.username.as_deref().map(username).transpose()?,
            email: self.email.as_deref().map(email).transpose()?,
        })
    }
}

impl From<ProfileError> for ApiError {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::SignedOut => ErrorCode::Unauthorized.into(),
            ProfileError::Taken => ErrorCode::UserAlreadyExists.into(),
            ProfileError::ClaimLost => Self::internal(error),
            ProfileError::Store(error) => error.into(),
        }
    }
}
