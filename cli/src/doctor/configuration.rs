//! Checks the environment variables of the programs: their values and the spelling of their names.

use std::ffi::OsString;
use std::num::NonZeroU32;

use bedrock::ReviewerConfig;
use handlers::http::cors::CorsPolicy;
use handlers::report::TablePrices;
use model::MessageTtl;
use tracing_subscriber::filter::Targets;

use super::finding::Finding;

const CHECK: &str = "configuration";

/// Whether a value is valid.
type IsValid = fn(&str) -> bool;

/// Variables with their tests and expected forms. The reviewer parses its own variables.
const VARIABLES: [(&str, IsValid, &str); 11] = [
    ("CODESENSEI_TABLE", |text| crate::store_choice::table_name(text).is_ok(), "the name of a table"),
    ("CODESENSEI_ORIGIN", |text| CorsPolicy::production(text).is_ok(), "an origin such as https://app.example.com"),
    ("CODESENSEI_LOG", |text| text.parse::<Targets>().is_ok(), "a filter such as info or handlers=debug"),
    ("CODESENSEI_PUBLIC_KEYS_SECRET", is_secret_name, "the name or ARN of a secret"),
    ("CODESENSEI_SEED_SECRET", is_secret_name, "the name or ARN of a secret"),
    ("CODESENSEI_SIGNING_KEY_SECRET", is_secret_name, "the name or ARN of a secret"),
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

/// Variables of the reviewer, which [`ReviewerConfig::from_env`] tests.
const REVIEWER: [&str; 10] = [
    "AI_DEADLINE_MS",
    "AI_OUTPUT_MODE",
    "BEDROCK_GUARDRAIL",
    "BEDROCK_MAX_TOKENS",
    "BEDROCK_MODEL_IDS",
    "BEDROCK_PRICES",
    "BEDROCK_PROMPT_CACHE",
    "BEDROCK_SERVICE_TIER",
    "BEDROCK_TEMPERATURE",
    "CACHE_MIN_TOKENS",
];

/// Variables that are not tested here: commands refuse an invalid one at their start, and other checks use the
/// endpoint.
const UNTESTED: [&str; 10] = [
    "BEDROCK_ENDPOINT_URL",
    "CODESENSEI_CLIENT_TIMEOUT",
    "CODESENSEI_DATA_DIR",
    "CODESENSEI_PORT",
    "CODESENSEI_RATE_LIMITS",
    "CODESENSEI_SHUTDOWN_TIMEOUT",
    "CODESENSEI_STORE",
    "CODESENSEI_SWEEP_SECONDS",
    "CODESENSEI_TEST_STORE",
    "CODESENSEI_TEST_TABLES",
];

fn is_secret_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-:".contains(c);
    !text.is_empty() && text.len() <= 2_048 && text.chars().all(is_part)
}

/// Checks the variables as the programs read them: an empty one counts as not set, and spaces belong to the value.
pub(super) fn check(variables: &[(OsString, OsString)]) -> Vec<Finding> {
    let get = |name: &str| {
        let found = variables.iter().find(|(own, _)| own == name).and_then(|(_, value)| value.to_str());
        found.filter(|value| !value.trim().is_empty()).map(str::to_owned)
    };
    let mut problems: Vec<String> = Vec::new();
    for (name, is_valid, expected) in VARIABLES {
        if get(name).is_some_and(|value| !is_valid(&value)) {
            problems.push(format!("{name} must be {expected}."));
        }
    }
    if let Err(error) = ReviewerConfig::from_env(get) {
        problems.push(format!("{error}."));
    }
    let is_tested = |name: &str| VARIABLES.iter().any(|(own, ..)| *own == name) || REVIEWER.contains(&name);
    let (mut tested, mut untested) = (Vec::new(), Vec::new());
    for (name, value) in variables.iter().filter_map(|(name, value)| Some((name.to_str()?, value))) {
        if value.to_str().is_none() && (is_known_variable(name) || has_our_prefix(name)) {
            problems.push(format!("{name} is not UTF-8, so the programs ignore it. Set it again."));
        } else if get(name).is_none() {
        } else if is_tested(name) {
            tested.push(name);
        } else if is_known_variable(name) {
            untested.push(name);
        } else if has_our_prefix(name) {
            problems.push(format!("No program reads {name}. Did you mean {}?", closest_variable(name)));
        }
    }
    if !problems.is_empty() {
        return problems.into_iter().map(|summary| Finding::problem(CHECK, summary)).collect();
    }
    vec![Finding::ok(CHECK, summary(tested, untested))]
}

