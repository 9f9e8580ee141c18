//! What reaches a log: of our own crates as much as is asked for, of all others only what is wrong.
//!
//! At `debug` and `trace` the SDK, the HTTP client and Lambda's runtime write whole bodies and headers. No setting may
//! show them: whoever turns the log up to look for a fault must not find other people's passwords and code in it.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

/// Crates whose spans and events are written with that in mind.
const OURS: [&str; 6] = ["handlers", "bedrock", "model", "table_runtime", "codesensei", "bedrock_local"];

/// Which variable says how much.
pub const VARIABLE: &str = "CODESENSEI_LOG";

/// What `CODESENSEI_LOG` asks for: `info` when it is absent or cannot be read.
///
/// Levels for targets, such as `info` or `warn,handlers=debug`. `EnvFilter` could also name spans, but it links regular expressions into
/// every Lambda program.
#[must_use]
pub fn wanted() -> Targets {
    let asked = std::env::var(VARIABLE).ok().and_then(|text| text.parse().ok());
    asked.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO))
}

/// What may be shown at all, whatever is wanted.
#[must_use]
pub fn shown() -> Targets {
    let others = Targets::new()
        .with_default(LevelFilter::WARN)
        // Its spans hold whole keys.
        .with_target("modyne", LevelFilter::OFF)
        .with_target("dynoxide", LevelFilter::ERROR)
        // Its one span at this level has the request's id, by which Lambda's own lines call it.
        .with_target("lambda_runtime", LevelFilter::INFO);
    OURS.iter().fold(others, |targets, ours| targets.with_target(*ours, LevelFilter::TRACE))
}
