//! One route: its handler, its access, its rate limits and its errors.

use axum::Router;
use axum::routing::MethodRouter;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::{RefOr, Schema};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::error::ErrorCode;
use crate::http::rate::limited;
use crate::rates::RateLimit;
use crate::state::App;

/// The token that a route requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// No token.
    Anyone,
    /// The access token of a signed-in user.
    AccessToken,
}

/// A handler with its path and its description.
pub(crate) struct Route {
    pub(crate) path: String,
    /// The description of `#[utoipa::path]`, with one operation.
    pub(crate) item: PathItem,
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
    pub(crate) access: Access,
    /// The limits that count its requests.
    pub(crate) limits: Vec<RateLimit>,
    /// The limit that is counted before the handler runs. The handler counts the others.
    first: Option<RateLimit>,
    /// Whether the caller's account is read before the handler runs.
    pub(crate) needs_account: bool,
    /// Errors of the handler. The others are derived, see `openapi/errors.rs`.
    pub(crate) fails: Vec<ErrorCode>,
    /// Derived errors that do not occur on this route.
    pub(crate) never: &'static [ErrorCode],
    handler: MethodRouter<App>,
}

impl Route {
    /// A route for signed-in users.
    pub(super) fn protected(handler: UtoipaMethodRouter<App>) -> Self {
        Self::new(Access::AccessToken, handler)
    }

    /// A route without authentication.
    pub(super) fn open(handler: UtoipaMethodRouter<App>) -> Self {
        Self::new(Access::Anyone, handler)
    }

    fn new(access: Access, (schemas, paths, handler): UtoipaMethodRouter<App>) -> Self {
        let (path, item) = paths.paths.into_iter().next().expect("a handler has a path");
        Self {
            path,
            item,
            schemas,
            access,
            limits: Vec::new(),
            first: None,
            needs_account: false,
            fails: Vec::new(),
            never: &[],
            handler,
        }
    }

    /// Counts requests before the handler runs.
    pub(super) fn limited(self, limit: RateLimit) -> Self {
        Self { first: Some(limit), ..self.counted(&[limit]) }
    }

    /// Declares the limits that the handler counts.
    pub(super) fn counted(mut self, limits: &[RateLimit]) -> Self {
        self.limits.extend(limits);
        self
    }

    /// Checks that the caller's account exists while the request is counted: for limited routes that ask the model.
    pub(super) fn of_an_account(self) -> Self {
        Self { needs_account: true, ..self }
    }

    /// Declares errors of the handler.
    pub(super) fn fails(mut self, fails: &[ErrorCode]) -> Self {
        self.fails.extend(fails);
        self
    }

    /// Declares derived errors that do not occur on this route.
    pub(super) fn never(self, never: &'static [ErrorCode]) -> Self {
        Self { never, ..self }
    }

    /// The method, in upper case.
    pub(crate) fn method(&self) -> String {
        let item = serde_json::json!(self.item);
        let method = item.as_object().and_then(|item| item.keys().next());
        method.map(|method| method.to_ascii_uppercase()).unwrap_or_default()
    }

    /// Adds the route to a router.
    pub(super) fn onto(self, routes: Router<App>, app: &App) -> Router<App> {
        let handler = match self.first {
            Some(limit) => limited(app, limit, self.needs_account, self.handler),
            None => self.handler,
        };
        routes.route(&self.path, handler)
    }
}
