//! The variables that the programs read: whether those that are set can be read, and whether one is misspelt.

use std::num::NonZeroU32;

use handlers::bedrock::ReviewerConfig;
use handlers::http::cors::CorsPolicy;
use handlers::report::TablePrices;
use model::MessageTtl;
use tracing_subscriber::EnvFilter;

use super::finding::Finding;

const CHECK: &str = "configuration";

/// What holds a value.
type Test = fn(&str) -> bool;

/// The variables with a form of their own, and what they have to be. Those of the reviewer are read by it.
const VARIABLES: [(&str, Test, &str); 11] = [
    ("CODESENSEI_TABLE", |text| crate::target::table_name(text).is_ok(), "the name of a table"),
    ("CODESENSEI_ORIGIN", |text| CorsPolicy::production(text).is_ok(), "an origin such as https://app.example.com"),
    ("CODESENSEI_LOG", |text| EnvFilter::try_new(text).is_ok(), "a filter such as info or handlers=debug"),
    ("CODESENSEI_PUBLIC_KEYS_SECRET", is_a_secret, "the name or ARN of a secret"),
    ("CODESENSEI_SEED_SECRET", is_a_secret, "the name or ARN of a secret"),
    ("CODESENSEI_SIGNING_KEY_SECRET", is_a_secret, "the name or ARN of a secret"),
    ("CODESENSEI_CODE_CACHE_MIB", |text| text.parse::<u16>().is_ok(), "a number of MiB from 0 to 65535"),
    ("CODESENSEI_MESSAGE_TTL_DAYS", |text| text.parse::<MessageTtl>().is_ok(), "a number of days from 0 to 36500"),
    ("CODESENSEI_AI_DAILY_CAP", |text| text.parse::<NonZeroU32>().is_ok(), "a positive number"),
    ("CODESENSEI_REPORT_TOPIC", |text| text.starts_with("arn:") && text.contains(":sns:"), "the ARN of a topic"),
    (
        "CODESENSEI_TABLE_PRICES",
        |text| TablePrices::parse(text).is_ok(),
        "two numbers such as 0.125/0.625, dollars for a million units read and written",
    ),
];

/// Those that only the reviewer and this machine's commands read.
const OTHERS: [&str; 20] = [
    "AI_DEADLINE_MS",
    "AI_OUTPUT_MODE",
    "BEDROCK_ENDPOINT_URL",
    "BEDROCK_GUARDRAIL",
    "BEDROCK_MAX_TOKENS",
    "BEDROCK_MODEL_IDS",
    "BEDROCK_PRICES",
    "BEDROCK_PROMPT_CACHE",
    "BEDROCK_SERVICE_TIER",
    "BEDROCK_TEMPERATURE",
    "CODESENSEI_CLIENT_TIMEOUT",
    "CODESENSEI_DATA_DIR",
    "CODESENSEI_PORT",
    "CODESENSEI_RATE_LIMITS",
    "CODESENSEI_SHUTDOWN_TIMEOUT",
    "CODESENSEI_STORE",
    "CODESENSEI_SWEEP_SECONDS",
    "CODESENSEI_TEST_STORE",
    "CODESENSEI_TEST_TABLES",
    "CACHE_MIN_TOKENS",
];

fn is_a_secret(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-:".contains(c);
    !text.is_empty() && text.len() <= 2_048 && text.chars().all(is_part)
}

/// Looks at the variables of this process. An empty one counts as not set.
pub(super) fn check(variables: &[(String, String)]) -> Vec<Finding> {
    let get = |name: &str| {
        let found = variables.iter().find(|(own, value)| own == name && !value.trim().is_empty());
        found.map(|(_, value)| value.clone())
    };
    let mut wrong: Vec<String> = Vec::new();
    for (name, holds, expected) in VARIABLES {
        if get(name).is_some_and(|value| !holds(value.trim())) {
            wrong.push(format!("{name} must be {expected}."));
        }
    }
    if let Err(error) = ReviewerConfig::from_env(get) {
        wrong.push(format!("{error}."));
    }
    let known = || VARIABLES.iter().map(|(name, ..)| *name).chain(OTHERS);
    let is_ours = |name: &str| name.starts_with("CODESENSEI_") || name.starts_with("BEDROCK_");
    let mut set = Vec::new();
    for (name, _) in variables.iter().filter(|(name, _)| get(name).is_some()) {
        if known().any(|known| known == name) {
            set.push(name.as_str());
        } else if is_ours(name) {
            let nearest = known().max_by(|one, other| strsim::jaro(name, one).total_cmp(&strsim::jaro(name, other)));
            wrong.push(format!("No program reads {name}. Perhaps {} is meant.", nearest.unwrap_or_default()));
        }
    }
    if !wrong.is_empty() {
        return wrong.into_iter().map(|told| Finding::problem(CHECK, told)).collect();
    }
    set.sort_unstable();
    let told = match set.len() {
        0 => "no variable is set, so all defaults hold".to_owned(),
        _ => format!("{} can be read", set.join(", ")),
    };
    vec![Finding::ok(CHECK, told)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn checked(variables: &[(&str, &str)]) -> Vec<Finding> {
        let owned = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        check(&owned.collect::<Vec<_>>())
    }

    #[test]
    fn good_variables_are_named_and_empty_ones_do_not_count() {
        let found = checked(&[("CODESENSEI_AI_DAILY_CAP", "50"), ("AI_DEADLINE_MS", "26000"), ("BEDROCK_PRICES", "")]);
        assert_eq!(found, [Finding::ok(CHECK, "AI_DEADLINE_MS, CODESENSEI_AI_DAILY_CAP can be read")]);
        assert_eq!(checked(&[("PATH", "/bin")])[0].state, State::Ok);
    }

    #[test]
    fn every_wrong_variable_is_a_problem_with_what_it_must_be() {
        for (name, value) in [
            ("CODESENSEI_TABLE", "bad name"),
            ("CODESENSEI_ORIGIN", "http://app.example.com"),
            ("CODESENSEI_ORIGIN", "https://app.example.com/"),
            ("CODESENSEI_LOG", "info,=loud"),
            ("CODESENSEI_SEED_SECRET", "a b"),
            ("CODESENSEI_CODE_CACHE_MIB", "-1"),
            ("CODESENSEI_MESSAGE_TTL_DAYS", "forever"),
            ("CODESENSEI_AI_DAILY_CAP", "0"),
            ("CODESENSEI_REPORT_TOPIC", "reports"),
            ("CODESENSEI_TABLE_PRICES", "1/free"),
            ("BEDROCK_PRICES", "cheap"),
            ("AI_DEADLINE_MS", "soon"),
        ] {
            let found = checked(&[(name, value)]);
            assert!(found.len() == 1 && found[0].state == State::Problem, "{name}: {found:?}");
            assert!(
                found[0].told.starts_with(&format!("{name} must be ")) && !found[0].told.contains(value),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_misspelt_variable_is_told_with_the_nearest() {
        let found = checked(&[("BEDROCK_MODEL_ID", "x"), ("CODESENSEI_TABEL", "reviews")]);
        let told: Vec<&str> = found.iter().map(|finding| &*finding.told).collect();
        assert_eq!(
            told,
            [
                "No program reads BEDROCK_MODEL_ID. Perhaps BEDROCK_MODEL_IDS is meant.",
                "No program reads CODESENSEI_TABEL. Perhaps CODESENSEI_TABLE is meant.",
            ]
        );
    }
}
