//! `POST /auth/login`: a sign-in with username and password.

use axum::Json;
use model::{User, Username};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::password::{Password, Verdict};
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
    let family = ctx.store.sign_in_as(&user, REFRESH_TOKEN_LIFE).await?;
    if verdict == Verdict::RightButOutdated {
        renew_hash(&ctx, &user, &form.password).await?;
    }
    Ok((cookies(&ctx, &family)?, Json(SignedIn::from(&user))))
}

/// Hashes a password anew whose hash has become too cheap. One that today's rules refuse keeps its hash.
async fn renew_hash(ctx: &Ctx, user: &User, password: &str) -> ApiResult<()> {
    if let Ok(password) = password.parse::<Password>() {
        let hash = ctx.app.hasher.hash(&password).await.map_err(ApiError::internal)?;
        ctx.store.renew_hash(user, &hash).await?;
    }
    Ok(())
}
