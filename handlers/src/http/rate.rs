//! Rate limits around routes: one conditional write before anything else is read or done.

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

/// The handlers of a route, each request counted first. With `needs_account`, the caller's account must exist.
pub(crate) fn limited(
    app: &App,
    limit: RateLimit,
    needs_account: bool,
    handlers: MethodRouter<App>,
) -> MethodRouter<App> {
    handlers.route_layer(from_fn_with_state((app.clone(), limit, needs_account), count))
}

/// A try that counts as a failure until it has succeeded: so not even tries at the same moment are more than the limit.
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
    /// Counts a request of this subject; `RATE_LIMIT_EXCEEDED` with the exact time to retry when its window is full.
    ///
    /// # Errors
    /// When it is, or the table cannot be asked.
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

    /// Counts a try under a limit on failures.
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

    /// The try has succeeded, so it does not count. If the table cannot be told, it counts until its window ends.
    pub async fn succeeded(&self, Try(counted): Try) {
        let Some((rule, subject, window)) = counted else { return };
        if let Err(error) = self.store.rate_limits().undo_hit(rule, &subject, window).await {
            tracing::warn!(rule = rule.name, %error, "A success stays counted as a failure");
        }
    }

    /// Counts a request and does something else meanwhile: reads that the request needs next, and that may be wasted on one
    /// that is refused. A refusal by the limit comes first, whatever the other outcome is.
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

    /// Counts a request of a user whose account must still exist, which the access token alone does not say: it is good for
    /// minutes after the account was deleted. The account is read together with the count.
    ///
    /// # Errors
    /// As [`count`](Self::count), and `UNAUTHORIZED` when the account was deleted.
    pub async fn count_with_account(&self, limit: RateLimit, caller: Caller) -> ApiResult<()> {
        let subject = caller.user_id.to_string();
        let user = self.count_during(limit, &subject, self.store.accounts().get(caller.user_id)).await??;
        if user.is_some() { Ok(()) } else { Err(ErrorCode::Unauthorized.into()) }
    }

    /// Counts a question that is about to be asked, where a day's questions are capped. Without a cap it costs nothing. The cap is on
    /// what the model costs, so it holds also where requests are not limited.
    ///
    /// # Errors
    /// `RATE_LIMIT_EXCEEDED` when the user has had a day's questions.
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
