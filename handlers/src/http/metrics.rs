//! Metrics: one line for each request in CloudWatch's embedded metric format.
//!
//! Each dimension has few values, because every combination of values is billed as one metric.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use bedrock::Usage;
use model::{Timestamp, Total};
use serde::Serialize;

use crate::error::ErrorCode;

/// The namespace in CloudWatch.
pub const NAMESPACE: &str = "CodeSensei";

/// The sink of the lines. Without a sink, lines are dropped.
#[derive(Clone, Default)]
pub struct Metrics {
    sink: Option<Arc<Mutex<dyn Write + Send>>>,
    program: Option<&'static str>,
}

impl Metrics {
    /// Writes whole lines to this sink.
    pub fn to(sink: impl Write + Send + 'static) -> Self {
        Self { sink: Some(Arc::new(Mutex::new(sink))), program: None }
    }

    /// Also counts the requests and faults of this program separately, because programs are deployed separately.
    #[must_use]
    pub fn of(self, program: &'static str) -> Self {
        Self { program: Some(program), ..self }
    }

    /// Writes the line of a request.
    pub(super) fn write(&self, measured: &Measured<'_>) {
        self.write_line(&Line::new(measured, self.program));
    }

    /// Writes a line. If that fails the line is lost, because metrics must not fail a request.
    pub(crate) fn write_line(&self, line: &impl Serialize) {
        let Some(sink) = &self.sink else { return };
        if let Ok(mut line) = serde_json::to_vec(line) {
            line.push(b'\n');
            let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = sink.write_all(&line).and_then(|()| sink.flush());
        }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.sink.is_some() { "Metrics(on)" } else { "Metrics(off)" })
    }
}

/// The measurements of a request.
pub(super) struct Measured<'a> {
    pub(super) at: Timestamp,
    /// The method and the route of the table of routes, without ids.
    pub(super) endpoint: &'a str,
    pub(super) status: u16,
    /// The error code, also of a stream that failed after its head was sent.
    pub(super) code: Option<ErrorCode>,
    pub(super) trace_id: &'a str,
    pub(super) duration_ms: u64,
    pub(super) table: Total,
    pub(super) model: Usage,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "_aws")]
    aws: Metadata,
    service: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<&'static str>,
    endpoint: &'a str,
    /// A text, because dimensions cannot be numbers.
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// Not a dimension. It leads from an unusual value to the log lines of the request.
    trace_id: &'a str,
    #[serde(flatten)]
    values: Values,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Values {
    requests: u32,
    duration: u64,
    faults: u32,
    read_capacity: f64,
    write_capacity: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<u32>,
    #[serde(flatten)]
    asked: Option<Asked>,
}

/// The metrics of requests that asked the model.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    input_tokens: u32,
    output_tokens: u32,
    model_cost: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Metadata {
    timestamp: i64,
    cloud_watch_metrics: Vec<&'static Directive>,
}

impl Metadata {
    pub(crate) const fn new(at: Timestamp, cloud_watch_metrics: Vec<&'static Directive>) -> Self {
        Self { timestamp: at.millis(), cloud_watch_metrics }
    }
}

/// The metrics, for each set of dimensions.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Directive {
    pub(crate) namespace: &'static str,
    pub(crate) dimensions: &'static [&'static [&'static str]],
    pub(crate) metrics: &'static [Metric],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Metric {
    name: &'static str,
    unit: &'static str,
}

/// The only value of the dimension `service`, whose metrics are totals for alarms.
const SERVICE: &str = "api";

pub(crate) const fn metric(name: &'static str, unit: &'static str) -> Metric {
    Metric { name, unit }
}

/// `Faults` is 1 or 0 for each request, so that its average is the rate of server errors. A stream that fails after its
/// head was sent with 200 counts too.
static EVERY_REQUEST: Directive = Directive {
    namespace: NAMESPACE,
    dimensions: &[&["service"], &["endpoint"]],
    metrics: &[
        metric("Requests", "Count"),
        metric("Duration", "Milliseconds"),
        metric("Faults", "Count"),
        metric("ReadCapacity", "Count"),
        metric("WriteCapacity", "Count"),
    ],
};

