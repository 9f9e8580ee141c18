//! What users do, and what each such request asks of the table: by the ids of access patterns, whose cost contracts are in the registry.

use handlers::limits::CANCEL_POLL;
use model::PATTERNS;
use model::registry::Pattern;

use crate::costs::assumptions::{Assumed, Use};

/// A Lambda function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Auth,
    Sessions,
    Threads,
    Messages,
    Sweep,
    Report,
}

impl Function {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Sessions => "sessions",
            Self::Threads => "threads",
            Self::Messages => "messages",
            Self::Sweep => "sweep",
            Self::Report => "report",
        }
    }

    /// Its memory in the template, in MB.
    pub(crate) const fn memory(self) -> f64 {
        match self {
            Self::Auth => 1_769.0,
            Self::Sessions => 1_024.0,
            Self::Threads | Self::Messages | Self::Sweep => 512.0,
            Self::Report => 256.0,
        }
    }

    /// How many secrets a process reads when it starts.
    pub(crate) const fn secrets(self) -> f64 {
        match self {
            Self::Auth => 3.0,
            Self::Sessions | Self::Threads | Self::Messages => 2.0,
            Self::Sweep | Self::Report => 0.0,
        }
    }
}

/// How often something happens in a month.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Times {
    /// For each user.
    AMonth(Use),
    /// For each user, on each active day.
    ADay(Use),
    /// For the whole deployment.
    Fixed(f64),
}

/// What takes long in a request, beside the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    None,
    /// A password is hashed or checked.
    Password,
    /// The model answers.
    Model,
}

/// A request, or a run of a scheduled function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Action {
    pub(crate) name: &'static str,
    /// The route; `None` for what is scheduled.
    pub(crate) endpoint: Option<&'static str>,
    pub(crate) function: Function,
    /// The patterns that it asks, in this order.
    pub(crate) patterns: &'static [&'static str],
    pub(crate) times: Times,
    pub(crate) wait: Wait,
    /// How large its body and its answer are.
    pub(crate) size: (Use, Use),
}

const OTHER: (Use, Use) = (Use::OtherKb, Use::OtherKb);

macro_rules! action {
    ($name:literal, $endpoint:expr, $function:ident, [$($pattern:literal),*], $times:expr, $wait:ident, $size:expr) => {
        Action {
            name: $name,
            endpoint: $endpoint,
            function: Function::$function,
            patterns: &[$($pattern),*],
            times: $times,
            wait: Wait::$wait,
            size: $size,
        }
    };
}

/// All of them. A test goes through the routes and compares what they ask.
pub(crate) const ACTIONS: &[Action] = &[
    action!(
        "sign up",
        Some("POST /auth/signup"),
        Auth,
        ["AP-60", "AP-01"],
        Times::AMonth(Use::SignUps),
        Password,
        OTHER
    ),
    action!(
        "sign in",
        Some("POST /auth/login"),
        Auth,
        ["AP-60", "AP-02", "AP-60", "AP-04", "AP-10", "AP-61"],
        Times::AMonth(Use::SignIns),
        Password,
        OTHER
    ),
    action!(
        "refresh",
        Some("POST /auth/refresh"),
        Auth,
        ["AP-60", "AP-15", "AP-16"],
        Times::ADay(Use::Refreshes),
        None,
        OTHER
    ),
    action!("list sessions", Some("GET /sessions"), Sessions, ["AP-21"], Times::ADay(Use::Lists), None, OTHER),
    action!(
        "create a session",
        Some("POST /sessions"),
        Sessions,
        ["AP-60", "AP-20"],
        Times::AMonth(Use::NewSessions),
        None,
        (Use::CodeKb, Use::OtherKb)
    ),
    action!(
        "open a session",
        Some("GET /sessions/{id}?include=threads"),
        Sessions,
        ["AP-22", "AP-31"],
        Times::ADay(Use::Opens),
        None,
        (Use::OtherKb, Use::CodeKb)
    ),
    action!(
        "save the code",
        Some("PUT /sessions/{id}"),
        Sessions,
        ["AP-60", "AP-23", "AP-31", "AP-27", "AP-24"],
        Times::ADay(Use::Saves),
        None,
        (Use::CodeKb, Use::OtherKb)
    ),
    action!(
        "delete a session",
        Some("DELETE /sessions/{id}"),
        Sessions,
        ["AP-23", "AP-26", "AP-74", "AP-78", "AP-74", "AP-73"],
        Times::AMonth(Use::DeletedSessions),
        None,
        OTHER
    ),
    action!(
        "open a thread",
        Some("POST /sessions/{id}/threads"),
        Threads,
        ["AP-22", "AP-30"],
        Times::AMonth(Use::NewThreads),
        None,
        OTHER
    ),
    action!(
        "ask a question",
        Some("POST /threads/{id}/messages"),
        Messages,
        ["AP-60", "AP-38", "AP-45", "AP-40", "AP-42"],
        Times::AMonth(Use::Questions),
        Model,
        (Use::OtherKb, Use::HistoryKb)
    ),
    action!(
        "read a thread's messages",
        Some("GET /threads/{id}/messages"),
        Messages,
        ["AP-32", "AP-44"],
        Times::ADay(Use::Reads),
        None,
        (Use::OtherKb, Use::HistoryKb)
    ),
    action!(
        "apply a patch",
        Some("POST /threads/{id}/messages/{id}/apply"),
        Messages,
        ["AP-60", "AP-38", "AP-24"],
        Times::AMonth(Use::Applies),
        None,
        (Use::OtherKb, Use::CodeKb)
    ),
    // Every five minutes, on thirty days. Each shard of the due jobs is looked at.
    action!(
        "sweep",
        None,
        Sweep,
        ["AP-71", "AP-71", "AP-71", "AP-71", "AP-71", "AP-71", "AP-71", "AP-71"],
        Times::Fixed(8_640.0),
        None,
        OTHER
    ),
    action!("daily report", None, Report, ["AP-83"], Times::Fixed(30.0), None, OTHER),
];

