//! How the product is used: one table of assumptions, each with its reason. Every one can be replaced with `--assume name=value`.

use std::ops::Index;

/// Something that is assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
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
    pub(crate) what: Use,
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) reason: &'static str,
}

const fn assume(what: Use, name: &'static str, value: f64, reason: &'static str) -> Assumption {
    Assumption { what, name, value, reason }
}

/// All of them, in the order of [`Use`]. What has no other unit in its reason is of one user and month.
pub(crate) const ASSUMPTIONS: [Assumption; 38] = [
    assume(Use::SignUps, "sign_ups", 0.05, "Sign-ups for each user there is: one in twenty users is new."),
    assume(
        Use::SignIns,
        "sign_ins",
        2.0,
        "A sign-in lasts seven days from its last use; holidays and second browsers end it.",
    ),
    assume(Use::ActiveDays, "active_days", 12.0, "Days with some use: three in a week."),
    assume(
        Use::Refreshes,
        "refreshes",
        4.0,
        "On an active day: an access token lives 15 minutes, and a person works an hour.",
    ),
    assume(Use::Lists, "lists", 3.0, "On an active day: the list of sessions is the first page, and is returned to."),
    assume(Use::Opens, "opens", 3.0, "On an active day: sessions that are opened, with their code and threads."),
    assume(Use::NewSessions, "new_sessions", 4.0, "A file a week."),
    assume(Use::Saves, "saves", 6.0, "On an active day: versions that are saved."),
    assume(Use::DeletedSessions, "deleted_sessions", 1.0, "One of four sessions is deleted."),
    assume(Use::NewThreads, "new_threads", 15.0, "Two questions in each thread."),
    assume(Use::Reads, "reads", 6.0, "On an active day: histories of threads that are read."),
    assume(Use::Questions, "questions", 30.0, "Two or three on an active day."),
    assume(Use::Applies, "applies", 8.0, "About one answer in four has a patch that is applied on the server."),
    assume(
        Use::InputTokens,
        "input_tokens",
        6_000.0,
        "Of a question: 1,800 of instructions and form, a file of 350 lines, some history.",
    ),
    assume(Use::OutputTokens, "output_tokens", 700.0, "Of a question: an explanation of 350 words and a patch."),
    assume(
        Use::AnswerSeconds,
        "answer_seconds",
        14.0,
        "At 50 tokens a second. The function waits meanwhile, and is billed.",
    ),
    assume(Use::CodeKb, "code_kb", 16.0, "A file of 400 lines with its head, uncompressed: opened and saved."),
    assume(Use::HistoryKb, "history_kb", 12.0, "The history of a thread, or an answer as a stream of events."),
    assume(Use::OtherKb, "other_kb", 3.0, "Every other request or answer, with its headers."),
    assume(Use::PageLoads, "page_loads", 2.0, "On an active day: the page is loaded anew."),
    assume(Use::PageKb, "page_kb", 150.0, "Of a load, compressed: most files are in the browser's cache."),
    assume(
        Use::PageFiles,
        "page_files",
        6.0,
        "Files that a load asks for: the page itself, and the others under /assets/.",
    ),
    assume(
        Use::StoredKb,
        "stored_kb",
        400.0,
        "Of a user in the table: twenty files of 8 KB compressed, and their conversations of a year.",
    ),
    assume(
        Use::LogKb,
        "log_kb",
        2.5,
        "Of a request: its log line, its line of metrics, Lambda's report and the gateway's access log.",
    ),
    assume(Use::TableMs, "table_ms", 6.0, "Of each request to the table, with its way there and back."),
    assume(Use::OwnMs, "own_ms", 2.0, "Of the program itself in a request: 1.0 to 1.3 ms were measured."),
    assume(Use::PasswordMs, "password_ms", 60.0, "bcrypt with cost 10 on one vCPU: 56 to 63 ms were measured."),
    assume(Use::ColdStarts, "cold_starts", 0.01, "Of each request: one in a hundred starts a process."),
    assume(
        Use::ColdStartMs,
        "cold_start_ms",
        150.0,
        "With loading the code and reading the secrets; billed like any other time.",
    ),
    assume(Use::WafRules, "waf_rules", 7.0, "Of the deployment: the rules on the API's stage."),
    assume(
        Use::EdgeWaf,
        "edge_waf",
        1.0,
        "Of the deployment: 1 with the second web ACL, at CloudFront, which is the default of `EdgeWaf`; 0 without it.",
    ),
    assume(Use::EdgeWafRules, "edge_waf_rules", 2.0, "Of the deployment: the rules of the second web ACL."),
    assume(
        Use::Alarms,
        "alarm_metrics",
        129.0,
        "Of the deployment: the metrics that alarms watch; most alarms watch two.",
    ),
    assume(Use::AnomalyAlarms, "anomaly_alarms", 1.0, "Of the deployment: on sign-ins."),
    assume(Use::Dashboards, "dashboards", 1.0, "Of the deployment."),
    assume(
        Use::StatusesPerEndpoint,
        "statuses_per_endpoint",
        4.0,
        "Status and error codes of an endpoint, which are a metric each; charged as if each came in every hour.",
    ),
    assume(
        Use::OtherMetrics,
        "other_metrics",
        52.0,
        "Of the deployment: each program's requests and faults, tokens, error codes, the sweep and the report.",
    ),
    assume(Use::Mails, "mails", 200.0, "Of the deployment: alarms and reports."),
];

