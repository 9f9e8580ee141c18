//! The scan: one segment of the whole table, page by page. The only scan, for maintenance from a command line.

use modyne::model::{Scan, ScanSegment};

use crate::call::Call;
use crate::error::{Fault, StoreError};
use crate::key::Primary;
use crate::stored::StoredItem;

/// The largest number of segments of a table.
const MAX_SEGMENTS: u32 = 1_000_000;

/// A page of a segment.
#[derive(Debug)]
pub struct ScanPage {
    /// The items in their stored form, in arbitrary order.
    pub items: Vec<StoredItem>,
    /// The position at which the segment continues; `None` at its end. A page without items can have one.
    pub next: Option<ScanPosition>,
}

/// The position after a page. It can be stored, for instance as JSON. It contains a key, and so possibly a username;
/// therefore it is not printed.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ScanPosition {
    pk: String,
    sk: String,
}

impl std::fmt::Debug for ScanPosition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ScanPosition(<redacted>)")
    }
}

impl ScanPosition {
    fn after(Primary { hash, range }: Primary) -> Self {
        Self { pk: hash, sk: range }
    }

    fn into_key(self) -> Primary {
        Primary { hash: self.pk, range: self.sk }
    }
}

impl Call<'_> {
    /// Reads a page of one segment of the table, counted from 0.
    pub async fn segment(
        self,
        segment: u32,
        total_segments: u32,
        start: Option<ScanPosition>,
        page: u32,
        consistent: bool,
    ) -> Result<ScanPage, StoreError> {
        if segment >= total_segments || total_segments > MAX_SEGMENTS {
            let fault = Fault(format!("there is no segment {segment} of {total_segments}: they count from 0"));
            return Err(StoreError::Rejected { pattern: self.id(), source: Box::new(fault) });
        }
        let (design, names) = (self.design(), self.key_attributes());
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        #[expect(clippy::disallowed_methods, reason = "the one scan, which the grammar gives to maintenance alone")]
        let scan = Scan::<Primary>::new()
            .segment(ScanSegment { segment: number(segment), total_segments: number(total_segments) })
            .limit(page)
            .set_exclusive_start_key(start.map(|start| names.item(&start.into_key())));
        let scan = if consistent { scan.consistent_read() } else { scan };
        let output = self.ask(|| scan.clone().execute(self.table)).await?;
        self.has_read(output.consumed_capacity());
        let last = output.last_evaluated_key.map(|last| names.of(&last)).transpose();
        let next = last.map_err(|corrupt| corrupt.read_by(self.id()))?.map(ScanPosition::after);
        let items = output.items.unwrap_or_default().into_iter();
        Ok(ScanPage { items: items.map(|item| StoredItem::new(item, design)).collect(), next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Operation, Pattern};

    static PATTERN: Pattern = crate::tests::pattern("T-01", Operation::Scan);

    #[tokio::test]
    async fn a_segment_that_cannot_be_is_refused_before_a_request() {
        let table = crate::tests::unreachable().await;
        for (segment, total, is_refused) in [
            (0, 0, true),
            (1, 1, true),
            (2, 1, true),
            (0, MAX_SEGMENTS + 1, true),
            (0, MAX_SEGMENTS, false),
            (MAX_SEGMENTS - 1, MAX_SEGMENTS, false),
        ] {
            let error = table.call(&PATTERN).segment(segment, total, None, 10, false).await.err();
            let error = error.expect("there is no answer");
            assert_eq!(matches!(error, StoreError::Rejected { .. }), is_refused, "{segment} of {total}: {error}");
        }
    }

    #[test]
    fn a_position_does_not_print() {
        let position = ScanPosition { pk: "USER#canary".to_owned(), sk: "PROFILE".to_owned() };
        assert_eq!(format!("{position:?}"), "ScanPosition(<redacted>)");
    }
}
