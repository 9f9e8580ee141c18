//! A profile as its owner sees it.

use model::User;
use serde::Serialize;
use utoipa::ToSchema;

use crate::fields;

/// `{"user": …}`.
#[derive(Serialize, ToSchema)]
pub struct OneUser {
    user: ProfileView,
}

/// All that is told of a user, and to nobody else.
#[derive(Serialize, ToSchema)]
#[schema(as = Profile)]
struct ProfileView {
    #[schema(schema_with = fields::user_id)]
    id: String,
    #[schema(schema_with = fields::name)]
    name: String,
    #[schema(schema_with = fields::email)]
    email: String,
    #[schema(schema_with = fields::username)]
    username: String,
    #[schema(schema_with = fields::created_at)]
    created_at: String,
}

impl From<&User> for OneUser {
    fn from(user: &User) -> Self {
        let user = ProfileView {
            id: user.user_id.to_string(),
            name: user.name.clone(),
            email: user.email.as_str().to_owned(),
            username: user.username.as_str().to_owned(),
            created_at: user.created_at.to_rfc3339(),
        };
        Self { user }
    }
}
