//! The integration tests, in one binary except for `new_index.rs`: the properties of the data layer, on a real engine.

#![expect(clippy::unwrap_used, reason = "a helper's unwrap fails the test that calls it")]

mod accounts;
mod caps;
mod clock;
mod code_sizes;
mod conflicts;
#[cfg(feature = "containers")]
mod containers;
mod costs;
mod cursors;
mod deleting;
mod expiring;
mod http;
mod infra;
mod keys;
mod lists;
mod messages;
mod rates;
mod read_order;
mod reference;
mod refusals;
mod saves;
mod scans;
mod seeding;
mod settings;
mod shards;
mod sign_ins;
mod staging;
mod steps;
mod sweeping;
mod tools;
mod verify;
mod versions;
mod whole_account;

use std::collections::BTreeMap;

/// The expected contents of a table: the number of items of each entity.
fn items<const N: usize>(counts: [(&str, usize); N]) -> BTreeMap<String, usize> {
    counts.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect()
}
