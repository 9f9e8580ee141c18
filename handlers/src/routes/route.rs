//! One route: its handler with what that says of itself, who may call it, how often, and how it can fail.

use axum::Router;
use axum::routing::MethodRouter;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::{RefOr, Schema};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::error::ErrorCode;
use crate::http::rate::limited;
use crate::rates::RateLimit;
use crate::state::App;

/// Which token a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// None.
    Anyone,
    /// That of somebody signed in.
    AccessToken,
}

/// A handler where it is found, and all that is known of it without calling it.
pub(crate) struct Route {
    pub(crate) path: String,
    /// As its `#[utoipa::path]` describes it, with one operation.
    pub(crate) item: PathItem,
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
    pub(crate) access: Access,
    /// By which its requests are counted.
    pub(crate) limits: Vec<RateLimit>,
    /// The one that is counted before anything else is done; the handler counts by the others.
    first: Option<RateLimit>,
    /// Whether the caller's account is read before the handler runs.
    pub(crate) needs_account: bool,
    /// What only its handler knows. The other errors follow from the rest, see `openapi/errors.rs`.
    pub(crate) fails: Vec<ErrorCode>,
    /// What would follow, but cannot happen here.
    pub(crate) never: &'static [ErrorCode],
    handler: MethodRouter<App>,
}

impl Route {
    /// For those who are signed in.
    pub(super) fn protected(handler: UtoipaMethodRouter<App>) -> Self {
        Self::new(Access::AccessToken, handler)
    }

    /// For everybody.
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

    /// Counts requests before anything else is done.
    pub(super) fn limited(self, limit: RateLimit) -> Self {
        Self { first: Some(limit), ..self.counted(&[limit]) }
    }

    /// Says by which limits its handler counts.
    pub(super) fn counted(mut self, limits: &[RateLimit]) -> Self {
        self.limits.extend(limits);
        self
    }

    /// Checks, while a request is counted, that the caller's account exists: for limited routes that ask the paid model.
    pub(super) fn of_an_account(self) -> Self {
        Self { needs_account: true, ..self }
    }

    /// Declares the errors that only the handler knows of.
    pub(super) fn fails(mut self, fails: &[ErrorCode]) -> Self {
        self.fails.extend(fails);
        self
    }

    /// Declares that these errors, which follow from what a route is, do not happen on this one.
    pub(super) fn never(self, never: &'static [ErrorCode]) -> Self {
        Self { never, ..self }
    }

    /// Its method, in upper case.
    pub(crate) fn method(&self) -> String {
        let item = serde_json::json!(self.item);
        let method = item.as_object().and_then(|item| item.keys().next());
        method.map(|method| method.to_ascii_uppercase()).unwrap_or_default()
    }

    /// Puts it among others.
    pub(super) fn onto(self, routes: Router<App>, app: &App) -> Router<App> {
        let handler = match self.first {
            Some(limit) => limited(app, limit, self.needs_account, self.handler),
            None => self.handler,
        };
        routes.route(&self.path, handler)
    }
}
