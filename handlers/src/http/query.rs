//! Query parameters of lists: limit, cursor and order.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use model::{Order, PageRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{Object, Required};

use crate::error::{ApiError, ApiResult, Wrong};
use crate::fields;

/// Maximum characters of a cursor. Valid ones are much shorter.
const MAX_CURSOR: usize = 4_096;

/// Extractor: `?limit=` from 1 to `MAX`, which is the default; `?cursor=` of an earlier page; and on `ORDERED` lists
/// `?order=asc` or `desc`. Ignores other parameters, and refuses repeated ones.
#[derive(Clone, PartialEq, Eq)]
pub struct Paging<const MAX: u32, const ORDERED: bool = false> {
    /// Maximum items of the page.
    pub limit: u32,
    /// The start of the page. Only the store can read it.
    pub cursor: Option<String>,
    /// The order.
    pub order: Order,
}

impl<const MAX: u32, const ORDERED: bool> Paging<MAX, ORDERED> {
    /// The request to the store.
    #[must_use]
    pub fn request(&self) -> PageRequest<'_> {
        PageRequest { limit: Some(self.limit), cursor: self.cursor.as_deref() }
    }
}

impl<const MAX: u32, const ORDERED: bool> std::fmt::Debug for Paging<MAX, ORDERED> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Paging").field("limit", &self.limit).field("order", &self.order).finish_non_exhaustive()
    }
}

impl<const MAX: u32, const ORDERED: bool> IntoParams for Paging<MAX, ORDERED> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let ways = ORDERED.then(|| ("order", order_schema()));
        let page = [("limit", limit_schema(MAX)), ("cursor", cursor_schema())];
        page.into_iter().chain(ways).map(|(name, schema)| optional(name, schema)).collect()
    }
}

fn limit_schema(max: u32) -> Object {
    let limit = fields::number(1, max).maximum(Some(max)).default(Some(max.into()));
    limit.description(Some("Maximum items on the page.")).build()
}

fn cursor_schema() -> Object {
    fields::text("AWmdV0…").description(Some("The start of the page: the `cursor` of the page before.")).build()
}

fn order_schema() -> Object {
    let order = fields::one_of(["asc", "desc"]).default(Some("asc".into()));
    order.description(Some("Oldest first, or newest first.")).build()
}

/// An optional query parameter.
pub(crate) fn optional(name: &str, schema: Object) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::False);
    parameter.description(schema.description.clone()).schema(Some(schema)).build()
}

/// The parameters of a query. Refuses repeated parameters.
pub(crate) fn values<T: DeserializeOwned>(parts: &Parts) -> Result<T, ApiError> {
    let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
    Ok(query.map_err(|_| ApiError::invalid("query", "The query is not valid."))?.0)
}

#[derive(Deserialize)]
struct Raw {
    limit: Option<String>,
    cursor: Option<String>,
    order: Option<String>,
}

impl<S, const MAX: u32, const ORDERED: bool> FromRequestParts<S> for Paging<MAX, ORDERED>
where
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let raw = values::<Raw>(parts)?;
        let mut wrong = Wrong::default();
        let limit = wrong.take(limit::<MAX>(raw.limit.as_deref()));
        let order = wrong.take(order::<ORDERED>(raw.order.as_deref()));
        if raw.cursor.as_ref().is_some_and(|cursor| cursor.is_empty() || cursor.len() > MAX_CURSOR) {
            wrong.note(ApiError::invalid("cursor", "This cursor is not valid."));
        }
        wrong.or(limit.zip(order).map(|(limit, order)| Self { limit, cursor: raw.cursor, order }))
    }
}

fn limit<const MAX: u32>(text: Option<&str>) -> ApiResult<u32> {
    let Some(text) = text else { return Ok(MAX) };
    let limit = text.parse().ok().filter(|limit| (1..=MAX).contains(limit));
    limit.ok_or_else(|| ApiError::invalid("limit", format!("The limit is a number from 1 to {MAX}.")))
}

fn order<const ORDERED: bool>(text: Option<&str>) -> ApiResult<Order> {
    match text {
        None => Ok(Order::default()),
        Some("asc") if ORDERED => Ok(Order::Ascending),
        Some("desc") if ORDERED => Ok(Order::Descending),
        Some(_) if ORDERED => Err(ApiError::invalid("order", "The order is asc or desc.")),
        Some(_) => Err(ApiError::invalid("order", "This list has one order only.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    async fn paging<const ORDERED: bool>(query: &str) -> Result<Paging<50, ORDERED>, ApiError> {
        let request = Request::get(format!("/sessions{query}")).body(()).expect("a request");
        Paging::from_request_parts(&mut request.into_parts().0, &()).await
    }

    #[tokio::test]
    async fn limit_cursor_and_order_are_read() {
        let page = paging::<true>("?limit=7&cursor=a%2Bb&order=desc&x=1").await.expect("a page");
        assert_eq!(page, Paging { limit: 7, cursor: Some("a+b".into()), order: Order::Descending });
        let page = paging::<false>("").await.expect("a page");
        assert_eq!(page, Paging { limit: 50, cursor: None, order: Order::Ascending });
        assert!(!format!("{:?}", paging::<false>("?cursor=secret").await).contains("secret"));
    }

    #[tokio::test]
    async fn invalid_parameters_are_refused_by_their_field() {
        for (query, field) in [
            ("?limit=0", "limit"),
            ("?limit=51", "limit"),
            ("?limit=-1", "limit"),
            ("?limit=", "limit"),
            ("?limit=9999999999999", "limit"),
            ("?cursor=", "cursor"),
            ("?order=up", "order"),
            ("?limit=1&limit=2", "query"),
            ("?cursor=a&cursor=b", "query"),
        ] {
            let error = paging::<true>(query).await.expect_err(query);
            assert_eq!(error.field(), Some(field), "{query}");
        }
        let error = paging::<true>("?limit=0&order=up&cursor=").await.expect_err("three mistakes");
        assert!(error.fields().eq(["limit", "order", "cursor"]), "{error:?}");
        assert_eq!(paging::<false>("?order=desc").await.expect_err("unordered").field(), Some("order"));
    }
}