/// The assumptions of one run.
#[derive(Clone, Debug)]
pub(crate) struct Assumed([f64; ASSUMPTIONS.len()]);

impl Assumed {
    /// The table, with these in place of its own.
    pub(crate) fn with(replaced: &[Replaced]) -> Self {
        let mut assumed = Self(ASSUMPTIONS.map(|assumption| assumption.value));
        for Replaced { what, value } in replaced {
            assumed.0[*what as usize] = *value;
        }
        assumed
    }
}

impl Index<Use> for Assumed {
    type Output = f64;

    fn index(&self, what: Use) -> &f64 {
        &self.0[what as usize]
    }
}

/// The largest value that is taken. With it every sum stays far from what a number can hold.
const MOST: f64 = 1e12;

/// `name=value` on the command line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Replaced {
    what: Use,
    value: f64,
}

impl std::str::FromStr for Replaced {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("write name=value, such as questions=50")?;
        let found = ASSUMPTIONS.iter().find(|assumption| assumption.name == name);
        let names = || ASSUMPTIONS.map(|assumption| assumption.name).join(", ");
        let found = found.ok_or_else(|| format!("there is no assumption {name}; there are {}", names()))?;
        let value = value.parse().ok().filter(|value| (0.0..=MOST).contains(value));
        let value = value.ok_or_else(|| format!("{name} must be a number from 0 to 1000000000000"))?;
        Ok(Self { what: found.what, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assumptions_stand_at_their_place() {
        for (place, assumption) in ASSUMPTIONS.iter().enumerate() {
            assert_eq!(assumption.what as usize, place, "{}", assumption.name);
            assert!(assumption.reason.ends_with('.') && !assumption.reason.contains('|'), "{}", assumption.name);
        }
    }

    #[test]
    fn an_assumption_is_replaced_by_its_name() {
        let replaced: Replaced = "questions=50".parse().expect("an assumption");
        let assumed = Assumed::with(&[replaced]);
        assert!((assumed[Use::Questions] - 50.0).abs() < f64::EPSILON);
        assert!((assumed[Use::SignIns] - 2.0).abs() < f64::EPSILON);
        for wrong in ["questions", "questions=", "questions=many", "questions=-1", "questions=NaN", "answers=1"] {
            assert!(wrong.parse::<Replaced>().is_err(), "{wrong}");
        }
        assert!("questions=1e12".parse::<Replaced>().is_ok());
        for large in ["questions=1.1e12", "questions=1e308", "questions=inf"] {
            let error = large.parse::<Replaced>().expect_err(large);
            assert_eq!(error, "questions must be a number from 0 to 1000000000000");
        }
    }
}
