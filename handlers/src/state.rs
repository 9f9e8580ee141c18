//! What every handler shares, and what one request has of it.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use bedrock::Reviewer;
use model::{CallCost, Clock, Digest, Meter, SessionId, Store, UserId};
use review::fence::Fence;

use crate::auth::device::DeviceKey;
use crate::auth::password::Hasher;
use crate::auth::token::Tokens;
use crate::error::{ApiError, ApiResult};
use crate::http::cookie::CookieNames;
use crate::http::cors::CorsPolicy;
use crate::http::metrics::Metrics;
use crate::http::trace::{Details, Follower};
use crate::messages::Waiting;
use crate::rates::RateLimits;

/// Everything the handlers need, put together once by whoever starts them.
#[derive(Clone)]
pub struct App {
    /// The data.
    pub store: Store,
    /// Signs and checks tokens.
    pub tokens: Arc<Tokens>,
    /// What the cookies are called.
    pub cookies: CookieNames,
    /// Signs the cookies by which devices are known.
    pub devices: DeviceKey,
    /// Hashes and verifies passwords.
    pub hasher: Hasher,
    /// Asks the model, in programs that do.
    pub reviewer: Option<Arc<Reviewer>>,
    /// Makes the fences around code in prompts unguessable.
    pub fence_key: Arc<[u8]>,
    /// Which web pages may call.
    pub cors: CorsPolicy,
    /// The questions that are waited for in this process.
    pub waiting: Waiting,
    /// Whether limits on requests are enforced.
    pub rate_limits: RateLimits,
    /// How many questions to the model a user has a day; without it, as many as the minutes allow.
    pub ai_daily_cap: Option<NonZeroU32>,
    /// Where the numbers about each request go.
    pub metrics: Metrics,
    /// Whether errors tell their causes to the client.
    pub error_details: Details,
}

impl App {
    /// Who asks the model.
    pub(crate) fn reviewer(&self) -> ApiResult<&Reviewer> {
        self.reviewer.as_deref().ok_or_else(|| ApiError::internal("this program asks no model"))
    }

    /// What gives the requests their trace ids, and logs them.
    #[must_use]
    pub fn follower(&self) -> Follower {
        let (ids, clock) = (self.store.ids().clone(), self.store.clock().clone());
        Follower::new(ids, clock, self.metrics.clone()).with_details(self.error_details)
    }

    /// The fence around the code of this version of a session.
    #[must_use]
    pub fn fence(&self, session_id: SessionId, version_number: u32) -> Fence {
        Fence::new(&self.fence_key, &session_id.to_string(), version_number)
    }

    /// The fence around code that belongs to no session. It follows from the code itself: whoever learns it, from an
    /// answer for instance, cannot put it into the code without getting another one. Like a session's it stays the same
    /// from question to question, so that what was asked before can be cached.
    #[must_use]
    pub fn fence_of_code(&self, user_id: UserId, code: &str) -> Fence {
        // Longer than any session's id, so that the two are never the same text.
        Fence::new(&self.fence_key, &format!("{user_id}/{}", Digest::of(code)), 0)
    }
}

impl FromRef<App> for Arc<Tokens> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.tokens)
    }
}

impl FromRef<App> for CookieNames {
    fn from_ref(app: &App) -> Self {
        app.cookies
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
    meter: Meter,
}

impl Ctx {
    /// The calls since the last time that they were taken.
    pub(crate) fn calls(&self) -> Vec<CallCost> {
        self.meter.take()
    }
}

impl FromRequestParts<App> for Ctx {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let meter = parts.extensions.get::<Meter>().cloned().unwrap_or_default();
        Ok(Self { store: app.store.metered(meter.clone()), app: app.clone(), meter })
    }
}