static BY_PROGRAM: Directive = Directive {
    namespace: NAMESPACE,
    dimensions: &[&["program"]],
    metrics: &[metric("Requests", "Count"), metric("Faults", "Count")],
};

static BY_STATUS: Directive =
    Directive { namespace: NAMESPACE, dimensions: &[&["endpoint", "status"]], metrics: &[metric("Requests", "Count")] };

static BY_CODE: Directive = Directive {
    namespace: NAMESPACE,
    dimensions: &[&["code"], &["endpoint", "code"]],
    metrics: &[metric("Errors", "Count")],
};

/// `ModelCost` is in micro-dollars, for which CloudWatch has no unit.
static OF_THE_MODEL: Directive = Directive {
    namespace: NAMESPACE,
    dimensions: &[&["service"], &["endpoint"]],
    metrics: &[metric("InputTokens", "Count"), metric("OutputTokens", "Count"), metric("ModelCost", "None")],
};

static UNREADABLE: Directive =
    Directive { namespace: NAMESPACE, dimensions: &[&["service"]], metrics: &[metric("UnreadableItems", "Count")] };

static NOT_STORED: Directive =
    Directive { namespace: NAMESPACE, dimensions: &[&["service"]], metrics: &[metric("AnswersNotStored", "Count")] };

/// An event of one item. Its key is not a dimension.
#[derive(Serialize)]
struct OfAnItem<'a> {
    #[serde(rename = "_aws")]
    aws: Metadata,
    service: &'static str,
    item: &'a str,
    #[serde(rename = "UnreadableItems", skip_serializing_if = "Option::is_none")]
    unreadable: Option<u32>,
    #[serde(rename = "AnswersNotStored", skip_serializing_if = "Option::is_none")]
    not_stored: Option<u32>,
}

/// The line of an item that cannot be decoded.
pub(crate) fn unreadable(at: Timestamp, item: &str) -> impl Serialize {
    let aws = Metadata::new(at, vec![&UNREADABLE]);
    OfAnItem { aws, service: SERVICE, item, unreadable: Some(1), not_stored: None }
}

/// The line of a question whose paid answer is not stored.
pub(crate) fn not_stored(at: Timestamp, question: &str) -> impl Serialize {
    let aws = Metadata::new(at, vec![&NOT_STORED]);
    OfAnItem { aws, service: SERVICE, item: question, unreadable: None, not_stored: Some(1) }
}

impl<'a> Line<'a> {
    fn new(measured: &Measured<'a>, program: Option<&'static str>) -> Self {
        let Measured { endpoint, status, code, trace_id, .. } = *measured;
        let asked = (measured.model != Usage::default()).then(|| Asked {
            input_tokens: measured.model.sent_tokens(),
            output_tokens: measured.model.output_tokens,
            model_cost: measured.model.cost_micros,
        });
        let mut cloud_watch_metrics = vec![&EVERY_REQUEST, &BY_STATUS];
        cloud_watch_metrics.extend(program.map(|_| &BY_PROGRAM));
        cloud_watch_metrics.extend(code.map(|_| &BY_CODE));
        cloud_watch_metrics.extend(asked.as_ref().map(|_| &OF_THE_MODEL));
        Self {
            aws: Metadata::new(measured.at, cloud_watch_metrics),
            service: SERVICE,
            program,
            endpoint,
            status: status.to_string(),
            code: code.map(ErrorCode::as_str),
            trace_id,
            values: Values {
                requests: 1,
                duration: measured.duration_ms,
                faults: u32::from(status >= 500 || code.is_some_and(|code| code.status().is_server_error())),
                read_capacity: measured.table.rcu,
                write_capacity: measured.table.wcu,
                errors: code.map(|_| 1),
                asked,
            },
        }
    }
}
