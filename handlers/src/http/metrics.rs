//! Metrics: one line for each request in CloudWatch's embedded metric format, which CloudWatch Logs turns into metrics.
//!
//! Dimensions are of few values each: a metric is paid for by every combination of them that occurs.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use bedrock::Usage;
use model::{Timestamp, Total};
use serde::Serialize;

use crate::error::ErrorCode;

/// Under which CloudWatch finds them.
pub const NAMESPACE: &str = "CodeSensei";

/// Where the lines go: nowhere, unless somebody reads them.
#[derive(Clone, Default)]
pub struct Metrics {
    sink: Option<Arc<Mutex<dyn Write + Send>>>,
    program: Option<&'static str>,
}

impl Metrics {
    /// Writes them here, a whole line at a time.
    pub fn to(sink: impl Write + Send + 'static) -> Self {
        Self { sink: Some(Arc::new(Mutex::new(sink))), program: None }
    }

    /// Those of this program, whose requests and faults are counted alone too: what is deployed is a program.
    #[must_use]
    pub fn of(self, program: &'static str) -> Self {
        Self { program: Some(program), ..self }
    }

    /// Writes the line of a request.
    pub(super) fn write(&self, measured: &Measured<'_>) {
        self.write_line(&Line::new(measured, self.program));
    }

    /// Writes a line. A line that cannot be written is lost: the work is worth more than its numbers.
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

/// What is known of a request when its answer is ready.
pub(super) struct Measured<'a> {
    pub(super) at: Timestamp,
    /// The method and the route as it is written in the table of routes: never an id.
    pub(super) endpoint: &'a str,
    pub(super) status: u16,
    /// Of a stream, also what it ended with after its head.
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
    /// As text: the format takes no number for a dimension.
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// No dimension: the way from a number that stands out to the lines of its request.
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

/// Of requests that asked the model.
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

/// These metrics, once for each set of dimensions.
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

/// The one value of the dimension `service`: what has no other is the sum over everything, which an alarm can watch.
const SERVICE: &str = "api";

pub(crate) const fn metric(name: &'static str, unit: &'static str) -> Metric {
    Metric { name, unit }
}

/// `Faults` is 1 or 0 for every request, so that its average is the rate of answers that were our fault. A stream that fails after
/// its head was sent with 200 is one.
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

/// `ModelCost` is in micro-dollars, for which there is no unit.
static OF_THE_MODEL: Directive = Directive {
    namespace: NAMESPACE,
    dimensions: &[&["service"], &["endpoint"]],
    metrics: &[metric("InputTokens", "Count"), metric("OutputTokens", "Count"), metric("ModelCost", "None")],
};

static UNREADABLE: Directive =
    Directive { namespace: NAMESPACE, dimensions: &[&["service"]], metrics: &[metric("UnreadableItems", "Count")] };

static NOT_STORED: Directive =
    Directive { namespace: NAMESPACE, dimensions: &[&["service"]], metrics: &[metric("AnswersNotStored", "Count")] };

/// Something that happened to one item, which its key names. That is no dimension.
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

/// The line of an item that does not decode.
pub(crate) fn unreadable(at: Timestamp, item: &str) -> impl Serialize {
    let aws = Metadata::new(at, vec![&UNREADABLE]);
    OfAnItem { aws, service: SERVICE, item, unreadable: Some(1), not_stored: None }
}

/// The line of a question whose answer was paid for, and is not stored.
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
