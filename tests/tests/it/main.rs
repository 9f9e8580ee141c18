//! The integration tests, all in one binary: what the data layer promises, shown on a real engine.

mod accounts;
mod caps;
mod code_sizes;
mod costs;
mod cursors;
mod deleting;
mod keys;
mod lists;
mod messages;
mod rates;
mod saves;
mod staging;

use std::collections::BTreeMap;

/// What a table should hold: so many items of each entity.
fn items<const N: usize>(counts: [(&str, usize); N]) -> BTreeMap<String, usize> {
    counts.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect()
}
