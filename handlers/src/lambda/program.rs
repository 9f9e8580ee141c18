//! The programs that serve routes: one for each Lambda function behind the gateway.

use axum::Router;
use bedrock::{Reviewer, ReviewerConfig};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::routes::{self, Domain};
use crate::state::App;

/// A program, with its domains and its capabilities.
///
/// Code that only some programs need is behind a function pointer in their constant, so that the other programs do not
/// link it: the reviewer is two fifths of a program.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The name of its binary.
    pub name: &'static str,
    pub(super) domains: &'static [Domain],
    capabilities: &'static [Capability],
    /// Whether responses are streamed. The invocation mode of the function must be the same.
    pub(super) streams: bool,
    /// Connects the reviewer, in programs that ask the model.
    pub(super) connect: Option<fn(ReviewerConfig) -> BoxFuture<'static, Reviewer>>,
}

impl Program {
    const PLAIN: Self = Self { name: "", domains: &[], capabilities: &[], streams: false, connect: None };
    /// Signing up, in and out.
    pub const AUTH: Self =
        Self { name: "auth", domains: &[Domain::AUTH], capabilities: &[Capability::Sign], ..Self::PLAIN };
    /// The user's own account. A new password starts a new sign-in.
    pub const USERS: Self =
        Self { name: "users", domains: &[Domain::USERS], capabilities: &[Capability::Sign], ..Self::PLAIN };
    /// Sessions. A file of 5 MiB exceeds the size of a buffered response, so responses are streamed.
    pub const SESSIONS: Self = Self {
        name: "sessions",
        domains: &[Domain::SESSIONS],
        capabilities: &[Capability::ReadCode],
        streams: true,
        ..Self::PLAIN
    };
    /// Threads, and the service's own routes.
    pub const THREADS: Self = Self {
        name: "threads",
        domains: &[Domain::THREADS, Domain::SERVICE],
        capabilities: &[Capability::ReadCode],
        ..Self::PLAIN
    };
    /// Questions and answers.
    pub const MESSAGES: Self = Self {
        name: "messages",
        domains: &[Domain::MESSAGES],
        capabilities: &[Capability::ReadCode, Capability::WriteMessages],
        streams: true,
        connect: Some(connect),
    };
    /// Questions about code that is not stored.
    pub const AI: Self =
        Self { name: "ai", domains: &[Domain::AI], streams: true, connect: Some(connect), ..Self::PLAIN };
    /// All programs.
    pub const ALL: [Self; 6] = [Self::AUTH, Self::USERS, Self::SESSIONS, Self::THREADS, Self::MESSAGES, Self::AI];
}

/// A capability that needs additional settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Capability {
    /// Signs tokens, and reads the signing key.
    Sign,
    /// Reads and caches the code of sessions.
    ReadCode,
    /// Writes messages, which may expire.
    WriteMessages,
}

impl Program {
    /// The router of its domains.
    pub fn router(&self, app: &App) -> Router {
        routes::router(app, self.domains)
    }

    /// The methods and paths of its routes.
    #[must_use]
    pub fn routes(&self) -> Vec<(String, String)> {
        self.domains.iter().flat_map(Domain::named).collect()
    }

    pub(super) fn has(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }
}

fn connect(config: ReviewerConfig) -> BoxFuture<'static, Reviewer> {
    Reviewer::connect(config).boxed()
}
