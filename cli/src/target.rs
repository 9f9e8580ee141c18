//! The table of a command: the shared options that name it, and the opened store.

use std::fs::File;
use std::future::pending;
use std::path::PathBuf;
use std::pin::Pin;

use clap::Args;
use model::{AwsSettings, Clock, CursorKey, Endpoint, Ids, Protection, Store, TableConfig, without_access_key};

use crate::engine::Engine;
use crate::error::OpenError;
use crate::folder::{DataFolder, EngineOwner, Lease, Role};
use crate::interruption::interruption;
use crate::output;
use crate::store_choice::{StoreChoice, endpoint_for_all_services, table_name};

/// The exit code of a command that Ctrl-C stopped: 128 plus the signal's number, as shells define it.
pub const INTERRUPTED: u8 = 130;

/// The options that name a table.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Table options")]
pub struct Target {
    /// The location of the table: `embedded` (the file that `serve` uses, even while it runs), the URL of a DynamoDB
    /// endpoint, or `aws`.
    #[arg(long, env = "CODESENSEI_STORE", default_value = "embedded", value_name = "STORE")]
    pub store: StoreChoice,
    /// The DynamoDB endpoint to use instead of --store, as for the AWS CLI.
    #[arg(long, env = "AWS_ENDPOINT_URL_DYNAMODB", value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// The region, instead of `AWS_REGION` and the profile's region. Alone, it implies --store aws.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The profile of the AWS configuration files, instead of `AWS_PROFILE`. Alone, it implies --store aws.
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// The table's name.
    #[arg(long, env = "CODESENSEI_TABLE", default_value = "codesensei", value_parser = table_name)]
    pub table: String,
    /// The folder of the embedded engine's file.
    #[arg(long, env = "CODESENSEI_DATA_DIR", default_value = ".codesensei", value_name = "FOLDER")]
    pub data_dir: PathBuf,
}

/// An opened store, and the engine or lease that keeps it open.
#[derive(Debug)]
pub struct OpenTable {
    /// The store.
    pub store: Store,
    /// The location of the table, for messages.
    pub location: String,
    is_on_aws: bool,
    folder: Option<PathBuf>,
    engine: EngineUse,
}

/// The engine that a command uses.
#[derive(Debug)]
enum EngineUse {
    /// No embedded engine: AWS, or an endpoint.
    None,
    /// This process runs the engine, for itself and for other commands.
    Own(DataFolder, Engine),
    /// Another process runs the engine.
    Shared(Lease),
}

