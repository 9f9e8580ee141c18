//! A live table is given the indexes that the schema has and it lacks.

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

/// How often the table is asked at first, and at last: an index of a large table takes hours.
const POLLS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(5)];

/// How many requests for an index may fail, each seconds after the one before.
const FAILURES: u32 = 5;

/// How far an index is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexProgress {
    /// The table lacks it, so it is asked for.
    Asked {
        /// The index.
        index: String,
    },
    /// The service makes no further index now: too many tables change at once. It is asked again.
    Waiting {
        /// The index.
        index: String,
    },
    /// The table reads its items for it. It can be written to meanwhile.
    Building {
        /// The index.
        index: String,
        /// How many entries it has, as far as the table tells.
        items: i64,
    },
    /// It can be queried.
    Ready {
        /// The index.
        index: String,
    },
}

/// What an update found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableUpdate {
    /// Indexes that the table lacked, or was still building.
    pub added: Vec<String>,
    /// Indexes that the table has, and the schema has not. They are left as they are.
    pub unknown: Vec<String>,
}

impl Table {
    /// Adds every index that the schema has and the table lacks, one after the other, and waits until each can be queried. An index
    /// that another run has begun is waited for.
    ///
    /// An index shows an item once the item has the keys of the index, so items that were there before are not in
    /// it until their keys are written, as `reindex` does.
    ///
    /// # Errors
    /// When there is no table, when it or an index of this name has other keys, when the index shows other fields, and when a request fails.
    pub async fn add_missing_indexes(&self, mut tell: impl FnMut(IndexProgress)) -> Result<TableUpdate, TableError> {
        let definition: Definition = parsed(self.design().create_table)?;
        let table = self.live_table().await?;
        self.refuse_other_keys(&table)?;
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
                tell(IndexProgress::Asked { index: name.clone() });
                let create = index.create().map_err(TableError::Definition)?;
                self.ask_for(create, attributes.clone(), &mut tell).await?;
            }
            self.wait_for_index(&name, &mut tell).await?;
            update.added.push(name);
        }
        Ok(update)
    }

    /// The indexes of the schema that cannot be queried yet: the table lacks them, or is still building them.
    ///
    /// # Errors
    /// When there is no table, and when the request fails.
    pub async fn missing_indexes(&self) -> Result<Vec<String>, TableError> {
        let definition: Definition = parsed(self.design().create_table)?;
        let table = self.live_table().await?;
        let names = definition.global_secondary_indexes.into_iter().map(|index| index.name);
        Ok(names.filter(|name| !found(&table, name).is_some_and(is_ready)).collect())
    }

    async fn live_table(&self) -> Result<Live, TableError> {
        self.told_table(self.client().describe_table().table_name(self.name()).send().await)
    }

    /// As [`live_table`](Self::live_table), once it is known that there is one: a wait is not lost to an answer that failed.
    async fn live_table_at_last(&self) -> Result<Live, TableError> {
        let describe = self.client().describe_table().table_name(self.name());
        self.told_table(describe.customize().config_override(repeated()).send().await)
    }

    fn told_table(
        &self,
        answer: Result<DescribeTableOutput, SdkError<DescribeTableError>>,
    ) -> Result<Live, TableError> {
        let missing = || TableError::Missing { table: self.name().to_owned() };
        match answer {
            Ok(output) => output.table.ok_or_else(missing),
            Err(error) if is_missing(&error) => Err(missing()),
            Err(error) => Err(self.failed("DescribeTable", &error)),
        }
    }

    /// A table keeps its keys, and an index its keys and what it shows, for as long as it lives.
    fn refuse_other_keys(&self, table: &Live) -> Result<(), TableError> {
        let (defined, live) = (defined_table(self.design())?, live(table));
        let differs = |prefix: &str| {
            let names = defined.keys().chain(live.keys()).filter(|fact| fact.starts_with(prefix));
            names.into_iter().find(|fact| defined.get(*fact) != live.get(*fact)).cloned()
        };
        let told = |value: Option<&String>| value.cloned().unwrap_or_else(|| "(nothing)".to_owned());
        let other = |fact: String| {
            let (defined, live) = (told(defined.get(&fact)), told(live.get(&fact)));
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

    /// Asks until the service takes it: a table that is still changing refuses another change, and an account has a limit of changes that
    /// run at once. Of a request that failed it is not known whether it was carried out, so the table is looked at first.
    async fn ask_for(
        &self,
        create: CreateGlobalSecondaryIndexAction,
        attributes: Vec<AttributeDefinition>,
        tell: &mut impl FnMut(IndexProgress),
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
                        tell(IndexProgress::Waiting { index: index.clone() });
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
            let table = self.live_table_at_last().await?;
            if table.table_status() == Some(&TableStatus::Active)
                && table.global_secondary_indexes().iter().all(is_ready)
            {
                return Ok(table);
            }
            wait(&mut poll).await;
        }
    }

    /// Waits for as long as it takes: who no longer wants to wait ends the program, and the index is built all the same.
    async fn wait_for_index(&self, name: &str, tell: &mut impl FnMut(IndexProgress)) -> Result<(), TableError> {
        let mut poll = POLLS[0];
        let mut before = None;
        loop {
            let table = self.live_table_at_last().await?;
            match found(&table, name) {
                Some(index) if is_ready(index) && table.table_status() == Some(&TableStatus::Active) => {
                    tell(IndexProgress::Ready { index: name.to_owned() });
                    return Ok(());
                }
                Some(index) => {
                    let items = index.item_count().unwrap_or_default();
                    if before.replace(items) != Some(items) {
                        tell(IndexProgress::Building { index: name.to_owned(), items });
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
