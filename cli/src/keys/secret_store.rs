//! The storage of the secrets: JSON files in a folder, or Secrets Manager.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use clap::{ArgGroup, Args};

use crate::aws::Account;
use crate::keys::error::KeysError;
use crate::{private_files, shell};
use handlers::lambda::aws::aws_error;

/// One of the three secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretName {
    /// The key that signs tokens.
    SigningKey,
    /// The keys that verify tokens.
    PublicKeys,
    /// The secret from which the keys of cursors and fences are derived, with the origin secret.
    Seed,
}

impl SecretName {
    /// All secrets, in the order in which `new` creates them: the public keys can be created from the signing key.
    pub(crate) const ALL: [Self; 3] = [Self::SigningKey, Self::PublicKeys, Self::Seed];

    /// The name after the prefix.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::SigningKey => "signing-key",
            Self::PublicKeys => "public-keys",
            Self::Seed => "seed",
        }
    }
}

/// The options that select the location of the secrets.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(next_help_heading = "Location of the keys", group = ArgGroup::new("location").required(true))]
pub struct Location {
    /// A folder with the files signing-key.json, public-keys.json and seed.json.
    #[arg(long, value_name = "FOLDER", group = "location")]
    pub dir: Option<PathBuf>,
    /// The prefix of the names in Secrets Manager, such as codesensei-prod/.
    #[arg(long, value_name = "PREFIX", group = "location", value_parser = prefix)]
    pub secrets: Option<String>,
    /// The AWS account.
    #[command(flatten)]
    pub account: Account,
}

/// Checks a prefix: the characters of secret names, with a separator at its end.
pub(crate) fn prefix(text: &str) -> Result<String, String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    if text.ends_with(['/', '-', '_', '.']) && text.len() <= 256 && text.chars().all(is_part) {
        return Ok(text.to_owned());
    }
    Err("a prefix must end with /, -, _ or ., such as codesensei-prod/, and must have only letters, digits and /_+=.@-"
        .to_owned())
}

/// The text of a secret, and the id of its version.
#[derive(Clone)]
pub(crate) struct StoredSecret {
    pub(crate) text: String,
    version: String,
}

/// The opened storage of the secrets.
pub(crate) enum SecretStore {
    /// A folder. Only one command at a time can write to it.
    Folder { path: PathBuf, _lock: Option<File> },
    /// Secrets Manager.
    Manager { client: Box<Client>, prefix: String },
}

impl Location {
    /// Opens the storage for reading.
    ///
    /// # Errors
    /// If others can write to the folder.
    pub(crate) async fn open(&self) -> Result<SecretStore, KeysError> {
        if let Some(prefix) = &self.secrets {
            let client = Box::new(Client::new(&self.account.load().await));
            return Ok(SecretStore::Manager { client, prefix: prefix.clone() });
        }
        let path = self.dir.clone().unwrap_or_default();
        if is_writable_by_others(&path) {
            return Err(KeysError::OpenFolder { folder: path.display().to_string() });
        }
        Ok(SecretStore::Folder { path, _lock: None })
    }

    /// Opens the storage for writing. A folder is locked until the result is dropped.
    ///
    /// # Errors
    /// If the folder does not exist, cannot be used, or is locked by another command.
    pub(crate) async fn open_to_write(&self) -> Result<SecretStore, KeysError> {
        if let Some(folder) = self.dir.as_ref().filter(|dir| !dir.is_dir()) {
            return Err(KeysError::NoFolder { folder: folder.display().to_string(), options: self.options() });
        }
        self.open_locked().await
    }

    /// Opens the storage for new keys: creates the folder if it does not exist.
    ///
    /// # Errors
    /// If the folder cannot be used, or is locked by another command.
    pub(crate) async fn open_or_create(&self) -> Result<SecretStore, KeysError> {
        if let Some(path) = self.dir.as_ref().filter(|dir| !dir.is_dir()) {
            private_files::create_folder(path)
                .map_err(|source| KeysError::File { file: path.display().to_string(), source })?;
        }
        self.open_locked().await
    }

    async fn open_locked(&self) -> Result<SecretStore, KeysError> {
        match self.open().await? {
            SecretStore::Folder { path, .. } => {
                let lock = lock_folder(&path)?;
                Ok(SecretStore::Folder { path, _lock: Some(lock) })
            }
            location @ SecretStore::Manager { .. } => Ok(location),
        }
    }

    /// The options that select this location, quoted for a shell.
    pub(crate) fn options(&self) -> String {
        let dir = self.dir.as_ref().map(|dir| shell::option("dir", &dir.display().to_string()));
        let secrets = self.secrets.as_ref().map(|prefix| shell::option("secrets", prefix));
        dir.into_iter().chain(secrets).chain(self.account.options()).collect::<Vec<_>>().join(" ")
    }
}

impl SecretStore {
    /// The full name of the secret, or its file.
    pub(crate) fn label(&self, name: SecretName) -> String {
        match self {
            Self::Folder { path, .. } => file_path(path, name).display().to_string(),
            Self::Manager { prefix, .. } => format!("{prefix}{}", name.as_str()),
        }
    }

    /// The error with the secret's name in this store, where the error names only the kind of secret.
    pub(crate) fn with_label(&self, error: KeysError) -> KeysError {
        match error {
            KeysError::Key { secret, source } => {
                let label =
                    SecretName::ALL.into_iter().find(|name| name.as_str() == secret).map(|name| self.label(name));
                KeysError::Key { secret: label.unwrap_or(secret), source }
            }
            other => other,
        }
    }

