//! What every handler shares, and what one request has of it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use model::{Clock, Meter, SessionId, Store};

use crate::auth::password::Hasher;
use crate::auth::token::Tokens;
use crate::bedrock::Reviewer;
use crate::http::cors::CorsPolicy;
use crate::http::rate::RateLimits;
use crate::review::fence::Fence;

/// Everything the handlers need, put together once by whoever starts them.
#[derive(Clone)]
pub struct App {
    /// The data.
    pub store: Store,
    /// Signs and checks tokens.
    pub tokens: Arc<Tokens>,
    /// Hashes and verifies passwords.
    pub hasher: Hasher,
    /// Asks the model.
    pub reviewer: Arc<Reviewer>,
    /// Makes the fences around code in prompts unguessable.
    pub fence_key: Arc<[u8]>,
    /// Which web pages may call.
    pub cors: CorsPolicy,
    /// Whether limits on requests are enforced.
    pub rate_limits: RateLimits,
}

impl App {
    /// The fence around the code of this version of a session.
    #[must_use]
    pub fn fence(&self, session_id: SessionId, version_number: u32) -> Fence {
        Fence::new(&self.fence_key, &session_id.to_string(), version_number)
    }
}

impl FromRef<App> for Arc<Tokens> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.tokens)
    }
}

impl FromRef<App> for Clock {
    fn from_ref(app: &App) -> Self {
        app.store.clock().clone()
    }
}

/// Extractor: the application, its store metered for this request.
#[derive(Clone)]
pub struct Ctx {
    /// The data; what it costs is on this request's bill.
    pub store: Store,
    /// All the rest.
    pub app: App,
}

impl FromRequestParts<App> for Ctx {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let store = match parts.extensions.get::<Meter>() {
            Some(meter) => app.store.metered(meter.clone()),
            None => app.store.clone(),
        };
        Ok(Self { store, app: app.clone() })
    }
}
