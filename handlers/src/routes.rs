//! The routes of each domain. A domain is one Lambda function; a developer's machine serves all domains.
//!
//! A handler's `#[utoipa::path]` declares its path, parameters and responses. This table adds the access, the rate
//! limits and the errors of the handler. The API's document contains all of it.

use axum::Router;
use axum::middleware::from_fn;
use utoipa_axum::routes;

use crate::error::ErrorCode as Code;
use crate::http::{layers, request_cost};
use crate::rates::RateLimit;
use crate::state::App;
use crate::{ai, auth, document, health, messages, sessions, threads, users};

pub(crate) mod route;

use route::Route;

/// A part of the API that is deployed as one function.
///
/// A constant, with its routes behind a function: a program that uses one domain does not link the others.
#[derive(Clone, Copy, Debug)]
pub struct Domain {
    /// The heading in the document.
    title: &'static str,
    about: &'static str,
    routes: fn() -> Vec<Route>,
}

impl Domain {
    /// Signing up, in and out.
    pub const AUTH: Self = Self { title: "Accounts", about: "Signing up, in and out.", routes: auth };
    /// The user's own account.
    pub const USERS: Self = Self {
        title: "Profile",
        about: "The user's own account: profile, password, devices, usage and deletion.",
        routes: users,
    };
    /// Sessions and their code.
    pub const SESSIONS: Self =
        Self { title: "Sessions", about: "Files under review, and their code.", routes: sessions };
    /// Threads.
    pub const THREADS: Self =
        Self { title: "Threads", about: "Conversations on some lines, or on the whole file.", routes: threads };
    /// Questions and answers.
    pub const MESSAGES: Self = Self { title: "Messages", about: "Questions, notes and answers.", routes: messages };
    /// Questions about code that is not stored.
    pub const AI: Self = Self { title: "Analysis", about: "Questions about code that is not stored.", routes: ai };
    /// The service itself: its health and its document.
    pub const SERVICE: Self = Self { title: "Service", about: "The service itself.", routes: service };
    /// All domains.
    pub const ALL: [Self; 7] =
        [Self::AUTH, Self::USERS, Self::SESSIONS, Self::THREADS, Self::MESSAGES, Self::AI, Self::SERVICE];
}

impl Domain {
    /// The method of each of its routes, in upper case, and the path.
    pub(crate) fn named(&self) -> Vec<(String, String)> {
        let name = |route: Route| (route.method(), route.path);
        (self.routes)().into_iter().map(name).collect()
    }
}

fn auth() -> Vec<Route> {
    vec![
        // Their handlers count them after the form was checked.
        Route::open(routes!(auth::routes::signup))
            .counted(&[RateLimit::SIGN_UP])
            .fails(&[Code::WeakPassword, Code::UserAlreadyExists]),
        Route::open(routes!(auth::routes::login))
            .counted(&[RateLimit::LOGIN, RateLimit::LOGIN_ACCOUNT, RateLimit::LOGIN_DEVICE])
            .fails(&[Code::InvalidCredentials]),
        // Its handler counts it: only a valid refresh token identifies the sign-in.
        Route::open(routes!(auth::routes::refresh))
            .counted(&[RateLimit::REFRESH, RateLimit::REFRESH_REFUSED])
            .fails(&[Code::RefreshTokenInvalid]),
        Route::open(routes!(auth::routes::logout)).limited(RateLimit::LOGOUT),
    ]
}

fn users() -> Vec<Route> {
    vec![
        Route::protected(routes!(users::read)),
        // Their handlers count them after the form was checked.
        Route::protected(routes!(users::update)).counted(&[RateLimit::PROFILE]).fails(&[Code::UserAlreadyExists]),
        Route::protected(routes!(users::password)).counted(&[RateLimit::ACCOUNT]).fails(&[Code::WeakPassword]),
        Route::protected(routes!(users::delete)).counted(&[RateLimit::ACCOUNT]),
        Route::protected(routes!(users::usage)),
        Route::protected(routes!(users::devices)),
        Route::protected(routes!(users::end_device)),
    ]
}

