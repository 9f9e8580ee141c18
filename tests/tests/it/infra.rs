//! The templates under `infra/` match the programs that they deploy.

mod emitted;
mod template;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use handlers::error::ErrorCode;
use handlers::lambda::Program;
use handlers::lambda::settings::{ReportSettings, Settings, Variables, table};
use handlers::logging;
use model::defined_table;
use serde_json::{Value, json};
use tests::TestTable;
use tests::app::contract::operations;

use template::Template;

/// The file of trusted certificates, which the TLS code reads.
const CERTIFICATES: &str = "SSL_CERT_FILE";

/// The function of a program: `auth` is `AuthFunction`.
fn function(program: &str) -> String {
    format!("{}{}Function", program[..1].to_uppercase(), &program[1..])
}

#[tokio::test]
async fn the_template_creates_the_table_of_the_schema() {
    let template = Template::stage();
    let properties = template.properties("Table");
    let table = TestTable::with_earlier_definition(|definition| {
        let kept = ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode"];
        *definition = kept.map(|name| (name.to_owned(), properties[name].clone())).into_iter().collect();
    })
    .await;
    let live = table.store().table().describe().await.unwrap();
    let differences = live.differences(&defined_table().unwrap());
    // CreateTable does not have these settings, so they are compared below.
    let rest = ["deletion_protection", "point_in_time_recovery", "time_to_live"];
    assert!(differences.iter().all(|(name, _, _)| rest.contains(&name.as_str())), "{differences:?}");
    let expiry: Value = serde_json::from_str(include_str!("../../../schema/generated/time-to-live.json")).unwrap();
    assert_eq!(properties["TimeToLiveSpecification"], expiry["TimeToLiveSpecification"]);
    let backups = include_str!("../../../schema/generated/continuous-backups.json");
    let backups: Value = serde_json::from_str(backups).unwrap();
    assert_eq!(properties["PointInTimeRecoverySpecification"], backups["PointInTimeRecoverySpecification"]);
    assert_eq!(properties["DeletionProtectionEnabled"], true);
}

#[test]
fn each_function_receives_exactly_the_routes_of_its_program() {
    let (template, mut routed) = (Template::stage(), BTreeSet::new());
    for program in Program::ALL {
        let events = template.properties(&function(program.name))["Events"].as_object().unwrap();
        let text = |event: &Value, name: &str| event["Properties"][name].as_str().unwrap().to_owned();
        let sent: BTreeSet<_> = events.values().map(|event| (text(event, "Method"), text(event, "Path"))).collect();
        assert_eq!(sent, program.routes().into_iter().collect(), "{}", program.name);
        routed.extend(sent);
    }
    let all: BTreeSet<_> = operations().iter().map(|each| (each.method.clone(), each.path.clone())).collect();
    assert_eq!(routed, all);
}

/// A valid value for the variable of this name.
fn sample(name: &str) -> Option<String> {
    let value = match name {
        "CODESENSEI_ORIGIN" => "https://app.example.com",
        "CODESENSEI_TABLE_PRICES" => "0.125/0.625",
        name if name.ends_with("_SECRET") || name == "CODESENSEI_TABLE" || name == "CODESENSEI_REPORT_TOPIC" => "a",
        _ => return None,
    };
    Some(value.to_owned())
}

