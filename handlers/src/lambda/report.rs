//! The scheduled program that reports a day: reads the table's units from CloudWatch and sends the report to a topic.

use std::collections::BTreeSet;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, StatusCode};
use lambda_http::Error;
use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn};
use model::{Date, PATTERNS, Store, Timestamp};
use serde_json::{Value, json};

use crate::http::metrics::Metrics;
use crate::lambda::aws::aws_error;
use crate::lambda::settings::{ReportSettings, Variables};
use crate::report::{Report, TablePrices, Units};

/// The clients and settings of a report.
#[derive(Clone)]
struct Reporter {
    store: Store,
    cloudwatch: aws_sdk_cloudwatch::Client,
    sns: aws_sdk_sns::Client,
    table: String,
    topic: String,
    prices: TablePrices,
    metrics: Metrics,
}

/// Reports the previous day for each event of the schedule, or the `date` of the event (`{"date": "2026-11-28"}`).
///
/// # Errors
/// When a setting is missing or wrong; its name is in the message.
pub async fn report() -> Result<(), Error> {
    super::log();
    let settings = ReportSettings::read(&Variables::own())?;
    let sdk = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let reporter = Reporter::connect(settings, &sdk).await;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let reporter = reporter.clone();
        async move { reporter.report(asked(&event.payload)?).await }
    }))
    .await
}

/// The `date` of an event. Events of the schedule have none.
fn asked(event: &Value) -> Result<Option<Date>, Error> {
    let wrong = || "date: give a day as text, like \"2026-09-03\"";
    match event.get("date") {
        None | Some(Value::Null) => Ok(None),
        Some(date) => Ok(Some(date.as_str().and_then(|date| date.parse().ok()).ok_or_else(wrong)?)),
    }
}

impl Reporter {
    async fn connect(settings: ReportSettings, sdk: &SdkConfig) -> Self {
        let ReportSettings { table, topic, prices } = settings;
        let store = super::store_without_cursors(table.clone()).await;
        let (cloudwatch, sns) = (aws_sdk_cloudwatch::Client::new(sdk), aws_sdk_sns::Client::new(sdk));
        Self { store, cloudwatch, sns, table, topic, prices, metrics: Metrics::to(std::io::stdout()) }
    }

    async fn report(&self, date: Option<Date>) -> Result<Value, Error> {
        let now = self.store.clock().now();
        let date = date.unwrap_or_else(|| now.date().days_before(1));
        if date.start() > now {
            return Err(format!("date: {date} has not begun").into());
        }
        let report = Report::of(&self.store, date, self.units(date).await?, self.prices).await?;
        let sent = self.sns.publish().topic_arn(&self.topic).subject(report.subject()).message(report.to_string());
        sent.send().await.map_err(|error| format!("the report cannot be sent: {}", aws_error(&error)))?;
        report.measure(&self.metrics, now);
        let (model_micros, table_micros) = (report.model_micros(), report.table_micros());
        tracing::info!(date = %date, users = report.users(), model_micros, table_micros, "reported");
        Ok(json!({ "date": date.to_string(), "model_micros": model_micros, "table_micros": table_micros }))
    }

    /// The billed units of the table and its indexes on this day. The units of an index are separate.
    async fn units(&self, date: Date) -> Result<Units, Error> {
        // Each index belongs to a pattern.
        let indexes: BTreeSet<&str> = PATTERNS.iter().filter_map(|pattern| pattern.index).collect();
        let resources: Vec<Option<&str>> = [None].into_iter().chain(indexes.into_iter().map(Some)).collect();
        let queries = ["Read", "Write"].into_iter().flat_map(|kind| {
            let numbered = resources.iter().enumerate();
            numbered.map(move |(n, index)| self.query(format!("{}{n}", kind.to_lowercase()), kind, *index))
        });
        let asked = self.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.collect::<Vec<_>>()));
        let end = date.start().plus(std::time::Duration::from_hours(24));
        let answer = asked.start_time(at(date.start())).end_time(at(end)).send().await;
        let answer = answer.map_err(|error| format!("CloudWatch cannot be asked: {}", aws_error(&error)))?;
        let is_partial = |result: &&MetricDataResult| result.status_code() != Some(&StatusCode::Complete);
        if let Some(partial) = answer.metric_data_results().iter().find(is_partial) {
            let (id, status) = (partial.id().unwrap_or_default(), partial.status_code());
            return Err(format!("CloudWatch does not have all of {id} yet: {status:?}").into());
        }
        let sum = |kind: &str| {
            let of_kind = |id: Option<&str>| id.is_some_and(|id| id.starts_with(kind));
            let results = answer.metric_data_results().iter().filter(|result| of_kind(result.id()));
            // Not `sum`, which is -0 for no values.
            results.flat_map(MetricDataResult::values).fold(0.0, |sum, value| sum + value)
        };
        Ok(Units { read: sum("read"), written: sum("write") })
    }

    fn query(&self, id: String, kind: &str, index: Option<&str>) -> MetricDataQuery {
        let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
        let index = index.map(|index| dimension("GlobalSecondaryIndexName", index));
        let metric = Metric::builder()
            .namespace("AWS/DynamoDB")
            .metric_name(format!("Consumed{kind}CapacityUnits"))
            .set_dimensions(Some([dimension("TableName", &self.table)].into_iter().chain(index).collect()));
        let day = MetricStat::builder().metric(metric.build()).period(86_400).stat("Sum").build();
        MetricDataQuery::builder().id(id).metric_stat(day).build()
    }
}

fn at(time: Timestamp) -> DateTime {
    DateTime::from_millis(time.millis())
}
