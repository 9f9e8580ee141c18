//! The same routers on Lambda: settings from the environment, secrets from Secrets Manager, logs as JSON.

use std::num::NonZeroU32;
use std::sync::Arc;

use aws_config::{BehaviorVersion, SdkConfig};
use futures::FutureExt as _;
use lambda_http::Error;
use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn};
use model::{Clock, CursorKey, DEFAULT_CODE_CACHE_MIB, Digest, Endpoint, Ids, MessageTtl, Store, StoreConfig};
use serde::Deserialize;
use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::auth::device::DeviceKey;
use crate::auth::keyring::{KeyRing, KeySource};
use crate::auth::keys::SigningKeys;
use crate::auth::password::{COST, Hasher};
use crate::auth::token::Tokens;
use crate::bedrock::{Reviewer, ReviewerConfig};
use crate::http::cookie::CookieNames;
use crate::http::cors::CorsPolicy;
use crate::http::metrics::Metrics;
use crate::http::rate::RateLimits;
use crate::http::trace::Details;
use crate::logging;
use crate::messages::Waiting;
use crate::routes::{Domain, router};
use crate::state::App;
use crate::sweep;

/// The secret's value: a JSON object. Never logged, and never in an environment variable.
#[derive(Deserialize)]
struct Secret {
    /// The RSA key that tokens are signed with, in PEM.
    signing_key: String,
    /// Public keys whose tokens are still good, in PEM: the one before, while its tokens live.
    #[serde(default)]
    accepted_keys: Vec<String>,
    /// What cursors and fences are derived from: at least 32 random characters.
    seed: String,
}

/// Serves one domain until Lambda ends the process.
///
/// # Errors
/// When a setting is missing or wrong; its name is in the message.
pub async fn serve(domain: Domain) -> Result<(), Error> {
    log();
    let app = application().await?;
    let routes = router(&app, &[domain]);
    if is_streaming()? {
        lambda_http::run_with_streaming_response(routes).await
    } else {
        lambda_http::run(routes).await
    }
}

/// Removes what is due, whenever the schedule says so.
///
/// # Errors
/// When a setting is missing or wrong; its name is in the message.
pub async fn sweep() -> Result<(), Error> {
    log();
    let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let store = store(&secret(&sdk).await?).await?;
    let metrics = Metrics::to(std::io::stdout());
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let (store, metrics) = (store.clone(), metrics.clone());
        async move {
            let within = sweep::time_left(event.context.deadline, store.clock());
            let swept = sweep::run(&store, &metrics, within).await?;
            Ok::<_, Error>(json!({ "done": swept.done, "left": swept.left() }))
        }
    }))
    .await
}

/// One JSON object a line.
fn log() {
    let lines = tracing_subscriber::fmt::layer().json().with_current_span(false);
    tracing_subscriber::registry().with(logging::wanted()).with(logging::shown()).with(lines).init();
}

async fn application() -> Result<App, Error> {
    let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let secret = secret(&sdk).await?;
    let keys = KeyRing::readable(signing_keys(&secret)?, keys_again(sdk));
    let origin = setting("CODESENSEI_ORIGIN")?;
    let cors = CorsPolicy::production(&origin).map_err(|error| said("CODESENSEI_ORIGIN", &error))?;
    let reviewer = ReviewerConfig::from_env(|name| std::env::var(name).ok());
    let reviewer = reviewer.map_err(|error| said("the reviewer", &error))?;
    let fence_key = Digest::of(format!("fence{}", secret.seed));
    Ok(App {
        waiting: Waiting::default(),
        store: store(&secret).await?,
        tokens: Arc::new(Tokens::new(keys, origin.clone(), origin.clone())),
        // The page's origin is HTTPS, see `CorsPolicy::production`, and `SameSite=Strict` makes this its site.
        cookies: CookieNames::Host,
        devices: DeviceKey::from_secret(secret.seed.as_bytes()),
        hasher: Hasher::new(COST)?,
        reviewer: Arc::new(Reviewer::connect(reviewer).await),
        fence_key: fence_key.as_bytes().as_slice().into(),
        cors,
        rate_limits: RateLimits::Enforced,
        ai_daily_cap: ai_daily_cap()?,
        metrics: Metrics::to(std::io::stdout()),
        error_details: Details::Hidden,
    })
}

