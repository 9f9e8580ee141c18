//! Where the secrets are: JSON files in a folder, or Secrets Manager.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use clap::{ArgGroup, Args};

use crate::aws::{Account, aws_error};
use crate::keys::error::KeysError;
use crate::{private, shell};

/// One of the three secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// What signs.
    SigningKey,
    /// What tokens are checked with.
    PublicKeys,
    /// What cursors and fences are derived from.
    Seed,
}

impl Name {
    /// All, in the order in which `new` makes them: what comes later can be made again from what comes first.
    pub(crate) const ALL: [Self; 3] = [Self::SigningKey, Self::PublicKeys, Self::Seed];

    /// As it is called after a prefix.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::SigningKey => "signing-key",
            Self::PublicKeys => "public-keys",
            Self::Seed => "seed",
        }
    }
}

/// Where they are, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Args)]
#[command(next_help_heading = "Where the keys are", group = ArgGroup::new("place").required(true))]
pub struct Where {
    /// In files: signing-key.json, public-keys.json and seed.json in this folder.
    #[arg(long, value_name = "FOLDER", group = "place")]
    pub dir: Option<PathBuf>,
    /// In Secrets Manager, under names that begin with this, for instance codesensei-prod/.
    #[arg(long, value_name = "PREFIX", group = "place", value_parser = prefix)]
    pub secrets: Option<String>,
    /// Of which account.
    #[command(flatten)]
    pub account: Account,
}

/// The characters of a secret's name, and an end that keeps the prefix apart from it.
pub(crate) fn prefix(text: &str) -> Result<String, String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    if text.ends_with(['/', '-', '_', '.']) && text.len() <= 256 && text.chars().all(is_part) {
        return Ok(text.to_owned());
    }
    Err("a prefix ends with /, -, _ or ., such as codesensei-prod/, and has letters, digits and /_+=.@- only"
        .to_owned())
}

/// A secret's text, and which version of it that is.
#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) text: String,
    version: String,
}

/// The secrets' place, ready to be read and written.
pub(crate) enum Place {
    /// A folder. Only one command at a time has it.
    Folder { path: PathBuf, _lock: Option<File> },
    /// Secrets Manager.
    Manager { client: Box<Client>, prefix: String },
}

impl Where {
    /// Opens the place to read.
    ///
    /// # Errors
    /// When others can write to the folder.
    pub(crate) async fn open(&self) -> Result<Place, KeysError> {
        if let Some(prefix) = &self.secrets {
            let client = Box::new(Client::new(&self.account.load().await));
            return Ok(Place::Manager { client, prefix: prefix.clone() });
        }
        let path = self.dir.clone().unwrap_or_default();
        if is_open_to_others(&path) {
            return Err(KeysError::OpenFolder { folder: path.display().to_string() });
        }
        Ok(Place::Folder { path, _lock: None })
    }

    /// Opens the place to write. A folder is held until the result is dropped.
    ///
    /// # Errors
    /// When the folder does not exist, cannot be used, or another command has it.
    pub(crate) async fn open_to_write(&self) -> Result<Place, KeysError> {
        if let Some(folder) = self.dir.as_ref().filter(|dir| !dir.is_dir()) {
            return Err(KeysError::NoFolder { folder: folder.display().to_string(), options: self.options() });
        }
        self.held().await
    }

    /// The same for new keys: the folder is made when it does not exist.
    ///
    /// # Errors
    /// When the folder cannot be used, or another command has it.
    pub(crate) async fn open_or_make(&self) -> Result<Place, KeysError> {
        if let Some(path) = self.dir.as_ref().filter(|dir| !dir.is_dir()) {
            private::folder(path).map_err(|source| KeysError::File { file: path.display().to_string(), source })?;
        }
        self.held().await
    }

    async fn held(&self) -> Result<Place, KeysError> {
        match self.open().await? {
            Place::Folder { path, .. } => {
                let lock = held(&path)?;
                Ok(Place::Folder { path, _lock: Some(lock) })
            }
            place @ Place::Manager { .. } => Ok(place),
        }
    }

    /// The options that name this place again, for a shell.
    pub(crate) fn options(&self) -> String {
        let dir = self.dir.as_ref().map(|dir| shell::option("dir", &dir.display().to_string()));
        let secrets = self.secrets.as_ref().map(|prefix| shell::option("secrets", prefix));
        dir.into_iter().chain(secrets).chain(self.account.options()).collect::<Vec<_>>().join(" ")
    }
}

impl Place {
    /// The secret's name, or its file.
    pub(crate) fn label(&self, name: Name) -> String {
        match self {
            Self::Folder { path, .. } => file(path, name).display().to_string(),
            Self::Manager { prefix, .. } => format!("{prefix}{}", name.as_str()),
        }
    }

