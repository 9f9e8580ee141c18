//! `TestApp`: the whole API on its own table, and the people who use it over HTTP.
//!
//! Requests go through the real router with all its layers, one `oneshot` each. Each answer is checked for the
//! properties of all answers, see [`Response`]. The requests of a person are in [`Person`].

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use bedrock::{Reviewer, ReviewerConfig};
use bedrock_local::LocalBedrock;
use codesensei::local::application_on;
use codesensei::local_keys::LocalKeys;
use handlers::App;
use handlers::auth::password::Hasher;
use handlers::rates::RateLimits;
use model::Store;
use serde_json::{Value, json};

use crate::{CLOSED_URL, TestTable, used};

pub mod contract;
mod person;
mod response;

pub use person::{Person, Session, Thread};
pub use response::{Response, SetCookie};

/// The first client address of the tests, on this machine.
const FIRST_ADDRESS: u32 = u32::from_be_bytes([127, 1, 0, 1]);

/// The lowest cost of bcrypt.
const BCRYPT_COST: u32 = 4;

/// The keys of every application. A signing key for each would take a quarter of the time of all tests over HTTP.
static KEYS: LazyLock<LocalKeys> = LazyLock::new(|| LocalKeys::generate().expect("keys"));

/// The password of every person who signs up in a test.
pub const PASSWORD: &str = "Analytical-1843";

/// The API with its own table, model and clock. The clock changes only when the test moves it.
pub struct TestApp {
    table: TestTable,
    bedrock: LocalBedrock,
    app: App,
    router: Router,
    arrivals: AtomicU32,
}

impl TestApp {
    /// An application on its own table. It enforces no rate limits, because a test sends more requests than they allow.
    pub async fn new() -> Self {
        let (table, bedrock, app) = parts(RateLimits::Off).await;
        Self::of(table, bedrock, app)
    }

    /// An application with all rate limits of a deployment.
    pub async fn with_rate_limits() -> Self {
        let (table, bedrock, app) = parts(RateLimits::Enforced).await;
        Self::of(table, bedrock, app)
    }

    /// Another deployment: its tokens are not signed with the key of the other applications.
    pub async fn with_other_keys() -> Self {
        let keys = LocalKeys::generate().expect("keys");
        let (table, bedrock, app) = parts_with(&keys, RateLimits::Off).await;
        Self::of(table, bedrock, app)
    }

    /// An application whose parts `change` sets before the start. It enforces every rate limit, unless `change` removes
    /// it.
    pub async fn with(change: impl FnOnce(&mut App)) -> Self {
        let (table, bedrock, mut app) = parts(RateLimits::Enforced).await;
        change(&mut app);
        Self::of(table, bedrock, app)
    }

    /// An application with this deadline for the model.
    pub async fn with_deadline(deadline: Duration) -> Self {
        let (table, bedrock, mut app) = parts(RateLimits::Off).await;
        let config = ReviewerConfig { deadline, ..reviewer_at(&bedrock.url) };
        app.reviewer = Some(Arc::new(Reviewer::connect(config).await));
        Self::of(table, bedrock, app)
    }

    /// An application that cannot connect to a model.
    pub async fn without_a_model() -> Self {
        let (table, bedrock, mut app) = parts(RateLimits::Off).await;
        app.reviewer = Some(Arc::new(Reviewer::connect(reviewer_at(CLOSED_URL)).await));
        Self::of(table, bedrock, app)
    }

    /// An application that hashes passwords at this cost.
    pub async fn with_hash_cost(cost: u32) -> Self {
        let (table, bedrock, mut app) = parts(RateLimits::Off).await;
        app.hasher = Hasher::new(cost).expect("bcrypt takes this cost");
        Self::of(table, bedrock, app)
    }

    /// This application, on this table and with this model.
    #[must_use]
    pub fn of(table: TestTable, bedrock: LocalBedrock, app: App) -> Self {
        let arrivals = AtomicU32::new(FIRST_ADDRESS);
        Self { table, bedrock, router: used::routes(&app), app, arrivals }
    }

    /// The same person; their requests go to the same application on another store.
    #[must_use]
    pub fn on(&self, store: Store, person: &Person) -> Person {
        let app = App { store, ..self.app.clone() };
        Person { router: used::routes(&app), ..person.clone() }
    }

    /// The same person; their requests go to another process of the same application, whose parts `change` sets.
    #[must_use]
    pub fn in_another_process(&self, person: &Person, change: impl FnOnce(&mut App)) -> Person {
        let mut app = self.app.clone();
        change(&mut app);
        Person { router: used::routes(&app), ..person.clone() }
    }

    /// All routes, to serve on a socket.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The application's table, which has the clock.
    #[must_use]
    pub const fn table(&self) -> &TestTable {
        &self.table
    }

    /// The application's model.
    #[must_use]
    pub const fn bedrock(&self) -> &LocalBedrock {
        &self.bedrock
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.table.advance(by);
    }

    /// A person without cookies, at an address of their own.
    #[must_use]
    pub fn stranger(&self) -> Person {
        let address = self.arrivals.fetch_add(1, Ordering::Relaxed);
        Person {
            router: self.router.clone(),
            address: SocketAddr::from((Ipv4Addr::from(address), 50_000)),
            cookies: Arc::default(),
        }
    }

    /// A person signs up under this name, with the address `name@example.com` and [`PASSWORD`].
    pub async fn signs_up(&self, name: &str) -> Person {
        let person = self.stranger();
        person.posts("/auth/signup", &sign_up(name)).await.is(201);
        person
    }

    /// A person with an account signs in, on another device.
    pub async fn signs_in(&self, name: &str) -> Person {
        let person = self.stranger();
        let form = json!({ "username": name, "password": PASSWORD });
        person.posts("/auth/login", &form).await.is(200);
        person
    }
}

impl fmt::Debug for TestApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestApp").field("table", &self.table).finish_non_exhaustive()
    }
}

fn reviewer_at(url: &str) -> ReviewerConfig {
    ReviewerConfig {
        model_ids: vec!["local.rule-based-reviewer".to_owned()],
        endpoint_url: Some(url.to_owned()),
        stand_in_credentials: true,
        ..ReviewerConfig::default()
    }
}

async fn parts(rate_limits: RateLimits) -> (TestTable, LocalBedrock, App) {
    parts_with(&KEYS, rate_limits).await
}

async fn parts_with(keys: &LocalKeys, rate_limits: RateLimits) -> (TestTable, LocalBedrock, App) {
    let table = TestTable::new().await;
    let bedrock = LocalBedrock::start().expect("a free port");
    let app = application_on(table.store().clone(), keys, &bedrock.url, BCRYPT_COST).await;
    (table, bedrock, App { rate_limits, ..app.expect("valid keys") })
}

/// The body of a sign-up.
#[must_use]
pub fn sign_up(name: &str) -> Value {
    json!({
        "name": name,
        "email": format!("{name}@example.com"),
        "username": name,
        "password": PASSWORD,
        "confirm_password": PASSWORD,
    })
}