fn summary(mut tested: Vec<&str>, mut untested: Vec<&str>) -> String {
    if tested.is_empty() && untested.is_empty() {
        return "no variable is set, so all defaults apply".to_owned();
    }
    tested.sort_unstable();
    untested.sort_unstable();
    let part = |names: Vec<&str>, summary: &str| (!names.is_empty()).then(|| format!("{} {summary}", names.join(", ")));
    let are = if untested.len() == 1 { "is" } else { "are" };
    let parts = [part(tested, "can be read"), part(untested, &format!("{are} set and not tested"))];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn known_variables() -> impl Iterator<Item = &'static str> {
    VARIABLES.iter().map(|(name, ..)| *name).chain(REVIEWER).chain(UNTESTED)
}

fn is_known_variable(name: &str) -> bool {
    known_variables().any(|known| known == name)
}

fn has_our_prefix(name: &str) -> bool {
    name.starts_with("CODESENSEI_") || name.starts_with("BEDROCK_")
}

fn closest_variable(name: &str) -> &'static str {
    let closest_variable =
        known_variables().max_by(|one, other| strsim::jaro(name, one).total_cmp(&strsim::jaro(name, other)));
    closest_variable.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn checked(variables: &[(&str, &str)]) -> Vec<Finding> {
        let owned = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        check(&owned.collect::<Vec<_>>())
    }

    #[test]
    fn valid_variables_are_named_and_empty_ones_are_ignored() {
        let found = checked(&[("CODESENSEI_AI_DAILY_CAP", "50"), ("AI_DEADLINE_MS", "26000"), ("BEDROCK_PRICES", "")]);
        assert_eq!(found, [Finding::ok(CHECK, "AI_DEADLINE_MS, CODESENSEI_AI_DAILY_CAP can be read")]);
        assert_eq!(checked(&[("PATH", "/bin")])[0].state, State::Ok);
    }

    #[test]
    fn untested_variables_are_reported_as_not_tested() {
        let found = checked(&[("CODESENSEI_PORT", "many"), ("BEDROCK_PRICES", "3/15"), ("CODESENSEI_DATA_DIR", "x")]);
        let summary = "BEDROCK_PRICES can be read; CODESENSEI_DATA_DIR, CODESENSEI_PORT are set and not tested";
        assert_eq!(found, [Finding::ok(CHECK, summary)]);
        assert_eq!(checked(&[("CODESENSEI_PORT", "1")])[0].message, "CODESENSEI_PORT is set and not tested");
    }

    #[cfg(unix)]
    #[test]
    fn a_known_variable_that_is_not_utf_8_is_a_problem() {
        use std::os::unix::ffi::OsStringExt as _;
        let bytes = || OsString::from_vec(vec![0xff]);
        assert_eq!(check(&[("SOMETHING".into(), bytes()), (bytes(), "x".into())])[0].state, State::Ok);
        let found = check(&[("CODESENSEI_ORIGIN".into(), bytes())]);
        assert!(found[0].state == State::Problem && found[0].message.starts_with("CODESENSEI_ORIGIN is not UTF-8"));
    }

    #[test]
    fn an_invalid_variable_is_a_problem_with_the_expected_form() {
        for (name, value) in [
            ("CODESENSEI_TABLE", "bad name"),
            ("CODESENSEI_ORIGIN", "http://app.example.com"),
            ("CODESENSEI_ORIGIN", "https://app.example.com/"),
            ("CODESENSEI_ORIGIN", " https://reviews.example.com"),
            ("CODESENSEI_AI_DAILY_CAP", "50 "),
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
                found[0].message.starts_with(&format!("{name} must be ")) && !found[0].message.contains(value),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_misspelt_variable_is_a_problem_with_a_suggestion() {
        let found = checked(&[("BEDROCK_MODEL_ID", "x"), ("CODESENSEI_TABEL", "reviews")]);
        let summary: Vec<&str> = found.iter().map(|finding| &*finding.message).collect();
        assert_eq!(
            summary,
            [
                "No program reads BEDROCK_MODEL_ID. Did you mean BEDROCK_MODEL_IDS?",
                "No program reads CODESENSEI_TABEL. Did you mean CODESENSEI_TABLE?",
            ]
        );
    }
}
