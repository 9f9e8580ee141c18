//! Loads people: everything they did, at the time they did it, through the same rules as if they had.
//!
//! Each id is made from a name and a time, so it is the same in every table. A second run finds it and writes nothing.

use std::time::Duration;

use model::{
    AccessError, AddUsage, AddUsageError, Clock, ContextMode, Date, Digest, Email, EmailClaim, FailQuestionError, Ids,
    LoadAccount, LoadAccountError, Message, MessageKey, NewAnswer, NewSession, NewSessionError, NewThread,
    NewThreadError, PasswordHash, Patch, PlacedThread, PostError, Posted, ReplyState, SessionId, Store,
    StoreAnswerError, StoreError, Thread, ThreadId, ThreadKind, ThreadUuid, Timestamp, User, UserId, Username,
    UsernameClaim, selection_status,
};

use super::SeedError;
use super::plan::{ANSWER_TAKES, Anchor, Answer, Deed, Event, Outcome, Person, Session};
use super::tally::Tally;

use saving::{apply, save};

mod saving;

/// How long a load waits for the sweep of what an earlier load left.
const SWEEPS_WITHIN: Duration = Duration::from_mins(1);

/// Loads people into a table.
pub(super) struct Loader<'s> {
    store: &'s Store,
    /// What they sign in with.
    password_hash: PasswordHash,
    /// What was written so far.
    pub(super) tally: Tally,
}

/// What became of something that was to be loaded.
enum Loaded {
    /// It was written.
    Written,
    /// It was there.
    There,
    /// Somebody changed what it builds on, so it is left as it is.
    Changed,
}

/// A session that is being loaded.
struct Place {
    user_id: UserId,
    session_id: SessionId,
    version: u32,
    /// Its threads in the order of their file, once they are open.
    threads: Vec<(usize, ThreadUuid)>,
}

impl<'s> Loader<'s> {
    /// A loader into this table.
    pub(super) fn new(store: &'s Store, password_hash: PasswordHash) -> Self {
        Self { store, password_hash, tally: Tally::default() }
    }

    /// Loads what is missing of a person.
    ///
    /// # Errors
    /// When the table does not take it.
    pub(super) async fn person(&mut self, person: &Person) -> Result<(), SeedError> {
        let name = person.username.as_str();
        let user_id: UserId = ids(name).next(person.joined);
        if !self.account(person, user_id).await? {
            self.tally.leave(format!("{name}: the username or the address is another account's"));
            return Ok(());
        }
        for session in &person.sessions {
            if !self.session(&format!("{name}/{}", session.filename.as_str()), user_id, session).await? {
                self.tally
                    .leave(format!("{} of {name}: it was changed since it was loaded", session.filename.as_str()));
            }
        }
        for (date, analyses) in &person.analyses {
            self.analyses(user_id, *date, analyses).await?;
        }
        Ok(())
    }

    /// The store at a moment of the story, with the ids of what happens then.
    fn then(&self, at: Timestamp, what: &str) -> Store {
        self.store.at(Clock::fixed(at), ids(what))
    }

    /// Makes sure that the account is there. False when its name or address is another's.
    async fn account(&mut self, person: &Person, user_id: UserId) -> Result<bool, SeedError> {
        if self.store.accounts().get(user_id).await?.is_some() {
            return Ok(true);
        }
        let who = (person.name.clone(), person.email.clone(), person.username.clone());
        let signs_in = (self.password_hash.clone(), 0);
        let (user, email_claim, username_claim) = account(user_id, person.joined, who, signs_in);
        let account = LoadAccount { email_claim: &email_claim, username_claim: &username_claim, user: &user };
        match self.store.maintenance().load_account(account).await {
            Ok(()) => {
                self.tally.wrote("user", 1);
                self.tally.wrote("email_claim", 1);
                self.tally.wrote("username_claim", 1);
                Ok(true)
            }
            Err(LoadAccountError::UserExists) => Ok(true),
            Err(LoadAccountError::EmailTaken | LoadAccountError::UsernameTaken) => Ok(false),
            Err(LoadAccountError::Store(error)) => Err(error.into()),
        }
    }

