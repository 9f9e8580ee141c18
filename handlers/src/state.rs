//! The state that all handlers share, and the context of one request.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use bedrock::Reviewer;
use model::{CallCost, Clock, Digest, Meter, SessionId, SessionVersion, Store, UserId};
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

/// The state of the application, created once at the start of a program.
#[derive(Clone)]
pub struct App {
    /// The data.
    pub store: Store,
    /// Signs and checks tokens.
    pub tokens: Arc<Tokens>,
    /// The names of the cookies.
    pub cookies: CookieNames,
    /// Signs device cookies.
    pub devices: DeviceKey,
    /// Hashes and verifies passwords.
    pub hasher: Hasher,
    /// Asks the model. `None` in programs that do not.
    pub reviewer: Option<Arc<Reviewer>>,
    /// Derives the fences around code in prompts, so that they cannot be guessed.
    pub fence_key: Arc<[u8]>,
    /// The origins of web pages that may call the API.
    pub cors: CorsPolicy,
    /// The questions for which a request of this process waits.
    pub waiting: Waiting,
    /// Whether limits on requests are enforced.
    pub rate_limits: RateLimits,
    /// Maximum questions to the model for each user and day; `None` without a cap.
    pub ai_daily_cap: Option<NonZeroU32>,
    /// The sink of the metrics.
    pub metrics: Metrics,
    /// Whether errors include their causes.
    pub error_details: Details,
}

impl App {
    /// The reviewer, which asks the model.
    pub(crate) fn reviewer(&self) -> ApiResult<&Reviewer> {
        self.reviewer.as_deref().ok_or_else(|| ApiError::internal("this program has no reviewer"))
    }

    /// Traces and logs requests.
    #[must_use]
    pub fn follower(&self) -> Follower {
        let (ids, clock) = (self.store.ids().clone(), self.store.clock().clone());
        Follower::new(ids, clock, self.metrics.clone()).with_details(self.error_details)
    }

    /// The fence around the code of this version of a session.
    #[must_use]
    pub fn fence(&self, session_id: SessionId, version_number: SessionVersion) -> Fence {
        Fence::new(&self.fence_key, &session_id.to_string(), version_number.get())
    }

    /// The fence around code without a session. It is derived from the code: a user who learns it, for instance from an
    /// answer, cannot insert it into the code, because that changes the fence. It is the same for each question about
    /// the code, so that the prompt cache works.
    #[must_use]
    pub fn fence_of_code(&self, user_id: UserId, code: &str) -> Fence {
        // Longer than any session id, so that the two never collide.
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
    /// The data, metered for this request.
    pub store: Store,
    /// The shared state.
    pub app: App,
    meter: Meter,
}

impl Ctx {
    /// The calls since the last call of this method.
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
