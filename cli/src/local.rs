//! The application on this machine: the same handlers as on Lambda, with a table and a model that are at hand.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bedrock::{InvalidReviewerConfig, Reviewer, ReviewerConfig};
use bedrock_local::LocalBedrock;
use handlers::App;
use handlers::auth::device::DeviceKey;
use handlers::auth::keys::{InvalidKey, TokenKeys};
use handlers::auth::password::{COST, Hasher};
use handlers::auth::token::Tokens;
use handlers::http::cookie::CookieNames;
use handlers::http::cors::CorsPolicy;
use handlers::http::metrics::Metrics;
use handlers::http::trace::Details;
use handlers::limits::ACCESS_TOKEN_LIFE;
use handlers::limits::RateLimits;
use handlers::messages::Waiting;
use model::{
    Clock, CursorKey, Digest, Endpoint, Ids, Protection, Store, StoreError, TableConfig, TableError, without_access_key,
};

use crate::engine::{Engine, EngineError};
use crate::folder::{DataFolder, Role};
use crate::options::{Serve, StoreChoice, Switch};
use crate::private;
use crate::secrets::Secrets;

/// Who issues and takes tokens on a developer's machine.
const ISSUER: &str = "codesensei-local";

/// The application could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The data folder cannot be used.
    #[error("cannot use the folder {folder}: {source}; name another with --data-dir")]
    DataDir {
        /// The folder.
        folder: String,
        /// What the system said.
        source: io::Error,
    },
    /// A command that reads found no data folder.
    #[error(
        "there is no folder {folder}; `codesensei seed` makes one with a table and data to look at, `codesensei table create` with \
         an empty table, and --data-dir names another"
    )]
    NoFolder {
        /// The folder.
        folder: String,
    },
    /// Another process has the data folder.
    #[error(
        "another `codesensei serve` (process {process}) is using {folder}; stop it, or use --data-dir or --store memory"
    )]
    InUse {
        /// The folder.
        folder: String,
        /// The other process.
        process: u32,
    },
    /// A command that ends forgets a table in memory.
    #[error("a table in memory is gone when this command ends; use --store embedded, a URL or aws")]
    Forgotten,
    /// There is no table of this name.
    #[error(
        "there is no table {table} at {place}; `codesensei seed` makes one with data to look at, \
         `codesensei table create` an empty one, and --table names another"
    )]
    NoTable {
        /// The name.
        table: String,
        /// Where it was looked for.
        place: String,
    },
    /// The signing key in the data folder is not one.
    #[error("{0}; remove signing-key.pem from the data folder to get a new one")]
    Key(#[from] InvalidKey),
    /// The embedded engine did not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The table could not be created.
    #[error("the store at {place} does not work: {source}; check --store and that it is running")]
    Table {
        /// Which store.
        place: String,
        /// What happened.
        source: TableError,
    },
    /// The table does not answer.
    #[error("the store at {place} does not answer: {source}; check --store, --table and your AWS settings")]
    Store {
        /// Which store.
        place: String,
        /// What happened.
        source: StoreError,
    },
    /// The reviewer is misconfigured.
    #[error(transparent)]
    Reviewer(#[from] InvalidReviewerConfig),
    /// The local reviewer did not start.
    #[error("cannot start the local reviewer: {0}")]
    Bedrock(io::Error),
}

/// A running application, and what it runs on.
pub struct Local {
    /// What the routes share.
    pub app: App,
    /// Where the table is, for a person.
    pub place: String,
    /// Who answers questions, for a person.
    pub reviewer: String,
    /// Whether the table was made just now.
    pub fresh: bool,
    engine: Option<Engine>,
    _bedrock: Option<LocalBedrock>,
    folder: Option<DataFolder>,
}

impl Local {
    /// Starts what the options ask for.
    ///
    /// # Errors
    /// With what is wrong and what to do about it.
    pub async fn start(serve: &Serve) -> Result<Self, LocalError> {
        let folder = serve.data_dir.display().to_string();
        let data_dir = |source| LocalError::DataDir { folder: folder.clone(), source };
        let (held, secrets) = if serve.store == StoreChoice::Memory {
            (None, Secrets::generate().map_err(data_dir)?)
        } else {
            private::folder(&serve.data_dir).map_err(data_dir)?;
            let held = match serve.store {
                StoreChoice::Embedded => Some(DataFolder::hold(&serve.data_dir).await?),
                _ => None,
            };
            (held, Secrets::in_folder(&serve.data_dir).map_err(data_dir)?)
        };
        let (engine, endpoint, place) = place(&serve.store, held.as_ref()).await?;
        let store = Store::connect(TableConfig {
            table: serve.table.clone(),
            endpoint,
            cursor_key: CursorKey::from_secret(&secrets.seed),
            clock: Clock::system(),
            ids: Ids::random(),
        })
        .await
        .with_message_ttl(serve.message_ttl_days)
        .with_code_cache(serve.code_cache_mib);
        let fresh = prepare(&store, serve, &place).await?;
        let (bedrock, reviewer, reviewer_name) = reviewer(serve.reviewer_pace).await?;
        let rate_limits = match serve.rate_limits {
            Switch::On => RateLimits::Enforced,
            Switch::Off => RateLimits::Off,
        };
        let ai_daily_cap = serve.ai_daily_cap;
        let error_details = Details::Shown;
        let app = application(store, &secrets, reviewer, COST, serve.access_token_lifetime)?;
        let app = App { rate_limits, ai_daily_cap, error_details, ..app };
        Ok(Self { app, place, reviewer: reviewer_name, fresh, engine, _bedrock: bedrock, folder: held })
    }

    /// Stops the engine, once no other command uses it.
    pub async fn close(self) {
        if let (Some(folder), Some(engine)) = (self.folder, self.engine) {
            folder.release(engine).await;
        }
    }
}

/// The application around a store: what `serve` and the tests share.
fn application(
    store: Store,
    secrets: &Secrets,
    reviewer: Reviewer,
    cost: u32,
    access_life: Duration,
) -> Result<App, LocalError> {
    let keys = TokenKeys::from_pem(&secrets.signing_key, [])?;
    let fence_key = Digest::of([b"fence".as_slice(), &secrets.seed].concat());
    Ok(App {
        waiting: Waiting::default(),
        store,
        tokens: Arc::new(Tokens::new(keys, ISSUER, ISSUER).with_access_life(access_life)),
        cookies: CookieNames::Plain,
        devices: DeviceKey::from_secret(&secrets.seed),
        hasher: Hasher::new(cost).expect("bcrypt takes every cost that is passed here"),
        reviewer: Some(Arc::new(reviewer)),
        fence_key: fence_key.as_bytes().as_slice().into(),
        cors: CorsPolicy::development(),
        rate_limits: RateLimits::Enforced,
        ai_daily_cap: None,
        metrics: Metrics::default(),
        error_details: Details::Hidden,
    })
}

/// The application on any store, with keys of its own and a reviewer at this endpoint, for tests and the demo.
///
/// # Errors
/// When no key can be made.
pub async fn application_on(store: Store, bedrock_url: &str, cost: u32) -> Result<App, LocalError> {
    let generated = Secrets::generate();
    let secrets = generated.map_err(|source| LocalError::DataDir { folder: "(none)".to_owned(), source })?;
    application(store, &secrets, Reviewer::connect(local_reviewer(bedrock_url)).await, cost, ACCESS_TOKEN_LIFE)
}

fn local_reviewer(url: &str) -> ReviewerConfig {
    ReviewerConfig {
        model_ids: vec!["local.rule-based-reviewer".to_owned()],
        endpoint_url: Some(url.to_owned()),
        stand_in_credentials: true,
        ..ReviewerConfig::default()
    }
}

async fn place(
    store: &StoreChoice,
    held: Option<&DataFolder>,
) -> Result<(Option<Engine>, Endpoint, String), LocalError> {
    let engine = match (store, held) {
        (StoreChoice::Url(url), _) => return Ok((None, Endpoint::url(url), without_access_key(url))),
        (StoreChoice::Aws, _) => return Ok((None, Endpoint::aws(), "AWS".to_owned())),
        (_, Some(folder)) => folder.start_engine(Role::Server).await?,
        (_, None) => Engine::in_memory().await?,
    };
    let kept = held.map_or_else(|| "in memory".to_owned(), |folder| format!("kept in {}", folder.table().display()));
    let endpoint = Endpoint::url(engine.url());
    Ok((Some(engine), endpoint, format!("embedded, {kept}")))
}

/// Makes sure there is a table. On AWS it is infrastructure's to create, and only looked for.
async fn prepare(store: &Store, serve: &Serve, place: &str) -> Result<bool, LocalError> {
    if serve.store == StoreChoice::Aws {
        let place = place.to_owned();
        return store.ping().await.map(|()| false).map_err(|source| LocalError::Store { place, source });
    }
    let created = store.table().create_if_absent(Protection::Off).await;
    created.map_err(|source| LocalError::Table { place: place.to_owned(), source })
}

/// Bedrock when it is configured, else the rule-based reviewer in this process, which answers at this pace.
async fn reviewer(pace: Duration) -> Result<(Option<LocalBedrock>, Reviewer, String), LocalError> {
    let get = |name: &str| std::env::var(name).ok();
    let config = ReviewerConfig::from_env(get)?;
    let credentials =
        ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"].iter().any(|name| get(name).is_some());
    if let Some(url) = &config.endpoint_url {
        let name = format!("the endpoint {url}");
        return Ok((None, Reviewer::connect(config).await, name));
    }
    if credentials && get("BEDROCK_MODEL_IDS").is_some() {
        let name = format!("Amazon Bedrock, {}", config.model_ids.join(", "));
        return Ok((None, Reviewer::connect(config).await, name));
    }
    let bedrock = LocalBedrock::start_at_pace(pace).map_err(LocalError::Bedrock)?;
    let reviewer = Reviewer::connect(local_reviewer(&bedrock.url)).await;
    Ok((Some(bedrock), reviewer, "rules in this process; no model is asked".to_owned()))
}
