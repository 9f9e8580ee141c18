//! Data to look at: people and what they did, from the files in `seed/`, and as many made-up people as asked for.

use handlers::App;
use model::{PasswordHash, Store, StoreError};

pub use crowd::load::{Crowd, Outcome, Stop};
pub use crowd::shape::Shape;
pub use files::FILES;
pub use indicatif::ProgressBar;
pub use rate::Rate;
pub use story::InvalidStory;
pub use tally::Tally;

pub mod command;
mod crowd;
mod files;
mod load;
mod places;
mod plan;
mod rate;
mod story;
mod tally;
#[cfg(test)]
mod tests;

/// The name of the demo account.
pub const USERNAME: &str = "demo";
/// Its password, and that of everybody else in `seed/people`. Everyone knows it: accounts with it are only ever made in
/// tables that are not on AWS.
pub const PASSWORD: &str = "Review-me-2026";
/// A bcrypt hash of [`PASSWORD`], of the cost that the handlers use. Fixed, so that the data is the same in every table.
const PASSWORD_HASH: &str = "$2b$10$Ynv.UQSvzQecYisHnP/KJu6LSSfNiNh8emMxT1oZKNYhyauTbGbDK";
/// A hash of no password: of all that there are, bcrypt makes none of them into this.
const NO_PASSWORD_HASH: &str = "$2b$10$.....................................................";
/// Who wrote the answers: the people who wrote the questions.
const MODEL_ID: &str = "seed";

/// Data could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// A file of `seed/people` is wrong.
    #[error(transparent)]
    Story(#[from] InvalidStory),
    /// The table does not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who can sign in to the accounts that are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// Everybody, with [`PASSWORD`].
    WithThePassword,
    /// Nobody: on AWS an account with a password that everyone knows would be a door.
    Nobody,
}

impl SignIn {
    fn hash(self) -> PasswordHash {
        let hash = match self {
            Self::WithThePassword => PASSWORD_HASH,
            Self::Nobody => NO_PASSWORD_HASH,
        };
        hash.parse().expect("both have the form of a hash")
    }
}

/// Makes the demo account and its sessions, unless its name is taken. Says whether it did.
///
/// # Errors
/// When the table does not take them.
pub async fn seed(app: &App) -> Result<bool, SeedError> {
    let people = plan::people()?;
    let Some(demo) = people.iter().find(|person| person.username.as_str() == USERNAME) else { return Ok(false) };
    if app.store.accounts().username_claim(&demo.username.key()).await?.is_some() {
        return Ok(false);
    }
    load::Loader::new(&app.store, SignIn::WithThePassword.hash()).person(demo).await?;
    Ok(true)
}

/// Loads the people of `seed/people` with all that they did, as far as they are not there yet. A second run writes nothing.
///
/// # Errors
/// When a file is wrong, or the table does not take them.
pub async fn load_people(store: &Store, sign_in: SignIn) -> Result<Tally, SeedError> {
    load_people_until(store, sign_in, &Stop::default()).await.map(|loaded| loaded.tally)
}

/// The same, until it is asked to stop: then the person at hand is finished.
///
/// # Errors
/// When a file is wrong, or the table does not take them.
pub async fn load_people_until(store: &Store, sign_in: SignIn, stop: &Stop) -> Result<Outcome, SeedError> {
    let meter = model::Meter::new();
    let store = store.metered(meter.clone());
    let mut loader = load::Loader::new(&store, sign_in.hash());
    let (mut written, people) = (0, plan::people()?);
    for person in people.iter().take_while(|_| !stop.is_asked()) {
        loader.person(person).await?;
        loader.tally.cost(&meter.take());
        written += 1;
    }
    Ok(Outcome { tally: loader.tally, written, there: 0, is_complete: written == people_count() })
}

/// How many people there are in `seed/people`.
#[must_use]
pub fn people_count() -> u32 {
    u32::try_from(files::PEOPLE.len()).unwrap_or(u32::MAX)
}
