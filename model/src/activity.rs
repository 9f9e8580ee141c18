//! Lists of sessions: by creation, and by last activity. AP-132.

use crate::limits::SESSIONS_PER_PAGE;
use crate::{Page, PageRequest, Session, Sessions, StoreError, Timestamp, UserId};
use table_runtime::Sorted;

impl Session {
    /// The last change of its code or settings, or the last message in one of its threads, whichever is later.
    #[must_use]
    pub fn last_activity(&self) -> Timestamp {
        self.last_activity_at.map_or(self.updated_at, |said| said.max(self.updated_at))
    }
}

impl Sessions<'_> {
    /// A page of a user's sessions, newest first.
    ///
    /// # Errors
    /// When the cursor is not valid, or the table does not answer.
    pub async fn list(self, user_id: UserId, page: PageRequest<'_>) -> Result<Page<Session>, StoreError> {
        self.store.patterns.list_sessions(user_id, page).await
    }

    /// A page of a user's sessions, latest activity first. Each page reads all heads: there are at most
    /// [`SESSIONS_PER_USER`](crate::limits::SESSIONS_PER_USER).
    ///
    /// # Errors
    /// When the cursor is not valid.
    pub async fn list_by_activity(self, user_id: UserId, page: PageRequest<'_>) -> Result<Page<Session>, StoreError> {
        let sorted = Sorted { pattern: "AP-132", partition: &user_id.to_string(), max: SESSIONS_PER_PAGE };
        // An invalid cursor is refused before anything is read.
        let after = self.store.table().place_after(&sorted, page)?;
        let heads = self.store.patterns.list_all_sessions(user_id).await?;
        let place = |head: &Session| format!("{:013}#{}", head.last_activity().millis(), head.session_id);
        Ok(self.store.table().sorted_page(&sorted, page, after.as_deref(), heads, place))
    }
}
