//! The table itself: created from its generated definition, and deleted by tests.

use std::time::Duration;

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, GlobalSecondaryIndexDescription, IndexStatus,
    KeySchemaElement, Projection, SseSpecification, TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
};
use serde::Deserialize;

use super::Store;
use super::error::BoxError;

/// What `cargo xtask codegen` made of `schema/table.toml`.
const DEFINITION: &str = include_str!("../../../schema/generated/create-table.json");
const EXPIRY: &str = include_str!("../../../schema/generated/time-to-live.json");

/// How often the table is asked whether it is ready.
const POLL: Duration = Duration::from_millis(200);
/// How long a table may take to be created or deleted. AWS needs some ten seconds.
const PATIENCE: Duration = Duration::from_mins(2);

/// Whether a new table can be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// As the definition says, which for the product's table means that it cannot.
    AsDefined,
    /// It can: for tables of tests and of a developer's machine.
    Off,
}

/// Why a table could not be created or deleted.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The definition is not what `CreateTable` takes.
    #[error("the table's definition cannot be used: run `cargo xtask codegen`")]
    Definition(#[source] BoxError),
    /// The table was created or deleted, but is not ready yet.
    #[error("the table `{table}` is still being {what}; ask again in a minute")]
    Slow {
        /// Its name.
        table: String,
        /// `created` or `deleted`.
        what: &'static str,
    },
    /// A request was refused or not answered.
    #[error("{operation} failed for the table `{table}`")]
    Failed {
        /// What was asked.
        operation: &'static str,
        /// The table's name.
        table: String,
        /// The refusal.
        #[source]
        source: BoxError,
    },
}

/// The words of a `CreateTable` request that our definition uses. A word that is not here is an error, so that none
/// is dropped in silence.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Definition {
    #[expect(dead_code, reason = "the configured name rules; the definition holds the default one")]
    table_name: String,
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<KeyElement>,
    #[serde(default)]
    global_secondary_indexes: Vec<Index>,
    billing_mode: String,
    #[serde(rename = "SSESpecification")]
    encryption: Option<Encryption>,
    #[serde(default)]
    deletion_protection_enabled: bool,
}

