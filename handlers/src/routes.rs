//! The routes, by domain: one Lambda function each, all of them together on a developer's machine.
//!
//! A handler's `#[utoipa::path]` says where it is found and what it takes and answers; beside it here stands who may call it, how
//! often, and which errors only it knows of. All of that is in the document too.

use axum::Router;
use axum::middleware::from_fn;
use utoipa_axum::routes;

use crate::error::ErrorCode as Code;
use crate::http::{bill, layers};
use crate::rates::RateLimit;
use crate::state::App;
use crate::{ai, auth, document, health, messages, sessions, threads, users};

pub(crate) mod route;

use route::Route;

/// A part of the API that is deployed as one function.
///
/// Each is a constant with its routes behind a function: a program that names one of them links nothing of the others.
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
    /// One's own account.
    pub const USERS: Self =
        Self { title: "Profile", about: "One's own account: what it says, its password, and its end.", routes: users };
    /// Sessions and their code.
    pub const SESSIONS: Self =
        Self { title: "Sessions", about: "Files under review, and their code.", routes: sessions };
    /// Threads.
    pub const THREADS: Self =
        Self { title: "Threads", about: "Conversations on some lines, or on the whole file.", routes: threads };
    /// Questions and answers.
    pub const MESSAGES: Self = Self { title: "Messages", about: "Questions, notes and answers.", routes: messages };
    /// Questions about code that is not stored.
    pub const AI: Self = Self { title: "Analysis", about: "Questions about code that is not kept.", routes: ai };
    /// The service itself: whether it is well, and what it offers.
    pub const SERVICE: Self = Self { title: "Service", about: "The service itself.", routes: service };
    /// All of them.
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
    ]
}

fn users() -> Vec<Route> {
    vec![
        Route::protected(routes!(users::read)),
        // Counted by their handlers, once the form is good.
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
        // Whatever is wrong, it says that the table does not answer.
        Route::open(routes!(health::check)).never(&[Code::InternalError]),
        // It asks nothing of the table.
        Route::open(routes!(document::serve)).never(&[Code::DatabaseError, Code::InternalError]),
    ]
}

/// Routes under one heading of the document.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) routes: Vec<Route>,
}

/// Every route there is, as the document groups them.
pub(crate) fn groups() -> Vec<Group> {
    Domain::ALL.map(|Domain { title, about, routes }| Group { name: title, about, routes: routes() }).into()
}

/// The router of some domains, with everything that answers have in common around it.
pub fn router(app: &App, domains: &[Domain]) -> Router {
    router_with(app, domains, Router::new())
}

/// The same with routes of the caller's own among them, which are no part of the API.
pub fn router_with(app: &App, domains: &[Domain], more: Router<App>) -> Router {
    let routes = domains.iter().flat_map(|domain| (domain.routes)());
    let routes = routes.fold(more, |routes, route| route.onto(routes, app));
    layers::around(routes.layer(from_fn(bill::count)).with_state(app.clone()), &app.cors, app.follower())
}
