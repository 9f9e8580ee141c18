//! `POST /auth/login`: signs in with username and password.

use axum::Json;
use axum::http::HeaderMap;
use model::limits::REFRESH_TOKEN_LIFE;
use model::{NewSignIn, StartRefreshFamilyError, StoreError, User, Username};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::device::Devices;
use crate::auth::password::{HasherPlace, Password, Verdict};
use crate::auth::routes::view::{SignedIn, cookies_of_device};
use crate::auth::user_agent;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::fields;
use crate::http::body::Body;
use crate::http::client_ip::ClientIp;
use crate::http::cookie::{Cookies, SetCookies};
use crate::http::rate::Try;
use crate::http::trace;
use crate::rates::RateLimit;
use crate::state::Ctx;

/// Maximum changes of the password hash during the check, after each of which the check is repeated.
const MAX_PASSWORD_CHANGES: u32 = 3;

/// The credentials of a sign-in.
#[derive(Deserialize, ToSchema)]
#[schema(as = Login)]
pub struct LoginForm {
    username: fields::UsernameToFind,
    password: fields::Password,
}

/// Signs in. 200 with the user and both cookies. An unknown name and a wrong password have the same error and duration.
#[utoipa::path(
    post,
    path = "/auth/login",
    summary = "Sign in",
    description = "With username and password. The error does not say which of the two is wrong. An account accepts \
                   ten wrong passwords in 15 minutes from all unknown clients together, and ten from each browser that \
                   has signed in to it before.",
    request_body = LoginForm,
    responses((
        status = 200,
        description = "The user. Both tokens are in cookies.",
        body = SignedIn,
        headers((
            "set-cookie" = String,
            description = "`access_token`, and in separate headers `refresh_token` and `device`."
        )),
    )),
)]
pub async fn login(
    ctx: Ctx,
    client: ClientIp,
    headers: HeaderMap,
    Body(form): Body<LoginForm>,
) -> ApiResult<(SetCookies, Json<SignedIn>)> {
    ctx.app.hasher.check_room()?;
    ctx.count(RateLimit::LOGIN, &client.subject()).await?;
    let hasher = ctx.app.hasher.enter()?;
    let devices = ctx.app.devices.read(Cookies::parse(&headers, ctx.app.cookies).device());
    let (mut user, attempt) = found(&ctx, &form.username.0, &devices).await?;
    let (mut attempt, mut tries) = (Some(attempt), 0);
    let (user, verdict, family) = loop {
        let hash = user.as_ref().map(|user| &user.password_hash);
        let verdict = hasher.verify(&form.password.0, hash).await.map_err(ApiError::internal)?;
        let right = user.filter(|_| verdict.is_right()).ok_or(ErrorCode::InvalidCredentials)?;
        trace::identify(right.user_id);
        let counted = async {
            if let Some(attempt) = attempt.take() {
                ctx.succeeded(attempt).await;
            }
        };
        let new = NewSignIn { lifetime: REFRESH_TOKEN_LIFE, user_agent: user_agent::of(&headers) };
        let started = futures::join!(ctx.store.sign_ins().start(&right, new), counted).0;
        match started {
            // Another request changed the password or renewed its hash.
            Err(StartRefreshFamilyError::PasswordChanged) if tries < MAX_PASSWORD_CHANGES => {
                user = ctx.store.accounts().get(right.user_id).await?;
                tries += 1;
            }
            started => break (right, verdict, started?),
        }
    };
    if verdict == Verdict::RightButOutdated {
        renew_hash(&ctx, &hasher, &user, &form.password.0).await?;
    }
    Ok((cookies_of_device(&ctx, &family, devices).await?, Json(SignedIn::from(&user))))
}

/// The user of this name, if there is one. Counts the attempt meanwhile: for the device if the account knows it,
/// otherwise for the account. The limit of the address is checked before, so that one address cannot exhaust the limit
/// of an account.
async fn found(ctx: &Ctx, username: &str, devices: &Devices) -> ApiResult<(Option<User>, Try)> {
    let Ok(username) = username.parse::<Username>() else { return Ok((None, Try::default())) };
    let key = username.key();
    let claim = ctx.store.accounts().username_claim(&key).await?;
    let device = claim.as_ref().and_then(|claim| Some((claim.user_id, devices.of(claim.user_id)?)));
    let (limit, subject) = match device {
        Some((user_id, device)) => (RateLimit::LOGIN_DEVICE, format!("{user_id}/{device}")),
        None => (RateLimit::LOGIN_ACCOUNT, key.as_str().to_owned()),
    };
    let (attempt, user) = futures::join!(ctx.begin_try(limit, subject), ctx.store.accounts().holder_of(claim));
    let attempt = attempt?;
    Ok((user?, attempt))
}

/// Stores a new hash if the cost of the old one is too low. A password that breaks the current rules keeps its hash.
async fn renew_hash(ctx: &Ctx, hasher: &HasherPlace, user: &User, password: &str) -> ApiResult<()> {
    if let Ok(password) = password.parse::<Password>() {
        let hash = hasher.hash(&password).await.map_err(ApiError::internal)?;
        ctx.store.accounts().rehash_password(user, &hash).await?;
    }
    Ok(())
}

impl From<StartRefreshFamilyError> for ApiError {
    fn from(error: StartRefreshFamilyError) -> Self {
        match error {
            // The password was changed after it was checked.
            StartRefreshFamilyError::UserNotFound | StartRefreshFamilyError::PasswordChanged => {
                Self::new(ErrorCode::InvalidCredentials).caused_by(error)
            }
            StartRefreshFamilyError::FamilyExists => StoreError::Contended { pattern: "AP-10" }.into(),
            StartRefreshFamilyError::Store(error) => error.into(),
        }
    }
}