    /// The secret, if it exists.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) async fn read(&self, name: SecretName) -> Result<Option<StoredSecret>, KeysError> {
        match self {
            Self::Folder { path, .. } => {
                let path = file_path(path, name);
                private_files::restrict_access(&path)
                    .map_err(|source| KeysError::File { file: self.label(name), source })?;
                match fs::read_to_string(&path) {
                    Ok(text) => Ok(Some(StoredSecret { text, version: String::new() })),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(source) => Err(KeysError::File { file: self.label(name), source }),
                }
            }
            Self::Manager { client, .. } => {
                let id = self.label(name);
                match client.get_secret_value().secret_id(&id).version_stage(CURRENT_STAGE).send().await {
                    Ok(answer) => {
                        let text =
                            answer.secret_string().ok_or_else(|| KeysError::Unreadable { secret: id.clone() })?;
                        let version = answer.version_id().unwrap_or_default().to_owned();
                        Ok(Some(StoredSecret { text: text.to_owned(), version }))
                    }
                    Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
                    Err(error) => Err(manager_error("read", id, &error)),
                }
            }
        }
    }

    /// Creates the secret. Returns the id of its version in Secrets Manager.
    ///
    /// # Errors
    /// If it cannot be created, or already exists.
    pub(crate) async fn create(&self, name: SecretName, text: &str) -> Result<Option<String>, KeysError> {
        match self {
            Self::Folder { path, .. } => self.write_file(&file_path(path, name), name, text).map(|()| None),
            Self::Manager { client, .. } => {
                let id = self.label(name);
                let about = match name {
                    SecretName::SigningKey => "CodeSensei: signs tokens. Only the functions auth and users read it.",
                    SecretName::PublicKeys => {
                        "CodeSensei: verifies tokens. All functions that answer requests read it."
                    }
                    SecretName::Seed => "CodeSensei: cursors, fences and the origin secret of CloudFront.",
                };
                let create = client.create_secret().name(&id).description(about).secret_string(text);
                let made = create.send().await.map_err(|error| manager_error("create", id, &error))?;
                Ok(made.version_id().map(str::to_owned))
            }
        }
    }

    /// Replaces the secret if it is unchanged since it was read. Returns the id of its version in Secrets Manager.
    ///
    /// # Errors
    /// If it cannot be written, or another command has changed it.
    pub(crate) async fn replace(
        &self,
        name: SecretName,
        before: &StoredSecret,
        text: &str,
    ) -> Result<Option<String>, KeysError> {
        match self {
            Self::Folder { path, .. } => self.write_file(&file_path(path, name), name, text).map(|()| None),
            Self::Manager { client, .. } => replace(client, self.label(name), before, text).await.map(Some),
        }
    }

    fn write_file(&self, path: &Path, name: SecretName, text: &str) -> Result<(), KeysError> {
        private_files::replace(path, text.as_bytes())
            .map_err(|source| KeysError::File { file: self.label(name), source })
    }
}

/// The staging label of a new version until it is the current one.
const PREPARED_STAGE: &str = "codesensei-prepared";
/// The staging label of the version that readers get.
const CURRENT_STAGE: &str = "AWSCURRENT";

/// Stores a new version, then makes it the current one if the current one is still the version that was read. So one of
/// two concurrent commands fails, and the change of the other is preserved.
async fn replace(client: &Client, id: String, before: &StoredSecret, text: &str) -> Result<String, KeysError> {
    let put = client.put_secret_value().secret_id(&id).secret_string(text).version_stages(PREPARED_STAGE);
    let put = put.send().await.map_err(|error| manager_error("write", id.clone(), &error))?;
    let version = put.version_id().unwrap_or_default();
    let swap = client.update_secret_version_stage().secret_id(&id).version_stage(CURRENT_STAGE);
    let swap = swap.move_to_version_id(version).remove_from_version_id(&before.version);
    match swap.send().await {
        Ok(_) => Ok(version.to_owned()),
        Err(error) if error.code() == Some("InvalidParameterException") => Err(KeysError::Changed { secret: id }),
        Err(error) => Err(manager_error("write", id, &error)),
    }
}

fn file_path(folder: &Path, name: SecretName) -> PathBuf {
    folder.join(format!("{}.json", name.as_str()))
}

/// Whether another user of this machine can write to the folder.
fn is_writable_by_others(folder: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(folder).is_ok_and(|folder| folder.permissions().mode() & 0o022 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        false
    }
}

/// Locks the folder against other `keys` commands.
fn lock_folder(path: &Path) -> Result<File, KeysError> {
    let failed = |source| KeysError::File { file: path.display().to_string(), source };
    let lock = private_files::open(&path.join("lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(KeysError::InUse { folder: path.display().to_string() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn manager_error<E>(action: &'static str, secret: String, error: &SdkError<E>) -> KeysError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    KeysError::Manager { action, secret, reason: aws_error(error), answered: error.raw_response().is_some() }
}

#[cfg(all(test, unix))]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        location: Location,
    }

    fn parsed(words: impl IntoIterator<Item = String>) -> Location {
        Line::try_parse_from(std::iter::once("keys".to_owned()).chain(words)).expect("options").location
    }

    #[test]
    fn suggested_options_select_the_same_location() {
        for typed in [
            &["--dir", "keys"][..],
            &["--dir", "my keys; rm -r $HOME"],
            &["--dir=-x"],
            &["--secrets", "codesensei-prod/"],
            &["--secrets", "x/", "--profile", "it's mine", "--region", "eu-west-1"],
            &["--secrets", "x/", "--endpoint-url", "http://127.0.0.1:5000/?a=1&b=2"],
        ] {
            let location = parsed(typed.iter().map(|word| (*word).to_owned()));
            assert_eq!(parsed(shell::split_words(&location.options())), location, "{}", location.options());
        }
    }
}
