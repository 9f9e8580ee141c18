//! Records what each function and each route asks of the table while the tests run. `cargo xtask used` compares the record
//! with the documents.
//!
//! If `CODESENSEI_TEST_USED` names a file, each route gets its own store, which writes to that file what it reaches.

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
    recording(program, None, store)
}

/// The store of a program, or of one route of it, which records what it reaches.
fn recording(program: &'static str, route: Option<String>, store: &Store) -> Store {
    if FILE.is_none() {
        return store.clone();
    }
    store.observed(move |reached| match reached {
        // The health check's is no pattern of the documents.
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

/// A line is written once in a process.
fn note(line: String) {
    static NOTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(path) = FILE.as_deref().filter(|_| !noted.contains(&line)) else { return };
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes())).expect("the file of CODESENSEI_TEST_USED");
    noted.insert(line);
}

/// One route of a program, with the program's router on a store of the route's own.
struct Recorded {
    method: String,
    path: String,
    router: Router,
}

/// All routes. If what is reached is noted, each route has a store of its own.
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
            // Another method of a path is answered by the program that has the path.
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
