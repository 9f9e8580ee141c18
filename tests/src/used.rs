//! Records the table requests of each function and each route while the tests run. `cargo xtask used` compares the
//! record with the documents.
//!
//! If `CODESENSEI_TEST_USED` names a file, each route gets its own store, which writes its requests to that file.

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

/// The store of a program; it records its requests if the environment asks for it.
#[must_use]
pub fn by(program: &'static str, store: &Store) -> Store {
    recording(program, None, store)
}

/// The store of a program, or of one route of it, which records its requests.
fn recording(program: &'static str, route: Option<String>, store: &Store) -> Store {
    if FILE.is_none() {
        return store.clone();
    }
    store.observed(move |reached| match reached {
        // The request of the health check is not a pattern of the documents.
        Reached::Pattern("ping") => {}
        Reached::Pattern(id) => {
            note(format!("{program} asks {id}"));
            if let Some(route) = &route {
                note(format!("{route} asks {id}"));
            }
        }
        Reached::Action { action, index, partition } => {
            let kind = partition.split('#').next().unwrap_or_default();
            note(format!("{program} does {action} on {} in {kind}#", index.as_deref().unwrap_or("table")));
        }
    })
}

/// A process writes each line once.
fn note(line: String) {
    static NOTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(path) = FILE.as_deref().filter(|_| !noted.contains(&line)) else { return };
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes())).expect("the file of CODESENSEI_TEST_USED");
    noted.insert(line);
}

/// One route of a program: the program's router on a store of the route's own.
struct Recorded {
    method: String,
    path: String,
    router: Router,
}

/// All routes. If requests are recorded, each route has its own store.
pub fn routes(app: &App) -> Router {
    if FILE.is_none() {
        return router(app, &Domain::ALL);
    }
    let recorded: std::sync::Arc<[Recorded]> =
        Program::ALL.iter().flat_map(|program| recorded_routes(program, app)).collect();
    Router::new().fallback_service(tower::service_fn(move |request: Request<Body>| {
        let recorded = std::sync::Arc::clone(&recorded);
        async move {
            let path = request.uri().path();
            let has_path = |route: &&Recorded| leads_to(&route.path, path);
            let has_method = |route: &&Recorded| has_path(route) && route.method == request.method().as_str();
            // The program that has the path answers its other methods.
            let route = recorded.iter().find(has_method).or_else(|| recorded.iter().find(has_path));
            let router = route.unwrap_or(&recorded[0]).router.clone();
            Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {}))
        }
    }))
}

fn recorded_routes(program: &Program, app: &App) -> Vec<Recorded> {
    let recorded = |(method, path): (String, String)| {
        let store = recording(program.name, Some(format!("{method} {path}")), &app.store);
        let router = program.router(&App { store, ..app.clone() });
        Recorded { method, path, router }
    };
    program.routes().into_iter().map(recorded).collect()
}

/// Whether a path matches this route: `/threads/1` matches `/threads/{thread_id}`.
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
