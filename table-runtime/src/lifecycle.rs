//! The table itself: created from its generated definition, and deleted by tests.

use std::time::Duration;

use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    GlobalSecondaryIndexDescription, IndexStatus, PointInTimeRecoverySpecification, TableStatus,
    TimeToLiveSpecification, TimeToLiveStatus,
};

use crate::definition::{Definition, Expiry, ExpirySpecification, Protection, Recovery, RecoverySpecification, parsed};
use crate::error::TableError;
use crate::table::Table;

/// The interval between two looks at the table's status.
const POLL: Duration = Duration::from_millis(200);
/// The time limit of creating or deleting a table. AWS needs about ten seconds.
const PATIENCE: Duration = Duration::from_mins(2);

impl Table {
    /// Creates the table that `schema/table.toml` defines, and waits until it can be used. Returns whether it was
    /// created; an existing table is unchanged.
    ///
    /// # Errors
    /// Fails if a request fails, or if the table is not ready after two minutes.
    pub async fn create_if_absent(&self, protection: Protection) -> Result<bool, TableError> {
        let design = self.design();
        self.create_as_defined(design.create_table, design.time_to_live, protection).await
    }

    pub(crate) async fn create_as_defined(
        &self,
        definition: &str,
        expiry: &str,
        protection: Protection,
    ) -> Result<bool, TableError> {
        let (definition, expiry): (Definition, Expiry) = (parsed(definition)?, parsed(expiry)?);
        let recovery: Recovery = parsed(self.design().continuous_backups)?;
        let create = definition.request(self, protection).map_err(TableError::Definition)?;
        let created = match create.send().await {
            Ok(_) => true,
            // The code for an existing table, and for one that is being created.
            Err(error) if error.code() == Some("ResourceInUseException") => false,
            Err(error) => return Err(self.failed("CreateTable", &error)),
        };
        self.wait_until_active().await?;
        self.expire_by(expiry.time_to_live_specification).await?;
        // A table without protection belongs to a test or a developer.
        if created && protection == Protection::AsDefined {
            self.recover_by(&recovery.point_in_time_recovery_specification).await?;
        }
        Ok(created)
    }

    /// Deletes the table with all items, and waits until it is gone. It is no error if the table does not exist.
    ///
    /// # Errors
    /// Fails if the table is protected, if a request fails, or if the table still exists after two minutes.
    pub async fn delete(&self) -> Result<(), TableError> {
        match self.client().delete_table().table_name(self.name()).send().await {
            Ok(_) => {}
            Err(error) if is_missing(&error) => return Ok(()),
            Err(error) => return Err(self.failed("DeleteTable", &error)),
        }
        for _ in 0..polls() {
            let describe = self.client().describe_table().table_name(self.name());
            match describe.customize().config_override(repeated()).send().await {
                Ok(_) => tokio::time::sleep(POLL).await,
                Err(error) if is_missing(&error) => return Ok(()),
                Err(error) => return Err(self.failed("DescribeTable", &error)),
            }
        }
        Err(TableError::Slow { table: self.name().to_owned(), what: "deleted" })
    }

    async fn wait_until_active(&self) -> Result<(), TableError> {
        for _ in 0..polls() {
            let describe = self.client().describe_table().table_name(self.name());
            let described = describe.customize().config_override(repeated()).send().await;
            let described = described.map_err(|error| self.failed("DescribeTable", &error))?;
            let table = described.table();
            if let Some(table) = table
                && table.table_status() == Some(&TableStatus::Active)
                && table.global_secondary_indexes().iter().all(is_ready)
            {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        Err(TableError::Slow { table: self.name().to_owned(), what: "created" })
    }

    async fn expire_by(&self, expiry: ExpirySpecification) -> Result<(), TableError> {
        let described = self.client().describe_time_to_live().table_name(self.name()).send().await;
        let described = described.map_err(|error| self.failed("DescribeTimeToLive", &error))?;
        let status = described.time_to_live_description().and_then(|ttl| ttl.time_to_live_status());
        let is_on = matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
        // Requesting the current state is an error.
        if is_on == expiry.enabled {
            return Ok(());
        }
        let specification = TimeToLiveSpecification::builder()
            .enabled(expiry.enabled)
            .attribute_name(expiry.attribute_name)
            .build()
            .map_err(|error| TableError::Definition(Box::new(error)))?;
        let update = self.client().update_time_to_live().table_name(self.name());
        let updated = update.time_to_live_specification(specification).send().await;
        updated.map_err(|error| self.failed("UpdateTimeToLive", &error))?;
        Ok(())
    }

    pub(crate) async fn recover_by(&self, recovery: &RecoverySpecification) -> Result<(), TableError> {
        let specification = PointInTimeRecoverySpecification::builder()
            .point_in_time_recovery_enabled(recovery.enabled)
            .build()
            .map_err(|error| TableError::Definition(Box::new(error)))?;
        let update = self.client().update_continuous_backups().table_name(self.name());
        match update.point_in_time_recovery_specification(specification).send().await {
            Ok(_) => Ok(()),
            // Engines on a developer's machine have no backups.
            Err(error) if is_unknown(&error) => Ok(()),
            Err(error) => Err(self.failed("UpdateContinuousBackups", &error)),
        }
    }

    // The messages of these operations contain names and limits, and no items.
    pub(crate) fn failed<E>(&self, operation: &'static str, error: &SdkError<E>) -> TableError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let words = match (error.code(), error.message()) {
            (Some(code), message) => format!("{code}: {}", message.unwrap_or_default()),
            (None, _) => DisplayErrorContext(error).to_string(),
        };
        TableError::Failed { operation, table: self.name().to_owned(), source: words.into() }
    }
}

/// For requests while a table changes: the SDK repeats failures of the connection and of the service for up to twelve
/// seconds. DynamoDB Local sometimes responds with 500 while it adds an index.
pub(crate) fn repeated() -> Builder {
    let retries = RetryConfig::standard().with_max_attempts(8).with_initial_backoff(Duration::from_millis(200));
    Builder::new().retry_config(retries.with_max_backoff(Duration::from_secs(3)))
}

/// Whether the table does not exist.
pub(crate) fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.code() == Some("ResourceNotFoundException")
}

/// Whether the engine lacks the operation.
pub(crate) fn is_unknown<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.code() == Some("UnknownOperationException")
}

/// Some engines report no status of indexes.
pub(crate) fn is_ready(index: &GlobalSecondaryIndexDescription) -> bool {
    index.index_status().is_none_or(|status| *status == IndexStatus::Active)
}

fn polls() -> u128 {
    PATIENCE.as_millis() / POLL.as_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_looks_together_take_the_patience() {
        assert_eq!(POLL * u32::try_from(polls()).expect("few"), PATIENCE);
    }

    #[test]
    fn an_index_is_ready_if_it_is_active_or_has_no_status() {
        let with = |status| is_ready(&GlobalSecondaryIndexDescription::builder().set_index_status(status).build());
        let statuses = [None, Some(IndexStatus::Active), Some(IndexStatus::Creating), Some(IndexStatus::Deleting)];
        assert_eq!(statuses.map(with), [true, true, false, false]);
    }
}
