//! Writes generated users in parallel. A user with an account is complete, so an interrupted load can continue.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use indicatif::ProgressBar;
use model::{AccountItems, CheckClaims, LoadAccount, LoadAccountError, Meter, PasswordHash, Store, StoreError};
use tokio::task::JoinSet;

use super::rate::Rate;
use super::tally::{Tally, grouped};
use super::{SeedError, SeedLogin, plan};

mod member;
mod pool;
pub(super) mod shape;

use member::{Batch, GeneratedUser};
use pool::Pool;
use shape::Shape;

/// The number of items per call: four requests of 25 items.
const BATCH_SIZE: usize = 100;

/// A crowd, and the settings of its load.
pub struct Crowd {
    /// The size of the crowd.
    pub shape: Shape,
    /// Whether users can sign in.
    pub sign_in: SeedLogin,
    /// The number of users to write in parallel.
    pub concurrency: NonZeroUsize,
    /// The limit of write units per second.
    pub rate: Rate,
    /// The progress display, which counts users.
    pub progress: ProgressBar,
}

/// Asks a load to stop after the current users. Clones share the request.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Requests the stop.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether a stop was requested.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The result of a load.
#[derive(Debug)]
pub struct LoadReport {
    /// The written items and the cost.
    pub tally: Tally,
    /// The number of users that this load wrote.
    pub written: u32,
    /// The number of users that already existed.
    pub existing: u32,
    /// Whether all users exist now.
    pub is_complete: bool,
}

/// The result for one user.
enum UserResult {
    Written,
    Exists,
    /// Another account has the username or the e-mail address.
    Taken,
}

struct SharedState {
    crowd: Crowd,
    pool: Pool,
    hash: PasswordHash,
    next: AtomicU32,
    /// The number of written items, for the progress display.
    items: AtomicU64,
    stop: Stop,
}

impl Crowd {
    /// Writes all users that do not exist. The data of a user is written in any order and the account last, so a user
    /// with an account is complete.
    ///
    /// # Errors
    /// If a file of `seed/` is invalid, or the table refuses the data. Written data stays, and the next load continues
    /// from there.
    pub async fn load(self, store: &Store, stop: Stop) -> Result<LoadReport, SeedError> {
        let (pool, hash) = (Pool::of(&plan::people()?), self.sign_in.hash());
        let (workers, users) = (self.concurrency.get(), self.shape.users());
        self.progress.set_length(users.into());
        let shared =
            Arc::new(SharedState { crowd: self, pool, hash, next: AtomicU32::new(0), items: AtomicU64::new(0), stop });
        let mut tasks = JoinSet::new();
        for _ in 0..workers {
            tasks.spawn(worker(store.clone(), Arc::clone(&shared)));
        }
        let mut all = LoadReport { tally: Tally::default(), written: 0, existing: 0, is_complete: false };
        let mut failure = None;
        while let Some(done) = tasks.join_next().await {
            // Workers are never cancelled, so this one panicked.
            let (one, result) = done.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()));
            all.tally.merge(one.tally);
            all.written += one.written;
            all.existing += one.existing;
            if let Err(error) = result {
                // The other workers complete their current users.
                shared.stop.request();
                failure = failure.or(Some(error));
            }
        }
        shared.crowd.progress.finish_and_clear();
        all.is_complete = shared.next.load(Ordering::Relaxed) >= users && failure.is_none();
        failure.map_or(Ok(all), |error| Err(error.into()))
    }
}

/// Writes one user after another until none is left.
async fn worker(store: Store, shared: Arc<SharedState>) -> (LoadReport, Result<(), StoreError>) {
    let mut done = LoadReport { tally: Tally::default(), written: 0, existing: 0, is_complete: false };
    let mut writer = Writer { meter: Meter::new(), store, tally: Tally::default(), shared: &shared };
    writer.store = writer.store.metered(writer.meter.clone());
    let mut result = Ok(());
    while !shared.stop.is_requested() {
        let number = shared.next.fetch_add(1, Ordering::Relaxed);
        if number >= shared.crowd.shape.users() {
            // Resets the counter, which is now too large.
            shared.next.store(shared.crowd.shape.users(), Ordering::Relaxed);
            break;
        }
        match writer.member(number).await {
            Ok(UserResult::Written) => done.written += 1,
            Ok(UserResult::Exists) => done.existing += 1,
            Ok(UserResult::Taken) => {}
            Err(error) => {
                result = Err(error);
                break;
            }
        }
        shared.crowd.progress.inc(1);
    }
    done.tally = writer.tally;
    (done, result)
}