/// Completes when this process is asked to end.
pub type Interruption = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Target {
    /// Opens the table and runs `work`, which must print all output: standard output is closed afterwards. An engine
    /// that this process runs keeps running until no other command uses it. Ctrl-C ends the work early, and the process
    /// exits after the same wait.
    ///
    /// # Errors
    /// States the problem and its remedy.
    pub async fn run<T, E: From<OpenError>>(&self, work: impl AsyncFnOnce(&OpenTable) -> Result<T, E>) -> Result<T, E> {
        self.check_file_exists()?;
        self.run_creating_file(work).await
    }

    /// Like `run`, for work that creates the table: the file is created if it does not exist.
    ///
    /// # Errors
    /// States the problem and its remedy.
    pub async fn run_creating_file<T, E: From<OpenError>>(
        &self,
        work: impl AsyncFnOnce(&OpenTable) -> Result<T, E>,
    ) -> Result<T, E> {
        let (opened, interrupted) = self.open().await?;
        let result = tokio::select! {
            result = work(&opened) => Some(result),
            () = interrupted => None,
        };
        opened.close(!matches!(result, Some(Err(_)))).await;
        result.unwrap_or_else(|| std::process::exit(INTERRUPTED.into()))
    }

    /// Like `run`, for work that handles interruptions itself. Its argument also reports those that came while the
    /// table was opened.
    ///
    /// # Errors
    /// States the problem and its remedy.
    pub async fn run_interruptible<T, E: From<OpenError>>(
        &self,
        work: impl AsyncFnOnce(&OpenTable, Interruption) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut interrupted = self.listen_for_interruption()?;
        let (opened, _) = tokio::select! {
            opened = self.open() => opened?,
            () = &mut interrupted => std::process::exit(INTERRUPTED.into()),
        };
        let result = work(&opened, interrupted).await;
        opened.close(result.is_ok()).await;
        result
    }

    /// Checks that the file of an embedded table exists, because commands that only read do not create it.
    ///
    /// # Errors
    /// States how to create it.
    pub fn check_file_exists(&self) -> Result<(), OpenError> {
        let file = self.data_dir.join("table.db");
        if !self.is_embedded() || file.exists() {
            Ok(())
        } else if self.data_dir.exists() {
            Err(OpenError::NoTable { table: self.table.clone(), location: file.display().to_string() })
        } else {
            Err(OpenError::NoFolder { folder: self.data_dir.display().to_string() })
        }
    }

    /// Whether the table is a file in the data folder.
    pub(crate) fn is_embedded(&self) -> bool {
        let is_elsewhere = self.endpoint_url.is_some() || self.region.is_some() || self.profile.is_some();
        self.store == StoreChoice::Embedded && !is_elsewhere && endpoint_for_all_services().is_none()
    }

    /// Opens the store without a request to the table. The returned interruption never completes in a process that runs
    /// no engine for others: Ctrl-C ends such a process directly.
    async fn open(&self) -> Result<(OpenTable, Interruption), OpenError> {
        let TableLocation { endpoint, name, folder, engine, interrupted } = self.location().await?;
        let is_on_aws = matches!(endpoint, Endpoint::Aws(_));
        let store = self.store(endpoint).await;
        Ok((OpenTable { store, location: name, is_on_aws, folder, engine }, interrupted))
    }

    /// A store with this table's name and no reachable endpoint, for requests that are shown and not sent.
    pub async fn offline_store(&self) -> Store {
        self.store(Endpoint::url("http://127.0.0.1:9")).await
    }

    async fn store(&self, endpoint: Endpoint) -> Store {
        Store::connect(TableConfig {
            table: self.table.clone(),
            endpoint,
            // A fixed key is safe here: users of these commands can read the table anyway, and the key only ties a
            // cursor to its query.
            cursor_key: CursorKey::from_secret(b"cursors of the command line"),
            clock: Clock::system(),
            ids: Ids::random(),
        })
        .await
    }

    async fn location(&self) -> Result<TableLocation, OpenError> {
        self.locate(endpoint_for_all_services()).await
    }

    /// `for_all_services` is the endpoint to use if none is set for DynamoDB.
    async fn locate(&self, for_all_services: Option<String>) -> Result<TableLocation, OpenError> {
        if let Some(url) = self.endpoint_url.clone().or(for_all_services) {
            return Ok(TableLocation::location_of(self.endpoint(&url), without_access_key(&url)));
        }
        match &self.store {
            StoreChoice::Url(url) => Ok(TableLocation::location_of(self.endpoint(url), without_access_key(url))),
            StoreChoice::Embedded if self.region.is_none() && self.profile.is_none() => self.embedded().await,
            StoreChoice::Embedded | StoreChoice::Aws => {
                Ok(TableLocation::location_of(Endpoint::Aws(self.settings(None)), "AWS".to_owned()))
            }
            StoreChoice::Memory => Err(OpenError::MemoryStore),
        }
    }

    /// With a profile, requests are signed with its credentials. Without one, the endpoint may be an engine without
    /// accounts.
    fn endpoint(&self, url: &str) -> Endpoint {
        match self.profile {
            Some(_) => Endpoint::Aws(self.settings(Some(url))),
            None => Endpoint::Url { url: url.to_owned(), region: self.region.clone() },
        }
    }

    fn settings(&self, url: Option<&str>) -> AwsSettings {
        let endpoint_url = url.map(ToOwned::to_owned);
        AwsSettings { region: self.region.clone(), profile: self.profile.clone(), endpoint_url }
    }

    /// After this call, Ctrl-C no longer ends the process by itself.
    fn listen_for_interruption(&self) -> Result<Interruption, OpenError> {
        let to_error = |source| OpenError::DataDir { folder: self.data_dir.display().to_string(), source };
        interruption().map(|interrupted| -> Interruption { Box::pin(interrupted) }).map_err(to_error)
    }

    async fn embedded(&self) -> Result<TableLocation, OpenError> {
        let table = self.data_dir.join("table.db").display().to_string();
        let location_of = |url: &str, name| TableLocation {
            folder: Some(self.data_dir.clone()),
            ..TableLocation::location_of(Endpoint::url(url), name)
        };
        match DataFolder::acquire_or_lease(&self.data_dir).await? {
            EngineOwner::ThisProcess(folder) => {
                // Before other commands can use the engine, because from then on Ctrl-C must not end it.
                let interrupted = self.listen_for_interruption()?;
                let engine = folder.start_engine(Role::Command).await?;
                let location = location_of(engine.url(), table);
                Ok(TableLocation { engine: EngineUse::Own(folder, engine), interrupted, ..location })
            }
            EngineOwner::OtherProcess(lease) => {
                let location = location_of(lease.url(), format!("{table}, through the process that runs its engine"));
                Ok(TableLocation { engine: EngineUse::Shared(lease), ..location })
            }
        }
    }
}

/// A located table, and the engine that serves it.
struct TableLocation {
    endpoint: Endpoint,
    name: String,
    folder: Option<PathBuf>,
    engine: EngineUse,
    interrupted: Interruption,
}

