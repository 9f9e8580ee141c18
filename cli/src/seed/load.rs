//! Loads people and their events, at the times of the events, through the same rules as the API.
//!
//! Each id is derived from a name and a time, so it is the same in every table. The loader finds existing data by these
//! ids, and a second run writes nothing.

use std::time::Duration;

use model::{
    AccessError, AddUsage, AddUsageError, Clock, ContextMode, Created, Date, Digest, Email, EmailClaim,
    FailQuestionError, Ids, LoadAccount, LoadAccountError, Message, MessageKey, NewAnswer, NewSession, NewSessionError,
    NewThread, NewThreadError, PasswordHash, Patch, PlacedThread, PostError, Posted, ReplyState, SessionId,
    SessionVersion, Store, StoreAnswerError, StoreError, Thread, ThreadId, ThreadKind, ThreadUuid, Timestamp, User,
    UserId, Username, UsernameClaim,
};

use super::SeedError;
use super::plan::{ANSWER_TAKES, Action, Anchor, Answer, AskResult, Event, MODEL_ID, Person, Session};
use super::tally::Tally;

use saving::{apply, save};

mod saving;

/// The time limit for the sweep of data that a killed load left behind.
const SWEEP_TIMEOUT: Duration = Duration::from_mins(1);

/// Loads people into a table.
pub(super) struct Loader<'s> {
    store: &'s Store,
    /// The password hash of the accounts.
    password_hash: PasswordHash,
    /// The written items so far.
    pub(super) tally: Tally,
}

/// The result of one step.
enum StepResult {
    /// The data was written.
    Written,
    /// The data existed.
    Exists,
    /// A user changed the data that the step depends on, so it was skipped.
    Changed,
}

/// A session during its load.
struct SessionProgress {
    user_id: UserId,
    session_id: SessionId,
    version: SessionVersion,
    /// The opened threads, with their indexes in the file.
    threads: Vec<(usize, ThreadUuid)>,
}

impl<'s> Loader<'s> {
    /// A loader for this table.
    pub(super) fn new(store: &'s Store, password_hash: PasswordHash) -> Self {
        Self { store, password_hash, tally: Tally::default() }
    }

    /// Loads the missing data of a person.
    ///
    /// # Errors
    /// If the table refuses the data.
    pub(super) async fn person(&mut self, person: &Person) -> Result<(), SeedError> {
        let name = person.username.as_str();
        let user_id: UserId = ids(name).next(person.joined);
        if !self.account(person, user_id).await? {
            self.tally.skip(format!("{name}: another account has the username or the e-mail address"));
            return Ok(());
        }
        for session in &person.sessions {
            if !self.session(&format!("{name}/{}", session.filename.as_str()), user_id, session).await? {
                self.tally.skip(format!("{} of {name}: it was changed after it was loaded", session.filename.as_str()));
            }
        }
        for (date, analyses) in &person.analyses {
            self.analyses(user_id, *date, analyses).await?;
        }
        Ok(())
    }

    /// The store with the clock and the ids of an event.
    fn store_at(&self, at: Timestamp, what: &str) -> Store {
        self.store.at(Clock::fixed(at), ids(what))
    }

    /// Creates the account if it does not exist. Returns false if another account has its username or e-mail address.
    async fn account(&mut self, person: &Person, user_id: UserId) -> Result<bool, SeedError> {
        if self.store.accounts().get(user_id).await?.is_some() {
            return Ok(true);
        }
        let identity = (person.name.clone(), person.email.clone(), person.username.clone());
        let login = (self.password_hash.clone(), 0);
        let (user, email_claim, username_claim) = account(user_id, person.joined, identity, login);
        let account = LoadAccount { email_claim: &email_claim, username_claim: &username_claim, user: &user };
        match self.store.maintenance().load_account(account).await {
            Ok(()) => {
                self.tally.add_items("user", 1);
                self.tally.add_items("email_claim", 1);
                self.tally.add_items("username_claim", 1);
                Ok(true)
            }
            Err(LoadAccountError::UserExists) => Ok(true),
            Err(LoadAccountError::EmailTaken | LoadAccountError::UsernameTaken) => Ok(false),
            Err(LoadAccountError::Store(error)) => Err(error.into()),
        }
    }

