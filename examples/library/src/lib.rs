//! A public library on one DynamoDB table: the access layer that `codegen` makes of `schema/` and `access-patterns.md`.
//!
//! It shows that the generator and its runtime serve a table that is not the product's. Its patterns use
//! nearly every operation and word: conditional writes, transactions, batches, queries with cursors, three indexes,
//! shards, counters, expiry and older versions of items. The key attributes are called `Group` and `Key`. The crate
//! depends on `table-runtime` alone.
//!
//! Only this file and `values.rs` are written by hand. [`open`] connects to the table; every access pattern is a
//! function of [`Patterns`]. The tests in `tests/stories/` run on an embedded engine; `docs/your-own-table.md` explains
//! the first steps.

#[rustfmt::skip] // Its formatting is the generator's.
#[expect(clippy::too_many_lines, reason = "a transaction is as long as its list of actions")]
mod generated;
mod values;

use table_runtime::{Design, Table, TableConfig};

pub use generated::{
    Patterns, counts::*, entity::*, ids::*, keys::*, limits, pattern::*, registry::PATTERNS, schema::ENTITIES,
};
pub use values::{Branch, InvalidIsbn, Isbn, UnknownBranch};

/// The patterns of the table that the configuration names. Nothing is sent until a pattern is called.
pub async fn open(config: TableConfig) -> Patterns {
    Patterns::new(Table::connect(config, &generated::DESIGN).await)
}

/// The definition of the table and its items, as the runtime takes it.
#[must_use]
pub fn design() -> &'static Design {
    &generated::DESIGN
}
