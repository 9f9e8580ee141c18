//! Adds the schema's missing indexes to a live table.

use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::describe_table::{DescribeTableError, DescribeTableOutput};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndexDescription, GlobalSecondaryIndexUpdate,
    TableDescription as Live, TableStatus,
};

use crate::definition::{Definition, parsed};
use crate::error::{OtherFact, TableError};
use crate::facts::{defined_table, live};
use crate::failure::verdict;
use crate::lifecycle::{is_missing, is_ready, repeated};
use crate::table::Table;

/// The first and the longest interval between two looks at the table: an index of a large table takes hours.
const POLLS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(5)];

/// The number of requests for an index that may fail, with seconds between them.
const FAILURES: u32 = 5;

/// The progress of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexProgress {
    /// The table lacks the index, so it is requested.
    Asked {
        /// The index.
        index: String,
    },
    /// The service creates no further index now, because too many tables change at once. The request is repeated.
    Waiting {
        /// The index.
        index: String,
    },
    /// The table reads its items for the index. Writes are possible meanwhile.
    Building {
        /// The index.
        index: String,
        /// The number of entries so far, as the table reports it.
        items: i64,
    },
    /// The index can be queried.
    Ready {
        /// The index.
        index: String,
    },
}

/// The result of an update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableUpdate {
    /// Indexes that the table lacked, or was still building.
    pub added: Vec<String>,
    /// Indexes of the table that the schema does not have. They stay unchanged.
    pub unknown: Vec<String>,
}

impl Table {
    /// Adds each index of the schema that the table lacks, one after the other, and waits until it can be queried. If
    /// another run has begun an index, this waits for it.
    ///
    /// An index contains an item once the item has the index's keys. So older items are not in it until `reindex`
    /// writes their keys.
    ///
    /// # Errors
    /// Fails if there is no table, if the table or an index of this name has other keys or other projected fields, and
    /// if a request fails.
    pub async fn add_missing_indexes(&self, mut report: impl FnMut(IndexProgress)) -> Result<TableUpdate, TableError> {
        let definition: Definition = parsed(self.design().create_table)?;
        let table = self.live_table().await?;
        self.check_keys(&table)?;
        let names: Vec<String> = definition.global_secondary_indexes.iter().map(|index| index.name.clone()).collect();
        let unknown = table.global_secondary_indexes().iter().filter_map(|index| index.index_name());
        let unknown = unknown.filter(|name| !names.iter().any(|known| known == name)).map(str::to_owned).collect();
        let mut update = TableUpdate { added: Vec::new(), unknown };
        let attributes = definition.attributes().map_err(TableError::Definition)?;
        for index in definition.global_secondary_indexes {
            let name = index.name.clone();
            let found = found(&table, &name);
            if found.is_some_and(is_ready) {
                continue;
            }
            if found.is_none() {
                report(IndexProgress::Asked { index: name.clone() });
                let create = index.create().map_err(TableError::Definition)?;
                self.ask_for(create, attributes.clone(), &mut report).await?;
            }
            self.wait_for_index(&name, &mut report).await?;
            update.added.push(name);
        }
        Ok(update)
    }

    /// The indexes of the schema that cannot be queried yet: the table lacks them, or is still building them.
    ///
    /// # Errors
    /// Fails if there is no table, or if the request fails.
    pub async fn missing_indexes(&self) -> Result<Vec<String>, TableError> {
        let definition: Definition = parsed(self.design().create_table)?;
        let table = self.live_table().await?;
        let names = definition.global_secondary_indexes.into_iter().map(|index| index.name);
        Ok(names.filter(|name| !found(&table, name).is_some_and(is_ready)).collect())
    }

    async fn live_table(&self) -> Result<Live, TableError> {
        self.table_of(self.client().describe_table().table_name(self.name()).send().await)
    }

    /// Like [`live_table`](Self::live_table), with more repeats: after the table was found once, one failed response
    /// does not end the wait.
    async fn live_table_with_repeats(&self) -> Result<Live, TableError> {
        let describe = self.client().describe_table().table_name(self.name());
        self.table_of(describe.customize().config_override(repeated()).send().await)
    }

    fn table_of(&self, answer: Result<DescribeTableOutput, SdkError<DescribeTableError>>) -> Result<Live, TableError> {
        let missing = || TableError::Missing { table: self.name().to_owned() };
        match answer {
            Ok(output) => output.table.ok_or_else(missing),
            Err(error) if is_missing(&error) => Err(missing()),
            Err(error) => Err(self.failed("DescribeTable", &error)),
        }
    }

