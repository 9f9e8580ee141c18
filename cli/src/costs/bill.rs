//! A month's bill: quantities from the actions, times prices.

use crate::costs::actions::{ACTIONS, Action, Wait};
use crate::costs::assumptions::{Assumed, Use};
use crate::costs::prices::{self, Price};

const KB_PER_GB: f64 = 1_024.0 * 1_024.0;
/// signing-key, public-keys and seed.
const SECRETS: f64 = 3.0;

/// One line: a quantity, its price, and what that makes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) price: Price,
    pub(crate) quantity: f64,
}

impl Line {
    pub(crate) fn dollars(&self) -> f64 {
        self.quantity * self.price.dollars / self.price.of
    }
}

/// What a month costs at this many users.
#[derive(Clone, Debug)]
pub(crate) struct Bill {
    pub(crate) users: u64,
    pub(crate) lines: Vec<Line>,
}

impl Bill {
    /// Works it out.
    pub(crate) fn of(users: u64, assumed: &Assumed) -> Self {
        let served = Served::of(users, assumed);
        let line = |price, quantity| Line { price, quantity };
        let lines = vec![
            line(prices::INPUT_TOKENS, served.questions * assumed[Use::InputTokens]),
            line(prices::OUTPUT_TOKENS, served.questions * assumed[Use::OutputTokens]),
            line(prices::LAMBDA_REQUESTS, served.invocations),
            line(prices::LAMBDA_TIME, served.gb_seconds),
            line(prices::GATEWAY_REQUESTS, served.requests),
            line(prices::WAF_ACL, 1.0 + assumed[Use::EdgeWaf]),
            line(prices::WAF_RULES, assumed[Use::WafRules] + assumed[Use::EdgeWaf] * assumed[Use::EdgeWafRules]),
            // The ACL at the edge looks at requests for files too.
            line(prices::WAF_REQUESTS, served.requests + assumed[Use::EdgeWaf] * (served.requests + served.files)),
            line(prices::CLOUDFRONT_REQUESTS, served.requests + served.files),
            line(prices::CLOUDFRONT_OUT, (served.kb_out + served.page_kb) / KB_PER_GB),
            line(prices::CLOUDFRONT_IN, served.kb_in / KB_PER_GB),
            // One function runs at requests to the API, the other at those for a page. None runs at files under /assets/.
            line(prices::CLOUDFRONT_FUNCTIONS, served.requests + served.loads),
            line(prices::TABLE_READS, served.reads),
            line(prices::TABLE_WRITES, served.writes),
            line(prices::TABLE_STORAGE, served.stored_gb),
            line(prices::TABLE_BACKUP, served.stored_gb),
            line(prices::SECRETS_KEPT, SECRETS),
            line(prices::SECRETS_CALLS, served.secrets_read),
            line(prices::LOGS, served.log_gb),
            line(prices::LOGS_KEPT, served.log_gb),
            line(prices::METRICS, metrics(assumed)),
            line(prices::ALARMS, assumed[Use::Alarms]),
            line(prices::ANOMALY_ALARMS, assumed[Use::AnomalyAlarms]),
            line(prices::DASHBOARDS, assumed[Use::Dashboards]),
            line(prices::MAILS, assumed[Use::Mails]),
        ];
        Self { users, lines }
    }

    /// What the model costs.
    pub(crate) fn model(&self) -> f64 {
        self.lines.iter().filter(|line| line.price.service == "Bedrock").map(Line::dollars).sum()
    }

    /// What all of it costs.
    pub(crate) fn total(&self) -> f64 {
        self.lines.iter().map(Line::dollars).sum()
    }

    /// What a user costs.
    pub(crate) fn per_user(&self) -> f64 {
        self.total() / number(self.users)
    }
}

/// What was done in the month.
#[derive(Default)]
struct Served {
    questions: f64,
    invocations: f64,
    gb_seconds: f64,
    requests: f64,
    loads: f64,
    files: f64,
    page_kb: f64,
    kb_in: f64,
    kb_out: f64,
    reads: f64,
    writes: f64,
    stored_gb: f64,
    secrets_read: f64,
    log_gb: f64,
}

impl Served {
    fn of(users: u64, assumed: &Assumed) -> Self {
        let users = number(users);
        let loads = users * assumed[Use::PageLoads] * assumed[Use::ActiveDays];
        let mut served = Self {
            loads,
            files: loads * assumed[Use::PageFiles],
            page_kb: loads * assumed[Use::PageKb],
            stored_gb: users * assumed[Use::StoredKb] / KB_PER_GB,
            ..Self::default()
        };
        for action in ACTIONS {
            served.add(action, users, assumed);
        }
        served.log_gb = served.invocations * assumed[Use::LogKb] / KB_PER_GB;
        served
    }

    fn add(&mut self, action: &Action, users: f64, assumed: &Assumed) {
        let (count, units) = (action.count(users, assumed), action.units(assumed));
        self.invocations += count;
        self.gb_seconds += count * units.gb_seconds;
        self.reads += count * units.reads;
        self.writes += count * units.writes;
        self.secrets_read += count * assumed[Use::ColdStarts] * action.function.secrets();
        if action.endpoint.is_some() {
            self.requests += count;
            self.kb_in += count * assumed[action.size.0];
            self.kb_out += count * assumed[action.size.1];
        }
        if action.wait == Wait::Model {
            self.questions += count;
        }
    }
}

/// The custom metrics that there are: five of each endpoint and of all together, one for each status and code of an endpoint.
fn metrics(assumed: &Assumed) -> f64 {
    let paths = handlers::openapi::document()["paths"].as_object().into_iter().flatten();
    let methods = paths.flat_map(|(_, item)| item.as_object().into_iter().flatten());
    let is_method = |name: &str| ["get", "post", "put", "patch", "delete"].contains(&name);
    let endpoints = methods.fold(0.0, |count, (name, _)| if is_method(name) { count + 1.0 } else { count });
    5.0 * (endpoints + 1.0) + endpoints * assumed[Use::StatusesPerEndpoint] + assumed[Use::OtherMetrics]
}

/// Exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "no number here is near 2^53")]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}
