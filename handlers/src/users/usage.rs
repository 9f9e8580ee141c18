//! `GET /users/me/usage`: the questions to the model and their cost, by day.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use model::limits::USAGE_DAYS;
use model::{Clock, DailyUsage, Date, PageRequest};
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::auth::caller::Caller;
use crate::error::{ApiError, ApiResult, Wrong};
use crate::fields;
use crate::http::query::{optional, values};
use crate::state::{App, Ctx};

/// Extractor: `?from=` and `?to=`, UTC days, inclusive. `to` is today by default, `from` is the first of the
/// [`USAGE_DAYS`] days that end with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    from: Date,
    to: Date,
}

/// The days with usage, oldest first, and their sum.
#[derive(Serialize, ToSchema)]
#[schema(as = Usage)]
pub struct UsageView {
    from: fields::Day,
    to: fields::Day,
    days: Vec<DayView>,
    total: AmountView,
}

/// One day.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageOfDay)]
struct DayView {
    date: fields::Day,
    amount: AmountView,
}

/// Answers, tokens and cost.
#[derive(Serialize, ToSchema)]
#[schema(as = UsageAmount)]
struct AmountView {
    requests: fields::Requests,
    input_tokens: fields::InputTokens,
    cache_read_tokens: fields::CacheReadTokens,
    cache_write_tokens: fields::CacheWriteTokens,
    output_tokens: fields::OutputTokens,
    cost_micros: fields::CostMicros,
}

/// Returns the usage.
#[utoipa::path(
    get,
    path = "/users/me/usage",
    summary = "My usage of the model by day",
    description = format!(
        "At most {USAGE_DAYS} days; without `from` and `to` the last {USAGE_DAYS}. Days without a question are left out."
    ),
    params(Period),
    responses((status = 200, description = "The days with usage, oldest first, and their sum.", body = UsageView)),
)]
pub async fn usage(ctx: Ctx, caller: Caller, period: Period) -> ApiResult<Json<UsageView>> {
    let days = ctx.store.usage().list(caller.user_id, period.from, period.to, PageRequest::default());
    let (account, days) = futures::join!(caller.account(&ctx), days);
    account?;
    Ok(Json(UsageView::of(period, &days?.items)))
}

impl UsageView {
    fn of(period: Period, days: &[DailyUsage]) -> Self {
        let total = days.iter().map(Amount::from).fold(Amount::default(), Amount::plus);
        let day = |day: &DailyUsage| DayView { date: day.date.into(), amount: Amount::from(day).into() };
        let days = days.iter().map(day).collect();
        Self { from: period.from.into(), to: period.to.into(), days, total: total.into() }
    }
}

/// The numbers of an [`AmountView`].
#[derive(Clone, Copy, Default)]
struct Amount {
    requests: u32,
    input_tokens: i64,
    cache_read_tokens: i64,
    cache_write_tokens: i64,
    output_tokens: i64,
    cost_micros: i64,
}

impl Amount {
    fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            cache_read_tokens: self.cache_read_tokens.saturating_add(other.cache_read_tokens),
            cache_write_tokens: self.cache_write_tokens.saturating_add(other.cache_write_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cost_micros: self.cost_micros.saturating_add(other.cost_micros),
        }
    }
}

impl From<&DailyUsage> for Amount {
    fn from(day: &DailyUsage) -> Self {
        Self {
            requests: day.requests,
            input_tokens: day.input_tokens,
            cache_read_tokens: day.cache_read_tokens,
            cache_write_tokens: day.cache_write_tokens,
            output_tokens: day.output_tokens,
            cost_micros: day.cost_micros,
        }
    }
}

impl From<Amount> for AmountView {
    fn from(amount: Amount) -> Self {
        Self {
            requests: amount.requests.into(),
            input_tokens: amount.input_tokens.into(),
            cache_read_tokens: amount.cache_read_tokens.into(),
            cache_write_tokens: amount.cache_write_tokens.into(),
            output_tokens: amount.output_tokens.into(),
            cost_micros: amount.cost_micros.into(),
        }
    }
}

#[derive(Deserialize)]
struct Raw {
    from: Option<String>,
    to: Option<String>,
}

impl FromRequestParts<App> for Period {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Self::read(values(parts)?, app.store.clock())
    }
}

impl Period {
    fn read(Raw { from, to }: Raw, clock: &Clock) -> ApiResult<Self> {
        let mut wrong = Wrong::default();
        let today = clock.now().date();
        let to = to.map_or(Some(today), |text| wrong.take(day("to", &text)));
        let from = from.map_or(to.map(|to| to.days_before(USAGE_DAYS - 1)), |text| wrong.take(day("from", &text)));
        if let (Some(from), Some(to)) = (from, to) {
            if from > to {
                wrong.note(ApiError::invalid("from", "The first day comes after the last."));
            } else if from < to.days_before(USAGE_DAYS - 1) {
                wrong.note(ApiError::invalid("from", format!("Ask for at most {USAGE_DAYS} days.")));
            }
        }
        wrong.or(from.zip(to).map(|(from, to)| Self { from, to }))
    }
}

fn day(field: &'static str, text: &str) -> ApiResult<Date> {
    text.parse().map_err(|_| ApiError::invalid(field, "This is not a valid day. Write it like 2026-11-23."))
}

impl IntoParams for Period {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let day = |about: &str| fields::date().description(Some(about)).build();
        let first = format!("The first UTC day; {} days before `to` by default.", USAGE_DAYS - 1);
        vec![optional("from", day(&first)), optional("to", day("The last UTC day, inclusive; today by default."))]
    }
}
