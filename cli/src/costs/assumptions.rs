//! The assumptions about the use of the product, each with its reason. `--assume name=value` replaces a value.

use std::ops::Index;

/// The assumed quantities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parameter {
    SignUps,
    SignIns,
    ActiveDays,
    Refreshes,
    Lists,
    Opens,
    NewSessions,
    Saves,
    DeletedSessions,
    NewThreads,
    Reads,
    Questions,
    Applies,
    InputTokens,
    OutputTokens,
    AnswerSeconds,
    CodeKb,
    HistoryKb,
    OtherKb,
    PageLoads,
    PageKb,
    PageFiles,
    StoredKb,
    LogKb,
    TableMs,
    OwnMs,
    PasswordMs,
    ColdStarts,
    ColdStartMs,
    WafRules,
    EdgeWaf,
    EdgeWafRules,
    Alarms,
    AnomalyAlarms,
    Dashboards,
    StatusesPerEndpoint,
    OtherMetrics,
    Mails,
}

/// An assumption.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assumption {
    pub(crate) what: Parameter,
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) reason: &'static str,
}

const fn assume(what: Parameter, name: &'static str, value: f64, reason: &'static str) -> Assumption {
    Assumption { what, name, value, reason }
}

/// All assumptions, in the order of [`Parameter`]. Without another unit in its reason, a value is per user and month.
pub(crate) const ASSUMPTIONS: [Assumption; 38] = [
    assume(Parameter::SignUps, "sign_ups", 0.05, "Per existing user: one in twenty users is new."),
    assume(
        Parameter::SignIns,
        "sign_ins",
        2.0,
        "A sign-in lasts seven days from its last use; holidays and second browsers need another one.",
    ),
    assume(Parameter::ActiveDays, "active_days", 12.0, "Three days per week."),
    assume(
        Parameter::Refreshes,
        "refreshes",
        4.0,
        "Per active day: an access token lives 15 minutes, and a person works for an hour.",
    ),
    assume(
        Parameter::Lists,
        "lists",
        3.0,
        "Per active day: the list of sessions is the first page, and users return to it.",
    ),
    assume(Parameter::Opens, "opens", 3.0, "Per active day: opened sessions, with their code and threads."),
    assume(Parameter::NewSessions, "new_sessions", 4.0, "One file per week."),
    assume(Parameter::Saves, "saves", 6.0, "Per active day: saved versions."),
    assume(Parameter::DeletedSessions, "deleted_sessions", 1.0, "One of four sessions is deleted."),
    assume(Parameter::NewThreads, "new_threads", 15.0, "Two questions per thread."),
    assume(Parameter::Reads, "reads", 6.0, "Per active day: histories of threads."),
    assume(Parameter::Questions, "questions", 30.0, "Two or three per active day."),
    assume(Parameter::Applies, "applies", 8.0, "The server applies a patch for about one answer in four."),
    assume(
        Parameter::InputTokens,
        "input_tokens",
        6_000.0,
        "Per question: 1,800 for instructions and format, a file of 350 lines, some history.",
    ),
    assume(Parameter::OutputTokens, "output_tokens", 700.0, "Per question: an explanation of 350 words and a patch."),
    assume(
        Parameter::AnswerSeconds,
        "answer_seconds",
        14.0,
        "At 50 tokens per second. The function waits meanwhile and is billed.",
    ),
    assume(Parameter::CodeKb, "code_kb", 16.0, "A file of 400 lines with its head, uncompressed: opened and saved."),
    assume(Parameter::HistoryKb, "history_kb", 12.0, "The history of a thread, or an answer as a stream of events."),
    assume(Parameter::OtherKb, "other_kb", 3.0, "Any other request or answer, with its headers."),
    assume(Parameter::PageLoads, "page_loads", 2.0, "Per active day: the page is loaded again."),
    assume(Parameter::PageKb, "page_kb", 150.0, "Per page load, compressed: most files are in the browser's cache."),
    assume(
        Parameter::PageFiles,
        "page_files",
        6.0,
        "Requested files per page load: the page itself and files under /assets/.",
    ),
    assume(
        Parameter::StoredKb,
        "stored_kb",
        400.0,
        "Per user in the table: twenty files of 8 KB compressed, and a year of conversations.",
    ),
    assume(
        Parameter::LogKb,
        "log_kb",
        2.5,
        "Per request: its log line, its metrics line, Lambda's report and the gateway's access log.",
    ),
    assume(Parameter::TableMs, "table_ms", 6.0, "Per request to the table, with the round trip."),
    assume(Parameter::OwnMs, "own_ms", 2.0, "The program's own time per request: 1.0 to 1.3 ms were measured."),
    assume(Parameter::PasswordMs, "password_ms", 60.0, "bcrypt with cost 10 on one vCPU: 56 to 63 ms were measured."),
    assume(Parameter::ColdStarts, "cold_starts", 0.01, "Per request: one in a hundred starts a process."),
    assume(
        Parameter::ColdStartMs,
        "cold_start_ms",
        150.0,
        "Includes loading the code and reading the secrets; billed like any other time.",
    ),
    assume(Parameter::WafRules, "waf_rules", 7.0, "Per deployment: the rules on the API's stage."),
    assume(
        Parameter::EdgeWaf,
        "edge_waf",
        1.0,
        "Per deployment: 1 with the second web ACL, at CloudFront, which is the default of `EdgeWaf`; 0 without it.",
    ),
    assume(Parameter::EdgeWafRules, "edge_waf_rules", 2.0, "Per deployment: the rules of the second web ACL."),
    assume(Parameter::Alarms, "alarm_metrics", 129.0, "Per deployment: the metrics of alarms; most alarms have two."),
    assume(Parameter::AnomalyAlarms, "anomaly_alarms", 1.0, "Per deployment: on sign-ins."),
    assume(Parameter::Dashboards, "dashboards", 1.0, "Per deployment."),
    assume(
        Parameter::StatusesPerEndpoint,
        "statuses_per_endpoint",
        4.0,
        "Status and error codes per endpoint, each a metric; calculated as if each occurred in every hour.",
    ),
    assume(
        Parameter::OtherMetrics,
        "other_metrics",
        52.0,
        "Per deployment: the requests and faults of each program, tokens, error codes, the sweep and the report.",
    ),
    assume(Parameter::Mails, "mails", 200.0, "Per deployment: alarms and reports."),
];