    /// Loads a session and all that happened in it. False when it was changed by others, and is left as it is.
    ///
    /// An earlier load that was cut off may have had a request under way, which is carried out while this one is at the same place.
    /// So what looks changed is looked at again, as long as that gets further.
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

    /// Loads what is missing of a session. Tells the step that finds it changed, if one does: 0 is its creation.
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
        let mut place = Place { user_id, session_id, version, threads: Vec::new() };
        for (step, event) in (1..).zip(&session.events) {
            if matches!(self.event(name, &mut place, event).await?, Loaded::Changed) {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    async fn open(&mut self, name: &str, user_id: UserId, session: &Session) -> Result<Option<u32>, SeedError> {
        let new = || NewSession {
            filename: session.filename.clone(),
            language_override: session.language,
            text: session.text.to_string(),
        };
        let mut opened = self.then(session.opened, name).sessions().create(user_id, new()).await;
        if matches!(opened, Err(NewSessionError::Store(StoreError::Contended { .. }))) {
            // An earlier load was killed between the chunks and the commit. Its job has long been due.
            self.store.maintenance().sweep_due(SWEEPS_WITHIN).await?;
            opened = self.then(session.opened, name).sessions().create(user_id, new()).await;
        }
        match opened {
            Ok(head) => {
                self.tally.wrote("session", 1);
                self.tally.wrote("code", 1);
                self.tally.wrote("code_chunk", head.chunk_count.into());
                Ok(Some(head.version_number))
            }
            // Its id is taken: an earlier load has written it since.
            Err(NewSessionError::Store(StoreError::Contended { .. })) => Ok(None),
            Err(NewSessionError::Store(error)) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }

    async fn event(&mut self, name: &str, place: &mut Place, event: &Event) -> Result<Loaded, SeedError> {
        // Two things of one session never happen at the same time.
        let name = format!("{name}/{}", event.at.millis());
        let store = self.then(event.at, &name);
        if let Deed::Open(anchor) = &event.deed {
            place.threads.push((event.thread, ids(&name).next(event.at)));
            return self.open_thread(&store, place, event, anchor).await;
        }
        if let Deed::Save(text) = &event.deed {
            return save(&store, place, event, text).await;
        }
        let open = place.threads.iter().find(|(number, _)| *number == event.thread);
        let thread = open.expect("the plan opens a thread before anything is said in it").1;
        let id = ThreadId { session_id: place.session_id, thread };
        let thread = match self.store.threads().get_placed(place.user_id, id).await {
            Ok(thread) => thread,
            Err(AccessError::Store(error)) => return Err(error.into()),
            Err(_) => return Ok(Loaded::Changed),
        };
        match &event.deed {
            Deed::Ask { seq, question, outcome } => self.ask(&store, &thread, event, (*seq, question, outcome)).await,
            Deed::Note { seq, text } => self.note(&store, &thread, *seq, text).await,
            Deed::Apply { seq } => apply(&store, place, &thread, event, *seq).await,
            Deed::Open(_) | Deed::Save(_) => unreachable!("these two are done"),
        }
    }

    async fn open_thread(
        &mut self,
        store: &Store,
        place: &Place,
        event: &Event,
        anchor: &Anchor,
    ) -> Result<Loaded, SeedError> {
        let (_, thread) = place.threads.last().expect("it was pushed just now");
        if self
            .store
            .maintenance()
            .find_thread(ThreadId { session_id: place.session_id, thread: *thread })
            .await?
            .is_some()
        {
            return Ok(Loaded::There);
        }
        if place.version != event.version {
            return Ok(Loaded::Changed);
        }
        let kind = if anchor.selected.is_some() { ThreadKind::Block } else { ThreadKind::File };
        let (start_line, end_line) = anchor.lines;
        let selected_text = anchor.selected.clone().unwrap_or_default();
        let new = NewThread { kind, start_line, end_line, selected_text };
        match store.threads().create(place.user_id, place.session_id, new, selection_status).await {
            Ok(_) => {
                self.tally.wrote("anchors", u64::from(place.threads.len() == 1));
                Ok(self.written("thread", 1))
            }
            Err(NewThreadError::Access(AccessError::Store(error))) => Err(error.into()),
            Err(_) => Ok(Loaded::Changed),
        }
    }

    async fn ask(
        &mut self,
        store: &Store,
        thread: &PlacedThread,
        event: &Event,
        (seq, text, outcome): (u32, &str, &Outcome),
    ) -> Result<Loaded, SeedError> {
        let question = match self
            .store
            .maintenance()
            .find_message(MessageKey { session_id: thread.session_id, thread: thread.thread, seq })
            .await?
        {
            Some(there) if there.reply_state == Some(ReplyState::Pending) => there,
            Some(_) => return Ok(Loaded::There),
            None if thread.message_slots + 1 != seq => return Ok(Loaded::Changed),
            None => match posted(store.messages().ask_next(thread, text, None, ANSWER_TAKES).await)? {
                Some(asked) => {
                    self.tally.wrote("message", 1);
                    asked
                }
                None => return Ok(Loaded::Changed),
            },
        };
        let later = self.then(event.at.plus(ANSWER_TAKES), &format!("{}/answer", question.seq));
        match outcome {
            Outcome::Failed(code) => match later.messages().store_failure(&question, code).await {
                Ok(()) => {}
                Err(FailQuestionError::Store(error)) => return Err(error.into()),
                Err(_) => return Ok(Loaded::Changed),
            },
            Outcome::Answered(answer) => {
                let anchor_line = (thread.kind == ThreadKind::Block).then_some(thread.anchor.start_line);
                let new = new_answer(answer, event.version, anchor_line);
                match later.messages().store_answer(&question, new).await {
                    Ok(_) => {}
                    Err(StoreAnswerError::Store(error)) => return Err(error.into()),
                    Err(_) => return Ok(Loaded::Changed),
                }
                self.tally.wrote("message", 1);
                self.tally.spent(thread.user_id, event.at.plus(ANSWER_TAKES).date());
            }
        }
        Ok(Loaded::Written)
    }

    async fn note(&mut self, store: &Store, thread: &Thread, seq: u32, text: &str) -> Result<Loaded, SeedError> {
        if self
            .store
            .maintenance()
            .find_message(MessageKey { session_id: thread.session_id, thread: thread.thread, seq })
            .await?
            .is_some()
        {
            return Ok(Loaded::There);
        }
        if thread.message_slots + 1 != seq {
            return Ok(Loaded::Changed);
        }
        Ok(match posted(store.messages().add_note_next(thread, text, None).await)? {
            Some(_) => self.written("message", 1),
            None => Loaded::Changed,
        })
    }

    /// Adds what analyses of a day cost, as far as the day does not say it yet.
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
                // The account was deleted while it was loaded.
                Err(AddUsageError::UserNotFound) => return Ok(()),
                Err(AddUsageError::Store(error)) => return Err(error.into()),
            }
            self.tally.spent(user_id, date);
        }
        Ok(())
    }