fn signing_keys(secret: &Secret) -> Result<SigningKeys, Error> {
    let keys = SigningKeys::from_pem(&secret.signing_key, secret.accepted_keys.iter().map(String::as_str));
    keys.map_err(|error| said("a key in the secret", &error))
}

/// The keys as the secret has them by then: it changes while functions run.
fn keys_again(sdk: SdkConfig) -> KeySource {
    Box::new(move || {
        let sdk = sdk.clone();
        async move { signing_keys(&secret(&sdk).await?) }.boxed()
    })
}

async fn store(secret: &Secret) -> Result<Store, Error> {
    Ok(Store::connect(StoreConfig {
        table: setting("CODESENSEI_TABLE")?,
        endpoint: Endpoint::aws(),
        cursor_key: CursorKey::from_secret(secret.seed.as_bytes()),
        clock: Clock::system(),
        ids: Ids::random(),
    })
    .await
    .with_message_ttl(message_ttl(std::env::var("CODESENSEI_MESSAGE_TTL_DAYS").ok().as_deref())?)
    .with_code_cache(code_cache_mib()?))
}

/// Off unless it is set.
fn message_ttl(days: Option<&str>) -> Result<MessageTtl, Error> {
    let ttl = days.map_or(Ok(MessageTtl::default()), str::parse);
    ttl.map_err(|error| said("CODESENSEI_MESSAGE_TTL_DAYS", &error))
}

async fn secret(sdk: &SdkConfig) -> Result<Secret, Error> {
    let id = setting("CODESENSEI_SECRET_ID")?;
    let answer = aws_sdk_secretsmanager::Client::new(sdk).get_secret_value().secret_id(&id).send().await;
    let answer = answer.map_err(|error| format!("the secret {id} cannot be read: {}", error.into_service_error()))?;
    // Serde repeats what it could not read, so its message is not passed on.
    let unreadable = || format!("the secret {id} is not an object with signing_key and seed");
    let secret: Secret =
        serde_json::from_str(answer.secret_string().ok_or_else(unreadable)?).map_err(|_| unreadable())?;
    if secret.seed.len() < 32 {
        return Err(format!("the seed in the secret {id} is shorter than 32 characters").into());
    }
    Ok(secret)
}

/// An error in words: what `main` returns is printed with `{:?}`, which for most errors is only their name.
fn said(what: &str, error: &dyn std::error::Error) -> Error {
    format!("{what}: {error}").into()
}

/// Whether answers are sent while they are made. What invokes the function has to be set to the same mode.
fn is_streaming() -> Result<bool, Error> {
    match std::env::var("CODESENSEI_RESPONSE_MODE").as_deref() {
        Err(_) | Ok("buffered") => Ok(false),
        Ok("streaming") => Ok(true),
        Ok(_) => Err("CODESENSEI_RESPONSE_MODE must be buffered or streaming".into()),
    }
}

/// Off unless it is set.
fn ai_daily_cap() -> Result<Option<NonZeroU32>, Error> {
    let Ok(cap) = std::env::var("CODESENSEI_AI_DAILY_CAP") else { return Ok(None) };
    cap.parse().map(Some).map_err(|_| "CODESENSEI_AI_DAILY_CAP must be a positive number".into())
}

/// How much code that was read a process keeps.
fn code_cache_mib() -> Result<u16, Error> {
    let Ok(mib) = std::env::var("CODESENSEI_CODE_CACHE_MIB") else { return Ok(DEFAULT_CODE_CACHE_MIB) };
    mib.parse().map_err(|_| "CODESENSEI_CODE_CACHE_MIB must be a number of MiB from 0 to 65535".into())
}

fn setting(name: &str) -> Result<String, Error> {
    std::env::var(name).map_err(|_| format!("the environment variable {name} is not set").into())
}