/// The same for an `UpdateTimeToLive` request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Expiry {
    #[expect(dead_code, reason = "the configured name rules; the definition holds the default one")]
    table_name: String,
    time_to_live_specification: ExpirySpecification,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ExpirySpecification {
    attribute_name: String,
    enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Attribute {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct KeyElement {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Index {
    #[serde(rename = "IndexName")]
    name: String,
    key_schema: Vec<KeyElement>,
    projection: IndexProjection,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct IndexProjection {
    projection_type: String,
    non_key_attributes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Encryption {
    enabled: bool,
    #[serde(rename = "SSEType")]
    kind: Option<String>,
}

impl Store {
    /// Creates the table that `schema/table.toml` describes, and waits until it can be used. Returns whether it was
    /// created; a table that is there is left as it is.
    ///
    /// # Errors
    /// When a request fails, or takes more than two minutes.
    pub async fn create_table_if_absent(&self, protection: Protection) -> Result<bool, TableError> {
        self.create_as_defined(DEFINITION, EXPIRY, protection).await
    }

    pub(super) async fn create_as_defined(
        &self,
        definition: &str,
        expiry: &str,
        protection: Protection,
    ) -> Result<bool, TableError> {
        let unusable = |error| TableError::Definition(Box::new(error));
        let definition: Definition = serde_json::from_str(definition).map_err(unusable)?;
        let expiry: Expiry = serde_json::from_str(expiry).map_err(unusable)?;
        let create = definition.request(self, protection).map_err(TableError::Definition)?;
        let created = match create.send().await {
            Ok(_) => true,
            // Its code when there is such a table, or one is just being created.
            Err(error) if error.code() == Some("ResourceInUseException") => false,
            Err(error) => return Err(self.failed("CreateTable", &error)),
        };
        self.wait_until_active().await?;
        self.expire_by(expiry.time_to_live_specification).await?;
        Ok(created)
    }

    /// Deletes the table and all it holds, and waits until it is gone. A table that is not there is fine.
    ///
    /// # Errors
    /// When the table is protected, or a request fails or takes more than two minutes.
    pub async fn delete_table(&self) -> Result<(), TableError> {
        match self.client().delete_table().table_name(self.table()).send().await {
            Ok(_) => {}
            Err(error) if is_missing(&error) => return Ok(()),
            Err(error) => return Err(self.failed("DeleteTable", &error)),
        }
        for _ in 0..polls() {
            match self.client().describe_table().table_name(self.table()).send().await {
                Ok(_) => tokio::time::sleep(POLL).await,
                Err(error) if is_missing(&error) => return Ok(()),
                Err(error) => return Err(self.failed("DescribeTable", &error)),
            }
        }
        Err(TableError::Slow { table: self.table().to_owned(), what: "deleted" })
    }

    async fn wait_until_active(&self) -> Result<(), TableError> {
        for _ in 0..polls() {
            let described = self.client().describe_table().table_name(self.table()).send().await;
            let described = described.map_err(|error| self.failed("DescribeTable", &error))?;
            let table = described.table();
            // Some engines give indexes no status.
            let is_ready = |index: &GlobalSecondaryIndexDescription| {
                index.index_status().is_none_or(|status| *status == IndexStatus::Active)
            };
            if let Some(table) = table
                && table.table_status() == Some(&TableStatus::Active)
                && table.global_secondary_indexes().iter().all(is_ready)
            {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        Err(TableError::Slow { table: self.table().to_owned(), what: "created" })
    }

    async fn expire_by(&self, expiry: ExpirySpecification) -> Result<(), TableError> {
        let described = self.client().describe_time_to_live().table_name(self.table()).send().await;
        let described = described.map_err(|error| self.failed("DescribeTimeToLive", &error))?;
        let status = described.time_to_live_description().and_then(|ttl| ttl.time_to_live_status());
        let is_on = matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
        // Asking for what is so already is an error.
        if is_on == expiry.enabled {
            return Ok(());
        }
        let specification = TimeToLiveSpecification::builder()
            .enabled(expiry.enabled)
            .attribute_name(expiry.attribute_name)
            .build()
            .map_err(|error| TableError::Definition(Box::new(error)))?;
        let update = self.client().update_time_to_live().table_name(self.table());
        let updated = update.time_to_live_specification(specification).send().await;
        updated.map_err(|error| self.failed("UpdateTimeToLive", &error))?;
        Ok(())
    }

    // The messages of these operations hold names and limits, and no items.
    fn failed<E>(&self, operation: &'static str, error: &SdkError<E>) -> TableError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let words = match (error.code(), error.message()) {
            (Some(code), message) => format!("{code}: {}", message.unwrap_or_default()),
            (None, _) => DisplayErrorContext(error).to_string(),
        };
        TableError::Failed { operation, table: self.table().to_owned(), source: words.into() }
    }
}

impl Definition {
    fn request(self, store: &Store, protection: Protection) -> Result<CreateTableFluentBuilder, BoxError> {
        let attributes = self.attribute_definitions.into_iter().map(|attribute| {
            AttributeDefinition::builder()
                .attribute_name(attribute.attribute_name)
                .attribute_type(attribute.attribute_type.as_str().into())
                .build()
        });
        let indexes = self.global_secondary_indexes.into_iter().map(Index::build);
        let encryption = self.encryption.map(|encryption| {
            SseSpecification::builder()
                .enabled(encryption.enabled)
                .set_sse_type(encryption.kind.map(|kind| kind.as_str().into()))
                .build()
        });
        let indexes: Vec<_> = indexes.collect::<Result<_, BoxError>>()?;
        let create = store
            .client()
            .create_table()
            .table_name(store.table())
            .set_attribute_definitions(Some(attributes.collect::<Result<_, _>>()?))
            .set_key_schema(Some(key_schema(self.key_schema)?))
            // No index is no list: an empty one is refused.
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
    fn build(self) -> Result<GlobalSecondaryIndex, BoxError> {
        let projection = Projection::builder()
            .projection_type(self.projection.projection_type.as_str().into())
            .set_non_key_attributes(self.projection.non_key_attributes)
            .build();
        let index = GlobalSecondaryIndex::builder()
            .index_name(self.name)
            .set_key_schema(Some(key_schema(self.key_schema)?))
            .projection(projection);
        Ok(index.build()?)
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

fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.code() == Some("ResourceNotFoundException")
}

fn polls() -> u128 {
    PATIENCE.as_millis() / POLL.as_millis()
}
