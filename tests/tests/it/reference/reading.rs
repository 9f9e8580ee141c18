//! Reads everything back at the end of a sequence, as each user, and tries to read what belongs to the others.

use std::collections::BTreeSet;

use super::call::Call;
use super::operation::Mishap;
use super::seen::Checked;
use super::state::State;
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
}

/// The users that can sign in.
fn users(state: &State) -> Vec<(String, String)> {
    let living = state.accounts.iter().filter(|account| !account.is_deleted);
    living.map(|account| (account.username.clone(), account.password.clone())).collect()
}

impl State {
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
