//! The variables that the programs read: whether those that are set can be read, and whether one is misspelt.

use std::ffi::OsString;
use std::num::NonZeroU32;

use bedrock::ReviewerConfig;
use handlers::http::cors::CorsPolicy;
use handlers::report::TablePrices;
use model::MessageTtl;
use tracing_subscriber::filter::Targets;

use super::finding::Finding;

const CHECK: &str = "configuration";

/// What holds a value.
type Test = fn(&str) -> bool;

/// The variables with a form of their own, and what they have to be. Those of the reviewer are read by it.
const VARIABLES: [(&str, Test, &str); 11] = [
    ("CODESENSEI_TABLE", |text| crate::target::table_name(text).is_ok(), "the name of a table"),
    ("CODESENSEI_ORIGIN", |text| CorsPolicy::production(text).is_ok(), "an origin such as https://app.example.com"),
    ("CODESENSEI_LOG", |text| text.parse::<Targets>().is_ok(), "a filter such as info or handlers=debug"),
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

/// Those that the reviewer reads, and [`ReviewerConfig::from_env`] tests.
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

/// Those that are not tested here: commands refuse a wrong one at their start, and other checks ask the endpoint.
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

fn is_a_secret(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-:".contains(c);
    !text.is_empty() && text.len() <= 2_048 && text.chars().all(is_part)
}

/// Looks at the variables of this process, as the programs read them: an empty one counts as not set, and blanks belong to a value.
pub(super) fn check(variables: &[(OsString, OsString)]) -> Vec<Finding> {
    let get = |name: &str| {
        let found = variables.iter().find(|(own, _)| own == name).and_then(|(_, value)| value.to_str());
        found.filter(|value| !value.trim().is_empty()).map(str::to_owned)
    };
    let mut wrong: Vec<String> = Vec::new();
    for (name, holds, expected) in VARIABLES {
        if get(name).is_some_and(|value| !holds(&value)) {
            wrong.push(format!("{name} must be {expected}."));
        }
    }
    if let Err(error) = ReviewerConfig::from_env(get) {
        wrong.push(format!("{error}."));
    }
    let is_tested = |name: &str| VARIABLES.iter().any(|(own, ..)| *own == name) || REVIEWER.contains(&name);
    let (mut tested, mut untested) = (Vec::new(), Vec::new());
    for (name, value) in variables.iter().filter_map(|(name, value)| Some((name.to_str()?, value))) {
        if value.to_str().is_none() && (is_known(name) || is_ours(name)) {
            wrong.push(format!("{name} is not UTF-8, so programs do not read it. Set it again."));
        } else if get(name).is_none() {
        } else if is_tested(name) {
            tested.push(name);
        } else if is_known(name) {
            untested.push(name);
        } else if is_ours(name) {
            wrong.push(format!("No program reads {name}. Perhaps {} is meant.", nearest(name)));
        }
    }
    if !wrong.is_empty() {
        return wrong.into_iter().map(|told| Finding::problem(CHECK, told)).collect();
    }
    vec![Finding::ok(CHECK, told(tested, untested))]
}

fn told(mut tested: Vec<&str>, mut untested: Vec<&str>) -> String {
    if tested.is_empty() && untested.is_empty() {
        return "no variable is set, so all defaults hold".to_owned();
    }
    tested.sort_unstable();
    untested.sort_unstable();
    let part = |names: Vec<&str>, told: &str| (!names.is_empty()).then(|| format!("{} {told}", names.join(", ")));
    let are = if untested.len() == 1 { "is" } else { "are" };
    let parts = [part(tested, "can be read"), part(untested, &format!("{are} set and not tested"))];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn known() -> impl Iterator<Item = &'static str> {
    VARIABLES.iter().map(|(name, ..)| *name).chain(REVIEWER).chain(UNTESTED)
}

fn is_known(name: &str) -> bool {
    known().any(|known| known == name)
}

fn is_ours(name: &str) -> bool {
    name.starts_with("CODESENSEI_") || name.starts_with("BEDROCK_")
}

fn nearest(name: &str) -> &'static str {
    let nearest = known().max_by(|one, other| strsim::jaro(name, one).total_cmp(&strsim::jaro(name, other)));
    nearest.unwrap_or_default()
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
    fn good_variables_are_named_and_empty_ones_do_not_count() {
        let found = checked(&[("CODESENSEI_AI_DAILY_CAP", "50"), ("AI_DEADLINE_MS", "26000"), ("BEDROCK_PRICES", "")]);
        assert_eq!(found, [Finding::ok(CHECK, "AI_DEADLINE_MS, CODESENSEI_AI_DAILY_CAP can be read")]);
        assert_eq!(checked(&[("PATH", "/bin")])[0].state, State::Ok);
    }

    #[test]
    fn only_what_was_tested_can_be_read() {
        let found = checked(&[("CODESENSEI_PORT", "many"), ("BEDROCK_PRICES", "3/15"), ("CODESENSEI_DATA_DIR", "x")]);
        let told = "BEDROCK_PRICES can be read; CODESENSEI_DATA_DIR, CODESENSEI_PORT are set and not tested";
        assert_eq!(found, [Finding::ok(CHECK, told)]);
        assert_eq!(checked(&[("CODESENSEI_PORT", "1")])[0].told, "CODESENSEI_PORT is set and not tested");
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_utf_8_is_a_problem_only_if_it_is_ours() {
        use std::os::unix::ffi::OsStringExt as _;
        let bytes = || OsString::from_vec(vec![0xff]);
        assert_eq!(check(&[("SOMETHING".into(), bytes()), (bytes(), "x".into())])[0].state, State::Ok);
        let found = check(&[("CODESENSEI_ORIGIN".into(), bytes())]);
        assert!(found[0].state == State::Problem && found[0].told.starts_with("CODESENSEI_ORIGIN is not UTF-8"));
    }

    #[test]
    fn every_wrong_variable_is_a_problem_with_what_it_must_be() {
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
