//! The sums over the rows of a pattern, for the fields that the pattern declares as totals.

use model::Row;
use model::registry::Pattern;

/// The sums so far.
pub(super) struct Totals(Vec<(&'static str, i128)>);

impl Totals {
    /// Sums of zero for the fields of the pattern.
    pub(super) fn of(pattern: &'static Pattern) -> Self {
        Self(pattern.total.iter().map(|field| (*field, 0)).collect())
    }

    /// Adds a row.
    pub(super) fn add(&mut self, row: &Row) {
        for (field, sum) in &mut self.0 {
            *sum += row.get(field).and_then(serde_json::Value::as_i64).map_or(0, i128::from);
        }
    }

    /// Each field with its sum. `None` if the pattern has no totals.
    pub(super) fn text(&self) -> Option<String> {
        let sums: Vec<String> = self.0.iter().map(|(field, sum)| format!("{field} {sum}")).collect();
        (!sums.is_empty()).then(|| sums.join(", "))
    }
}