/// Writes for one worker.
struct Writer<'w> {
    store: Store,
    meter: Meter,
    tally: Tally,
    shared: &'w SharedState,
}

impl Writer<'_> {
    async fn member(&mut self, number: u32) -> Result<UserResult, StoreError> {
        let shared = self.shared;
        let mut member = GeneratedUser::new(&shared.crowd.shape, &shared.pool, number);
        let username = member.username.clone();
        let (digest, key) = (member.email.digest(), username.key());
        let found = self.store.maintenance().check_claims(member.user_id, digest, &key).await?;
        self.tally.add_calls(&self.meter.take());
        match found {
            CheckClaims { user: Some(_), .. } => return Ok(UserResult::Exists),
            CheckClaims { email_claim: None, username_claim: None, .. } => {}
            CheckClaims { .. } => return Ok(self.skip_taken(username.as_str())),
        }
        let (user, email_claim, username_claim) = member.account(shared.hash.clone());
        let mut batch = Batch::default();
        while member.next_session(&mut batch) {
            if batch.len() >= BATCH_SIZE {
                self.write(std::mem::take(&mut batch)).await?;
            }
        }
        batch.days = member.days();
        self.write(batch).await?;
        shared.crowd.rate.take(3.0).await;
        let account = LoadAccount { email_claim: &email_claim, username_claim: &username_claim, user: &user };
        let loaded = self.store.maintenance().load_account(account).await;
        self.charge_remaining(3.0).await;
        match loaded {
            Ok(()) => {
                self.tally.add_items("user", 1);
                self.tally.add_items("email_claim", 1);
                self.tally.add_items("username_claim", 1);
                Ok(UserResult::Written)
            }
            Err(LoadAccountError::Store(error)) => Err(error),
            Err(LoadAccountError::UserExists) => Ok(UserResult::Exists),
            Err(LoadAccountError::EmailTaken | LoadAccountError::UsernameTaken) => {
                Ok(self.skip_taken(username.as_str()))
            }
        }
    }

    async fn write(&mut self, batch: Batch) -> Result<(), StoreError> {
        let Batch { heads, codes, anchors, threads, messages, days } = &batch;
        let items = AccountItems { heads, codes, anchors, threads, messages, days };
        // Takes at least one unit per item in advance, and the rest after the write.
        let least = f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX));
        self.shared.crowd.rate.take(least).await;
        self.store.maintenance().load_account_items(items).await?;
        self.charge_remaining(least).await;
        let counts = [
            ("session", heads.len()),
            ("code", codes.len()),
            ("anchors", anchors.len()),
            ("thread", threads.len()),
            ("message", messages.len()),
            ("daily_usage", days.len()),
        ];
        for (entity, count) in counts {
            self.tally.add_items(entity, count as u64);
        }
        let items = self.shared.items.fetch_add(batch.len() as u64, Ordering::Relaxed);
        self.shared.crowd.progress.set_message(format!("{} items", grouped(items)));
        Ok(())
    }

    /// Takes the units that the last calls consumed beyond those taken in advance.
    async fn charge_remaining(&mut self, skip_taken: f64) {
        let calls = self.meter.take();
        let consumed: f64 = calls.iter().map(|call| call.wcu).sum();
        self.tally.add_calls(&calls);
        self.shared.crowd.rate.take(consumed - skip_taken).await;
    }

    fn skip_taken(&mut self, username: &str) -> UserResult {
        self.tally.skip(format!("{username}: another account has the username or the e-mail address"));
        UserResult::Taken
    }
}
