//! The monthly bill: quantities from the actions, multiplied by prices.

use crate::costs::actions::{ACTIONS, Action, Wait};
use crate::costs::assumptions::{AssumedValues, Parameter};
use crate::costs::prices::{self, Price};

const KB_PER_GB: f64 = 1_024.0 * 1_024.0;
/// The number of secrets: signing-key, public-keys and seed.
const SECRETS: f64 = 3.0;

/// A line of the bill: a quantity and its price.
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

/// The monthly bill for a number of users.
#[derive(Clone, Debug)]
pub(crate) struct Bill {
    pub(crate) users: u64,
    pub(crate) lines: Vec<Line>,
}

impl Bill {
    /// Computes the bill.
    pub(crate) fn of(users: u64, values: &AssumedValues) -> Self {
        let usage = MonthlyUsage::of(users, values);
        let line = |price, quantity| Line { price, quantity };
        let lines = vec![
            line(prices::INPUT_TOKENS, usage.questions * values[Parameter::InputTokens]),
            line(prices::OUTPUT_TOKENS, usage.questions * values[Parameter::OutputTokens]),
            line(prices::LAMBDA_REQUESTS, usage.invocations),
            line(prices::LAMBDA_TIME, usage.gb_seconds),
            line(prices::GATEWAY_REQUESTS, usage.requests),
            line(prices::WAF_ACL, 1.0 + values[Parameter::EdgeWaf]),
            line(
                prices::WAF_RULES,
                values[Parameter::WafRules] + values[Parameter::EdgeWaf] * values[Parameter::EdgeWafRules],
            ),
            // The ACL at the edge inspects requests for files too.
            line(prices::WAF_REQUESTS, usage.requests + values[Parameter::EdgeWaf] * (usage.requests + usage.files)),
            line(prices::CLOUDFRONT_REQUESTS, usage.requests + usage.files),
            line(prices::CLOUDFRONT_OUT, (usage.kb_out + usage.page_kb) / KB_PER_GB),
            line(prices::CLOUDFRONT_IN, usage.kb_in / KB_PER_GB),
            // One function runs for requests to the API, the other for requests for a page. Files under /assets/ have
            // none.
            line(prices::CLOUDFRONT_FUNCTIONS, usage.requests + usage.loads),
            line(prices::TABLE_READS, usage.reads),
            line(prices::TABLE_WRITES, usage.writes),
            line(prices::TABLE_STORAGE, usage.stored_gb),
            line(prices::TABLE_BACKUP, usage.stored_gb),
            line(prices::SECRETS_KEPT, SECRETS),
            line(prices::SECRETS_CALLS, usage.secrets_read),
            line(prices::LOGS, usage.log_gb),
            line(prices::LOGS_KEPT, usage.log_gb),
            line(prices::METRICS, metrics(values)),
            line(prices::ALARMS, values[Parameter::Alarms]),
            line(prices::ANOMALY_ALARMS, values[Parameter::AnomalyAlarms]),
            line(prices::DASHBOARDS, values[Parameter::Dashboards]),
            line(prices::MAILS, values[Parameter::Mails]),
        ];
        Self { users, lines }
    }

    /// The cost of the model.
    pub(crate) fn model(&self) -> f64 {
        self.lines.iter().filter(|line| line.price.service == "Bedrock").map(Line::dollars).sum()
    }

    /// The total cost.
    pub(crate) fn total(&self) -> f64 {
        self.lines.iter().map(Line::dollars).sum()
    }

    /// The cost per user.
    pub(crate) fn per_user(&self) -> f64 {
        self.total() / number(self.users)
    }
}

/// The usage of the services in a month.
#[derive(Default)]
struct MonthlyUsage {
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

impl MonthlyUsage {
    fn of(users: u64, values: &AssumedValues) -> Self {
        let users = number(users);
        let loads = users * values[Parameter::PageLoads] * values[Parameter::ActiveDays];
        let mut usage = Self {
            loads,
            files: loads * values[Parameter::PageFiles],
            page_kb: loads * values[Parameter::PageKb],
            stored_gb: users * values[Parameter::StoredKb] / KB_PER_GB,
            ..Self::default()
        };
        for action in ACTIONS {
            usage.add(action, users, values);
        }
        usage.log_gb = usage.invocations * values[Parameter::LogKb] / KB_PER_GB;
        usage
    }

    fn add(&mut self, action: &Action, users: f64, values: &AssumedValues) {
        let (count, units) = (action.count(users, values), action.units(values));
        self.invocations += count;
        self.gb_seconds += count * units.gb_seconds;
        self.reads += count * units.reads;
        self.writes += count * units.writes;
        self.secrets_read += count * values[Parameter::ColdStarts] * action.function.secrets();
        if action.endpoint.is_some() {
            self.requests += count;
            self.kb_in += count * values[action.size.0];
            self.kb_out += count * values[action.size.1];
        }
        if action.wait == Wait::Model {
            self.questions += count;
        }
    }
}

/// The number of custom metrics: five per endpoint and five for all endpoints, plus one per status and error code of an
/// endpoint.
fn metrics(values: &AssumedValues) -> f64 {
    let paths = handlers::openapi::document()["paths"].as_object().into_iter().flatten();
    let methods = paths.flat_map(|(_, item)| item.as_object().into_iter().flatten());
    let is_method = |name: &str| ["get", "post", "put", "patch", "delete"].contains(&name);
    let endpoints = methods.fold(0.0, |count, (name, _)| if is_method(name) { count + 1.0 } else { count });
    5.0 * (endpoints + 1.0) + endpoints * values[Parameter::StatusesPerEndpoint] + values[Parameter::OtherMetrics]
}

/// Exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "no number here is near 2^53")]
pub(crate) fn number(count: u64) -> f64 {
    count as f64
}
