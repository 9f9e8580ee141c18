//! Usage: tokens and cost of each user's questions, by day. AP-65 to AP-67 and AP-83.

use crate::{AddUsage, AddUsageError, DailyUsage, Date, Page, PageRequest, Store, StoreError, UserId, UserSpend};

/// The daily usage of users.
#[derive(Clone, Copy, Debug)]
pub struct UsageRecords<'a> {
    store: &'a Store,
}

impl Store {
    /// Tokens and cost of each user's questions, by day.
    #[must_use]
    pub const fn usage(&self) -> UsageRecords<'_> {
        UsageRecords { store: self }
    }
}

impl UsageRecords<'_> {
    /// Adds a question's tokens and cost to the user's day.
    ///
    /// # Errors
    /// When there is no such user, or the table does not answer.
    pub async fn add(self, usage: AddUsage) -> Result<(), AddUsageError> {
        self.store.patterns.add_usage(usage).await
    }

    /// A user's usage on a day; `None` for a day without questions.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn get(self, user_id: UserId, date: Date) -> Result<Option<DailyUsage>, StoreError> {
        self.store.patterns.get_usage(user_id, date).await
    }

    /// A page of a user's days in a range of dates, both ends included.
    ///
    /// # Errors
    /// When the cursor is not valid, or the table does not answer.
    pub async fn list(
        self,
        user_id: UserId,
        from: Date,
        to: Date,
        page: PageRequest<'_>,
    ) -> Result<Page<DailyUsage>, StoreError> {
        self.store.patterns.list_usage(user_id, from, to, page).await
    }

    /// Each user's cost on a day, the highest first.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn of_day(self, date: Date) -> Result<Vec<UserSpend>, StoreError> {
        self.store.patterns.spend_of_day(date).await
    }
}

#[cfg(test)]
mod tests {
    use modyne::AttributeValue;
    use table_runtime::item::{FromItem as _, encode_older_entity};
    use table_runtime::{Ids, Timestamp, attributes};

    use super::*;

    #[test]
    fn usage_encoded_in_an_older_version_decodes_unchanged() {
        let now = Timestamp::from_millis(1_800_000_000_000).expect("a time");
        let day = DailyUsage {
            user_id: Ids::seeded(1).next(now),
            date: now.date(),
            requests: 2,
            input_tokens: 30,
            cache_read_tokens: 7,
            cache_write_tokens: 0,
            output_tokens: 40,
            cost_micros: 500,
        };
        let item = encode_older_entity(&day, 1, DailyUsage::HISTORY);
        assert_eq!(attributes::version_of(&item), Some(1));
        assert_eq!(item["GSI1SK"], AttributeValue::N("500".to_owned()), "the current program adds the index key");
        assert_eq!(DailyUsage::from_item(item).expect("it decodes"), day);
    }
}