    fn written(&mut self, entity: &'static str, items: u64) -> Loaded {
        self.tally.wrote(entity, items);
        Loaded::Written
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

impl Place {
    fn at(&mut self, version: u32) -> Loaded {
        self.version = version;
        Loaded::Written
    }
}

fn new_answer(answer: &Answer, version: u32, anchor_line: Option<u32>) -> NewAnswer {
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
        model_id: super::MODEL_ID.to_owned(),
        input_tokens: usage.input_tokens,
        cache_read_tokens: usage.cache_read_tokens,
        cache_write_tokens: usage.cache_write_tokens,
        output_tokens: usage.output_tokens,
        cost_micros: usage.cost_micros,
    }
}

/// A message that was stored; none when its thread is not as it was.
fn posted(result: Result<Posted, PostError>) -> Result<Option<Message>, SeedError> {
    match result {
        Ok(Posted::Stored(message)) => Ok(Some(*message)),
        Err(PostError::Access(AccessError::Store(error)) | PostError::Unsure { source: error, .. }) => {
            Err(error.into())
        }
        Ok(Posted::NumberTaken(_)) | Err(_) => Ok(None),
    }
}

/// The same ids for the same name, in every run.
pub(super) fn ids(name: &str) -> Ids {
    let bytes = Digest::of(name);
    Ids::repeatable(bytes.as_bytes().iter().take(8).fold(0, |seed, byte| (seed << 8) | u64::from(*byte)))
}
