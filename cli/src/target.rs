//! Which table a command is about: the options that all of them take, and the store behind them.

use std::fs::File;
use std::future::pending;
use std::path::PathBuf;
use std::pin::Pin;

use clap::Args;
use model::{
    AwsSettings, Clock, CursorKey, Endpoint, Ids, Protection, Store, StoreError, TableConfig, without_access_key,
};

use crate::engine::Engine;
use crate::folder::{DataFolder, Holder, Lease, Role};
use crate::interruption::interruption;
use crate::local::LocalError;
use crate::options::StoreChoice;
use crate::output;

/// The exit code of a command that Ctrl-C stopped: 128 and the signal's number, as shells have it.
pub const INTERRUPTED: u8 = 130;

/// Where the table is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Which table")]
pub struct Target {
    /// Where the table is: `embedded` (the file that `serve` uses, also while it runs), the URL of a DynamoDB endpoint, or `aws`.
    #[arg(long, env = "CODESENSEI_STORE", default_value = "embedded", value_name = "STORE")]
    pub store: StoreChoice,
    /// The DynamoDB endpoint to use instead, as the AWS CLI takes it.
    #[arg(long, env = "AWS_ENDPOINT_URL_DYNAMODB", value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// The region, instead of that of `AWS_REGION` and the profile. Alone it means AWS.
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The profile of the AWS configuration files, instead of `AWS_PROFILE`. Alone it means AWS.
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// The table's name.
    #[arg(long, env = "CODESENSEI_TABLE", default_value = "codesensei", value_parser = table_name)]
    pub table: String,
    /// Where the embedded engine's file is.
    #[arg(long, env = "CODESENSEI_DATA_DIR", default_value = ".codesensei", value_name = "FOLDER")]
    pub data_dir: PathBuf,
}

/// A store that is ready to be asked, and what keeps it so.
#[derive(Debug)]
pub struct Opened {
    /// The table.
    pub store: Store,
    /// Where it is, for a person.
    pub place: String,
    is_on_aws: bool,
    folder: Option<PathBuf>,
    engine: EngineUse,
}

/// The engine that a command uses.
#[derive(Debug)]
enum EngineUse {
    /// Other software runs it: AWS, or an endpoint.
    None,
    /// This process runs it, for itself and for other commands.
    Own(DataFolder, Engine),
    /// Another process runs it.
    Shared(Lease),
}

