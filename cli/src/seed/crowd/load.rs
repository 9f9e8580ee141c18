//! Writes a crowd: several people at a time, each all there or not there, so that an interrupted load can go on.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use indicatif::ProgressBar;
use model::{AccountItems, CheckClaims, LoadAccount, LoadAccountError, Meter, PasswordHash, Store, StoreError};
use tokio::task::JoinSet;

use super::member::{Batch, Member};
use super::pool::Pool;
use super::shape::Shape;
use crate::seed::rate::Rate;
use crate::seed::tally::{Tally, grouped};
use crate::seed::{SeedError, SignIn, plan};

/// So many items are collected before they are sent: four requests of 25, which one call sends at a time.
const AT_ONCE: usize = 100;

/// A crowd, and how fast to write it.
pub struct Crowd {
    /// How large it is.
    pub shape: Shape,
    /// Who can sign in.
    pub sign_in: SignIn,
    /// How many people are written at the same time.
    pub concurrency: NonZeroUsize,
    /// How many write units a second may take.
    pub rate: Rate,
    /// Where progress is shown, by people.
    pub progress: ProgressBar,
}

/// Asks a load to stop when the people at hand are done. Clones ask together.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What became of a crowd.
#[derive(Debug)]
pub struct Outcome {
    /// What was written, and what it cost.
    pub tally: Tally,
    /// People who are written now.
    pub written: u32,
    /// People who were there already.
    pub there: u32,
    /// Whether all of them are there.
    pub is_complete: bool,
}

/// What became of one of them.
enum Loaded {
    Written,
    There,
    /// Another account has the name.
    Taken,
}

struct Work {
    crowd: Crowd,
    pool: Pool,
    hash: PasswordHash,
    next: AtomicU32,
    /// Items written so far, for the progress.
    items: AtomicU64,
    stop: Stop,
}

impl Crowd {
    /// Writes everybody who is not there yet. What one person has is written in any order and the account last, so
    /// whoever has an account is all there.
    ///
    /// # Errors
    /// When a file of `seed/` is wrong, or the table does not take what is written. What was written stays, and the next
    /// load goes on from there.
    pub async fn load(self, store: &Store, stop: Stop) -> Result<Outcome, SeedError> {
        let (pool, hash) = (Pool::of(&plan::people()?), self.sign_in.hash());
        let (workers, users) = (self.concurrency.get(), self.shape.users());
        self.progress.set_length(users.into());
        let work = Arc::new(Work { crowd: self, pool, hash, next: AtomicU32::new(0), items: AtomicU64::new(0), stop });
        let mut tasks = JoinSet::new();
        for _ in 0..workers {
            tasks.spawn(worker(store.clone(), Arc::clone(&work)));
        }
        let mut all = Outcome { tally: Tally::default(), written: 0, there: 0, is_complete: false };
        let mut failure = None;
        while let Some(done) = tasks.join_next().await {
            // Nobody cancels a worker, so this one panicked.
            let (one, result) = done.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()));
            all.tally.add(one.tally);
            all.written += one.written;
            all.there += one.there;
            if let Err(error) = result {
                // The others finish whom they are at.
                work.stop.ask();
                failure = failure.or(Some(error));
            }
        }
        work.crowd.progress.finish_and_clear();
        all.is_complete = work.next.load(Ordering::Relaxed) >= users && failure.is_none();
        failure.map_or(Ok(all), |error| Err(error.into()))
    }
}

