//! Actions of people in the tests: sign up, open sessions and threads, save, ask and answer.

use std::sync::Arc;
use std::time::Duration;

use model::{
    Change, ContextMode, DeleteAccount, DeleteSession, DeleteThread, Message, NewAnswer, NewSession, NewThread,
    NewUser, OpenedSession, OwnEmailClaim, OwnUsernameClaim, PageRequest, PlacedThread, RefreshFamily,
    RemainingAnchors, SaveCode, SaveCodeError, Saved, Session, SessionKey, SweepJob, SweepJobRequired, SweepKind,
    SweepState, Swept, Thread, ThreadKind, User, UserKey,
};
use tokio::sync::Barrier;

use crate::{TestTable, used};

/// The lease of a question's run in a test.
pub const LEASE: Duration = Duration::from_secs(35);

/// The lifetime of a sign-in.
pub const A_WEEK: Duration = Duration::from_hours(7 * 24);

/// More time than any sweep of a test needs.
pub const SWEEP_TIME: Duration = Duration::from_mins(2);

/// A hash of the right form. These tests sign in without a password.
pub const PASSWORD_HASH: &str = "$2b$10$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Runs an action `times` times concurrently, and returns the results.
pub async fn concurrently<T, F>(times: usize, mut act: impl FnMut(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(times));
    let tasks: Vec<_> = (0..times)
        .map(|number| {
            let (start, deed) = (Arc::clone(&start), act(number));
            tokio::spawn(async move {
                start.wait().await;
                deed.await
            })
        })
        .collect();
    let mut results = Vec::with_capacity(times);
    for task in tasks {
        results.push(task.await.expect("no action panics"));
    }
    results
}

/// A person who signs up under this name, with the address `name@example.com`.
#[must_use]
pub fn newcomer(name: &str) -> NewUser {
    NewUser {
        name: name.to_owned(),
        email: format!("{name}@example.com").parse().expect("an address"),
        username: name.parse().expect("a user name"),
        password_hash: PASSWORD_HASH.parse().expect("a hash"),
    }
}

/// A file to review.
#[must_use]
pub fn file(filename: &str, text: &str) -> NewSession {
    NewSession { filename: filename.parse().expect("a file name"), language_override: None, text: text.to_owned() }
}

/// A save of this session, over the version that was read.
#[must_use]
pub fn edit(session: &Session, text: &str) -> SaveCode {
    SaveCode {
        session_id: session.session_id,
        expected_version_number: session.version_number,
        text: Some(text.to_owned()),
        language_override: Change::Keep,
    }
}

/// A selection of lines. Code of these tests does not have its text, so an anchor on it is approximate.
#[must_use]
pub fn lines(start_line: u32, end_line: u32) -> NewThread {
    NewThread { kind: ThreadKind::Block, start_line, end_line, selected_text: "selected".to_owned() }
}

/// An answer of the model, at the price of 5 millionths of a dollar.
#[must_use]
pub fn answer(content: &str) -> NewAnswer {
    NewAnswer {
        content: content.to_owned(),
        context_mode: ContextMode::Full,
        context_lines: (1, 2),
        history_truncated: false,
        warnings: Vec::new(),
        confidence: None,
        suggested_code: None,
        patch: None,
        patch_status: None,
        patch_withheld: None,
        model_id: "model".to_owned(),
        input_tokens: 3,
        cache_read_tokens: 0,
        cache_write_tokens: 0,
        output_tokens: 2,
        cost_micros: 5,
    }
}

impl TestTable {
    /// A person signs up.
    pub async fn user(&self, name: &str) -> User {
        self.user_and_family(name).await.0
    }

    /// A person signs up; returns their first sign-in too.
    pub async fn user_and_family(&self, name: &str) -> (User, RefreshFamily) {
        self.accounts().create(newcomer(name), A_WEEK).await.expect("the name is free")
    }

    /// The current user item.
    pub async fn profile(&self, user: &User) -> User {
        self.patterns().get_user(user.user_id).await.expect("the table answers").expect("the account exists")
    }

    /// The user opens a session.
    pub async fn session(&self, owner: &User, filename: &str, text: &str) -> Session {
        let created = self.sessions().create(owner.user_id, None, file(filename, text)).await;
        created.expect("there is room for a session").item
    }

    /// The session's owner reads it.
    pub async fn read(&self, session: &Session) -> OpenedSession {
        let read = self.sessions().open(session.user_id, session.session_id).await;
        read.expect("the session exists")
    }

