//! Sample data: the people of the files in `seed/`, and any number of generated users.

use handlers::App;
use model::{PasswordHash, Store, StoreError};

pub use crowd::shape::Shape;
pub use crowd::{Crowd, LoadReport, Stop};
pub use files::FILES;
pub use indicatif::ProgressBar;
pub use person_file::InvalidPersonFile;
pub use rate::Rate;
pub use tally::Tally;

pub mod command;
mod crowd;
mod files;
mod load;
mod person_file;
mod plan;
mod rate;
mod tally;
#[cfg(test)]
mod tests;
mod text_blocks;

/// The username of the demo account.
pub const USERNAME: &str = "demo";
/// The password of the demo account and of all people in `seed/people`. It is public: accounts with it are created only
/// in tables outside AWS.
pub const PASSWORD: &str = "Review-me-2026";
/// A bcrypt hash of [`PASSWORD`], with the cost of the handlers. Fixed, so that the data is the same in every table.
const PASSWORD_HASH: &str = "$2b$10$Ynv.UQSvzQecYisHnP/KJu6LSSfNiNh8emMxT1oZKNYhyauTbGbDK";
/// A value that is the bcrypt hash of no password.
const NO_PASSWORD_HASH: &str = "$2b$10$.....................................................";

/// The data could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// A file of `seed/people` is invalid.
    #[error(transparent)]
    PersonFile(#[from] InvalidPersonFile),
    /// The table refused the data.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether users can sign in to the loaded accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedLogin {
    /// Yes, with [`PASSWORD`].
    SharedPassword,
    /// No: on AWS, an account with a public password would be a security hole.
    Disabled,
}

impl SeedLogin {
    fn hash(self) -> PasswordHash {
        let hash = match self {
            Self::SharedPassword => PASSWORD_HASH,
            Self::Disabled => NO_PASSWORD_HASH,
        };
        hash.parse().expect("both values are hashes")
    }
}

/// Creates the demo account and its sessions, unless its username is taken. Returns whether it did.
///
/// # Errors
/// If the table refuses the data.
pub async fn seed(app: &App) -> Result<bool, SeedError> {
    let people = plan::people()?;
    let Some(demo) = people.iter().find(|person| person.username.as_str() == USERNAME) else { return Ok(false) };
    if app.store.accounts().username_claim(&demo.username.key()).await?.is_some() {
        return Ok(false);
    }
    load::Loader::new(&app.store, SeedLogin::SharedPassword.hash()).person(demo).await?;
    Ok(true)
}

/// Loads the missing people of `seed/people` with their data. A second run writes nothing.
///
/// # Errors
/// If a file is invalid, or the table refuses the data.
pub async fn load_people(store: &Store, sign_in: SeedLogin) -> Result<Tally, SeedError> {
    load_people_until(store, sign_in, &Stop::default()).await.map(|loaded| loaded.tally)
}

/// Like `load_people`, until a stop is requested: then the current person is completed.
///
/// # Errors
/// If a file is invalid, or the table refuses the data.
pub async fn load_people_until(store: &Store, sign_in: SeedLogin, stop: &Stop) -> Result<LoadReport, SeedError> {
    let meter = model::Meter::new();
    let store = store.metered(meter.clone());
    let mut loader = load::Loader::new(&store, sign_in.hash());
    let (mut written, people) = (0, plan::people()?);
    for person in people.iter().take_while(|_| !stop.is_requested()) {
        loader.person(person).await?;
        loader.tally.add_calls(&meter.take());
        written += 1;
    }
    Ok(LoadReport { tally: loader.tally, written, existing: 0, is_complete: written == people_count() })
}

/// The number of people in `seed/people`.
#[must_use]
pub fn people_count() -> u32 {
    u32::try_from(files::PEOPLE.len()).unwrap_or(u32::MAX)
}
