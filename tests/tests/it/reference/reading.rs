//! Reads everything back at the end of a sequence, as each user, and tries to read what belongs to the others. Then it
//! verifies the table.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{FindingKind, Progress, Verify};

use super::call::Call;
use super::operation::Mishap;
use super::seen::Checked;
use super::state::{HOUR, Kind, Message, ReplyState, State};
use super::world::{READER, World};

impl World {
    /// Requires that the whole state equals the model's, as each user reads it.
    pub(super) async fn read_back(&mut self) -> Checked {
        let users: BTreeSet<(String, String)> = self.states.iter().flat_map(users).collect();
        for (username, password) in users {
            self.request(READER, &Call::SignIn { username, password }, Mishap::None).await?;
            if self.states[0].devices[READER].access.is_some() {
                self.read_as_user().await?;
                self.request(READER, &Call::SignOut, Mishap::None).await?;
            }
        }
        self.verify().await
    }

    async fn read_as_user(&mut self) -> Checked {
        for call in [
            Call::ReadProfile,
            Call::ListDevices,
            Call::ReadUsage,
            Call::ListSessions { by_activity: false, limit: 3 },
            Call::ListSessions { by_activity: true, limit: 50 },
        ] {
            self.request(READER, &call, Mishap::None).await?;
        }
        // The ids of the sessions and then of their threads are known only after they are read.
        for call in self.states[0].sessions_to_read() {
            self.request(READER, &call, Mishap::None).await?;
        }
        for call in self.states[0].threads_to_read() {
            self.request(READER, &call, Mishap::None).await?;
        }
        Ok(())
    }

    /// Requires that `verify` finds no damage, and exactly the overdue questions of the model. Items that have expired
    /// are no damage.
    async fn verify(&mut self) -> Checked {
        let found = Mutex::new(Vec::new());
        let options = Verify { segments: 1, look_again_after: Duration::ZERO, ..Verify::default() };
        let note = |progress: Progress| {
            if let Progress::Found(finding, _) = progress
                && finding.kind != FindingKind::Expired
            {
                found.lock().unwrap_or_else(PoisonError::into_inner).push(finding.clone());
            }
        };
        // A request on a busy machine may leave its sweep job to the schedule.
        self.sweep().await?;
        let verified = self.table().maintenance().verify(options, note).await;
        verified.map_err(|error| error.to_string())?;
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (overdue, damage): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|finding| finding.kind == FindingKind::PendingQuestion);
        let overdue: BTreeSet<String> = overdue.into_iter().map(|finding| finding.id).collect();
        let predicted: Vec<BTreeSet<String>> = self.states.iter().map(State::overdue_questions).collect();
        if !damage.is_empty() {
            return Err(format!("verify finds {damage:?}"));
        }
        self.states.retain(|state| state.overdue_questions() == overdue);
        if self.states.is_empty() {
            return Err(format!("verify finds the pending questions {overdue:?}; the model predicts {predicted:?}"));
        }
        Ok(())
    }
}

/// The users that can sign in.
fn users(state: &State) -> Vec<(String, String)> {
    let living = state.accounts.iter().filter(|account| !account.is_deleted);
    living.map(|account| (account.username.clone(), account.password.clone())).collect()
}

impl State {
    /// The questions that `verify` reports: the process of each was killed, and they were stored more than an hour ago.
    /// They are shown as failed; only a retry, a cancellation or a repair changes the item.
    fn overdue_questions(&self) -> BTreeSet<String> {
        let accounts = (0..self.accounts.len()).filter(|account| !self.accounts[*account].is_deleted);
        let threads = accounts.flat_map(|account| self.sessions_of(account)).flat_map(|at| self.living_threads(at));
        let ids = threads.filter_map(|at| {
            let thread = self.thread_at(at);
            let (session, id) = thread.id.as_ref()?.split_once('.')?;
            let is_overdue = |message: &&Message| {
                matches!(message.kind, Kind::Question(_, ReplyState::Abandoned)) && message.at + HOUR < self.now
            };
            let overdue = thread.messages.iter().filter(is_overdue);
            Some(overdue.map(move |message| format!("message SESSION#{session} MSG#{id}#{:03}", message.seq)))
        });
        ids.flatten().collect()
    }

    /// Reads of the sessions of all users, also of deleted ones.
    fn sessions_to_read(&self) -> Vec<Call> {
        let sessions = self.accounts.iter().flat_map(|account| &account.sessions);
        let read = |id: String| {
            [Call::OpenSession { id: id.clone(), with_threads: true }, Call::ListThreads { session: id, limit: 7 }]
        };
        sessions.filter_map(|session| session.id.clone()).flat_map(read).collect()
    }

    /// Reads of the threads of all users, also of deleted ones.
    fn threads_to_read(&self) -> Vec<Call> {
        let sessions = self.accounts.iter().flat_map(|account| &account.sessions);
        let threads = sessions.flat_map(|session| &session.threads);
        let known = threads.filter_map(|thread| Some((thread.id.clone()?, thread.slots())));
        known
            .flat_map(|(id, slots)| {
                let messages = Call::ListMessages { thread: id.clone(), newest_first: false, limit: 4 };
                let last = (slots > 0).then(|| Call::ReadMessage { thread: id.clone(), seq: slots });
                [Call::ReadThread { id }, messages].into_iter().chain(last)
            })
            .collect()
    }
}