    /// The session's owner saves code over the version of `session`.
    pub async fn save(&self, session: &Session, text: &str) -> Result<Saved, SaveCodeError> {
        self.sessions().save(session.user_id, edit(session, text)).await
    }

    /// The session's owner opens a thread.
    pub async fn thread(&self, session: &Session, start_line: u32, end_line: u32) -> Thread {
        let new = lines(start_line, end_line);
        let opened = self.threads().create(session.user_id, session.session_id, None, new).await;
        opened.expect("there is room for a thread").item.item
    }

    /// The session's threads with their anchors.
    pub async fn threads_of(&self, session: &Session) -> Vec<PlacedThread> {
        let page = self.threads().list(session.user_id, session.session_id, PageRequest::default()).await;
        page.expect("the session exists").items
    }

    /// The thread's owner asks.
    pub async fn question(&self, thread: &Thread, content: &str) -> Message {
        self.messages().ask(thread, content, None, LEASE).await.expect("there is room for a question")
    }

    /// The thread's owner asks, and the model answers.
    pub async fn talk(&self, thread: &Thread, content: &str) -> (Message, Message) {
        let question = self.question(thread, content).await;
        let reply = self.store().messages().lease(&question).store_answer(answer("because")).await;
        (question, reply.expect("the question is pending"))
    }

    /// The thread's owner deletes it; the leftovers remain for the sweep.
    pub async fn delete_thread(&self, thread: &Thread) {
        let job = SweepJob {
            session_id: Some(thread.session_id),
            thread: Some(thread.thread),
            ..self.job(SweepKind::Thread, &thread.thread.to_string(), thread.user_id)
        };
        let (session_id, user_id) = (thread.session_id, thread.user_id);
        let anchors =
            self.patterns().get_anchors(session_id).await.expect("the table answers").expect("the session has threads");
        let remaining: Vec<_> = anchors.threads.into_iter().filter(|anchor| anchor.thread != thread.thread).collect();
        let anchors = Some(RemainingAnchors { session_id, threads: &remaining, seen_changes: anchors.changes });
        let (head, thread) = (SessionKey { user_id, session_id }, thread.thread);
        let input = DeleteThread { counted: Some(&head), uncounted: None, anchors, job: &job, session_id, thread };
        self.patterns().delete_thread(input).await.expect("the thread exists");
    }

    /// The session's owner deletes it; the leftovers, including its threads, remain for the sweep.
    pub async fn delete_session(&self, session: &Session) {
        let (session_id, user_id, revision) = (session.session_id, session.user_id, session.revision);
        let job = SweepJob {
            session_id: Some(session_id),
            revision: Some(revision),
            ..self.job(SweepKind::Session, &session_id.to_string(), user_id)
        };
        let input = DeleteSession { user: Some(&UserKey { user_id }), job: &job, user_id, session_id, revision };
        self.patterns().delete_session(input).await.expect("the session exists");
    }

    /// The user deletes their account; the leftovers remain for the sweep.
    pub async fn delete_account(&self, user: &User) {
        let job = self.job(SweepKind::Account, &user.user_id.to_string(), user.user_id);
        let (owner, email_digest, username_key) = (user.user_id, user.email.digest(), user.username.key());
        let input = DeleteAccount {
            job: &job,
            email_claim: Some(OwnEmailClaim { email_digest, owner }),
            username_claim: Some(OwnUsernameClaim { username_key: &username_key, owner }),
            user_id: user.user_id,
            email: &user.email,
            username: &user.username,
            password_hash: &user.password_hash,
        };
        self.patterns().delete_account(input).await.expect("the account exists");
    }

    /// A due job with only its kind and target.
    #[must_use]
    pub fn job(&self, kind: SweepKind, target: &str, user_id: model::UserId) -> SweepJob {
        SweepJobRequired {
            shard: 3,
            due: self.clock().now(),
            kind,
            target: target.to_owned(),
            state: SweepState::Waiting,
            user_id,
            chunk_count: 0,
            attempts: 0,
        }
        .into()
    }

    /// Runs the scheduled sweep a moment later.
    pub async fn sweep_due_jobs(&self) -> Swept {
        self.advance(Duration::from_millis(1));
        used::by("sweep", self).maintenance().sweep_due(SWEEP_TIME).await.expect("the table answers")
    }
}