/// The values of the assumptions in one run.
#[derive(Clone, Debug)]
pub(crate) struct AssumedValues([f64; ASSUMPTIONS.len()]);

impl AssumedValues {
    /// The default values, with these overrides.
    pub(crate) fn with(overrides: &[Override]) -> Self {
        let mut values = Self(ASSUMPTIONS.map(|assumption| assumption.value));
        for Override { what, value } in overrides {
            values.0[*what as usize] = *value;
        }
        values
    }
}

impl Index<Parameter> for AssumedValues {
    type Output = f64;

    fn index(&self, what: Parameter) -> &f64 {
        &self.0[what as usize]
    }
}

/// The largest accepted value. With it, every sum stays far below the range of `f64`.
const MAX_VALUE: f64 = 1e12;

/// `name=value` on the command line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Override {
    what: Parameter,
    value: f64,
}

impl std::str::FromStr for Override {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("expected name=value, such as questions=50")?;
        let found = ASSUMPTIONS.iter().find(|assumption| assumption.name == name);
        let names = || ASSUMPTIONS.map(|assumption| assumption.name).join(", ");
        let found = found.ok_or_else(|| format!("unknown assumption {name}; the assumptions are {}", names()))?;
        let value = value.parse().ok().filter(|value| (0.0..=MAX_VALUE).contains(value));
        let value = value.ok_or_else(|| format!("{name} must be a number from 0 to 1000000000000"))?;
        Ok(Self { what: found.what, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assumptions_are_in_the_order_of_their_parameters() {
        for (index, assumption) in ASSUMPTIONS.iter().enumerate() {
            assert_eq!(assumption.what as usize, index, "{}", assumption.name);
            assert!(assumption.reason.ends_with('.') && !assumption.reason.contains('|'), "{}", assumption.name);
        }
    }

    #[test]
    fn an_assumption_is_replaced_by_its_name() {
        let overrides: Override = "questions=50".parse().expect("an assumption");
        let values = AssumedValues::with(&[overrides]);
        assert!((values[Parameter::Questions] - 50.0).abs() < f64::EPSILON);
        assert!((values[Parameter::SignIns] - 2.0).abs() < f64::EPSILON);
        for wrong in ["questions", "questions=", "questions=many", "questions=-1", "questions=NaN", "answers=1"] {
            assert!(wrong.parse::<Override>().is_err(), "{wrong}");
        }
        assert!("questions=1e12".parse::<Override>().is_ok());
        for large in ["questions=1.1e12", "questions=1e308", "questions=inf"] {
            let error = large.parse::<Override>().expect_err(large);
            assert_eq!(error, "questions must be a number from 0 to 1000000000000");
        }
    }
}
