//! Emits the table as a resource of a template.

use crate::design::Design;
use crate::emit::table::keys_and_indexes;

pub(super) fn resource(design: &Design) -> String {
    let table = &design.table;
    format!(
        "Table:
  Type: AWS::DynamoDB::Table
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties:
    TableName: !Sub {name}-${{Stage}}
    BillingMode: {billing}
    DeletionProtectionEnabled: {protection}
    PointInTimeRecoverySpecification:
      PointInTimeRecoveryEnabled: {recovery}
    # Without a key of this account, the table is encrypted with a key that AWS owns.
    SSESpecification: !If
      - HasTableKey
      - {{ SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !Ref TableKeyArn }}
      - !Ref AWS::NoValue
    WarmThroughput: !If
      - HasWarmThroughput
      - {{ ReadUnitsPerSecond: !Ref TableWarmReadUnits, WriteUnitsPerSecond: !Ref TableWarmWriteUnits }}
      - !Ref AWS::NoValue
    ContributorInsightsSpecification: !If
      - HasContributorInsights
      - {{ Enabled: true }}
      - !Ref AWS::NoValue
    TimeToLiveSpecification:
      AttributeName: {ttl}
      Enabled: true
{keys}",
        name = table.name,
        billing = table.billing_mode,
        protection = table.deletion_protection,
        recovery = table.point_in_time_recovery,
        ttl = table.ttl_attribute,
        keys = keys_and_indexes(table, "    "),
    )
}
