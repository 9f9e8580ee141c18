//! Rate limits of routes: one conditional write before the handler runs.

use axum::extract::{FromRequestParts as _, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::MethodRouter;
use model::{Hit, RateRule, UserId, Window};

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, ErrorCode};
use crate::http::client_ip::ClientIp;
use crate::rates::{RateLimit, RateLimits, RateSubject};
use crate::state::{App, Ctx};

/// Counts each request before its handler. With `needs_account`, the caller's account must exist.
pub(crate) fn limited(
    app: &App,
    limit: RateLimit,
    needs_account: bool,
    handlers: MethodRouter<App>,
) -> MethodRouter<App> {
    handlers.route_layer(from_fn_with_state((app.clone(), limit, needs_account), count))
}

/// An attempt that counts as a failure until it succeeds, so that parallel attempts cannot exceed the limit.
#[derive(Debug, Default)]
#[must_use]
pub struct Try(Option<(RateRule, String, Window)>);

async fn count(
    State((app, limit, needs_account)): State<(App, RateLimit, bool)>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let Ok(ctx) = Ctx::from_request_parts(&mut parts, &app).await;
    let subject = match limit.subject {
        RateSubject::Ip => ClientIp::from_request_parts(&mut parts, &app).await?.subject(),
        RateSubject::SignIn => Caller::from_request_parts(&mut parts, &app).await?.family_id.to_string(),
        RateSubject::User | RateSubject::Account | RateSubject::Device => {
            Caller::from_request_parts(&mut parts, &app).await?.user_id.to_string()
        }
    };
    if needs_account {
        let caller = Caller::from_request_parts(&mut parts, &app).await?;
        ctx.count_with_account(limit, caller).await?;
    } else {
        ctx.count(limit, &subject).await?;
    }
    Ok(next.run(Request::from_parts(parts, body)).await)
}

impl Ctx {
    /// Counts a request of this subject. `RATE_LIMIT_EXCEEDED` with the exact time of the next try when the window is
    /// full.
    ///
    /// # Errors
    /// When the limit is reached, or the table is unavailable.
    pub async fn count(&self, limit: RateLimit, subject: &str) -> ApiResult<()> {
        if self.app.rate_limits == RateLimits::Off {
            return Ok(());
        }
        let window = limit.rule.window(subject, self.store.clock().now());
        self.count_in(limit, subject, window).await
    }

    async fn count_in(&self, limit: RateLimit, subject: &str, window: Window) -> ApiResult<()> {
        match self.store.rate_limits().hit_in(limit.rule, subject, window).await? {
            Hit::Counted => Ok(()),
            Hit::Refused { limit, retry_at } => {
                let refused = ApiError::new(ErrorCode::RateLimitExceeded).with("limit", limit);
                Err(refused.retry_at(retry_at, self.store.clock().now()))
            }
        }
    }

    /// Counts an attempt under a limit on failures.
    ///
    /// # Errors
    /// As [`count`](Self::count).
    pub async fn begin_try(&self, limit: RateLimit, subject: String) -> ApiResult<Try> {
        if self.app.rate_limits == RateLimits::Off {
            return Ok(Try(None));
        }
        let window = limit.rule.window(&subject, self.store.clock().now());
        self.count_in(limit, &subject, window).await?;
        Ok(Try(Some((limit.rule, subject, window))))
    }

    /// Undoes the count of an attempt that succeeded. If that fails, it counts until its window ends.
    pub async fn succeeded(&self, Try(counted): Try) {
        let Some((rule, subject, window)) = counted else { return };
        if let Err(error) = self.store.rate_limits().undo_hit(rule, &subject, window).await {
            tracing::warn!(rule = rule.name, %error, "A successful attempt still counts as a failure");
        }
    }

    /// Counts a request in parallel with the reads that it needs next. The error of the limit takes precedence over the
    /// result of the reads.
    ///
    /// # Errors
    /// As [`count`](Self::count).
    pub async fn count_during<T>(
        &self,
        limit: RateLimit,
        subject: &str,
        meanwhile: impl Future<Output = T> + Send,
    ) -> ApiResult<T> {
        let (counted, output) = futures::join!(self.count(limit, subject), meanwhile);
        counted?;
        Ok(output)
    }

    /// Counts a request and reads the user's account in parallel. An access token stays valid for minutes after its
    /// account was deleted.
    ///
    /// # Errors
    /// As [`count`](Self::count), and `UNAUTHORIZED` when the account was deleted.
    pub async fn count_with_account(&self, limit: RateLimit, caller: Caller) -> ApiResult<()> {
        let subject = caller.user_id.to_string();
        let user = self.count_during(limit, &subject, self.store.accounts().get(caller.user_id)).await??;
        if user.is_some() { Ok(()) } else { Err(ErrorCode::Unauthorized.into()) }
    }

    /// Counts a question of the day, if the operator caps them. The cap limits the cost of the model, so it applies
    /// even when rate limits are off.
    ///
    /// # Errors
    /// `RATE_LIMIT_EXCEEDED` when the user has reached the cap.
    pub async fn count_ai_day(&self, user_id: UserId) -> ApiResult<()> {
        match self.app.ai_daily_cap {
            Some(cap) => {
                let (limit, subject) = (RateLimit::ai_day(cap), user_id.to_string());
                let window = limit.rule.window(&subject, self.store.clock().now());
                self.count_in(limit, &subject, window).await
            }
            None => Ok(()),
        }
    }
}
