//! The routes, by domain: one Lambda function each, all of them together on a developer's machine.
//!
//! A handler's `#[utoipa::path]` says where it is found and what it takes and answers; beside it here stands who may call it, how
//! often, and which errors only it knows of. All of that is in the document too.

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::get;
use utoipa_axum::routes;

use crate::error::ErrorCode as Code;
use crate::http::trace::Follower;
use crate::http::{bill, layers};
use crate::limits::RateLimit;
use crate::state::App;
use crate::{ai, auth, health, messages, openapi, sessions, threads, users};

pub(crate) mod route;

use route::Route;

/// A part of the API that is deployed as one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Signing up, in and out.
    Auth,
    /// One's own account.
    Users,
    /// Sessions and their code.
    Sessions,
    /// Threads.
    Threads,
    /// Questions and answers.
    Messages,
    /// Questions about code that is not stored.
    Ai,
}

impl Domain {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Auth, Self::Users, Self::Sessions, Self::Threads, Self::Messages, Self::Ai];

    fn routes(self) -> Vec<Route> {
        match self {
            Self::Auth => vec![
                // Counted by their handlers, once the form is good.
                Route::open(routes!(auth::routes::signup))
                    .counted(&[RateLimit::SIGN_UP])
                    .fails(&[Code::WeakPassword, Code::UserAlreadyExists]),
                Route::open(routes!(auth::routes::login))
                    .counted(&[RateLimit::LOGIN, RateLimit::LOGIN_ACCOUNT, RateLimit::LOGIN_DEVICE])
                    .fails(&[Code::InvalidCredentials]),
                // Counted by its handler: only the refresh token says whose request it is, if it is good.
                Route::open(routes!(auth::routes::refresh))
                    .counted(&[RateLimit::REFRESH, RateLimit::REFRESH_REFUSED])
                    .fails(&[Code::RefreshTokenInvalid]),
                Route::open(routes!(auth::routes::logout)).limited(RateLimit::LOGOUT),
            ],
            Self::Users => vec![
                Route::protected(routes!(users::read)),
                // Counted by their handlers, once the form is good.
                Route::protected(routes!(users::update))
                    .counted(&[RateLimit::PROFILE])
                    .fails(&[Code::UserAlreadyExists]),
                Route::protected(routes!(users::password)).counted(&[RateLimit::ACCOUNT]).fails(&[Code::WeakPassword]),
                Route::protected(routes!(users::delete)).counted(&[RateLimit::ACCOUNT]),
                Route::protected(routes!(users::usage)),
                Route::protected(routes!(users::devices)),
                Route::protected(routes!(users::end_device)),
            ],
            Self::Sessions => vec![
                Route::protected(routes!(sessions::list)),
                Route::protected(routes!(sessions::create)).limited(RateLimit::SESSION_CREATE).fails(&[
                    Code::InvalidLanguage,
                    Code::FileTooLarge,
                    Code::SessionLimitExceeded,
                    // Deleted since an earlier request with the same client id.
                    Code::SessionNotFound,
                ]),
                Route::protected(routes!(sessions::read)),
                // Counted by its handler, while the head is read.
                Route::protected(routes!(sessions::save)).counted(&[RateLimit::SESSION_SAVE]).fails(&[
                    Code::InvalidLanguage,
                    Code::FileTooLarge,
                    Code::VersionConflict,
                ]),
                Route::protected(routes!(sessions::rename)).fails(&[Code::InvalidLanguage]),
                Route::protected(routes!(sessions::delete)),
            ],
            Self::Threads => vec![
                Route::protected(routes!(threads::list)),
                Route::protected(routes!(threads::create)).fails(&[Code::ThreadLimitExceeded, Code::ThreadNotFound]),
                Route::protected(routes!(threads::read)),
                Route::protected(routes!(threads::anchor)),
                Route::protected(routes!(threads::delete)),
            ],
            Self::Messages => messages(),
            Self::Ai => vec![
                Route::protected(routes!(ai::analyze))
                    .limited(RateLimit::ANALYSIS)
                    .of_an_account()
                    .fails(&[Code::InvalidLanguage, Code::FileTooLarge])
                    .fails(&ASKING),
            ],
        }
    }

    const fn group(self) -> (&'static str, &'static str) {
        match self {
            Self::Auth => ("Accounts", "Signing up, in and out."),
            Self::Users => ("Profile", "One's own account: what it says, its password, and its end."),
            Self::Sessions => ("Sessions", "Files under review, and their code."),
            Self::Threads => ("Threads", "Conversations on some lines, or on the whole file."),
            Self::Messages => ("Messages", "Questions, notes and answers."),
            Self::Ai => ("Analysis", "Questions about code that is not kept."),
        }
    }
}

/// What can go wrong wherever the model is asked.
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
        // Counted by its handler: a message that is stored already is not.
        Route::protected(routes!(messages::post))
            .counted(&[RateLimit::QUESTION])
            .fails(&[Code::MessageLimitExceeded, Code::MessageNotFound, Code::RequestInProgress, Code::VersionConflict])
            .fails(&ASKING),
        // Counted by its handler, while what is asked again is read.
        Route::protected(routes!(messages::retry))
            .counted(&[RateLimit::QUESTION])
            .fails(&[Code::RequestInProgress])
            .fails(&ASKING)
            .never(&[Code::MessageTooLong]),
        Route::protected(routes!(messages::cancel)),
        // Counted by its handler, while answer and code are read.
        Route::protected(routes!(messages::apply))
            .counted(&[RateLimit::SESSION_SAVE])
            .fails(&[Code::VersionConflict, Code::PatchConflict]),
    ]
}

fn health() -> Route {
    // Whatever is wrong, it says that the table does not answer.
    Route::open(routes!(health::check)).never(&[Code::InternalError])
}

/// Routes under one heading of the document.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) routes: Vec<Route>,
}

/// Every route there is, as the document groups them.
pub(crate) fn groups() -> Vec<Group> {
    let domains = Domain::ALL.map(|domain| {
        let (name, about) = domain.group();
        Group { name, about, routes: domain.routes() }
    });
    let service = Group { name: "Service", about: "The service itself.", routes: vec![health()] };
    domains.into_iter().chain([service]).collect()
}

/// The router of some domains, with everything that answers have in common around it.
pub fn router(app: &App, domains: &[Domain]) -> Router {
    router_with(app, domains, Router::new())
}

/// The same with routes of the caller's own among them, which are no part of the API.
pub fn router_with(app: &App, domains: &[Domain], more: Router<App>) -> Router {
    let own = more.route("/openapi.json", get(openapi::serve));
    let domains = domains.iter().flat_map(|domain| domain.routes());
    let routes = domains.chain([health()]).fold(own, |routes, route| route.onto(routes, app));
    let follower = Follower::of(app);
    layers::around(routes.layer(from_fn(bill::count)).with_state(app.clone()), &app.cors, follower)
}
