//! The actions of users, with the access patterns of each request. The registry has the declared costs of the patterns.

use model::PATTERNS;
use model::limits::CANCEL_POLL;
use model::registry::Pattern;

use crate::costs::assumptions::{AssumedValues, Parameter};

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

    /// The number of secrets that a process reads at its start.
    pub(crate) const fn secrets(self) -> f64 {
        match self {
            Self::Auth => 3.0,
            Self::Sessions | Self::Threads | Self::Messages => 2.0,
            Self::Sweep | Self::Report => 0.0,
        }
    }
}

/// The frequency of an action in a month.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Frequency {
    /// Per user.
    PerUserMonth(Parameter),
    /// Per user and active day.
    PerActiveDay(Parameter),
    /// For the whole deployment.
    Fixed(f64),
}

/// The slow part of a request, besides the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    None,
    /// Hashing or verifying a password.
    Password,
    /// The answer of the model.
    Model,
}

/// A request, or a run of a scheduled function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Action {
    pub(crate) name: &'static str,
    /// The route; `None` for scheduled runs.
    pub(crate) endpoint: Option<&'static str>,
    pub(crate) function: Function,
    /// The patterns of the request, in order.
    pub(crate) patterns: &'static [&'static str],
    pub(crate) times: Frequency,
    pub(crate) wait: Wait,
    /// The sizes of the body and of the answer.
    pub(crate) size: (Parameter, Parameter),
}

const OTHER: (Parameter, Parameter) = (Parameter::OtherKb, Parameter::OtherKb);

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

/// All actions. A test sends these requests and compares the patterns.
pub(crate) const ACTIONS: &[Action] = &[
    action!(
        "sign up",
        Some("POST /auth/signup"),
        Auth,
        ["AP-60", "AP-01"],
        Frequency::PerUserMonth(Parameter::SignUps),
        Password,
        OTHER
    ),
    action!(
        "sign in",
        Some("POST /auth/login"),
        Auth,
        ["AP-60", "AP-02", "AP-60", "AP-04", "AP-10", "AP-61"],
        Frequency::PerUserMonth(Parameter::SignIns),
        Password,
        OTHER
    ),
    action!(
        "refresh",
        Some("POST /auth/refresh"),
        Auth,
        ["AP-60", "AP-15", "AP-16"],
        Frequency::PerActiveDay(Parameter::Refreshes),
        None,
        OTHER
    ),
    action!(
        "list sessions",
        Some("GET /sessions"),
        Sessions,
        ["AP-21"],
        Frequency::PerActiveDay(Parameter::Lists),
        None,
        OTHER
    ),
    action!(
        "create a session",
        Some("POST /sessions"),
        Sessions,
        ["AP-60", "AP-20"],
        Frequency::PerUserMonth(Parameter::NewSessions),
        None,
        (Parameter::CodeKb, Parameter::OtherKb)
    ),
    action!(
        "open a session",
        Some("GET /sessions/{id}?include=threads"),
        Sessions,
        ["AP-22", "AP-31"],
        Frequency::PerActiveDay(Parameter::Opens),
        None,
        (Parameter::OtherKb, Parameter::CodeKb)
    ),
    action!(
        "save the code",
        Some("PUT /sessions/{id}"),
        Sessions,
        ["AP-60", "AP-23", "AP-31", "AP-27", "AP-24"],
        Frequency::PerActiveDay(Parameter::Saves),
        None,
        (Parameter::CodeKb, Parameter::OtherKb)
    ),
    action!(
        "delete a session",
        Some("DELETE /sessions/{id}"),
        Sessions,
        ["AP-23", "AP-26", "AP-74", "AP-78", "AP-74", "AP-73"],
        Frequency::PerUserMonth(Parameter::DeletedSessions),
        None,
        OTHER
    ),
    action!(
        "open a thread",
        Some("POST /sessions/{id}/threads"),
        Threads,
        ["AP-22", "AP-30"],
        Frequency::PerUserMonth(Parameter::NewThreads),
        None,
        OTHER
    ),
    action!(
        "ask a question",
        Some("POST /threads/{id}/messages"),
        Messages,
        ["AP-60", "AP-38", "AP-45", "AP-40", "AP-42"],
        Frequency::PerUserMonth(Parameter::Questions),
        Model,
        (Parameter::OtherKb, Parameter::HistoryKb)
    ),
    action!(
        "read a thread's messages",
        Some("GET /threads/{id}/messages"),
        Messages,
        ["AP-32", "AP-44"],
        Frequency::PerActiveDay(Parameter::Reads),
        None,
        (Parameter::OtherKb, Parameter::HistoryKb)
    ),
    action!(
        "apply a patch",
        Some("POST /threads/{id}/messages/{id}/apply"),
        Messages,
        ["AP-60", "AP-38", "AP-24"],
        Frequency::PerUserMonth(Parameter::Applies),
        None,
        (Parameter::OtherKb, Parameter::CodeKb)
    ),
    // Every five minutes, for thirty days. Each shard of the due jobs is read.
    action!(
        "sweep",
        None,
        Sweep,
        ["AP-71", "AP-71", "AP-71", "AP-71", "AP-71", "AP-71", "AP-71", "AP-71"],
        Frequency::Fixed(8_640.0),
        None,
        OTHER
    ),
    action!("daily report", None, Report, ["AP-83"], Frequency::Fixed(30.0), None, OTHER),
];

