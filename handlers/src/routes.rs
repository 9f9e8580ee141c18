//! The routes, by domain: one Lambda function each, all of them together on a developer's machine.

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post, put};

use crate::http::rate::limited;
use crate::http::trace::Follower;
use crate::http::{bill, layers};
use crate::limits::RateLimit;
use crate::state::App;
use crate::{ai, auth, health, messages, sessions, threads};

/// A part of the API that is deployed as one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Signing up, in and out.
    Auth,
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
    pub const ALL: [Self; 5] = [Self::Auth, Self::Sessions, Self::Threads, Self::Messages, Self::Ai];

    fn routes(self, app: &App) -> Router<App> {
        match self {
            Self::Auth => Router::new()
                .route("/auth/signup", limited(app, RateLimit::SIGN_UP, post(auth::routes::signup)))
                .route("/auth/login", limited(app, RateLimit::LOGIN, post(auth::routes::login))),
            Self::Sessions => Router::new()
                .route(
                    "/sessions",
                    get(sessions::list).merge(limited(app, RateLimit::SESSION_CREATE, post(sessions::create))),
                )
                .route(
                    "/sessions/{id}",
                    get(sessions::read).merge(limited(app, RateLimit::SESSION_SAVE, put(sessions::save))),
                ),
            Self::Threads => Router::new()
                .route("/sessions/{id}/threads", get(threads::list).post(threads::create))
                .route("/threads/{thread_id}", get(threads::read)),
            Self::Messages => Router::new().route(
                "/threads/{thread_id}/messages",
                get(messages::list).merge(limited(app, RateLimit::MESSAGE, post(messages::post))),
            ),
            Self::Ai => Router::new().route("/ai/analyze", limited(app, RateLimit::AI, post(ai::analyze))),
        }
    }
}

/// The router of some domains, with everything that answers have in common around it.
pub fn router(app: &App, domains: &[Domain]) -> Router {
    let mut routes = Router::new().route("/health", get(health::check));
    for domain in domains {
        routes = routes.merge(domain.routes(app));
    }
    let follower = Follower::of(app);
    layers::around(routes.layer(from_fn(bill::count)).with_state(app.clone()), &app.cors, follower)
}
