//! `POST /auth/login`: a sign-in with username and password.

use axum::Json;
use model::{StartRefreshFamilyError, Username};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::routes::view::{SignedIn, cookies};
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::body::Body;
use crate::http::cookie::SetCookies;
use crate::http::trace;
use crate::limits::{REFRESH_TOKEN_LIFE, RateLimit};
use crate::openapi::fields;
use crate::state::Ctx;

/// The form as it is sent.
#[derive(Deserialize, ToSchema)]
#[schema(as = Login)]
pub struct LoginForm {
    #[schema(schema_with = fields::username_to_find)]
    username: String,
    #[schema(schema_with = fields::password)]
    password: String,
}

/// Signs in. 200 with the user and both cookies; an unknown name and a wrong password are one error, and take as long.
#[utoipa::path(
    post,
    path = "/auth/login",
    summary = "Sign in",
    description = "With username and password, which are wrong together: which of the two is not said.",
    request_body = LoginForm,
    responses((
        status = 200,
        description = "The user. Both tokens are in cookies.",
        body = SignedIn,
        headers(("set-cookie" = String, description = "`access_token`, and in a header of its own `refresh_token`.")),
    )),
)]
pub async fn login(ctx: Ctx, Body(form): Body<LoginForm>) -> ApiResult<(SetCookies, Json<SignedIn>)> {
    let user = match form.username.parse::<Username>() {
        Ok(username) => {
            let key = username.key();
            ctx.count(RateLimit::LOGIN_ACCOUNT, key.as_str()).await?;
            ctx.store.find_user(&key).await?
        }
        Err(_) => None,
    };
    let hash = user.as_ref().map(|user| &user.password_hash);
    let verdict = ctx.app.hasher.verify(&form.password, hash).await.map_err(ApiError::internal)?;
    let user = user.filter(|_| verdict.is_right()).ok_or(ErrorCode::InvalidCredentials)?;
    trace::identify(user.user_id);
    let family = ctx.store.sign_in(user.user_id, REFRESH_TOKEN_LIFE).await?;
    Ok((cookies(&ctx, &family)?, Json(SignedIn::from(&user))))
}

impl From<StartRefreshFamilyError> for ApiError {
    fn from(error: StartRefreshFamilyError) -> Self {
        match error {
            StartRefreshFamilyError::FamilyExists => Self::internal(error),
            StartRefreshFamilyError::Store(error) => error.into(),
        }
    }
}