/// The pattern that checks for a cancellation while the model answers.
pub(crate) const POLL_PATTERN: &str = "AP-55";

/// The resources of one action.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Units {
    /// Round trips to the table.
    pub(crate) requests: f64,
    pub(crate) reads: f64,
    pub(crate) writes: f64,
    /// Of the Lambda function.
    pub(crate) gb_seconds: f64,
}

/// The pattern with this id.
pub(crate) fn pattern(id: &str) -> &'static Pattern {
    let found = PATTERNS.iter().find(|pattern| pattern.id == id);
    found.expect("a test checks all ids of this file")
}

impl Action {
    /// The number of these actions for a number of users.
    pub(crate) fn count(&self, users: f64, values: &AssumedValues) -> f64 {
        match self.times {
            Frequency::PerUserMonth(what) => users * values[what],
            Frequency::PerActiveDay(what) => users * values[what] * values[Parameter::ActiveDays],
            Frequency::Fixed(times) => times,
        }
    }

    /// The number of checks for a cancellation during one question.
    pub(crate) fn poll_count(&self, values: &AssumedValues) -> f64 {
        let waits = self.wait == Wait::Model;
        if waits { (values[Parameter::AnswerSeconds] / CANCEL_POLL.as_secs_f64()).floor() } else { 0.0 }
    }

    /// The resources of one action, by the declared costs of its patterns.
    pub(crate) fn units(&self, values: &AssumedValues) -> Units {
        let polled = (pattern(POLL_PATTERN), self.poll_count(values));
        let requested = self.patterns.iter().map(|id| (pattern(id), 1.0)).chain([polled]);
        let mut units = requested.fold(Units::default(), |units, (pattern, times)| Units {
            requests: units.requests + pattern.cost.requests * times,
            reads: units.reads + pattern.cost.rcu * times,
            writes: units.writes + pattern.cost.wcu * times,
            ..units
        });
        let waited = match self.wait {
            Wait::None => 0.0,
            Wait::Password => values[Parameter::PasswordMs] / 1_000.0,
            // The checks for a cancellation run during this time.
            Wait::Model => values[Parameter::AnswerSeconds],
        };
        let started = values[Parameter::ColdStartMs] * values[Parameter::ColdStarts] / 1_000.0;
        let seconds = own_seconds(self.patterns, values) + waited + started;
        units.gb_seconds = seconds * self.function.memory() / 1_024.0;
        units
    }
}

/// The seconds of the program and of the table. A number, because a `Duration` panics if an assumption is too large.
fn own_seconds(patterns: &[&str], values: &AssumedValues) -> f64 {
    let requests: f64 = patterns.iter().map(|id| pattern(id).cost.requests).sum();
    (values[Parameter::OwnMs] + requests * values[Parameter::TableMs]) / 1_000.0
}
