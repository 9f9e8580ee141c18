//! Pages of a short list that is read whole and sorted in memory.

use std::cmp::Reverse;

use crate::cursor::{Position, Scope};
use crate::error::StoreError;
use crate::query::{Page, PageRequest};
use crate::table::Table;

/// A list that is sorted in memory: the binding of its cursors, and its largest page.
pub struct Sorted<'a> {
    /// The id of the pattern that reads the list.
    pub pattern: &'static str,
    /// The partition of the list.
    pub partition: &'a str,
    /// The largest page.
    pub max: u32,
}

impl Sorted<'_> {
    const fn scope(&self) -> Scope<'_> {
        Scope { pattern: self.pattern, partition: self.partition, bound_to: "" }
    }
}

impl Table {
    /// The position of the previous page's last row, from its cursor.
    pub fn place_after(&self, sorted: &Sorted<'_>, request: PageRequest<'_>) -> Result<Option<String>, StoreError> {
        let Some(cursor) = request.cursor else { return Ok(None) };
        match self.mac_key().verify(sorted.scope(), cursor, self.clock().now())? {
            Position::Table { sk } => Ok(Some(sk)),
            Position::Index(_) => Err(crate::cursor::CursorError::Malformed.into()),
        }
    }

    /// The page after a position, in descending order. Positions are distinct.
    pub fn sorted_page<T>(
        &self,
        sorted: &Sorted<'_>,
        request: PageRequest<'_>,
        after: Option<&str>,
        items: Vec<T>,
        place: impl Fn(&T) -> String,
    ) -> Page<T> {
        let want = request.limit.unwrap_or(sorted.max).clamp(1, sorted.max) as usize;
        let mut rows: Vec<(String, T)> = items.into_iter().map(|item| (place(&item), item)).collect();
        rows.retain(|(place, _)| after.is_none_or(|after| place.as_str() < after));
        rows.sort_unstable_by(|(one, _), (other, _)| Reverse(one).cmp(&Reverse(other)));
        let more = rows.len() > want;
        rows.truncate(want);
        let last = rows.last().filter(|_| more).map(|(place, _)| Position::Table { sk: place.clone() });
        let cursor = last.map(|last| self.mac_key().sign(sorted.scope(), &last, self.clock().now()));
        Page { items: rows.into_iter().map(|(_, item)| item).collect(), cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_has_a_cursor_if_and_only_if_more_rows_follow() {
        let table = crate::tests::unreachable().await;
        let sorted = Sorted { pattern: "T-02", partition: "GARDEN#a", max: 9 };
        let all = ["b", "d", "a", "c"];
        for (limit, after, expected, more) in [
            (3, None, &["d", "c", "b"][..], true),
            (4, None, &["d", "c", "b", "a"], false),
            (2, Some("c"), &["b", "a"], false),
            (1, Some("c"), &["b"], true),
        ] {
            let request = PageRequest { limit: Some(limit), cursor: None };
            let page = table.sorted_page(&sorted, request, after, all.to_vec(), |text| (*text).to_owned());
            assert_eq!((&*page.items, page.cursor.is_some()), (expected, more), "{limit} after {after:?}");
            let request = PageRequest { limit: None, cursor: page.cursor.as_deref() };
            let place = table.place_after(&sorted, request).expect("our own cursor");
            assert_eq!(place.as_deref(), page.items.last().copied().filter(|_| more));
        }
        assert_eq!(format!("{table:?}"), format!("Table({})", table.name()));
    }
}