fn sessions() -> Vec<Route> {
    vec![
        Route::protected(routes!(sessions::list)),
        Route::protected(routes!(sessions::create)).limited(RateLimit::SESSION_CREATE).fails(&[
            Code::InvalidLanguage,
            Code::FileTooLarge,
            Code::SessionLimitExceeded,
            // The session of an earlier request with the same client id was deleted.
            Code::SessionNotFound,
        ]),
        Route::protected(routes!(sessions::read)),
        // Its handler counts it while it reads the head.
        Route::protected(routes!(sessions::save)).counted(&[RateLimit::SESSION_SAVE]).fails(&[
            Code::InvalidLanguage,
            Code::FileTooLarge,
            Code::VersionConflict,
        ]),
        Route::protected(routes!(sessions::rename)).fails(&[Code::InvalidLanguage]),
        Route::protected(routes!(sessions::delete)),
    ]
}

fn threads() -> Vec<Route> {
    vec![
        Route::protected(routes!(threads::list)),
        Route::protected(routes!(threads::create)).fails(&[Code::ThreadLimitExceeded, Code::ThreadNotFound]),
        Route::protected(routes!(threads::read)),
        Route::protected(routes!(threads::anchor)),
        Route::protected(routes!(threads::delete)),
    ]
}

/// The errors of every route that asks the model.
const ASKING: [Code; 6] = [
    Code::MessageTooLong,
    Code::TokenLimitExceeded,
    Code::AiTimeout,
    Code::AiMalformedResponse,
    Code::BedrockUnavailable,
    Code::NetworkError,
];

fn messages() -> Vec<Route> {
    vec![
        Route::protected(routes!(messages::list)),
        Route::protected(routes!(messages::read)),
        // Its handler counts it: repeated messages are not counted.
        Route::protected(routes!(messages::post))
            .counted(&[RateLimit::QUESTION])
            .fails(&[Code::MessageLimitExceeded, Code::MessageNotFound, Code::RequestInProgress, Code::VersionConflict])
            .fails(&ASKING),
        // Its handler counts it while it reads the question.
        Route::protected(routes!(messages::retry))
            .counted(&[RateLimit::QUESTION])
            .fails(&[Code::RequestInProgress])
            .fails(&ASKING)
            .never(&[Code::MessageTooLong]),
        Route::protected(routes!(messages::cancel)),
        // Its handler counts it while it reads answer and code.
        Route::protected(routes!(messages::apply))
            .counted(&[RateLimit::SESSION_SAVE])
            .fails(&[Code::VersionConflict, Code::PatchConflict]),
    ]
}

fn ai() -> Vec<Route> {
    vec![
        Route::protected(routes!(ai::analyze))
            .limited(RateLimit::ANALYSIS)
            .of_an_account()
            .fails(&[Code::InvalidLanguage, Code::FileTooLarge])
            .fails(&ASKING),
    ]
}

fn service() -> Vec<Route> {
    vec![
        // Every failure of the table is `DATABASE_ERROR`.
        Route::open(routes!(health::check)).never(&[Code::InternalError]),
        // It does not use the table.
        Route::open(routes!(document::serve)).never(&[Code::DatabaseError, Code::InternalError]),
    ]
}

/// Routes under one heading of the document.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) routes: Vec<Route>,
}

/// All routes, grouped as in the document.
pub(crate) fn groups() -> Vec<Group> {
    Domain::ALL.map(|Domain { title, about, routes }| Group { name: title, about, routes: routes() }).into()
}

/// The router of some domains, with the common layers.
pub fn router(app: &App, domains: &[Domain]) -> Router {
    router_with(app, domains, Router::new())
}

/// The same with additional routes, which are not part of the API.
pub fn router_with(app: &App, domains: &[Domain], more: Router<App>) -> Router {
    let routes = domains.iter().flat_map(|domain| (domain.routes)());
    let routes = routes.fold(more, |routes, route| route.onto(routes, app));
    layers::around(routes.layer(from_fn(request_cost::count)).with_state(app.clone()), &app.cors, app.follower())
}