    /// Loads a session and its events. Returns false if a user changed it, and then skips the rest.
    ///
    /// A request of an interrupted earlier load may be executed during this load. So a step that finds a change is
    /// repeated, as long as a repetition gets further.
    async fn session(&mut self, name: &str, user_id: UserId, session: &Session) -> Result<bool, SeedError> {
        let mut stopped_at = None;
        loop {
            let stop = self.session_until_changed(name, user_id, session).await?;
            if stop.is_none() || stop == stopped_at {
                return Ok(stop.is_none());
            }
            stopped_at = stop;
        }
    }

    /// Loads the missing data of a session. Returns the step that finds a change, if any; step 0 is the creation.
    async fn session_until_changed(
        &mut self,
        name: &str,
        user_id: UserId,
        session: &Session,
    ) -> Result<Option<usize>, SeedError> {
        let session_id: SessionId = ids(name).next(session.opened);
        let version = match self.store.maintenance().find_session(user_id, session_id).await? {
            Some(head) => head.version_number,
            None => match self.open(name, user_id, session).await? {
                Some(version) => version,
                None => return Ok(Some(0)),
            },
        };
        let mut progress = SessionProgress { user_id, session_id, version, threads: Vec::new() };
        for (step, event) in (1..).zip(&session.events) {
            if matches!(self.event(name, &mut progress, event).await?, StepResult::Changed) {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    async fn open(&mut self, name: &str, user: UserId, session: &Session) -> Result<Option<SessionVersion>, SeedError> {
        let new = || NewSession {
            filename: session.filename.clone(),
            language_override: session.language,
            text: session.text.to_string(),
        };
        let mut opened = self.store_at(session.opened, name).sessions().create(user, None, new()).await;
        if matches!(opened, Err(NewSessionError::Store(StoreError::Contended { .. }))) {
            // An earlier load was killed between its chunks and its commit. Its sweep job is due.
            self.store.maintenance().sweep_due(SWEEP_TIMEOUT).await?;
            opened = self.store_at(session.opened, name).sessions().create(user, None, new()).await;
        }
        match opened {
            Ok(Created { item: head, .. }) => {
                self.tally.add_items("session", 1);
                self.tally.add_items("code", 1);
                self.tally.add_items("code_chunk", head.chunk_count.into());
                Ok(Some(head.version_number))
            }
            // The id is taken: an earlier load has written the session meanwhile.
            Err(NewSessionError::Store(StoreError::Contended { .. })) => Ok(None),
            Err(NewSessionError::Store(error)) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }

    async fn event(
        &mut self,
        name: &str,
        progress: &mut SessionProgress,
        event: &Event,
    ) -> Result<StepResult, SeedError> {
        // The events of a session have different times.
        let name = format!("{name}/{}", event.at.millis());
        let store = self.store_at(event.at, &name);
        if let Action::Open(anchor) = &event.action {
            progress.threads.push((event.thread, ids(&name).next(event.at)));
            return self.open_thread(&store, progress, event, anchor).await;
        }
        if let Action::Save(text) = &event.action {
            return save(&store, progress, event, text).await;
        }
        let open = progress.threads.iter().find(|(number, _)| *number == event.thread);
        let thread = open.expect("the plan opens a thread before its messages").1;
        let id = ThreadId { session_id: progress.session_id, thread };
        let thread = match self.store.threads().get_placed(progress.user_id, id).await {
            Ok(thread) => thread,
            Err(AccessError::Store(error)) => return Err(error.into()),
            Err(_) => return Ok(StepResult::Changed),
        };
        match &event.action {
            Action::Ask { seq, question, result } => self.ask(&store, &thread, event, (*seq, question, result)).await,
            Action::Note { seq, text } => self.note(&store, &thread, *seq, text).await,
            Action::Apply { seq } => apply(&store, progress, &thread, event, *seq).await,
            Action::Open(_) | Action::Save(_) => unreachable!("handled above"),
        }
    }

    async fn open_thread(
        &mut self,
        store: &Store,
        progress: &SessionProgress,
        event: &Event,
        anchor: &Anchor,
    ) -> Result<StepResult, SeedError> {
        let (_, thread) = progress.threads.last().expect("the caller has added it");
        if self
            .store
            .maintenance()
            .find_thread(ThreadId { session_id: progress.session_id, thread: *thread })
            .await?
            .is_some()
        {
            return Ok(StepResult::Exists);
        }
        if progress.version != event.version {
            return Ok(StepResult::Changed);
        }
        let kind = if anchor.selected.is_some() { ThreadKind::Block } else { ThreadKind::File };
        let (start_line, end_line) = anchor.lines;
        let selected_text = anchor.selected.clone().unwrap_or_default();
        let new = NewThread { kind, start_line, end_line, selected_text };
        match store.threads().create(progress.user_id, progress.session_id, None, new).await {
            Ok(_) => {
                self.tally.add_items("anchors", u64::from(progress.threads.len() == 1));
                Ok(self.written("thread", 1))
            }
            Err(NewThreadError::Access(AccessError::Store(error))) => Err(error.into()),
            Err(_) => Ok(StepResult::Changed),
        }
    }

    async fn ask(
        &mut self,
        store: &Store,
        thread: &PlacedThread,
        event: &Event,
        (seq, text, result): (u32, &str, &AskResult),
    ) -> Result<StepResult, SeedError> {
        let question = match self
            .store
            .maintenance()
            .find_message(MessageKey { session_id: thread.session_id, thread: thread.thread, seq })
            .await?
        {
            Some(stored) if stored.reply_state == Some(ReplyState::Pending) => stored,
            Some(_) => return Ok(StepResult::Exists),
            None if thread.message_slots + 1 != seq => return Ok(StepResult::Changed),
            None => match stored_message(store.messages().ask_next(thread, text, None, ANSWER_TAKES).await)? {
                Some(question) => {
                    self.tally.add_items("message", 1);
                    question
                }
                None => return Ok(StepResult::Changed),
            },
        };
        let later = self.store_at(event.at.plus(ANSWER_TAKES), &format!("{}/answer", question.seq));
        match result {
            AskResult::Failed(code) => match later.messages().lease(&question).release(code).await {
                Ok(()) => {}
                Err(FailQuestionError::Store(error)) => return Err(error.into()),
                Err(_) => return Ok(StepResult::Changed),
            },
            AskResult::Answered(answer) => {
                let anchor_line = (thread.kind == ThreadKind::Block).then_some(thread.anchor.start_line);
                let new = new_answer(answer, event.version, anchor_line);
                match later.messages().lease(&question).store_answer(new).await {
                    Ok(_) => {}
                    Err(StoreAnswerError::Store(error)) => return Err(error.into()),
                    Err(_) => return Ok(StepResult::Changed),
                }
                self.tally.add_items("message", 1);
                self.tally.add_usage_day(thread.user_id, event.at.plus(ANSWER_TAKES).date());
            }
        }
        Ok(StepResult::Written)
    }

    async fn note(&mut self, store: &Store, thread: &Thread, seq: u32, text: &str) -> Result<StepResult, SeedError> {
        if self
            .store
            .maintenance()
            .find_message(MessageKey { session_id: thread.session_id, thread: thread.thread, seq })
            .await?
            .is_some()
        {
            return Ok(StepResult::Exists);
        }
        if thread.message_slots + 1 != seq {
            return Ok(StepResult::Changed);
        }
        Ok(match stored_message(store.messages().add_note_next(thread, text, None).await)? {
            Some(_) => self.written("message", 1),
            None => StepResult::Changed,
        })
    }

    /// Adds the usage of the analyses of a day that is not counted yet.
    async fn analyses(&mut self, user_id: UserId, date: Date, analyses: &[bedrock::Usage]) -> Result<(), SeedError> {
        let counted = self.store.usage().get(user_id, date).await?.map_or(0, |day| day.requests);
        for usage in analyses.iter().skip(usize::try_from(counted).unwrap_or(usize::MAX)) {
            let add = AddUsage {
                user_id,
                date,
                input_tokens: usage.input_tokens.into(),
                cache_read_tokens: usage.cache_read_tokens.into(),
                cache_write_tokens: usage.cache_write_tokens.into(),
                output_tokens: usage.output_tokens.into(),
                cost_micros: usage.cost_micros,
            };
            match self.store.usage().add(add).await {
                Ok(()) => {}
                // The account was deleted during the load.
                Err(AddUsageError::UserNotFound) => return Ok(()),
                Err(AddUsageError::Store(error)) => return Err(error.into()),
            }
            self.tally.add_usage_day(user_id, date);
        }
        Ok(())
    }

    fn written(&mut self, entity: &'static str, items: u64) -> StepResult {
        self.tally.add_items(entity, items);
        StepResult::Written
    }
}

/// A profile and its claims.
pub(super) fn account(
    user_id: UserId,
    joined: Timestamp,
    (name, email, username): (String, Email, Username),
    (password_hash, session_count): (PasswordHash, u32),
) -> (User, EmailClaim, UsernameClaim) {
    let email_claim = EmailClaim { email_digest: email.digest(), user_id, claimed_at: joined };
    let username_claim = UsernameClaim { username_key: username.key(), user_id, claimed_at: joined };
    let user = User {
        user_id,
        name,
        email,
        username,
        password_hash,
        session_count,
        session_changes: session_count,
        created_at: joined,
        signup_date: joined.date(),
        updated_at: joined,
    };
    (user, email_claim, username_claim)
}

fn new_answer(answer: &Answer, version: SessionVersion, anchor_line: Option<u32>) -> NewAnswer {
    let patch = answer.patch.clone();
    let usage = answer.usage;
    NewAnswer {
        content: answer.content.clone(),
        context_mode: ContextMode::Full,
        context_lines: (1, answer.lines),
        history_truncated: false,
        warnings: Vec::new(),
        confidence: answer.confidence,
        suggested_code: None,
        patch_status: patch.as_ref().map(|patch| patch.status.into()),
        patch: patch.map(|checked| Patch::based_on(checked.patch, version, anchor_line)),
        patch_withheld: None,
        model_id: MODEL_ID.to_owned(),
        input_tokens: usage.input_tokens,
        cache_read_tokens: usage.cache_read_tokens,
        cache_write_tokens: usage.cache_write_tokens,
        output_tokens: usage.output_tokens,
        cost_micros: usage.cost_micros,
    }
}

/// The stored message; `None` if the thread has changed.
fn stored_message(result: Result<Posted, PostError>) -> Result<Option<Message>, SeedError> {
    match result {
        Ok(Posted::Stored(message)) => Ok(Some(*message)),
        Err(PostError::Access(AccessError::Store(error)) | PostError::Unsure { source: error, .. }) => {
            Err(error.into())
        }
        Ok(Posted::NumberTaken(_)) | Err(_) => Ok(None),
    }
}

/// Repeatable ids: the same for the same name, in every run.
pub(super) fn ids(name: &str) -> Ids {
    let bytes = Digest::of(name);
    Ids::repeatable(bytes.as_bytes().iter().take(8).fold(0, |seed, byte| (seed << 8) | u64::from(*byte)))
}
