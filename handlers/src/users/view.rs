//! The JSON of a profile.

use model::User;
use serde::Serialize;
use utoipa::ToSchema;

use crate::fields;

/// `{"user": …}`.
#[derive(Serialize, ToSchema)]
pub struct OneUser {
    user: ProfileView,
}

/// The profile of a user, which only the user sees.
#[derive(Serialize, ToSchema)]
#[schema(as = Profile)]
struct ProfileView {
    id: fields::UserId,
    name: fields::Name,
    email: fields::Email,
    username: fields::Username,
    created_at: fields::CreatedAt,
}

impl From<&User> for OneUser {
    fn from(user: &User) -> Self {
        let user = ProfileView {
            id: user.user_id.into(),
            name: user.name.clone().into(),
            email: (&user.email).into(),
            username: (&user.username).into(),
            created_at: user.created_at.into(),
        };
        Self { user }
    }
}
