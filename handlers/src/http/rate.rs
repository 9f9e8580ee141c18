//! Rate limits around routes: one conditional write before anything else is read or done.

use axum::extract::{FromRequestParts as _, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::MethodRouter;
use model::{Hit, UserId};

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::client_ip::ClientIp;
use crate::limits::{RateLimit, RateSubject};
use crate::state::{App, Ctx};

/// Whether limits are enforced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RateLimits {
    /// As deployed.
    #[default]
    Enforced,
    /// On a developer's machine, for tools that send more than a person does.
    Off,
}

/// The handlers of a route, each request counted first.
pub(crate) fn limited(app: &App, limit: RateLimit, handlers: MethodRouter<App>) -> MethodRouter<App> {
    handlers.route_layer(from_fn_with_state((app.clone(), limit), count))
}

async fn count(
    State((app, limit)): State<(App, RateLimit)>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let Ok(ctx) = Ctx::from_request_parts(&mut parts, &app).await;
    let subject = match limit.subject {
        RateSubject::Ip => ClientIp::from_request_parts(&mut parts, &app).await?.subject(),
        RateSubject::User | RateSubject::Account => {
            Caller::from_request_parts(&mut parts, &app).await?.user_id.to_string()
        }
    };
    ctx.count(limit, &subject).await?;
    Ok(next.run(Request::from_parts(parts, body)).await)
}

impl Ctx {
    /// Counts a request of this subject; `RATE_LIMIT_EXCEEDED` with the exact time to retry when its window is full.
    ///
    /// # Errors
    /// When it is, or the table cannot be asked.
    pub async fn count(&self, limit: RateLimit, subject: &str) -> ApiResult<()> {
        if self.app.rate_limits == RateLimits::Off {
            return Ok(());
        }
        match self.store.hit(limit.rule, subject).await? {
            Hit::Counted => Ok(()),
            Hit::Refused { retry_at } => {
                Err(ApiError::new(ErrorCode::RateLimitExceeded).retry_at(retry_at, self.store.clock().now()))
            }
        }
    }

    /// Counts a question that is about to be asked, where a day's questions are capped. Without a cap it costs nothing.
    ///
    /// # Errors
    /// `RATE_LIMIT_EXCEEDED` when the user has had a day's questions.
    pub async fn count_ai_day(&self, user_id: UserId) -> ApiResult<()> {
        match self.app.ai_daily_cap {
            Some(cap) => self.count(RateLimit::ai_day(cap), &user_id.to_string()).await,
            None => Ok(()),
        }
    }
}
