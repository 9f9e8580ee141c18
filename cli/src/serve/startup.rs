//! Starts the application that `serve` runs: its table, its keys and its reviewer.

use std::time::Duration;

use bedrock::{Reviewer, ReviewerConfig};
use bedrock_local::LocalBedrock;
use handlers::App;
use handlers::auth::password::COST;
use handlers::http::trace::Details;
use handlers::rates::RateLimits;
use model::{Clock, CursorKey, Endpoint, Ids, Protection, Store, TableConfig, without_access_key};

use super::{Serve, Switch};
use crate::engine::Engine;
use crate::error::OpenError;
use crate::folder::{DataFolder, Role};
use crate::local::{application, local_reviewer};
use crate::local_keys::LocalKeys;
use crate::private_files;
use crate::store_choice::StoreChoice;

/// A running application with its engine and its reviewer.
pub(super) struct LocalServer {
    /// The state that the routes share.
    pub(super) app: App,
    /// The location of the table, for the banner.
    pub(super) location: String,
    /// The name of the reviewer, for the banner.
    pub(super) reviewer: String,
    engine: Option<Engine>,
    _bedrock: Option<LocalBedrock>,
    folder: Option<DataFolder>,
}

impl LocalServer {
    /// Starts the application with these options.
    ///
    /// # Errors
    /// States the problem and its remedy.
    pub(super) async fn start(serve: &Serve) -> Result<Self, OpenError> {
        let folder = serve.data_dir.display().to_string();
        let data_dir = |source| OpenError::DataDir { folder: folder.clone(), source };
        let (data_folder, secrets) = if serve.store == StoreChoice::Memory {
            (None, LocalKeys::generate().map_err(data_dir)?)
        } else {
            private_files::create_folder(&serve.data_dir).map_err(data_dir)?;
            let data_folder = match serve.store {
                StoreChoice::Embedded => Some(DataFolder::acquire(&serve.data_dir).await?),
                _ => None,
            };
            (data_folder, LocalKeys::in_folder(&serve.data_dir).map_err(data_dir)?)
        };
        let (engine, endpoint, location) = location(&serve.store, data_folder.as_ref()).await?;
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
        prepare(&store, serve, &location).await?;
        let (bedrock, reviewer, reviewer_name) = reviewer(serve.reviewer_pace).await?;
        let rate_limits = match serve.rate_limits {
            Switch::On => RateLimits::Enforced,
            Switch::Off => RateLimits::Off,
        };
        let ai_daily_cap = serve.ai_daily_cap;
        let error_details = Details::Included;
        let app = application(store, &secrets, reviewer, COST, serve.access_token_lifetime)?;
        let app = App { rate_limits, ai_daily_cap, error_details, ..app };
        Ok(Self { app, location, reviewer: reviewer_name, engine, _bedrock: bedrock, folder: data_folder })
    }

    /// Stops the engine when no other command uses it any more.
    pub(super) async fn close(self) {
        if let (Some(folder), Some(engine)) = (self.folder, self.engine) {
            folder.release(engine).await;
        }
    }
}

async fn location(
    store: &StoreChoice,
    data_folder: Option<&DataFolder>,
) -> Result<(Option<Engine>, Endpoint, String), OpenError> {
    let engine = match (store, data_folder) {
        (StoreChoice::Url(url), _) => return Ok((None, Endpoint::url(url), without_access_key(url))),
        (StoreChoice::Aws, _) => return Ok((None, Endpoint::aws(), "AWS".to_owned())),
        (_, Some(folder)) => folder.start_engine(Role::Server).await?,
        (_, None) => Engine::in_memory().await?,
    };
    let kept =
        data_folder.map_or_else(|| "in memory".to_owned(), |folder| format!("kept in {}", folder.table().display()));
    let endpoint = Endpoint::url(engine.url());
    Ok((Some(engine), endpoint, format!("embedded, {kept}")))
}

/// Creates the table if it does not exist. On AWS the infrastructure creates it, and this only checks that it exists.
async fn prepare(store: &Store, serve: &Serve, location: &str) -> Result<bool, OpenError> {
    if serve.store == StoreChoice::Aws {
        let location = location.to_owned();
        return store.ping().await.map(|()| false).map_err(|source| OpenError::of_request(source, location));
    }
    let created = store.table().create_if_absent(Protection::Off).await;
    created.map_err(|source| OpenError::of_table(source, location))
}

/// Bedrock if it is configured, else the rule-based reviewer in this process with this delay between parts of an
/// answer.
async fn reviewer(pace: Duration) -> Result<(Option<LocalBedrock>, Reviewer, String), OpenError> {
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
    let bedrock = LocalBedrock::start_at_pace(pace).map_err(OpenError::Bedrock)?;
    let reviewer = Reviewer::connect(local_reviewer(&bedrock.url)).await;
    Ok((Some(bedrock), reviewer, "rules in this process; no model is asked".to_owned()))
}
