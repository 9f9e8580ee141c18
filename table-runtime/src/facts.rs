//! Facts about a table: those of its definition and those of a live table, in the same form, so that they can be
//! compared.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::describe_continuous_backups::{
    DescribeContinuousBackupsError, DescribeContinuousBackupsOutput,
};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, KeySchemaElement, PointInTimeRecoveryStatus, Projection, SseStatus, TableDescription as Live,
    TimeToLiveStatus,
};

use crate::definition::{Definition, Expiry, KeyElement, Recovery, parsed};
use crate::design::Design;
use crate::error::TableError;
use crate::lifecycle::{is_missing, is_unknown};
use crate::table::Table;

/// The properties of a table by name: keys, indexes, projection, billing, TTL, protection, backups and encryption.
pub type TableFacts = BTreeMap<String, String>;

/// The value of a fact that the engine does not report.
const NOT_REPORTED: &str = "not reported";

/// A live table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDescription {
    /// Its properties.
    pub facts: TableFacts,
    /// Facts that this engine does not report.
    pub unreported: Vec<&'static str>,
    /// For instance `ACTIVE`.
    pub status: String,
    /// The number of items. DynamoDB updates it about every six hours.
    pub items: i64,
    /// The size of all items in bytes, updated as often.
    pub bytes: i64,
}

/// The properties of the table that `schema/table.toml` defines.
///
/// # Errors
/// Fails if the generated definition cannot be read.
pub fn defined_table(design: &Design) -> Result<TableFacts, TableError> {
    let (table, expiry): (Definition, Expiry) = (parsed(design.create_table)?, parsed(design.time_to_live)?);
    let recovery: Recovery = parsed(design.continuous_backups)?;
    let types: BTreeMap<&str, &str> = table
        .attribute_definitions
        .iter()
        .map(|attribute| (attribute.attribute_name.as_str(), attribute.attribute_type.as_str()))
        .collect();
    let mut facts = TableFacts::new();
    let mut keys = |of: &str, schema: &[KeyElement]| {
        for key in schema {
            let kind = types.get(key.attribute_name.as_str()).copied().unwrap_or_default();
            facts.insert(format!("{of}.{}", key.attribute_name), format!("{} {kind}", key.key_type));
        }
    };
    keys("key", &table.key_schema);
    for index in &table.global_secondary_indexes {
        keys(&format!("index.{}.key", index.name), &index.key_schema);
    }
    for index in &table.global_secondary_indexes {
        let fields = index.projection.non_key_attributes.clone().unwrap_or_default();
        facts.insert(format!("index.{}.projection", index.name), projection(&index.projection.projection_type, fields));
    }
    let expiry = expiry.time_to_live_specification;
    let is_kms = table.encryption.is_some_and(|encryption| encryption.enabled);
    let rest = [
        ("billing", table.billing_mode),
        ("time_to_live", if expiry.enabled { expiry.attribute_name } else { switch(false) }),
        ("deletion_protection", switch(table.deletion_protection_enabled)),
        ("point_in_time_recovery", switch(recovery.point_in_time_recovery_specification.enabled)),
        ("encryption", encryption(is_kms)),
    ];
    facts.extend(rest.map(|(name, value)| (name.to_owned(), value)));
    Ok(facts)
}

