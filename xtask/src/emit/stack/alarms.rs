//! An alarm for each route: over 5 % of its requests failed, as the specification (11.5) asks.

use crate::design::{Design, Route};

pub(super) fn of_routes(design: &Design) -> String {
    design.routes.iter().map(alarm).collect()
}

fn alarm(route: &Route) -> String {
    let (name, endpoint) = (route.name(), format!("{} {}", route.method, route.path));
    let metric = |id: &str, metric: &str, statistic: &str| {
        format!(
            "    - Id: {id}
      ReturnData: false
      MetricStat:
        Metric: {{ Namespace: CodeSensei, MetricName: {metric}, Dimensions: [{{ Name: endpoint, Value: \"{endpoint}\" }}] }}
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
    AlarmName: !Sub codesensei-${{Stage}}-Faults-{name}
    AlarmDescription: !Sub >-
      Over 5 % of the requests of {endpoint} failed within 5 minutes, and at least 3. Runbook: docs/runbook.md, Faults.
      Dashboard: https://${{AWS::Region}}.console.aws.amazon.com/cloudwatch/home?region=${{AWS::Region}}#dashboards:name=codesensei-${{Stage}}
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