/// What the run of a question looks at while the model answers: whether it was cancelled.
pub(crate) const WATCHED: &str = "AP-55";

/// What one of an action takes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Units {
    /// Round trips to the table.
    pub(crate) requests: f64,
    pub(crate) reads: f64,
    pub(crate) writes: f64,
    /// Of the function.
    pub(crate) gb_seconds: f64,
}

/// The pattern of this id.
pub(crate) fn pattern(id: &str) -> &'static Pattern {
    let found = PATTERNS.iter().find(|pattern| pattern.id == id);
    found.expect("a test holds every id of this file against the registry")
}

impl Action {
    /// How often it happens among so many users.
    pub(crate) fn count(&self, users: f64, assumed: &Assumed) -> f64 {
        match self.times {
            Times::AMonth(what) => users * assumed[what],
            Times::ADay(what) => users * assumed[what] * assumed[Use::ActiveDays],
            Times::Fixed(times) => times,
        }
    }

    /// How often a question looks after its own state.
    pub(crate) fn watches(&self, assumed: &Assumed) -> f64 {
        let waits = self.wait == Wait::Model;
        if waits { (assumed[Use::AnswerSeconds] / CANCEL_POLL.as_secs_f64()).floor() } else { 0.0 }
    }

    /// What one of it takes, by the contracts of its patterns.
    pub(crate) fn units(&self, assumed: &Assumed) -> Units {
        let watched = (pattern(WATCHED), self.watches(assumed));
        let asked = self.patterns.iter().map(|id| (pattern(id), 1.0)).chain([watched]);
        let mut units = asked.fold(Units::default(), |units, (pattern, times)| Units {
            requests: units.requests + pattern.cost.requests * times,
            reads: units.reads + pattern.cost.rcu * times,
            writes: units.writes + pattern.cost.wcu * times,
            ..units
        });
        let waited = match self.wait {
            Wait::None => 0.0,
            Wait::Password => assumed[Use::PasswordMs] / 1_000.0,
            // What it watches meanwhile takes no time of its own.
            Wait::Model => assumed[Use::AnswerSeconds],
        };
        let started = assumed[Use::ColdStartMs] * assumed[Use::ColdStarts] / 1_000.0;
        let seconds = own_seconds(self.patterns, assumed) + waited + started;
        units.gb_seconds = seconds * self.function.memory() / 1_024.0;
        units
    }
}

/// Of the program and of the table's answers. A number and not a `Duration`, which panics where an assumption is too large for it.
fn own_seconds(patterns: &[&str], assumed: &Assumed) -> f64 {
    let requests: f64 = patterns.iter().map(|id| pattern(id).cost.requests).sum();
    (assumed[Use::OwnMs] + requests * assumed[Use::TableMs]) / 1_000.0
}