impl Table {
    /// The properties of the live table.
    ///
    /// # Errors
    /// Fails if there is no table, or if it does not respond.
    pub async fn describe(&self) -> Result<TableDescription, TableError> {
        let (name, client) = (self.name(), self.client());
        let (table, expiry, backups) = futures::join!(
            client.describe_table().table_name(name).send(),
            client.describe_time_to_live().table_name(name).send(),
            client.describe_continuous_backups().table_name(name).send(),
        );
        let table = match table {
            Ok(output) => output.table,
            Err(error) if is_missing(&error) => return Err(TableError::Missing { table: name.to_owned() }),
            Err(error) => return Err(self.failed("DescribeTable", &error)),
        };
        let table = table.ok_or_else(|| TableError::Missing { table: name.to_owned() })?;
        let expiry = expiry.map_err(|error| self.failed("DescribeTimeToLive", &error))?.time_to_live_description;
        let expiry = expiry.filter(|ttl| {
            matches!(ttl.time_to_live_status(), Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling))
        });
        let recovery = self.has_recovery(backups)?;
        let unreported = if recovery.is_none() { vec!["point_in_time_recovery"] } else { Vec::new() };
        let recovery = recovery.map_or_else(|| NOT_REPORTED.to_owned(), switch);
        let mut facts = live(&table);
        let attribute = expiry.and_then(|ttl| ttl.attribute_name).unwrap_or_else(|| switch(false));
        facts.insert("time_to_live".to_owned(), attribute);
        facts.insert("point_in_time_recovery".to_owned(), recovery);
        Ok(TableDescription {
            facts,
            unreported,
            status: table.table_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
            items: table.item_count().unwrap_or_default(),
            bytes: table.table_size_bytes().unwrap_or_default(),
        })
    }

    /// Whether the table has point-in-time recovery. `None` if the engine does not have this operation.
    fn has_recovery(
        &self,
        backups: Result<DescribeContinuousBackupsOutput, SdkError<DescribeContinuousBackupsError>>,
    ) -> Result<Option<bool>, TableError> {
        match backups {
            Ok(output) => {
                let backups = output.continuous_backups_description;
                let recovery = backups.as_ref().and_then(|backups| backups.point_in_time_recovery_description());
                let status = recovery.and_then(|recovery| recovery.point_in_time_recovery_status());
                Ok(Some(status == Some(&PointInTimeRecoveryStatus::Enabled)))
            }
            Err(error) if is_unknown(&error) => Ok(None),
            Err(error) => Err(self.failed("DescribeContinuousBackups", &error)),
        }
    }
}

impl TableDescription {
    /// The differences from the definition: the fact, its defined value, and its live value. A fact that one side lacks
    /// is empty there. A fact that the engine does not report is no difference.
    #[must_use]
    pub fn differences(&self, defined: &TableFacts) -> Vec<(String, String, String)> {
        let names: std::collections::BTreeSet<&String> = defined.keys().chain(self.facts.keys()).collect();
        let reported = names.into_iter().filter(|name| !self.unreported.contains(&name.as_str()));
        let of = |facts: &TableFacts, name: &String| facts.get(name).cloned().unwrap_or_default();
        reported
            .map(|name| (name.clone(), of(defined, name), of(&self.facts, name)))
            .filter(|(_, defined, live)| defined != live)
            .collect()
    }
}

/// The facts in a response to `DescribeTable`.
pub(crate) fn live(table: &Live) -> TableFacts {
    let mut facts = TableFacts::new();
    keys(&mut facts, "key", table.key_schema(), table.attribute_definitions());
    for index in table.global_secondary_indexes() {
        let name = index.index_name().unwrap_or_default();
        keys(&mut facts, &format!("index.{name}.key"), index.key_schema(), table.attribute_definitions());
        let (kind, fields) = index.projection().map(of_projection).unwrap_or_default();
        facts.insert(format!("index.{name}.projection"), projection(&kind, fields));
    }
    for index in table.local_secondary_indexes() {
        facts.insert(format!("index.{}.local", index.index_name().unwrap_or_default()), switch(true));
    }
    let billing = table.billing_mode_summary().and_then(|billing| billing.billing_mode());
    let is_kms = table.sse_description().and_then(|sse| sse.status()) == Some(&SseStatus::Enabled);
    let rest = [
        // A table that was never switched to on-demand reports no billing mode.
        ("billing", billing.map_or("PROVISIONED", |mode| mode.as_str()).to_owned()),
        ("deletion_protection", switch(table.deletion_protection_enabled().unwrap_or_default())),
        ("encryption", encryption(is_kms)),
    ];
    facts.extend(rest.map(|(name, value)| (name.to_owned(), value)));
    facts
}

