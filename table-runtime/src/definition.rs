//! The table's definition. The generator writes it for `aws dynamodb` and for this crate.

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex, KeySchemaElement,
    Projection, SseSpecification,
};
use serde::Deserialize;

use crate::error::{BoxError, TableError};
use crate::table::Table;

/// Whether a new table can be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// As defined. The definition of the product's table protects it.
    AsDefined,
    /// Unprotected: for tables of tests and of developers' machines.
    Off,
}

/// Parses a definition. Unknown words are an error.
pub(crate) fn parsed<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, TableError> {
    serde_json::from_str(text).map_err(|error| TableError::Definition(Box::new(error)))
}

/// The words of a `CreateTable` request that the definition uses. Any other word is an error, so that none is silently
/// ignored.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Definition {
    #[expect(dead_code, reason = "the configured name rules; the definition holds the default one")]
    table_name: String,
    pub(crate) attribute_definitions: Vec<Attribute>,
    pub(crate) key_schema: Vec<KeyElement>,
    #[serde(default)]
    pub(crate) global_secondary_indexes: Vec<Index>,
    pub(crate) billing_mode: String,
    #[serde(rename = "SSESpecification")]
    pub(crate) encryption: Option<Encryption>,
    #[serde(default)]
    pub(crate) deletion_protection_enabled: bool,
}

/// The same for an `UpdateTimeToLive` request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Expiry {
    #[expect(dead_code, reason = "the configured name rules; the definition holds the default one")]
    table_name: String,
    pub(crate) time_to_live_specification: ExpirySpecification,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct ExpirySpecification {
    pub(crate) attribute_name: String,
    pub(crate) enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Attribute {
    pub(crate) attribute_name: String,
    pub(crate) attribute_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct KeyElement {
    pub(crate) attribute_name: String,
    pub(crate) key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Index {
    #[serde(rename = "IndexName")]
    pub(crate) name: String,
    pub(crate) key_schema: Vec<KeyElement>,
    pub(crate) projection: IndexProjection,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct IndexProjection {
    pub(crate) projection_type: String,
    pub(crate) non_key_attributes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Encryption {
    pub(crate) enabled: bool,
    #[serde(rename = "SSEType")]
    pub(crate) kind: Option<String>,
}

/// The same for an `UpdateContinuousBackups` request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Recovery {
    #[expect(dead_code, reason = "the configured name rules; the definition holds the default one")]
    table_name: String,
    pub(crate) point_in_time_recovery_specification: RecoverySpecification,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct RecoverySpecification {
    #[serde(rename = "PointInTimeRecoveryEnabled")]
    pub(crate) enabled: bool,
}

impl Definition {
    /// The attributes of all keys.
    pub(crate) fn attributes(&self) -> Result<Vec<AttributeDefinition>, BoxError> {
        let attributes = self.attribute_definitions.iter().map(|attribute| {
            AttributeDefinition::builder()
                .attribute_name(&attribute.attribute_name)
                .attribute_type(attribute.attribute_type.as_str().into())
                .build()
        });
        Ok(attributes.collect::<Result<_, _>>()?)
    }

    /// The request that creates the index.
    pub(crate) fn request(self, table: &Table, protection: Protection) -> Result<CreateTableFluentBuilder, BoxError> {
        let attributes = self.attributes()?;
        let indexes = self.global_secondary_indexes.into_iter().map(Index::build);
        let encryption = self.encryption.map(|encryption| {
            SseSpecification::builder()
                .enabled(encryption.enabled)
                .set_sse_type(encryption.kind.map(|kind| kind.as_str().into()))
                .build()
        });
        let indexes: Vec<_> = indexes.collect::<Result<_, BoxError>>()?;
        let create = table
            .client()
            .create_table()
            .table_name(table.name())
            .set_attribute_definitions(Some(attributes))
            .set_key_schema(Some(key_schema(self.key_schema)?))
            // Without indexes, the list is absent, because an empty list is rejected.
            .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes))
            .billing_mode(BillingMode::from(self.billing_mode.as_str()))
            .set_sse_specification(encryption);
        Ok(match protection {
            Protection::AsDefined => create.deletion_protection_enabled(self.deletion_protection_enabled),
            Protection::Off => create,
        })
    }
}

impl Index {
    /// The same for an existing table.
    pub(crate) fn create(self) -> Result<CreateGlobalSecondaryIndexAction, BoxError> {
        let index = CreateGlobalSecondaryIndexAction::builder()
            .index_name(self.name)
            .set_key_schema(Some(key_schema(self.key_schema)?))
            .projection(self.projection.build());
        Ok(index.build()?)
    }

    fn build(self) -> Result<GlobalSecondaryIndex, BoxError> {
        let projection = self.projection.build();
        let index = GlobalSecondaryIndex::builder()
            .index_name(self.name)
            .set_key_schema(Some(key_schema(self.key_schema)?))
            .projection(projection);
        Ok(index.build()?)
    }
}

impl IndexProjection {
    fn build(self) -> Projection {
        Projection::builder()
            .projection_type(self.projection_type.as_str().into())
            .set_non_key_attributes(self.non_key_attributes)
            .build()
    }
}

fn key_schema(elements: Vec<KeyElement>) -> Result<Vec<KeySchemaElement>, BoxError> {
    let built = elements.into_iter().map(|element| {
        KeySchemaElement::builder()
            .attribute_name(element.attribute_name)
            .key_type(element.key_type.as_str().into())
            .build()
    });
    Ok(built.collect::<Result<_, _>>()?)
}
