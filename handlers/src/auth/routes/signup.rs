//! `POST /auth/signup`: creates an account and signs in.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use model::limits::REFRESH_TOKEN_LIFE;
use model::{NewSignIn, NewUser, SignUpError};

use crate::auth::routes::view::{SignedIn, cookies_of_device};
use crate::auth::sign_up::{SignUpForm, taken};
use crate::auth::user_agent;
use crate::error::{ApiError, ApiResult};
use crate::http::client_ip::ClientIp;
use crate::http::cookie::{Cookies, SetCookies};
use crate::http::form::Form;
use crate::http::trace;
use crate::rates::RateLimit;
use crate::state::Ctx;

/// Creates the account. 201 with the user and both cookies.
#[utoipa::path(
    post,
    path = "/auth/signup",
    summary = "Create an account and sign in",
    request_body = SignUpForm,
    responses((
        status = 201,
        description = "The user. Both tokens are in cookies.",
        body = SignedIn,
        headers((
            "set-cookie" = String,
            description = "`access_token`, and in separate headers `refresh_token` and `device`."
        )),
    )),
)]
pub async fn signup(
    ctx: Ctx,
    client: ClientIp,
    headers: HeaderMap,
    Form(form): Form<SignUpForm>,
) -> ApiResult<(StatusCode, SetCookies, Json<SignedIn>)> {
    ctx.app.hasher.check_room()?;
    // A refused form reveals nothing about other accounts and does not use the table, so it is not counted.
    ctx.count(RateLimit::SIGN_UP, &client.subject()).await?;
    let password_hash = ctx.app.hasher.enter()?.hash(&form.password).await.map_err(ApiError::internal)?;
    let new = NewUser { name: form.name.into_string(), email: form.email, username: form.username, password_hash };
    let sign_in = NewSignIn { lifetime: REFRESH_TOKEN_LIFE, user_agent: user_agent::of(&headers) };
    let (user, family) = ctx.store.accounts().create(new, sign_in).await?;
    trace::identify(user.user_id);
    let devices = ctx.app.devices.read(Cookies::parse(&headers, ctx.app.cookies).device());
    Ok((StatusCode::CREATED, cookies_of_device(&ctx, &family, devices).await?, Json(SignedIn::from(&user))))
}

impl From<SignUpError> for ApiError {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::EmailTaken => taken("email"),
            SignUpError::UsernameTaken => taken("username"),
            SignUpError::UserExists | SignUpError::FamilyExists => Self::internal(error),
            SignUpError::Store(error) => error.into(),
        }
    }
}