/// Takes one person after the other until there are none.
async fn worker(store: Store, work: Arc<Work>) -> (Outcome, Result<(), StoreError>) {
    let mut done = Outcome { tally: Tally::default(), written: 0, there: 0, is_complete: false };
    let mut writer = Writer { meter: Meter::new(), store, tally: Tally::default(), work: &work };
    writer.store = writer.store.metered(writer.meter.clone());
    let mut result = Ok(());
    while !work.stop.is_asked() {
        let number = work.next.fetch_add(1, Ordering::Relaxed);
        if number >= work.crowd.shape.users() {
            // One too many, so that it stays at their number.
            work.next.store(work.crowd.shape.users(), Ordering::Relaxed);
            break;
        }
        match writer.member(number).await {
            Ok(Loaded::Written) => done.written += 1,
            Ok(Loaded::There) => done.there += 1,
            Ok(Loaded::Taken) => {}
            Err(error) => {
                result = Err(error);
                break;
            }
        }
        work.crowd.progress.inc(1);
    }
    done.tally = writer.tally;
    (done, result)
}

/// Writes for one worker.
struct Writer<'w> {
    store: Store,
    meter: Meter,
    tally: Tally,
    work: &'w Work,
}

impl Writer<'_> {
    async fn member(&mut self, number: u32) -> Result<Loaded, StoreError> {
        let work = self.work;
        let mut member = Member::new(&work.crowd.shape, &work.pool, number);
        let username = member.username.clone();
        let (digest, key) = (member.email.digest(), username.key());
        let found = self.store.maintenance().check_claims(member.user_id, digest, &key).await?;
        self.tally.cost(&self.meter.take());
        match found {
            CheckClaims { user: Some(_), .. } => return Ok(Loaded::There),
            CheckClaims { email_claim: None, username_claim: None, .. } => {}
            CheckClaims { .. } => return Ok(self.taken(username.as_str())),
        }
        let (user, email_claim, username_claim) = member.account(work.hash.clone());
        let mut batch = Batch::default();
        while member.next_session(&mut batch) {
            if batch.len() >= AT_ONCE {
                self.write(std::mem::take(&mut batch)).await?;
            }
        }
        batch.days = member.days();
        self.write(batch).await?;
        work.crowd.rate.take(3.0).await;
        let account = LoadAccount { email_claim: &email_claim, username_claim: &username_claim, user: &user };
        let loaded = self.store.maintenance().load_account(account).await;
        self.settle(3.0).await;
        match loaded {
            Ok(()) => {
                self.tally.wrote("user", 1);
                self.tally.wrote("email_claim", 1);
                self.tally.wrote("username_claim", 1);
                Ok(Loaded::Written)
            }
            Err(LoadAccountError::Store(error)) => Err(error),
            Err(LoadAccountError::UserExists) => Ok(Loaded::There),
            Err(LoadAccountError::EmailTaken | LoadAccountError::UsernameTaken) => Ok(self.taken(username.as_str())),
        }
    }

    async fn write(&mut self, batch: Batch) -> Result<(), StoreError> {
        let Batch { heads, codes, anchors, threads, messages, days } = &batch;
        let items = AccountItems { heads, codes, anchors, threads, messages, days };
        // At least one unit for each item, in advance; what it really was, afterwards.
        let least = f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX));
        self.work.crowd.rate.take(least).await;
        self.store.maintenance().load_account_items(items).await?;
        self.settle(least).await;
        let counts = [
            ("session", heads.len()),
            ("code", codes.len()),
            ("anchors", anchors.len()),
            ("thread", threads.len()),
            ("message", messages.len()),
            ("daily_usage", days.len()),
        ];
        for (entity, count) in counts {
            self.tally.wrote(entity, count as u64);
        }
        let items = self.work.items.fetch_add(batch.len() as u64, Ordering::Relaxed);
        self.work.crowd.progress.set_message(format!("{} items", grouped(items)));
        Ok(())
    }

    /// Takes what the last calls consumed beyond what was taken in advance.
    async fn settle(&mut self, taken: f64) {
        let calls = self.meter.take();
        let consumed: f64 = calls.iter().map(|call| call.wcu).sum();
        self.tally.cost(&calls);
        self.work.crowd.rate.take(consumed - taken).await;
    }

    fn taken(&mut self, username: &str) -> Loaded {
        self.tally.leave(format!("{username}: the username or the address is another account's"));
        Loaded::Taken
    }
}
