//! Log filters: the configured level for our own crates, and only warnings of all others.
//!
//! At `debug` and `trace` the SDK, the HTTP client and Lambda's runtime log whole bodies and headers. No setting
//! enables these levels for them, because the log must not contain passwords and code of users.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

/// Crates whose spans and events contain no user data.
const OURS: [&str; 6] = ["handlers", "bedrock", "model", "table_runtime", "codesensei", "bedrock_local"];

/// The variable with the levels.
pub const VARIABLE: &str = "CODESENSEI_LOG";

/// The levels of `CODESENSEI_LOG`; `info` when it is absent or invalid.
///
/// Levels for targets, such as `info` or `warn,handlers=debug`. `EnvFilter` could also filter spans, but it would link
/// regular expressions into each Lambda program.
#[must_use]
pub fn wanted() -> Targets {
    let asked = std::env::var(VARIABLE).ok().and_then(|text| text.parse().ok());
    asked.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO))
}

/// The maximum levels, which no setting exceeds.
#[must_use]
pub fn shown() -> Targets {
    let others = Targets::new()
        .with_default(LevelFilter::WARN)
        // Its spans contain whole keys.
        .with_target("modyne", LevelFilter::OFF)
        .with_target("dynoxide", LevelFilter::ERROR)
        // Its only span at this level has the request id, which Lambda's own log lines use.
        .with_target("lambda_runtime", LevelFilter::INFO);
    OURS.iter().fold(others, |targets, ours| targets.with_target(*ours, LevelFilter::TRACE))
}
