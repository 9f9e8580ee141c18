//! The programs that serve routes: one for each Lambda function behind the gateway, and what each of them does.

use axum::Router;
use bedrock::{Reviewer, ReviewerConfig};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::routes::{self, Domain};
use crate::state::App;

/// A program, and what it does beyond serving its routes.
///
/// Whatever only some programs need is behind a function of their constant, so that the others are not linked with it: what
/// asks the model is two fifths of a program.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// What its binary is called.
    pub name: &'static str,
    pub(super) domains: &'static [Domain],
    does: &'static [Does],
    /// Whether answers are sent while they are made. What invokes the function is set to the same mode.
    pub(super) streams: bool,
    /// In programs that ask the model: how they reach it.
    pub(super) connect: Option<fn(ReviewerConfig) -> BoxFuture<'static, Reviewer>>,
}

impl Program {
    const PLAIN: Self = Self { name: "", domains: &[], does: &[], streams: false, connect: None };
    /// Signing up, in and out.
    pub const AUTH: Self = Self { name: "auth", domains: &[Domain::AUTH], does: &[Does::Sign], ..Self::PLAIN };
    /// One's own account. A new password starts a new sign-in.
    pub const USERS: Self = Self { name: "users", domains: &[Domain::USERS], does: &[Does::Sign], ..Self::PLAIN };
    /// Sessions. A file of 5 MiB, or a conflict that shows one, is more than an answer in one piece may be.
    pub const SESSIONS: Self =
        Self { name: "sessions", domains: &[Domain::SESSIONS], does: &[Does::ReadCode], streams: true, ..Self::PLAIN };
    /// Threads, and the service's own routes: no program is cheaper.
    pub const THREADS: Self =
        Self { name: "threads", domains: &[Domain::THREADS, Domain::SERVICE], does: &[Does::ReadCode], ..Self::PLAIN };
    /// Questions and answers.
    pub const MESSAGES: Self = Self {
        name: "messages",
        domains: &[Domain::MESSAGES],
        does: &[Does::ReadCode, Does::WriteMessages],
        streams: true,
        connect: Some(connect),
    };
    /// Questions about code that is not stored.
    pub const AI: Self =
        Self { name: "ai", domains: &[Domain::AI], streams: true, connect: Some(connect), ..Self::PLAIN };
    /// All of them.
    pub const ALL: [Self; 6] = [Self::AUTH, Self::USERS, Self::SESSIONS, Self::THREADS, Self::MESSAGES, Self::AI];
}

/// What only some programs do, and are told more for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    /// It signs tokens: only then it can read the key.
    Sign,
    /// It reads the code of sessions, and keeps some of it.
    ReadCode,
    /// It writes messages, which may expire.
    WriteMessages,
}

impl Program {
    /// The router of its domains.
    pub fn router(&self, app: &App) -> Router {
        routes::router(app, self.domains)
    }

    /// Its routes: the method of each, and the path as it is written in the table of routes.
    #[must_use]
    pub fn routes(&self) -> Vec<(String, String)> {
        self.domains.iter().flat_map(Domain::named).collect()
    }

    pub(super) fn does(&self, what: Does) -> bool {
        self.does.contains(&what)
    }
}

fn connect(config: ReviewerConfig) -> BoxFuture<'static, Reviewer> {
    Reviewer::connect(config).boxed()
}