    /// The secret, if it exists.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn read(&self, name: Name) -> Result<Option<Stored>, KeysError> {
        match self {
            Self::Folder { path, .. } => {
                let path = file(path, name);
                private::close(&path).map_err(|source| KeysError::File { file: self.label(name), source })?;
                match fs::read_to_string(&path) {
                    Ok(text) => Ok(Some(Stored { text, version: String::new() })),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(source) => Err(KeysError::File { file: self.label(name), source }),
                }
            }
            Self::Manager { client, .. } => {
                let id = self.label(name);
                match client.get_secret_value().secret_id(&id).version_stage(CURRENT).send().await {
                    Ok(answer) => {
                        let text =
                            answer.secret_string().ok_or_else(|| KeysError::Unreadable { secret: id.clone() })?;
                        let version = answer.version_id().unwrap_or_default().to_owned();
                        Ok(Some(Stored { text: text.to_owned(), version }))
                    }
                    Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
                    Err(error) => Err(refused("read", id, &error)),
                }
            }
        }
    }

    /// Makes the secret, which does not exist yet. Returns the id of its version, if versions have one.
    ///
    /// # Errors
    /// When it cannot be made, or has been made meanwhile.
    pub(crate) async fn create(&self, name: Name, text: &str) -> Result<Option<String>, KeysError> {
        match self {
            Self::Folder { path, .. } => self.write_file(&file(path, name), name, text).map(|()| None),
            Self::Manager { client, .. } => {
                let id = self.label(name);
                let about = match name {
                    Name::SigningKey => "CodeSensei: signs tokens. Read by the functions auth and users alone.",
                    Name::PublicKeys => "CodeSensei: checks tokens. Read by every function that answers requests.",
                    Name::Seed => "CodeSensei: cursors, fences and the origin secret of CloudFront.",
                };
                let create = client.create_secret().name(&id).description(about).secret_string(text);
                let made = create.send().await.map_err(|error| refused("make", id, &error))?;
                Ok(made.version_id().map(str::to_owned))
            }
        }
    }

    /// Replaces the secret as it was read. Returns the id of its version, if versions have one.
    ///
    /// # Errors
    /// When it cannot be written, or another command has written it meanwhile.
    pub(crate) async fn replace(&self, name: Name, before: &Stored, text: &str) -> Result<Option<String>, KeysError> {
        match self {
            Self::Folder { path, .. } => self.write_file(&file(path, name), name, text).map(|()| None),
            Self::Manager { client, .. } => replace(client, self.label(name), before, text).await.map(Some),
        }
    }

    fn write_file(&self, path: &Path, name: Name, text: &str) -> Result<(), KeysError> {
        private::replace(path, text.as_bytes()).map_err(|source| KeysError::File { file: self.label(name), source })
    }
}

/// The label that a new version has until it is the current one.
const PREPARED: &str = "codesensei-prepared";
/// The label of the version that readers are given.
const CURRENT: &str = "AWSCURRENT";

/// Stores a version beside the current one, then makes it the current one if that is still the version that was read: so
/// of two commands side by side one is refused, and loses nothing of the other.
async fn replace(client: &Client, id: String, before: &Stored, text: &str) -> Result<String, KeysError> {
    let put = client.put_secret_value().secret_id(&id).secret_string(text).version_stages(PREPARED);
    let put = put.send().await.map_err(|error| refused("write", id.clone(), &error))?;
    let version = put.version_id().unwrap_or_default();
    let swap = client.update_secret_version_stage().secret_id(&id).version_stage(CURRENT);
    let swap = swap.move_to_version_id(version).remove_from_version_id(&before.version);
    match swap.send().await {
        Ok(_) => Ok(version.to_owned()),
        Err(error) if error.code() == Some("InvalidParameterException") => Err(KeysError::Changed { secret: id }),
        Err(error) => Err(refused("write", id, &error)),
    }
}

fn file(folder: &Path, name: Name) -> PathBuf {
    folder.join(format!("{}.json", name.as_str()))
}

/// Whether another user of this machine can put a file of his own into the folder.
fn is_open_to_others(folder: &Path) -> bool {
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

/// Keeps other commands of this name out of the folder.
fn held(path: &Path) -> Result<File, KeysError> {
    let failed = |source| KeysError::File { file: path.display().to_string(), source };
    let lock = private::file(&path.join("lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(KeysError::InUse { folder: path.display().to_string() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn refused<E>(action: &'static str, secret: String, error: &SdkError<E>) -> KeysError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    KeysError::Manager { action, secret, said: aws_error(error), answered: error.raw_response().is_some() }
}

#[cfg(all(test, unix))]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        place: Where,
    }

    fn parsed(words: impl IntoIterator<Item = String>) -> Where {
        Line::try_parse_from(std::iter::once("keys".to_owned()).chain(words)).expect("options").place
    }

    #[test]
    fn the_options_of_a_suggested_command_name_the_same_place() {
        for typed in [
            &["--dir", "keys"][..],
            &["--dir", "my keys; rm -r $HOME"],
            &["--dir=-x"],
            &["--secrets", "codesensei-prod/"],
            &["--secrets", "x/", "--profile", "it's mine", "--region", "eu-west-1"],
            &["--secrets", "x/", "--endpoint-url", "http://127.0.0.1:5000/?a=1&b=2"],
        ] {
            let place = parsed(typed.iter().map(|word| (*word).to_owned()));
            assert_eq!(parsed(shell::words(&place.options())), place, "{}", place.options());
        }
    }
}
