//! Emits an alarm for each route, for more than 5 % failed requests (section 11.5 of the specification).

use crate::design::{Design, Route, Table};

pub(super) fn of_routes(design: &Design) -> String {
    design.routes.iter().map(|route| alarm(&design.table, route)).collect()
}

fn alarm(table: &Table, route: &Route) -> String {
    let (product, stack) = (&table.generate.product, &table.name);
    let (name, endpoint) = (route.name(), format!("{} {}", route.method, route.path));
    let metric = |id: &str, metric: &str, statistic: &str| {
        format!(
            "    - Id: {id}
      ReturnData: false
      MetricStat:
        Metric: {{ Namespace: {product}, MetricName: {metric}, Dimensions: [{{ Name: endpoint, Value: \"{endpoint}\" }}] }}
        Period: 300
        Stat: {statistic}
"
        )
    };
    let (faults, requests) = (metric("faults", "Faults", "Average"), metric("requests", "Requests", "Sum"));
    format!(
        "Faults{name}:
  Type: AWS::CloudWatch::Alarm
  Properties:
    AlarmName: !Sub {stack}-${{Stage}}-Faults-{name}
    AlarmDescription: !Sub >-
      Over 5 % of the requests of {endpoint} failed within 5 minutes, and at least 3. Runbook: docs/runbook.md, Faults.
      Dashboard: https://${{AWS::Region}}.console.aws.amazon.com/cloudwatch/home?region=${{AWS::Region}}#dashboards:name={stack}-${{Stage}}
    Metrics:
    - {{ Id: percent, Label: Requests that failed in percent, Expression: \"IF(requests * faults > 2.5, 100 * faults, 0)\" }}
{faults}{requests}    ComparisonOperator: GreaterThanThreshold
    Threshold: 5
    EvaluationPeriods: 1
    TreatMissingData: notBreaching
    AlarmActions: [!Ref AlarmTopicArn]
    OKActions: [!Ref AlarmTopicArn]
"
    )
}