    /// A table cannot change its keys, and an index can change neither its keys nor its projection.
    fn check_keys(&self, table: &Live) -> Result<(), TableError> {
        let (defined, live) = (defined_table(self.design())?, live(table));
        let differs = |prefix: &str| {
            let names = defined.keys().chain(live.keys()).filter(|fact| fact.starts_with(prefix));
            names.into_iter().find(|fact| defined.get(*fact) != live.get(*fact)).cloned()
        };
        let or_nothing = |value: Option<&String>| value.cloned().unwrap_or_else(|| "(nothing)".to_owned());
        let other = |fact: String| {
            let (defined, live) = (or_nothing(defined.get(&fact)), or_nothing(live.get(&fact)));
            Box::new(OtherFact { table: self.name().to_owned(), fact, defined, live })
        };
        if let Some(fact) = differs("key.") {
            return Err(TableError::OtherKeys(other(fact)));
        }
        for index in table.global_secondary_indexes() {
            let prefix = format!("index.{}.", index.index_name().unwrap_or_default());
            if defined.keys().any(|fact| fact.starts_with(&prefix))
                && let Some(fact) = differs(&prefix)
            {
                return Err(TableError::OtherIndex(other(fact)));
            }
        }
        Ok(())
    }

    /// Sends the request until the service accepts it: a table that is changing rejects another change, and an account
    /// has a limit of concurrent changes. A failed request may have been applied, so each attempt first looks at the
    /// table.
    async fn ask_for(
        &self,
        create: CreateGlobalSecondaryIndexAction,
        attributes: Vec<AttributeDefinition>,
        report: &mut impl FnMut(IndexProgress),
    ) -> Result<(), TableError> {
        let index = create.index_name().to_owned();
        let update = GlobalSecondaryIndexUpdate::builder().create(create).build();
        let request = self
            .client()
            .update_table()
            .table_name(self.name())
            .set_attribute_definitions(Some(attributes))
            .global_secondary_index_updates(update);
        let mut poll = POLLS[0];
        let mut has_waited = false;
        let mut failures = FAILURES;
        loop {
            if found(&self.settled().await?, &index).is_some() {
                return Ok(());
            }
            match request.clone().send().await {
                Ok(_) => return Ok(()),
                Err(error) if is_busy(&error) => {
                    if !std::mem::replace(&mut has_waited, true) {
                        report(IndexProgress::Waiting { index: index.clone() });
                    }
                    wait(&mut poll).await;
                }
                Err(error) if failures > 0 && verdict(&error).repeats() => {
                    failures -= 1;
                    wait(&mut poll).await;
                }
                Err(error) => return Err(self.failed("UpdateTable", &error)),
            }
        }
    }

    async fn settled(&self) -> Result<Live, TableError> {
        let mut poll = POLLS[0];
        loop {
            let table = self.live_table_with_repeats().await?;
            if table.table_status() == Some(&TableStatus::Active)
                && table.global_secondary_indexes().iter().all(is_ready)
            {
                return Ok(table);
            }
            wait(&mut poll).await;
        }
    }

    /// Waits without a limit. If the operator ends the program, the service still builds the index.
    async fn wait_for_index(&self, name: &str, report: &mut impl FnMut(IndexProgress)) -> Result<(), TableError> {
        let mut poll = POLLS[0];
        let mut before = None;
        loop {
            let table = self.live_table_with_repeats().await?;
            match found(&table, name) {
                Some(index) if is_ready(index) && table.table_status() == Some(&TableStatus::Active) => {
                    report(IndexProgress::Ready { index: name.to_owned() });
                    return Ok(());
                }
                Some(index) => {
                    let items = index.item_count().unwrap_or_default();
                    if before.replace(items) != Some(items) {
                        report(IndexProgress::Building { index: name.to_owned(), items });
                    }
                }
                None => {
                    return Err(TableError::IndexGone { table: self.name().to_owned(), index: name.to_owned() });
                }
            }
            wait(&mut poll).await;
        }
    }
}

fn found<'t>(table: &'t Live, name: &str) -> Option<&'t GlobalSecondaryIndexDescription> {
    table.global_secondary_indexes().iter().find(|index| index.index_name() == Some(name))
}

/// Whether the service takes the same change later.
fn is_busy<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    matches!(error.code(), Some("LimitExceededException" | "ResourceInUseException"))
}

async fn wait(poll: &mut Duration) {
    tokio::time::sleep(*poll).await;
    *poll = (*poll * 2).min(POLLS[1]);
}