/// Completes when this process is to end.
pub type Interruption = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Target {
    /// Opens the table and does the work, which prints what is to be printed: afterwards standard output has ended. An
    /// engine that this process runs is kept running until no other command uses it, also when Ctrl-C ends the work: then
    /// the process exits.
    ///
    /// # Errors
    /// With what is wrong and what to do about it.
    pub async fn run<T, E: From<LocalError>>(&self, work: impl AsyncFnOnce(&Opened) -> Result<T, E>) -> Result<T, E> {
        self.find_file()?;
        self.run_without_file(work).await
    }

    /// The same for work that makes the table: the file is made when it is not there.
    ///
    /// # Errors
    /// With what is wrong and what to do about it.
    pub async fn run_without_file<T, E: From<LocalError>>(
        &self,
        work: impl AsyncFnOnce(&Opened) -> Result<T, E>,
    ) -> Result<T, E> {
        let (opened, interrupted) = self.open().await?;
        let result = tokio::select! {
            result = work(&opened) => Some(result),
            () = interrupted => None,
        };
        opened.close(!matches!(result, Some(Err(_)))).await;
        result.unwrap_or_else(|| std::process::exit(INTERRUPTED.into()))
    }

    /// The same for work that handles an interruption itself. It is given one that counts from before the table is opened.
    ///
    /// # Errors
    /// With what is wrong and what to do about it.
    pub async fn run_to_its_end<T, E: From<LocalError>>(
        &self,
        work: impl AsyncFnOnce(&Opened, Interruption) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut interrupted = self.listen()?;
        let (opened, _) = tokio::select! {
            opened = self.open() => opened?,
            () = &mut interrupted => std::process::exit(INTERRUPTED.into()),
        };
        let result = work(&opened, interrupted).await;
        opened.close(result.is_ok()).await;
        result
    }

    /// Makes sure that there is a file with the table, where it is in one: a command that reads makes none.
    ///
    /// # Errors
    /// With how to get one.
    pub fn find_file(&self) -> Result<(), LocalError> {
        let file = self.data_dir.join("table.db");
        if !self.is_in_a_folder() || file.exists() {
            Ok(())
        } else if self.data_dir.exists() {
            Err(LocalError::NoTable { table: self.table.clone(), place: file.display().to_string() })
        } else {
            Err(LocalError::NoFolder { folder: self.data_dir.display().to_string() })
        }
    }

    /// Whether the table is in a file of the data folder.
    pub(crate) fn is_in_a_folder(&self) -> bool {
        let is_elsewhere = self.endpoint_url.is_some() || self.region.is_some() || self.profile.is_some();
        self.store == StoreChoice::Embedded && !is_elsewhere && endpoint_for_all_services().is_none()
    }

    /// Prepares the store. Nothing is asked of the table yet. A process that runs no engine for others ends at Ctrl-C by
    /// itself, so it is not told of interruptions.
    async fn open(&self) -> Result<(Opened, Interruption), LocalError> {
        let Place { endpoint, name, folder, engine, interrupted } = self.place().await?;
        let is_on_aws = matches!(endpoint, Endpoint::Aws(_));
        let store = self.store(endpoint).await;
        Ok((Opened { store, place: name, is_on_aws, folder, engine }, interrupted))
    }

    /// A store of this table's name that is nowhere: for requests that are looked at and not sent.
    pub async fn unsent(&self) -> Store {
        self.store(Endpoint::url("http://127.0.0.1:9")).await
    }

    async fn store(&self, endpoint: Endpoint) -> Store {
        Store::connect(TableConfig {
            table: self.table.clone(),
            endpoint,
            // A person who runs these commands can read the table anyway: the key keeps a cursor to its question, and no secret.
            cursor_key: CursorKey::from_secret(b"cursors of the command line"),
            clock: Clock::system(),
            ids: Ids::random(),
        })
        .await
    }

    async fn place(&self) -> Result<Place, LocalError> {
        self.place_unless_at(endpoint_for_all_services()).await
    }

    /// `for_all_services` is the endpoint when none is named for this one.
    async fn place_unless_at(&self, for_all_services: Option<String>) -> Result<Place, LocalError> {
        if let Some(url) = self.endpoint_url.clone().or(for_all_services) {
            return Ok(Place::of(self.endpoint(&url), without_access_key(&url)));
        }
        match &self.store {
            StoreChoice::Url(url) => Ok(Place::of(self.endpoint(url), without_access_key(url))),
            StoreChoice::Embedded if self.region.is_none() && self.profile.is_none() => self.embedded().await,
            StoreChoice::Embedded | StoreChoice::Aws => {
                Ok(Place::of(Endpoint::Aws(self.settings(None)), "AWS".to_owned()))
            }
            StoreChoice::Memory => Err(LocalError::Forgotten),
        }
    }

    /// With a profile, requests are signed with its credentials. Without one, the endpoint may be an engine that knows no accounts.
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

    /// From now on Ctrl-C does not end the process by itself.
    fn listen(&self) -> Result<Interruption, LocalError> {
        let failed = |source| LocalError::DataDir { folder: self.data_dir.display().to_string(), source };
        interruption().map(|interrupted| -> Interruption { Box::pin(interrupted) }).map_err(failed)
    }

    async fn embedded(&self) -> Result<Place, LocalError> {
        let table = self.data_dir.join("table.db").display().to_string();
        let of = |url: &str, name| Place { folder: Some(self.data_dir.clone()), ..Place::of(Endpoint::url(url), name) };
        match DataFolder::share(&self.data_dir).await? {
            Holder::Us(folder) => {
                // Before others can use the engine: Ctrl-C must not end it from then on.
                let interrupted = self.listen()?;
                let engine = folder.start_engine(Role::Command).await?;
                let place = of(engine.url(), table);
                Ok(Place { engine: EngineUse::Own(folder, engine), interrupted, ..place })
            }
            Holder::Another(lease) => {
                let place = of(lease.url(), format!("{table}, through the codesensei that runs its engine"));
                Ok(Place { engine: EngineUse::Shared(lease), ..place })
            }
        }
    }
}

/// The endpoint that the environment names for every service of AWS.
pub(crate) fn endpoint_for_all_services() -> Option<String> {
    std::env::var("AWS_ENDPOINT_URL").ok().filter(|url| !url.is_empty())
}

/// DynamoDB's rule for names. A table of another account goes by its ARN.
pub(crate) fn table_name(text: &str) -> Result<String, String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if text.starts_with("arn:") || ((3..=255).contains(&text.len()) && text.chars().all(is_part)) {
        return Ok(text.to_owned());
    }
    Err("the name of a table is 3 to 255 of the characters a-z, A-Z, 0-9, _, - and .".to_owned())
}

/// A place, and the engine there.
struct Place {
    endpoint: Endpoint,
    name: String,
    folder: Option<PathBuf>,
    engine: EngineUse,
    interrupted: Interruption,
}

impl Place {
    fn of(endpoint: Endpoint, name: String) -> Self {
        Self { endpoint, name, folder: None, engine: EngineUse::None, interrupted: Box::pin(pending()) }
    }
}