fn keys(facts: &mut TableFacts, of: &str, schema: &[KeySchemaElement], attributes: &[AttributeDefinition]) {
    for key in schema {
        let known = attributes.iter().find(|attribute| attribute.attribute_name() == key.attribute_name());
        let kind = known.map_or("", |attribute| attribute.attribute_type().as_str());
        facts.insert(format!("{of}.{}", key.attribute_name()), format!("{} {kind}", key.key_type().as_str()));
    }
}

fn of_projection(projection: &Projection) -> (String, Vec<String>) {
    let kind = projection.projection_type().map(|kind| kind.as_str().to_owned()).unwrap_or_default();
    (kind, projection.non_key_attributes().to_vec())
}

fn projection(kind: &str, mut fields: Vec<String>) -> String {
    fields.sort();
    if fields.is_empty() { kind.to_owned() } else { format!("{kind} {}", fields.join(", ")) }
}

fn switch(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

fn encryption(is_kms: bool) -> String {
    if is_kms { "KMS" } else { "AWS_OWNED" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{DESIGN, unreachable};
    use aws_sdk_dynamodb::config::http::HttpResponse;
    use aws_sdk_dynamodb::error::ErrorMetadata;
    use aws_sdk_dynamodb::types::{
        ContinuousBackupsDescription, ContinuousBackupsStatus, PointInTimeRecoveryDescription, SseDescription,
    };

    #[test]
    fn a_table_has_the_billing_and_the_encryption_that_it_does_not_name() {
        let plain = live(&Live::builder().build());
        assert_eq!((&*plain["billing"], &*plain["encryption"]), ("PROVISIONED", "AWS_OWNED"));
        let key = SseDescription::builder().status(SseStatus::Enabled).build();
        assert_eq!(live(&Live::builder().sse_description(key).build())["encryption"], "KMS");
    }

    fn with_status(status: PointInTimeRecoveryStatus) -> DescribeContinuousBackupsOutput {
        let recovery = PointInTimeRecoveryDescription::builder().point_in_time_recovery_status(status).build();
        let backups = ContinuousBackupsDescription::builder()
            .continuous_backups_status(ContinuousBackupsStatus::Enabled)
            .point_in_time_recovery_description(recovery)
            .build()
            .expect("its status is set");
        DescribeContinuousBackupsOutput::builder().continuous_backups_description(backups).build()
    }

    #[tokio::test]
    async fn an_engine_without_backups_does_not_report_them_and_another_failure_is_an_error() {
        let table = unreachable().await;
        let failed = |code| {
            let error = DescribeContinuousBackupsError::generic(ErrorMetadata::builder().code(code).build());
            let answer = HttpResponse::new(400.try_into().expect("a status"), "".into());
            table.has_recovery(Err(SdkError::service_error(error, answer)))
        };
        assert_eq!(failed("UnknownOperationException").ok(), Some(None));
        assert!(matches!(failed("AccessDeniedException"), Err(TableError::Failed { .. })));
        for (status, expected) in
            [(PointInTimeRecoveryStatus::Enabled, true), (PointInTimeRecoveryStatus::Disabled, false)]
        {
            assert_eq!(table.has_recovery(Ok(with_status(status))).ok(), Some(Some(expected)));
        }
        let error = table.describe().await.expect_err("there is no answer");
        assert!(matches!(error, TableError::Failed { operation: "DescribeTable", .. }), "{error:?}");
    }

    #[test]
    fn an_unreported_fact_is_no_difference() {
        let defined = defined_table(&DESIGN).expect("a definition");
        let mut facts = defined.clone();
        facts.insert("point_in_time_recovery".to_owned(), NOT_REPORTED.to_owned());
        facts.insert("index.GSI2.projection".to_owned(), "ALL".to_owned());
        let unreported = vec!["point_in_time_recovery"];
        let live = TableDescription { facts, unreported, status: "ACTIVE".to_owned(), items: 0, bytes: 0 };
        let more = ("index.GSI2.projection".to_owned(), String::new(), "ALL".to_owned());
        assert_eq!(live.differences(&defined), [more]);
    }
}