impl TableLocation {
    fn location_of(endpoint: Endpoint, name: String) -> Self {
        Self { endpoint, name, folder: None, engine: EngineUse::None, interrupted: Box::pin(pending()) }
    }
}

impl OpenTable {
    /// Whether the table is on AWS, where data belongs to users and writes cost money.
    #[must_use]
    pub const fn is_on_aws(&self) -> bool {
        self.is_on_aws
    }

    /// Speeds up bulk writes on an engine of this process, at the price that a power cut may lose the last items.
    ///
    /// # Errors
    /// If the engine rejects the setting.
    pub fn prepare_bulk_load(&self) -> Result<(), OpenError> {
        match &self.engine {
            EngineUse::Own(_, engine) => engine.prepare_bulk_load().map_err(Into::into),
            EngineUse::None | EngineUse::Shared(_) => Ok(()),
        }
    }

    /// Waits until no other process runs this command on the embedded table. Later ones wait until the result is
    /// dropped.
    ///
    /// # Errors
    /// If the lock file cannot be used.
    pub async fn lock_command(&self, command: &str) -> Result<Option<File>, OpenError> {
        match &self.folder {
            Some(folder) => DataFolder::lock_command(folder, command).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns the lease on another process's engine, or keeps this process's engine running until no other command
    /// uses it.
    async fn close(self, succeeded: bool) {
        match self.engine {
            EngineUse::Own(folder, engine) => {
                // A command that uses the engine may read this output to its end before it exits.
                output::close_stdout();
                folder.release(engine).await;
            }
            EngineUse::Shared(lease) if !succeeded && !lease.is_live().await => {
                eprintln!("The process that ran the engine of this table has ended. Run this command again.");
            }
            EngineUse::None | EngineUse::Shared(_) => {}
        }
    }

    /// Creates the table if it does not exist, except on AWS, where the infrastructure creates it. Returns whether it
    /// did.
    ///
    /// # Errors
    /// If it cannot be created, or does not exist on AWS.
    pub async fn create_table_if_absent(&self) -> Result<bool, OpenError> {
        let location = self.location.clone();
        if self.is_on_aws {
            return self.store.ping().await.map(|()| false).map_err(|source| OpenError::of_request(source, location));
        }
        let created = self.store.table().create_if_absent(Protection::Off).await;
        created.map_err(|source| OpenError::of_table(source, location))
    }

    /// Checks that the table exists and answers.
    ///
    /// # Errors
    /// States how to create a missing table, or why the table does not answer.
    pub async fn check_table_exists(&self) -> Result<(), OpenError> {
        self.store.ping().await.map_err(|source| OpenError::of_request(source, self.location.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target that takes nothing from the environment.
    fn target() -> Target {
        Target {
            store: StoreChoice::Embedded,
            endpoint_url: None,
            region: None,
            profile: None,
            table: "reviews".to_owned(),
            data_dir: PathBuf::from("nowhere"),
        }
    }

    async fn endpoint(target: Target) -> Endpoint {
        target.locate(None).await.expect("a location outside the data folder").endpoint
    }

    #[tokio::test]
    async fn endpoint_region_and_profile_work_as_in_the_aws_cli() {
        let [url, region, profile] =
            ["http://127.0.0.1:8000", "eu-central-1", "staging"].map(|word| Some(word.to_owned()));
        let at = |region| Endpoint::Url { url: "http://127.0.0.1:8000".to_owned(), region };
        let here = || Target { endpoint_url: url.clone(), ..target() };
        assert_eq!(endpoint(here()).await, at(None));
        assert_eq!(
            endpoint(Target { store: StoreChoice::Aws, ..here() }).await,
            at(None),
            "the endpoint has precedence over --store"
        );
        assert_eq!(endpoint(Target { region: region.clone(), ..here() }).await, at(region.clone()));
        let store = StoreChoice::Url("http://127.0.0.1:8000".to_owned());
        assert_eq!(endpoint(Target { store, ..target() }).await, at(None));
        let everywhere = target().locate(url.clone()).await.expect("an endpoint").endpoint;
        assert_eq!(everywhere, at(None));
        let aws = |region, profile, endpoint_url| Endpoint::Aws(AwsSettings { region, profile, endpoint_url });
        assert_eq!(endpoint(Target { store: StoreChoice::Aws, ..target() }).await, aws(None, None, None));
        assert_eq!(endpoint(Target { region: region.clone(), ..target() }).await, aws(region, None, None));
        assert_eq!(endpoint(Target { profile: profile.clone(), ..target() }).await, aws(None, profile.clone(), None));
        let signed = endpoint(Target { profile: profile.clone(), ..here() }).await;
        assert_eq!(signed, aws(None, profile, url.clone()), "a profile signs requests to an endpoint too");
    }
}