impl Opened {
    /// Whether it is a table on AWS, where data belongs to users and writes cost money.
    #[must_use]
    pub const fn is_on_aws(&self) -> bool {
        self.is_on_aws
    }

    /// Makes the engine of this process, if it has one, quick to write many items that can be written again.
    ///
    /// # Errors
    /// When the engine does not take the setting.
    pub fn expect_many_writes(&self) -> Result<(), LocalError> {
        match &self.engine {
            EngineUse::Own(_, engine) => engine.do_not_wait_for_the_disk().map_err(Into::into),
            EngineUse::None | EngineUse::Shared(_) => Ok(()),
        }
    }

    /// Waits until no other command of this name is at the embedded table, and keeps them waiting until the result is
    /// dropped.
    ///
    /// # Errors
    /// When the system does not let it.
    pub async fn turn(&self, what: &str) -> Result<Option<File>, LocalError> {
        match &self.folder {
            Some(folder) => DataFolder::turn(folder, what).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns the lease on another process's engine, or keeps its own running until no other command uses it.
    async fn close(self, succeeded: bool) {
        match self.engine {
            EngineUse::Own(folder, engine) => {
                // A command that uses the engine may read this output to its end before it stops.
                output::end();
                folder.release(engine).await;
            }
            EngineUse::Shared(lease) if !succeeded && !lease.is_live().await => {
                eprintln!("The codesensei that ran the engine of this table has ended. Run this command again.");
            }
            EngineUse::None | EngineUse::Shared(_) => {}
        }
    }

    /// Makes the table when it is not there, except on AWS, where it is infrastructure's to create. Says whether it did.
    ///
    /// # Errors
    /// When it cannot be made, or there is none on AWS.
    pub async fn create_table_if_absent(&self) -> Result<bool, LocalError> {
        let place = self.place.clone();
        if self.is_on_aws {
            return self.store.ping().await.map(|()| false).map_err(|source| LocalError::Store { place, source });
        }
        let created = self.store.table().create_if_absent(Protection::Off).await;
        created.map_err(|source| LocalError::Table { place, source })
    }

    /// Makes sure that there is a table to ask.
    ///
    /// # Errors
    /// With how to get one, when there is none, and with what is wrong, when it does not answer.
    pub async fn check(&self) -> Result<(), LocalError> {
        let place = self.place.clone();
        self.store.ping().await.map_err(|source| match source {
            StoreError::TableMissing { table } => LocalError::NoTable { table, place },
            source => LocalError::Store { place, source },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing of it comes from this machine's environment.
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
        target.place_unless_at(None).await.expect("a place that is not on this machine's disk").endpoint
    }

    #[test]
    fn the_name_of_a_table_is_one_that_dynamodb_takes() {
        let longest = "x".repeat(255);
        for name in ["abc", "Reviews_2.test-1", &longest, "arn:aws:dynamodb:eu-central-1:123456789012:table/reviews"] {
            assert_eq!(table_name(name).as_deref(), Ok(name));
        }
        for name in ["", "ab", "bad name", "größe", "a/b", &"x".repeat(256)] {
            assert!(table_name(name).is_err(), "{name}");
        }
    }

    #[tokio::test]
    async fn a_table_is_pointed_at_as_the_aws_cli_does() {
        let [url, region, profile] =
            ["http://127.0.0.1:8000", "eu-central-1", "staging"].map(|word| Some(word.to_owned()));
        let at = |region| Endpoint::Url { url: "http://127.0.0.1:8000".to_owned(), region };
        let here = || Target { endpoint_url: url.clone(), ..target() };
        assert_eq!(endpoint(here()).await, at(None));
        assert_eq!(endpoint(Target { store: StoreChoice::Aws, ..here() }).await, at(None), "the nearer word");
        assert_eq!(endpoint(Target { region: region.clone(), ..here() }).await, at(region.clone()));
        let store = StoreChoice::Url("http://127.0.0.1:8000".to_owned());
        assert_eq!(endpoint(Target { store, ..target() }).await, at(None));
        let everywhere = target().place_unless_at(url.clone()).await.expect("an endpoint").endpoint;
        assert_eq!(everywhere, at(None));
        let aws = |region, profile, endpoint_url| Endpoint::Aws(AwsSettings { region, profile, endpoint_url });
        assert_eq!(endpoint(Target { store: StoreChoice::Aws, ..target() }).await, aws(None, None, None));
        assert_eq!(endpoint(Target { region: region.clone(), ..target() }).await, aws(region, None, None));
        assert_eq!(endpoint(Target { profile: profile.clone(), ..target() }).await, aws(None, profile.clone(), None));
        let signed = endpoint(Target { profile: profile.clone(), ..here() }).await;
        assert_eq!(signed, aws(None, profile, url.clone()), "a profile is there to be signed in with");
    }
}
