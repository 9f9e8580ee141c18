//! What each function asks of the table while the tests run. `cargo xtask used` compares it with the documents.
//!
//! With `CODESENSEI_TEST_USED` set to a file, each program of the product gets a store of its own, which tells that file what it reaches.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use handlers::lambda::Program;
use handlers::{App, Domain, router};
use model::{Reached, Store};
use tower::ServiceExt as _;

const VARIABLE: &str = "CODESENSEI_TEST_USED";

static FILE: LazyLock<Option<String>> = LazyLock::new(|| std::env::var(VARIABLE).ok());

/// The store of a program: as it is, unless what it reaches is noted.
#[must_use]
pub fn by(program: &'static str, store: &Store) -> Store {
    if FILE.is_none() {
        return store.clone();
    }
    store.observed(move |reached| {
        note(match reached {
            // The health check's is no pattern of the documents.
            Reached::Pattern("ping") => return,
            Reached::Pattern(id) => format!("{program} asks {id}"),
            Reached::Action { action, index, partition } => {
                let kind = partition.split('#').next().unwrap_or_default();
                format!("{program} does {action} on {} in {kind}#", index.as_deref().unwrap_or("table"))
            }
        });
    })
}

/// A line is written once in a process.
fn note(line: String) {
    static NOTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(path) = FILE.as_deref().filter(|_| !noted.contains(&line)) else { return };
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes())).expect("the file of CODESENSEI_TEST_USED");
    noted.insert(line);
}

/// All routes. If what is reached is noted, each goes to its own program.
pub fn routes(app: &App) -> Router {
    if FILE.is_none() {
        return router(app, &Domain::ALL);
    }
    let programs = Program::ALL.map(|program| {
        let own = App { store: by(program.name, &app.store), ..app.clone() };
        (program.routes(), program.router(&own))
    });
    let programs = std::sync::Arc::new(programs);
    Router::new().fallback_service(tower::service_fn(move |request: Request<Body>| {
        let programs = std::sync::Arc::clone(&programs);
        async move {
            let is_its = |(routes, _): &&(Vec<(String, String)>, Router)| {
                routes.iter().any(|(_, path)| leads_to(path, request.uri().path()))
            };
            let (_, router) = programs.iter().find(is_its).unwrap_or(&programs[0]);
            Ok::<_, Infallible>(router.clone().oneshot(request).await.unwrap_or_else(|never| match never {}))
        }
    }))
}

/// Whether a path is one of this route: `/threads/{thread_id}` of `/threads/1`.
fn leads_to(route: &str, path: &str) -> bool {
    let (mut route, mut path) = (route.split('/'), path.split('/'));
    loop {
        match (route.next(), path.next()) {
            (None, None) => return true,
            (Some(own), Some(asked)) if own == asked || own.starts_with('{') => {}
            _ => return false,
        }
    }
}
