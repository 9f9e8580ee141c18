//! The cost of refused writes. DynamoDB bills them and does not report it, so the meter estimates it.
//!
//! A write with a false condition consumes write units all the same: 1 WCU for each KB of the existing or the new item,
//! whichever is larger, and at least 1 (Developer Guide, "DynamoDB read and write operations"). A transaction prepares
//! and commits every item, so each of its items counts twice (Developer Guide, "DynamoDB Transactions"). Indexes are
//! not written.
//!
//! This is an estimate. The size of an item is known only if the write puts it or its condition was false, and the
//! guide does not state the cost of each item of a cancelled transaction.

const KILOBYTE: usize = 1_024;

/// The write units of a refused write of one item, from the sizes of the existing and the new item.
pub(crate) fn write(existing: usize, new: usize) -> f64 {
    let kilobytes = existing.max(new).div_ceil(KILOBYTE).max(1);
    // An item has at most 400 KB.
    f64::from(u32::try_from(kilobytes).unwrap_or(u32::MAX))
}

/// The write units of a cancelled transaction, from the same two sizes of each item.
pub(crate) fn transaction(items: impl IntoIterator<Item = (usize, usize)>) -> f64 {
    items.into_iter().map(|(existing, new)| 2.0 * write(existing, new)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_item_counts_and_at_least_one_kilobyte() {
        for (existing, new, units) in [(0, 0, 1.0), (1_024, 10, 1.0), (1_025, 10, 2.0), (300, 310 * 1_024, 310.0)] {
            assert!((write(existing, new) - units).abs() < f64::EPSILON, "{existing} {new}");
        }
    }

    #[test]
    fn every_item_of_a_transaction_counts_twice() {
        assert!((transaction([(0, 0), (2_000, 0), (0, 4_000)]) - 2.0 * (1.0 + 2.0 + 4.0)).abs() < f64::EPSILON);
    }
}