/// The variables that `read` reads, without those of AWS itself.
fn reads(read: impl FnOnce(&Variables<'_>)) -> BTreeSet<String> {
    let names = Mutex::new(BTreeSet::from([logging::VARIABLE.to_owned(), CERTIFICATES.to_owned()]));
    read(&Variables::from(|name| {
        if !name.starts_with("AWS_") {
            names.lock().unwrap().insert(name.to_owned());
        }
        sample(name)
    }));
    names.into_inner().unwrap()
}

#[test]
fn each_function_has_exactly_the_variables_its_program_reads() {
    let template = Template::stage();
    let mut programs: BTreeMap<&str, BTreeSet<String>> = BTreeMap::from([
        ("sweep", reads(|variables| drop(table(variables).unwrap()))),
        ("report", reads(|variables| drop(ReportSettings::read(variables).unwrap()))),
    ]);
    for program in &Program::ALL {
        programs.insert(program.name, reads(|variables| drop(Settings::read(program, variables).unwrap())));
    }
    for (program, read) in programs {
        let given: BTreeSet<String> = template.variables(&function(program)).into_iter().map(str::to_owned).collect();
        assert_eq!(given, read, "{program}");
    }
}

/// Our metrics that an alarm names, with their dimensions.
fn asked_by_alarm(properties: &Value) -> Vec<(String, BTreeMap<String, String>)> {
    let of_queries = properties["Metrics"].as_array().into_iter().flatten();
    let metrics = of_queries.map(|query| &query["MetricStat"]["Metric"]).chain([properties]);
    let ours = metrics.filter(|metric| metric["Namespace"] == "CodeSensei");
    ours.map(|metric| {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let dimensions = metric["Dimensions"].as_array().unwrap().iter();
        let dimensions = dimensions.map(|dimension| (text(&dimension["Name"]), text(&dimension["Value"])));
        (text(&metric["MetricName"]), dimensions.collect())
    })
    .collect()
}

/// Our metrics that a widget of a dashboard names.
fn shown_by_dashboard(properties: &Value) -> Vec<(String, BTreeMap<String, String>)> {
    let body: Value = serde_json::from_str(properties["DashboardBody"].as_str().unwrap()).unwrap();
    let metrics =
        body["widgets"].as_array().unwrap().iter().filter_map(|widget| widget["properties"]["metrics"].as_array());
    let ours = metrics.flatten().filter_map(Value::as_array).filter(|metric| metric[0] == "CodeSensei");
    ours.map(|metric| {
        let texts: Vec<&str> = metric[1..].iter().filter_map(Value::as_str).collect();
        let pairs = texts[1..].chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned()));
        (texts[0].to_owned(), pairs.collect())
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_programs_emit_every_metric_of_alarms_and_dashboards() {
    let emitted = emitted::metrics(&emitted::lines().await);
    let (stage, alarms) = (Template::stage(), Template::alarms());
    let kinds = ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::AnomalyDetector"];
    let all = [&stage, &alarms].into_iter().flat_map(|template| kinds.map(|kind| template.all(kind)));
    let asked =
        all.flatten().flat_map(|(name, properties)| asked_by_alarm(properties).into_iter().map(move |m| (name, m)));
    let dashboards = alarms.all("AWS::CloudWatch::Dashboard");
    let shown = dashboards
        .iter()
        .flat_map(|(name, properties)| shown_by_dashboard(properties).into_iter().map(move |m| (*name, m)));
    let (mut count, endpoints) = (0, operations().iter().map(|each| format!("{} {}", each.method, each.path)));
    let endpoints: BTreeSet<String> = endpoints.collect();
    for (name, (metric, dimensions)) in asked.chain(shown) {
        count += 1;
        let keys = dimensions.iter().map(|(key, value)| (key.clone(), (key == "service").then(|| value.clone())));
        assert!(emitted.contains(&(metric.clone(), keys.collect())), "{name}: {metric} by {dimensions:?}");
        let is_known = |(key, value): (&String, &String)| match key.as_str() {
            "endpoint" => endpoints.contains(value),
            "code" => ErrorCode::ALL.iter().any(|code| code.as_str() == value),
            _ => true,
        };
        assert!(dimensions.iter().all(is_known), "{name}: {dimensions:?}");
    }
    assert!(count > 2 * endpoints.len(), "each endpoint has alarms on two metrics, besides other alarms: {count}");
}

#[test]
fn an_alarm_on_a_metric_that_is_not_emitted_is_found() {
    let line = json!({
        "_aws": { "CloudWatchMetrics": [
            { "Namespace": "CodeSensei", "Dimensions": [["service"]], "Metrics": [{ "Name": "Requests", "Unit": "Count" }] },
        ] },
        "service": "api",
    });
    let emitted = emitted::metrics(&[line]);
    let dimensions = |name: &str, value: Option<&str>| BTreeMap::from([(name.to_owned(), value.map(str::to_owned))]);
    assert!(emitted.contains(&("Requests".to_owned(), dimensions("service", Some("api")))));
    for wrong in [
        ("Requests", dimensions("service", Some("sweep"))),
        ("Requests", dimensions("endpoint", None)),
        ("Request", dimensions("service", Some("api"))),
    ] {
        assert!(!emitted.contains(&(wrong.0.to_owned(), wrong.1)));
    }
}
