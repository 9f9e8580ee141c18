//! The application on this machine: the same handlers as on Lambda, with a local table and model.

use std::sync::Arc;
use std::time::Duration;

use bedrock::{Reviewer, ReviewerConfig};
use handlers::App;
use handlers::auth::device::DeviceKey;
use handlers::auth::keys::TokenKeys;
use handlers::auth::password::Hasher;
use handlers::auth::token::Tokens;
use handlers::http::cookie::CookieNames;
use handlers::http::cors::CorsPolicy;
use handlers::http::metrics::Metrics;
use handlers::http::trace::Details;
use handlers::messages::Waiting;
use handlers::rates::RateLimits;
use model::limits::ACCESS_TOKEN_LIFE;
use model::{Digest, Store};

use crate::error::OpenError;
use crate::local_keys::LocalKeys;

/// The issuer and the audience of tokens on a developer's machine.
const ISSUER: &str = "codesensei-local";

/// The application on a store, for `serve`, the demo and the tests.
pub(crate) fn application(
    store: Store,
    secrets: &LocalKeys,
    reviewer: Reviewer,
    cost: u32,
    access_life: Duration,
) -> Result<App, OpenError> {
    let keys = TokenKeys::from_pem(&secrets.signing_key, [])?;
    let fence_key = Digest::of([b"fence".as_slice(), &secrets.seed].concat());
    Ok(App {
        waiting: Waiting::default(),
        store,
        tokens: Arc::new(Tokens::new(keys, ISSUER, ISSUER).with_access_life(access_life)),
        cookies: CookieNames::Plain,
        devices: DeviceKey::from_secret(&secrets.seed),
        hasher: Hasher::new(cost).expect("bcrypt accepts every cost that callers pass"),
        reviewer: Some(Arc::new(reviewer)),
        fence_key: fence_key.as_bytes().as_slice().into(),
        cors: CorsPolicy::development(),
        rate_limits: RateLimits::Enforced,
        ai_daily_cap: None,
        metrics: Metrics::default(),
        error_details: Details::Omitted,
    })
}

/// The application on any store, with these keys and a reviewer at this endpoint, for the demo and the tests.
///
/// # Errors
/// If a key is invalid.
pub async fn application_on(store: Store, keys: &LocalKeys, bedrock_url: &str, cost: u32) -> Result<App, OpenError> {
    application(store, keys, Reviewer::connect(local_reviewer(bedrock_url)).await, cost, ACCESS_TOKEN_LIFE)
}

/// The configuration of a reviewer at this endpoint.
pub(crate) fn local_reviewer(url: &str) -> ReviewerConfig {
    ReviewerConfig {
        model_ids: vec!["local.rule-based-reviewer".to_owned()],
        endpoint_url: Some(url.to_owned()),
        stand_in_credentials: true,
        ..ReviewerConfig::default()
    }
}
